"""The interface of pruners that pause trials and let some continue later, beside Optuna's, which stop them for good."""

from abc import abstractmethod
from collections.abc import Mapping
from typing import TYPE_CHECKING

from optuna.pruners import BasePruner

if TYPE_CHECKING:
    from optuna.study import Study


class PausingPruner(BasePruner):
    """A pruner whose trials are paused, with a checkpoint, where `prune` returns True, and continue once `promote` names them.

    Attributes:
        rungs: The epochs at which trials may be paused, ascending; empty if it names none. Defaults to none.
    """

    rungs: tuple[int, ...] = ()

    @abstractmethod
    def promote(self, study: "Study", paused: Mapping[int, int]) -> int | None:
        """Return the number of the paused trial that continues next; None to start a new trial.

        Args:
            study: The study; paused trials are in it as pruned ones.
            paused: The epochs that each of them has trained, by its number.
        """
