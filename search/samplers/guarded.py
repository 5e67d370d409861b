"""A wrapper that lets any Optuna sampler work under ask and tell, even one that calls `Study.stop`.

`Study.stop` fails outside of `Study.optimize`; here it only means that nothing is left to propose.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from optuna.samplers import BaseSampler

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

    def after_trial(self, study: "Study", trial: "FrozenTrial", state: "TrialState", values: Sequence[float] | None) -> None:
        """Delegate to the sampler, and record a call of `Study.stop`."""
        try:
            super().after_trial(study, trial, state, values)
        except RuntimeError as error:
            if "Study.stop" not in str(error):
                raise
            self._wants_stop = True
