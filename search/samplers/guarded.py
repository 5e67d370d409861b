"""A wrapper that lets any Optuna sampler work under ask and tell, even one that calls `Study.stop`, and tells whose error an error is.

`Study.stop` fails outside of `Study.optimize`; here it only means that nothing is left to propose.
"""

import contextlib
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from optuna.distributions import BaseDistribution
from optuna.samplers import BaseSampler

from ..errors import ExperimentError, PerceptuneError
from .delegating import DelegatingSampler

if TYPE_CHECKING:
    from optuna.study import Study
    from optuna.trial import FrozenTrial, TrialState


class GuardedSampler(DelegatingSampler):
    """Delegates to a sampler and records whether it has tried to stop the study.

    Args:
        sampler: The sampler, usually one that the experiment file names by reference.
    """

    def __init__(self, sampler: BaseSampler) -> None:
        super().__init__(sampler)
        self._wants_stop = False

    def is_exhausted(self, study: "Study") -> bool:
        """Return whether the sampler has tried to stop the study."""
        return self._wants_stop

    def infer_relative_search_space(self, study: "Study", trial: "FrozenTrial") -> dict[str, BaseDistribution]:
        """Delegate to the sampler."""
        with self._named_errors():
            return super().infer_relative_search_space(study, trial)

    def sample_relative(self, study: "Study", trial: "FrozenTrial", search_space: dict[str, BaseDistribution]) -> dict[str, Any]:
        """Delegate to the sampler."""
        with self._named_errors():
            return super().sample_relative(study, trial, search_space)

    def sample_independent(self, study: "Study", trial: "FrozenTrial", param_name: str, param_distribution: BaseDistribution) -> Any:
        """Delegate to the sampler."""
        with self._named_errors():
            return super().sample_independent(study, trial, param_name, param_distribution)

    @contextlib.contextmanager
    def _named_errors(self) -> Iterator[None]:
        """Name the sampler in what it raises.

        Raises:
            ExperimentError: If it raises anything but an error of this project, such as an outage of the ledger; its cause is that.
        """
        try:
            yield
        except PerceptuneError:
            raise
        except Exception as error:
            raise ExperimentError(f"search.sampler: {self} cannot propose for this experiment: {type(error).__name__}: {error}") from error

    def after_trial(self, study: "Study", trial: "FrozenTrial", state: "TrialState", values: Sequence[float] | None) -> None:
        """Delegate to the sampler, and record a call of `Study.stop`."""
        try:
            super().after_trial(study, trial, state, values)
        except RuntimeError as error:
            if "Study.stop" not in str(error):
                raise
            self._wants_stop = True
