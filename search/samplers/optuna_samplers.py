"""Optuna's samplers; each function's keyword arguments are the options in ``[search.sampler_options]``.

Each sampler is built for one trial at a time (`ReseededSampler`), so that a resumed study does not repeat its first proposals.
"""

from collections.abc import Mapping
from importlib.util import find_spec
from typing import Annotated, Literal

from optuna.samplers import BaseSampler, CmaEsSampler, NSGAIISampler, QMCSampler, RandomSampler, TPESampler
from pydantic import Field

from ..errors import ExperimentError, MissingExtraError
from ..experiment.parameters import CategoricalParameter, Searched
from ..experiment.search_space import SearchSpace
from .reseeded import ReseededSampler

Count = Annotated[int, Field(ge=1)]


def random(seed: int, is_growing: bool = False) -> BaseSampler:
    """Sample each hyperparameter independently and uniformly.

    Args:
        seed: The study's seed.
        is_growing: Whether a function asks for hyperparameters in the course of its trials. Defaults to False.
    """
    return ReseededSampler(lambda number_seed: RandomSampler(seed=number_seed), seed, is_growing=is_growing)


def tpe(
    seed: int,
    parameters: Mapping[str, Searched],
    n_trials: int,
    is_growing: bool = False,
    *,
    n_startup_trials: Annotated[int, Field(ge=0)] | None = None,
    n_ei_candidates: Count = 24,
    multivariate: bool = True,
    constant_liar: bool = True,
) -> BaseSampler:
    """Sample where good trials are dense and bad ones are not (tree-structured Parzen estimator, Bergstra et al. 2011).

    Args:
        seed: The study's seed.
        parameters: The searched parameters.
        n_trials: Trials in total.
        is_growing: Whether a function asks for more in the course of its trials. Defaults to False.
        n_startup_trials: Random trials at the start. Defaults to a quarter of n_trials, at least 3 and at most 10.
        n_ei_candidates: Candidates of which the best is proposed. Defaults to 24.
        multivariate: Whether hyperparameters are estimated together. Defaults to true.
        constant_liar: Whether running trials count as bad ones, so that parallel workers spread. Defaults to true.
    """
    n_startup = default_startup(n_trials) if n_startup_trials is None else n_startup_trials

    def build(number_seed: int) -> BaseSampler:
        return TPESampler(
            seed=number_seed,
            n_startup_trials=n_startup,
            n_ei_candidates=n_ei_candidates,
            multivariate=multivariate,
            group=multivariate and (SearchSpace.of(parameters).is_conditional or is_growing),
            constant_liar=constant_liar,
        )

    return ReseededSampler(build, seed, is_growing=is_growing)


def qmc(seed: int, parameters: Mapping[str, Searched], *, qmc_type: Literal["sobol", "halton"] = "sobol", scramble: bool = True) -> BaseSampler:
    """Sample points that fill the space evenly (quasi-Monte Carlo); the first trial is random.

    Args:
        seed: The study's seed.
        parameters: The searched parameters.
        qmc_type: The sequence. Defaults to "sobol".
        scramble: Whether the seed shuffles the sequence; without, it is the same for every seed. Defaults to true.
    """
    # One seed for all trials: the study stores the position in the sequence.
    # What exists in some trials only is chosen by another sampler, whose choice may not depend on interruptions either.
    is_conditional = SearchSpace.of(parameters).is_conditional
    others = ReseededSampler(lambda number_seed: RandomSampler(seed=number_seed), seed) if is_conditional else None
    return QMCSampler(qmc_type=qmc_type, scramble=scramble, seed=seed, independent_sampler=others, warn_independent_sampling=False)


def cmaes(
    seed: int,
    parameters: Mapping[str, Searched],
    *,
    n_startup_trials: Count = 1,
    popsize: Annotated[int, Field(ge=4)] | None = None,
    consider_pruned_trials: bool = False,
    with_margin: bool = False,
) -> BaseSampler:
    """Evolve a normal distribution over the numbers (CMA-ES); needs cmaes (extra "cmaes"). Choices are sampled at random.

    Args:
        seed: The study's seed.
        parameters: The searched parameters.
        n_startup_trials: Random trials at the start. Defaults to 1.
        popsize: Trials per generation, at least 4. Defaults to 4 + 3 ln(number of parameters).
        consider_pruned_trials: Whether pruned trials count with their last value. Defaults to false.
        with_margin: Whether integers keep a minimum probability to change. Defaults to false.

    Raises:
        MissingExtraError: If cmaes is not installed.
        ExperimentError: If fewer than two numbers are searched.
    """
    _require("cmaes", "cmaes")
    numbers = [name for name, parameter in parameters.items() if not isinstance(parameter, CategoricalParameter) and parameter.low < parameter.high]
    if len(numbers) < 2:
        listed = ", ".join(numbers) or "none"
        raise ExperimentError(f'sampler "cmaes" needs at least two searched int or float parameters, but there is {listed}; use sampler "tpe"')

    def build(number_seed: int) -> BaseSampler:
        return CmaEsSampler(
            seed=number_seed,
            n_startup_trials=n_startup_trials,
            popsize=popsize,
            consider_pruned_trials=consider_pruned_trials,
            with_margin=with_margin,
            warn_independent_sampling=False,
        )

    return ReseededSampler(build, seed)


def nsgaii(seed: int, n_trials: int, is_growing: bool = False, *, population_size: Annotated[int, Field(ge=2)] | None = None) -> BaseSampler:
    """Evolve a population towards the Pareto front (NSGA-II, Deb et al. 2002).

    Args:
        seed: The study's seed.
        n_trials: Trials in total.
        is_growing: Whether a function asks for hyperparameters in the course of its trials. Defaults to False.
        population_size: Trials per generation. Defaults to a fifth of n_trials, at least 8 and at most 50 (Optuna's default).
    """
    size = max(8, min(50, n_trials // 5)) if population_size is None else population_size
    return ReseededSampler(lambda number_seed: NSGAIISampler(seed=number_seed, population_size=size), seed, is_growing=is_growing)


def default_startup(n_trials: int) -> int:
    """Return the number of random trials that start a study: a quarter, at least 3 and at most 10 (Optuna's default)."""
    return max(3, min(10, n_trials // 4))


def _require(package: str, extra: str) -> None:
    if find_spec(package) is None:
        raise MissingExtraError(
            f'sampler "{extra}" needs the package {package}, which is not installed; install it with .venv/bin/python -m pip install -e ".[{extra}]"'
        )
