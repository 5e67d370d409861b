"""A worker process: trains whatever it is given until its pipe closes.

It is forked by `fork_server`, and knows no ledger and no tracker.
"""

import contextlib
import os
import sys
from multiprocessing.connection import Connection
from pathlib import Path
from typing import NoReturn

from ...data.arrays import TrainingArrays
from ..messages import WorkerSetup, WorkerStarted
from ..worker_loop import serve


def work(pipe: Connection) -> NoReturn:
    """Serve a pipe, and end this process when it is closed.

    Args:
        pipe: The pipe to the coordinator.
    """
    # The coordinator is gone, or closed the pipe to end this process.
    with contextlib.suppress(EOFError, BrokenPipeError, ConnectionResetError):
        pipe.send(WorkerStarted())
        start: WorkerSetup = pipe.recv()
        sys.path[:] = start.path
        serve(start.experiment, lambda: TrainingArrays.load(Path(start.arrays)), pipe.recv, pipe.send)
    os._exit(0)  # without waiting for trials
