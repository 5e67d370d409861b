"""The samplers by name, and their construction from an experiment's ``[search]``."""

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import TYPE_CHECKING

from optuna.samplers import BaseSampler

from ..errors import ExperimentError, listed, nearest
from ..experiment.construction import construct, construct_reference
from ..experiment.file import SearchSection
from ..experiment.parameters import Searched
from ..experiment.population import REPLAY, SAMPLER, SAMPLERS
from ..experiment.search_space import SearchSpace
from . import optuna_samplers
from .automatic import auto
from .first_proposal import check_proposal
from .gaussian_process_sampler import GaussianProcessSampler
from .grid import GridSampler, is_finite
from .guarded import GuardedSampler
from .history import has_waiting
from .interval_sampler import IntervalSampler
from .keras_tuner_sampler import KerasTunerBayesian, KerasTunerGrid, KerasTunerRandom, KerasTunerSampler
from .population import PopulationSampler
from .replay import ReplaySampler
from .search_space_sampler import SearchSpaceSampler

if TYPE_CHECKING:
    from optuna.study import Study

_BUILDERS: dict[str, Callable[..., BaseSampler]] = {
    "auto": auto,
    "random": optuna_samplers.random,
    "tpe": optuna_samplers.tpe,
    "qmc": optuna_samplers.qmc,
    "grid": GridSampler,
    "gp": GaussianProcessSampler,
    "cmaes": optuna_samplers.cmaes,
    "nsgaii": optuna_samplers.nsgaii,
    "kt-random": KerasTunerRandom,
    "kt-bayesian": KerasTunerBayesian,
    "kt-grid": KerasTunerGrid,
    SAMPLER: PopulationSampler,
    REPLAY: ReplaySampler,
}
NAMES = tuple(_BUILDERS)
_WITH_SEVERAL_OBJECTIVES = ("auto", "gp", "tpe", "nsgaii", "random", "qmc", "grid")
_WITHOUT_LIMITS = ("cmaes", "kt-bayesian")
_WHERE = "[search.sampler_options]"


def make_sampler(
    search: SearchSection, parameters: Mapping[str, Searched], n_trials: int, n_objectives: int = 1, *, n_epochs: int = 0, is_growing: bool = False
) -> BaseSampler:
    """Make the sampler that an experiment names.

    A named sampler proposes the same for the same (seed, trial number, history), so a resumed study continues as if never
    interrupted. A sampler by reference gets the seed if its signature has ``seed``, and keeps its own state.

    Args:
        search: The experiment's ``[search]``: sampler, sampler_options, duplicates and seed are read.
        parameters: The searched parameters.
        n_trials: Trials in total, which determines the number of random trials at the start.
        n_objectives: Number of objectives. Defaults to 1.
        n_epochs: The largest number of epochs of the space. Defaults to 0, that nobody knows it.
        is_growing: Whether a function asks for hyperparameters in the course of its trials. Defaults to False.

    Returns:
        The sampler, for a study that is used by ask and tell.

    Raises:
        ExperimentError: If the sampler or an option is unknown, an option is invalid, or it cannot search this space, or for several objectives.
        UnknownReferenceError: If the reference does not import.
        MissingExtraError: If the sampler needs a package that is not installed.
    """
    provided = {"seed": search.seed, "parameters": parameters, "n_trials": n_trials, "n_objectives": n_objectives}
    provided |= {"n_epochs": n_epochs, "is_growing": is_growing}
    if ":" in search.sampler:
        make = partial(construct_reference, search.sampler, BaseSampler, search.sampler_options, {"seed": search.seed}, _WHERE)
        check_proposal(make(), search.sampler, parameters, n_objectives)  # one of its own: samplers remember what they have proposed
        return GuardedSampler(_in_space(make(), search, parameters, n_trials))
    if search.sampler == "auto" and search.sampler_options:
        raise ExperimentError(
            f'{_WHERE}: "auto" has no argument "{min(search.sampler_options)}"; name the sampler that has it, such as sampler = "tpe"'
        )
    if search.sampler not in _BUILDERS:
        raise ExperimentError(f'There is no sampler "{search.sampler}"; {nearest(search.sampler, NAMES)}, or a "module:Class"')
    if n_objectives > 1 and search.sampler not in _WITH_SEVERAL_OBJECTIVES:
        valid = listed([*_WITH_SEVERAL_OBJECTIVES])
        raise ExperimentError(f'search.sampler = "{search.sampler}" searches for one objective, but there are {n_objectives}; write one of {valid}')
    return _in_space(construct(_BUILDERS[search.sampler], search.sampler_options, provided, _WHERE), search, parameters, n_trials)


