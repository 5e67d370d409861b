"""Lets a sampler of a user propose once before the first trial, since many import a package or refuse a study only then."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from ..errors import ExperimentError
from ..experiment.parameters import Searched
from ..experiment.search_space import SearchSpace, to_distributions

if TYPE_CHECKING:
    from optuna.samplers import BaseSampler

_N_TRIALS = 16
"""More than the random trials with which Optuna's samplers begin."""


def check_proposal(sampler: "BaseSampler", reference: str, parameters: Mapping[str, Searched], n_objectives: int) -> None:
    """Check that a sampler proposes after some finished trials, in a study of its own in memory.

    Args:
        sampler: A sampler that is used for nothing else.
        reference: Its reference.
        parameters: The searched parameters; without any, as of a function, a number from 0 to 1 is proposed.
        n_objectives: Number of objectives.

    Raises:
        ExperimentError: If a package is missing, or it refuses such a study by a `ValueError`; its cause is that.
    """
    import optuna
    from optuna.distributions import FloatDistribution

    optuna.logging.set_verbosity(optuna.logging.WARNING)
    random, space = np.random.default_rng(0), SearchSpace.of(parameters)
    distributions = to_distributions(space) if space else {"x": FloatDistribution(0, 1)}
    study = optuna.study.create_study(sampler=sampler, directions=["minimize"] * n_objectives)
    for number in range(_N_TRIALS):
        params = space.draw(random) if space else {"x": number / _N_TRIALS}
        known = {name: distributions[name] for name in params}
        values = random.random(n_objectives).tolist()
        study.add_trial(optuna.trial.create_trial(params=params, distributions=known, values=values))
    try:
        trial = study.ask()
        for name, distribution in distributions.items():
            trial._suggest(name, distribution)
    except (ImportError, ValueError) as error:
        problem = f"{type(error).__name__}: {error}"
        raise ExperimentError(f'search.sampler = "{reference}" cannot propose for this experiment: {problem}') from error
    except Exception:  # it may come of these trials, which are none of the study's: the study's own first proposal tells
        return
