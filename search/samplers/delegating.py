"""A sampler that leaves everything to another one; those that change a part of it derive from it."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from optuna.distributions import BaseDistribution
from optuna.samplers import BaseSampler

if TYPE_CHECKING:
    from optuna.study import Study
    from optuna.trial import FrozenTrial, TrialState


class DelegatingSampler(BaseSampler):
    """Delegates to a sampler.

    Args:
        sampler: The sampler.
    """

    def __init__(self, sampler: BaseSampler) -> None:
        self._sampler = sampler

    def __str__(self) -> str:
        """Return the wrapped sampler's name."""
        return str(self._sampler)

    def infer_relative_search_space(self, study: "Study", trial: "FrozenTrial") -> dict[str, BaseDistribution]:
        """Delegate to the sampler."""
        return self._sampler.infer_relative_search_space(study, trial)

    def sample_relative(self, study: "Study", trial: "FrozenTrial", search_space: dict[str, BaseDistribution]) -> dict[str, Any]:
        """Delegate to the sampler."""
        return self._sampler.sample_relative(study, trial, search_space)

    def sample_independent(self, study: "Study", trial: "FrozenTrial", param_name: str, param_distribution: BaseDistribution) -> Any:
        """Delegate to the sampler."""
        return self._sampler.sample_independent(study, trial, param_name, param_distribution)

    def before_trial(self, study: "Study", trial: "FrozenTrial") -> None:
        """Delegate to the sampler."""
        self._sampler.before_trial(study, trial)

    def after_trial(self, study: "Study", trial: "FrozenTrial", state: "TrialState", values: Sequence[float] | None) -> None:
        """Delegate to the sampler."""
        self._sampler.after_trial(study, trial, state, values)

    def reseed_rng(self) -> None:
        """Delegate to the sampler."""
        self._sampler.reseed_rng()
