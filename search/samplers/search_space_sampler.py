"""Lets any Optuna sampler propose for a search space with conditions, rules and priors, and no combination twice.

The sampler is asked for one hyperparameter after the other, as it is by an objective that is defined by run: only for those that exist.
"""

import itertools
from typing import TYPE_CHECKING, Any

import numpy as np
from optuna.distributions import BaseDistribution
from optuna.samplers import BaseSampler
from optuna.trial import FrozenTrial

from ..experiment.parameters import Value
from ..experiment.search_space import SearchSpace
from ..seeds import trial_seed
from .delegating import DelegatingSampler
from .grid import is_finite, n_combinations
from .history import n_proposed, n_tried, past_trials
from .priors import Priors

if TYPE_CHECKING:
    from optuna.study import Study

MAX_ATTEMPTS = 100
"""Proposals of the sampler of which one at least must obey the rules; a random combination that does takes their place."""
N_NEW = 10
"""Proposals of the sampler of which one at least must be new; a random combination that is takes their place."""


class SearchSpaceSampler(DelegatingSampler):
    """Proposes what a sampler proposes of the hyperparameters that exist, if it obeys the rules and is new.

    Args:
        sampler: The sampler.
        space: The search space.
        seed: The study's seed.
        n_start: Trials at the start of the search, which are near the priors.
        may_repeat: Whether a combination may be proposed again. Defaults to False.
    """

    def __init__(self, sampler: BaseSampler, space: SearchSpace, seed: int, n_start: int, *, may_repeat: bool = False) -> None:
        super().__init__(sampler)
        self._space, self._seed = space, seed
        self._is_distinct = not may_repeat and is_finite(space)
        self._size = n_combinations(space) if self._is_distinct else None
        self._priors = Priors(space, n_start) if space.has_priors else None

    def is_exhausted(self, study: "Study") -> bool:
        """Return whether every combination has been proposed; always False if one may be repeated, or a parameter is continuous."""
        return self._size is not None and n_tried(study, self._space) >= self._size

    def infer_relative_search_space(self, study: "Study", trial: FrozenTrial) -> dict[str, BaseDistribution]:
        """Return the whole space."""
        return dict(self._space.distributions)

    def sample_relative(self, study: "Study", trial: FrozenTrial, search_space: dict[str, BaseDistribution]) -> dict[str, Any]:
        """Return the proposal."""
        random = np.random.default_rng(trial_seed(self._seed, trial.number))
        together = self._sampler.infer_relative_search_space(study, trial)
        tried = [params for _, params in past_trials(study, excluding=trial.number)] if self._is_distinct else []
        n_attempts = MAX_ATTEMPTS if self._space.rules else N_NEW if tried else 1
        proposed = (self._propose(study, trial, together) for _ in range(n_attempts))
        drawn = (self._space.draw(random) for _ in range(MAX_ATTEMPTS))
        valid = (params for params in itertools.chain(proposed, drawn) if self._space.obeys(params))
        params = next((params for params in valid if params not in tried), None)
        params = self._space.draw(random) if params is None else params
        return params if self._priors is None else self._priors.start(n_proposed(study, trial.number), params, random)

    def _propose(self, study: "Study", trial: FrozenTrial, together: dict[str, BaseDistribution]) -> dict[str, Value]:
        proposed = self._sampler.sample_relative(study, trial, together)
        params: dict[str, Value] = {}
        for name, distribution in self._space.distributions.items():
            if not self._space.exists(name, params):
                continue
            if name in proposed and distribution._contains(distribution.to_internal_repr(proposed[name])):
                params[name] = proposed[name]
            elif distribution.single():
                params[name] = self._space[name].extremes[0]
            else:
                params[name] = self._sampler.sample_independent(study, trial, name, distribution)
        return params
