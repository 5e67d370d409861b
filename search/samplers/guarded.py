"""A wrapper that lets any Optuna sampler work under ask and tell, even one that calls `Study.stop`.

`Study.stop` fails outside of `Study.optimize`; here it only means that nothing is left to propose.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from optuna.distributions import BaseDistribution
from optuna.samplers import BaseSampler

if TYPE_CHECKING:
    from optuna.study import Study
    from optuna.trial import FrozenTrial, TrialState


class GuardedSampler(BaseSampler):
    """Delegates to a sampler and records whether it has tried to stop the study.

    Args:
        sampler: The sampler, usually one that the experiment file names by reference.
    """

    def __init__(self, sampler: BaseSampler) -> None:
        self._sampler = sampler
        self._wants_stop = False

    def __str__(self) -> str:
        """Return the wrapped sampler's name."""
        return str(self._sampler)

    def is_exhausted(self, study: "Study") -> bool:
        """Return whether the sampler has tried to stop the study."""
        return self._wants_stop

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
        """Delegate to the sampler, and record a call of `Study.stop`."""
        try:
            self._sampler.after_trial(study, trial, state, values)
        except RuntimeError as error:
            if "Study.stop" not in str(error):
                raise
            self._wants_stop = True

    def reseed_rng(self) -> None:
        """Delegate to the sampler."""
        self._sampler.reseed_rng()
