"""A worker process: imports the backend once, then trains whatever it is given until its pipe closes.

It is started by `worker_pool` with the number of an inherited pipe and knows no ledger and no tracker.
"""

import contextlib
import signal
import sys
import time
from multiprocessing.connection import Connection
from pathlib import Path

from ..errors import InputError
from ..trial import Assignment, EpochReport
from .messages import Check, Epochs, Ready, Start

SEND_INTERVAL_SECONDS = 0.25


def main() -> None:
    """Serve the pipe whose file number is the first argument."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the coordinator's to handle
    pipe = Connection(int(sys.argv[1]))
    # The coordinator is gone, or closed the pipe to end this process.
    with contextlib.suppress(EOFError, BrokenPipeError, ConnectionResetError):
        _serve(pipe)


def _serve(pipe: Connection) -> None:
    start: Start = pipe.recv()
    sys.path[:] = start.path
    import keras  # noqa: F401 - with its backend, now, while the coordinator prepares the data

    from ..arrays import TrainingArrays
    from ..training.run import check_builder, train_trial

    epochs = _EpochsToSend(pipe)

    def report(epoch: EpochReport) -> bool:
        epochs.add(epoch, is_due=assignment.is_prunable)
        return bool(pipe.recv()) if assignment.is_prunable else True

    arrays: TrainingArrays | None = None
    while True:
        message: Check | Assignment = pipe.recv()
        if arrays is None:
            arrays = TrainingArrays.load(Path(start.arrays))
        if isinstance(message, Assignment):
            assignment = message
            result = train_trial(start.experiment, assignment, arrays, report)
            epochs.send()
            pipe.send(result)
            continue
        try:
            check_builder(start.experiment, arrays)
            pipe.send(Ready())
        except InputError as error:
            pipe.send(Ready(error))


class _EpochsToSend:
    """Epochs that the coordinator has not been told of; short ones are told together."""

    def __init__(self, pipe: Connection) -> None:
        self._pipe = pipe
        self._reports: list[EpochReport] = []
        self._sent_at = time.monotonic()

    def add(self, report: EpochReport, *, is_due: bool) -> None:
        self._reports.append(report)
        if is_due or time.monotonic() - self._sent_at >= SEND_INTERVAL_SECONDS:
            self.send()

    def send(self) -> None:
        if self._reports:
            self._pipe.send(Epochs(tuple(self._reports)))
        self._reports, self._sent_at = [], time.monotonic()


if __name__ == "__main__":
    main()
