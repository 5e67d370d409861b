"""A worker process: imports the backend once, then trains whatever it is given until its pipe closes.

It is started by `worker_pool` with the number of an inherited pipe and knows no ledger and no tracker.
"""

import contextlib
import signal
import sys
from multiprocessing.connection import Connection
from pathlib import Path

from ..errors import InputError
from ..trial import Assignment, EpochReport
from .messages import Check, Ready, Start


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
    from ..arrays import TrainingArrays
    from ..training.run import check_builder, train_trial

    def report(epoch: EpochReport) -> bool:
        pipe.send(epoch)
        return bool(pipe.recv()) if assignment.is_prunable else True

    arrays: TrainingArrays | None = None
    while True:
        message: Check | Assignment = pipe.recv()
        if arrays is None:
            arrays = TrainingArrays.load(Path(start.arrays))
        if isinstance(message, Assignment):
            assignment = message
            pipe.send(train_trial(start.experiment, assignment, arrays, report))
            continue
        try:
            check_builder(start.experiment, arrays)
            pipe.send(Ready())
        except InputError as error:
            pipe.send(Ready(error))


if __name__ == "__main__":
    main()
