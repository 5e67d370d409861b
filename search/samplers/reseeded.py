"""A wrapper that seeds an Optuna sampler anew for each trial, from (study seed, trial number).

A seeded Optuna sampler restarts its random numbers when a study is resumed, and so repeats its first proposals. With this
wrapper, proposals depend neither on interruptions nor on the order in which workers ask.
"""

import warnings
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from optuna.distributions import BaseDistribution
from optuna.exceptions import ExperimentalWarning
from optuna.samplers import BaseSampler

from ..seeds import trial_seed

if TYPE_CHECKING:
    from optuna.study import Study
    from optuna.trial import FrozenTrial, TrialState


class ReseededSampler(BaseSampler):
    """Proposes each trial with a new sampler; for samplers whose only state is the study.

    Args:
        build: Builds the sampler from a seed, 0 to 2**32 - 1.
        seed: The study's seed.
        is_growing: Whether trials that run at once ask for one hyperparameter after another, so that each is proposed by a new sampler.
            Defaults to False.
    """

    def __init__(self, build: Callable[[int], BaseSampler], seed: int, *, is_growing: bool = False) -> None:
        self._build = build
        self._seed = seed
        self._is_growing = is_growing
        self._number = self._n_known = 0
        self._sampler = self._make()

    def __str__(self) -> str:
        """Return the wrapped sampler's name."""
        return str(self._sampler)

    def infer_relative_search_space(self, study: "Study", trial: "FrozenTrial") -> dict[str, BaseDistribution]:
        """Delegate to the trial's sampler."""
        return self._sampler_of(trial).infer_relative_search_space(study, trial)

    def sample_relative(self, study: "Study", trial: "FrozenTrial", search_space: dict[str, BaseDistribution]) -> dict[str, Any]:
        """Delegate to the trial's sampler."""
        return self._sampler_of(trial).sample_relative(study, trial, search_space)

    def sample_independent(self, study: "Study", trial: "FrozenTrial", param_name: str, param_distribution: BaseDistribution) -> Any:
        """Delegate to the trial's sampler."""
        return self._sampler_of(trial).sample_independent(study, trial, param_name, param_distribution)

    def before_trial(self, study: "Study", trial: "FrozenTrial") -> None:
        """Delegate to the trial's sampler."""
        self._sampler_of(trial).before_trial(study, trial)

    def after_trial(self, study: "Study", trial: "FrozenTrial", state: "TrialState", values: Sequence[float] | None) -> None:
        """Delegate to any trial's sampler, since none has state."""
        self._sampler.after_trial(study, trial, state, values)

    def _sampler_of(self, trial: "FrozenTrial") -> BaseSampler:
        n_known = len(trial.params) if self._is_growing else 0
        if (trial.number, n_known) != (self._number, self._n_known):
            self._number, self._n_known = trial.number, n_known
            self._sampler = self._make()
        return self._sampler

    def _make(self) -> BaseSampler:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ExperimentalWarning)  # the user chose the option
            seed = trial_seed(self._seed, self._number)
            return self._build(trial_seed(seed, self._n_known) if self._n_known else seed)
