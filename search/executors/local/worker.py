"""A worker process: trains the assigned trials until its pipe is closed.

It is forked by `fork_server`, and knows no ledger and no tracker.
"""

import contextlib
import os
import sys
from multiprocessing.connection import Connection
from pathlib import Path
from typing import NoReturn

from ...experiment.kept_modules import import_kept
from ...jobs import load_arrays
from ..messages import WorkerSetup, WorkerStarted
from ..worker_loop import serve


def work(pipe: Connection) -> NoReturn:
    """Receive and train trials until the pipe is closed, and exit this process.

    Args:
        pipe: The pipe to the coordinator.
    """
    with contextlib.suppress(EOFError, BrokenPipeError, ConnectionResetError):  # the coordinator closed the pipe or ended
        pipe.send(WorkerStarted())
        setup: WorkerSetup = pipe.recv()
        sys.path[:] = setup.path
        import_kept(setup.modules)
        serve(setup.experiment, lambda: load_arrays(setup.experiment, Path(setup.arrays)), pipe.recv, pipe.send)
    os._exit(0)  # without waiting for trials
