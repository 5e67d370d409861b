"""Gives each trial of an Optuna sampler its own random numbers, from (study seed, trial number).

An Optuna sampler with a seed begins the same random numbers again when a study is resumed, and so proposes the first
trials once more. With this the proposals depend neither on how often a study was interrupted nor on the order in which
workers ask.
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
    """Proposes each trial with a fresh sampler; for samplers whose only memory is the study.

    Args:
        build: Makes the sampler from a seed, 0 to 2**32 - 1.
        seed: The study's seed.
    """

    def __init__(self, build: Callable[[int], BaseSampler], seed: int) -> None:
        self._build = build
        self._seed = seed
        self._number = 0
        self._sampler = self._make()

    def __str__(self) -> str:
        """Return the name of the sampler within."""
        return str(self._sampler)

    def infer_relative_search_space(self, study: "Study", trial: "FrozenTrial") -> dict[str, BaseDistribution]:
        """Ask the trial's sampler."""
        return self._sampler_of(trial).infer_relative_search_space(study, trial)

    def sample_relative(self, study: "Study", trial: "FrozenTrial", search_space: dict[str, BaseDistribution]) -> dict[str, Any]:
        """Ask the trial's sampler."""
        return self._sampler_of(trial).sample_relative(study, trial, search_space)

    def sample_independent(self, study: "Study", trial: "FrozenTrial", param_name: str, param_distribution: BaseDistribution) -> Any:
        """Ask the trial's sampler."""
        return self._sampler_of(trial).sample_independent(study, trial, param_name, param_distribution)

    def before_trial(self, study: "Study", trial: "FrozenTrial") -> None:
        """Tell the trial's sampler."""
        self._sampler_of(trial).before_trial(study, trial)

    def after_trial(self, study: "Study", trial: "FrozenTrial", state: "TrialState", values: Sequence[float] | None) -> None:
        """Tell a sampler; which one does not matter, since none remembers."""
        self._sampler.after_trial(study, trial, state, values)

    def _sampler_of(self, trial: "FrozenTrial") -> BaseSampler:
        if trial.number != self._number:
            self._number = trial.number
            self._sampler = self._make()
        return self._sampler

    def _make(self) -> BaseSampler:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ExperimentalWarning)  # whoever wrote the option chose it
            return self._build(trial_seed(self._seed, self._number))
