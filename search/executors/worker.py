"""A worker process: trains whatever it is given until its pipe closes.

It is started by `worker_process` with the number of an inherited pipe and knows no ledger and no tracker.
"""

import contextlib
import os
import signal
import sys
from multiprocessing.connection import Connection
from pathlib import Path

from ..arrays import TrainingArrays
from .messages import Begun, Start
from .serving import serve


def main() -> None:
    """Serve the pipe whose file number is the first argument."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the coordinator's to handle
    pipe = Connection(int(sys.argv[1]))
    # The coordinator is gone, or closed the pipe to end this process.
    with contextlib.suppress(EOFError, BrokenPipeError, ConnectionResetError):
        pipe.send(Begun())
        start: Start = pipe.recv()
        sys.path[:] = start.path
        serve(start.experiment, lambda: TrainingArrays.load(Path(start.arrays)), pipe.recv, pipe.send)
    os._exit(0)  # without waiting for trials


if __name__ == "__main__":
    main()
