"""An MLflow run that has not ended, with its pending writes; a repeated write adds nothing twice."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ..spread import deviations
from ..trial import TrialResult, TrialState
from . import descriptions
from .mlflow_batches import Batch, milliseconds, remove_written, write

if TYPE_CHECKING:
    from mlflow import MlflowClient


@dataclass
class OpenRun:
    """A run that has not ended.

    Attributes:
        run_id: MLflow's id.
        pending: What has not been written yet.
        last_epoch: The last epoch that is written or pending; 0 before the first.
        written_at: Time of the last write, in seconds of the monotonic clock.
        may_be_written: Whether the store may have some of what is pending, because an earlier write got no response.
        has_result: Whether the trial's result is written or pending.
    """

    run_id: str
    pending: Batch = field(default_factory=Batch)
    last_epoch: int = 0
    written_at: float = field(default_factory=time.monotonic)
    may_be_written: bool = False
    has_result: bool = False

    def add_result(self, result: TrialResult, costs: Sequence[str] = (), beyond: Sequence[str] = ()) -> None:
        """Add a trial's result, with the epochs that were never reported; a second call adds nothing.

        Args:
            result: The trial's result.
            costs: The costs that objectives and limits are about. Defaults to none.
            beyond: The limits that it is beyond. Defaults to none.
        """
        if self.has_result:
            return
        finished, n_epochs = milliseconds(result.finished), len(result.history)
        spread = [*deviations([execution.history for execution in result.executions]), *[{}] * n_epochs]
        for epoch, metrics in enumerate(result.history[self.last_epoch :], start=self.last_epoch + 1):
            seconds_ago = result.seconds * (1 - epoch / n_epochs)
            of_executions = {f"{name}{descriptions.DEVIATION}": number for name, number in spread[epoch - 1].items() if name != "learning_rate"}
            self.pending.add_metrics({**metrics, **of_executions}, finished - milliseconds(seconds_ago), epoch)
        for number, execution in enumerate(result.executions, start=1):
            own = {f"{descriptions.EXECUTIONS}{name}": value for name, value in execution.best_metrics.items() if name != "learning_rate"}
            self.pending.add_metrics(own, milliseconds(execution.finished), number)
        self.pending.add_metrics(descriptions.result_metrics(result, costs, is_within_limits=not beyond), finished, 0)
        self.pending.tags |= descriptions.result_tags(result, beyond)
        self.has_result = True

    def write(self, client: "MlflowClient") -> None:
        """Write what is pending, without what an earlier attempt has written.

        Args:
            client: MLflow's client.
        """
        if self.may_be_written:
            remove_written(client, self.run_id, self.pending)
        self.may_be_written = True
        write(client, self.run_id, self.pending)
        self.pending, self.written_at, self.may_be_written = Batch(), time.monotonic(), False


def status_of(result: TrialResult) -> str:
    """Return MLflow's run status for a finished trial."""
    return "FAILED" if result.state is TrialState.FAILED else "FINISHED"