def _in_space(sampler: BaseSampler, search: SearchSection, parameters: Mapping[str, Searched], n_trials: int) -> BaseSampler:
    """Return a sampler that knows what a space has, conditions, rules, priors and combinations to be counted: the sampler itself, or around it."""
    space = SearchSpace.of(parameters)
    is_plain = not (space.is_conditional or space.rules or space.has_priors) and (search.may_repeat or not is_finite(space))
    if is_plain or isinstance(sampler, GaussianProcessSampler | GridSampler | KerasTunerSampler | IntervalSampler):
        return sampler
    return SearchSpaceSampler(sampler, space, search.seed, optuna_samplers.default_startup(n_trials), may_repeat=search.may_repeat)


def sampler_notes(search: SearchSection, space: SearchSpace, *, has_limits: bool = False) -> Iterator[str]:
    """Yield what a named sampler does not use of a space and of limits, one sentence each.

    Args:
        search: The experiment's ``[search]``.
        space: The search space.
        has_limits: Whether the experiment has ``[limits]``. Defaults to False.
    """
    if has_limits and search.sampler in _WITHOUT_LIMITS:
        yield f'sampler "{search.sampler}" does not use [limits], and may propose what is beyond them; "auto" learns what is within'
    at_times = [name for name in space if space.conditions.get(name)]
    if search.sampler in ("qmc", "cmaes") and at_times:
        yield f'sampler "{search.sampler}" chooses at random what exists in some trials only: {", ".join(at_times)}; "auto", "gp" and "tpe" learn it'
    with_prior = [name for name, parameter in space.items() if parameter.expected is not None]
    if search.sampler in ("grid", "kt-random", "kt-bayesian", "kt-grid", *SAMPLERS) and with_prior:
        yield f'sampler "{search.sampler}" does not use the prior of {", ".join(with_prior)}; "auto" does'
    if search.sampler in ("kt-random", "kt-bayesian") and space.rules:
        yield f'sampler "{search.sampler}" knows no rules: a proposal that breaks one is made again, at last at random; "auto" knows them'


def interval_notes(sampler: BaseSampler, n_trials: int) -> Iterator[str]:
    """Yield that trainings end before or after the search does, if their intervals are trials."""
    if isinstance(sampler, IntervalSampler) and len(sampler.epochs) != n_trials:
        end = "after which the search ends" if len(sampler.epochs) < n_trials else "so that it ends before; --trials continues it"
        yield f"the trainings have {len(sampler.epochs)} intervals, a trial each, but search.n_trials = {n_trials}, {end}"


def epochs_by_interval(sampler: BaseSampler) -> list[int]:
    """Return the epochs of each trial of a sampler whose trials are intervals of trainings; none of another one."""
    return sampler.epochs if isinstance(sampler, IntervalSampler) else []


def exhaustion(study: "Study") -> str:
    """Return what a sampler has done that has nothing new to propose."""
    is_interval = isinstance(study.sampler, IntervalSampler)
    return "has no training to continue" if is_interval else "has proposed every combination"


def is_exhausted(study: "Study") -> bool:
    """Return whether the study's sampler has nothing new to propose; call this before each `Study.ask`.

    Args:
        study: A study with a sampler from `make_sampler`.

    Returns:
        True if a named sampler has proposed every combination of a finite space and may repeat none, or a sampler by reference has tried to
        stop the study. Always False while trials wait for a retry.
    """
    check = getattr(study.sampler, "is_exhausted", None)
    return check is not None and bool(check(study)) and not has_waiting(study)
