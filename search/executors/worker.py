"""A worker process: imports the backend once, then trains whatever it is given until its pipe closes.

It is started by `worker_pool` with the number of an inherited pipe and knows no ledger and no tracker.
"""

import contextlib
import os
import signal
import sys
import time
import traceback
from concurrent.futures import ThreadPoolExecutor
from multiprocessing.connection import Connection
from pathlib import Path
from queue import SimpleQueue
from typing import TYPE_CHECKING

from ..errors import InputError
from ..experiment import Experiment
from ..trial import Assignment, EpochReport
from .messages import Epochs, Ready, Start

if TYPE_CHECKING:
    from ..arrays import TrainingArrays

SEND_INTERVAL_SECONDS = 0.25


def main() -> None:
    """Serve the pipe whose file number is the first argument."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the coordinator's to handle
    pipe = Connection(int(sys.argv[1]))
    # The coordinator is gone, or closed the pipe to end this process.
    with contextlib.suppress(EOFError, BrokenPipeError, ConnectionResetError):
        _serve(pipe)
    os._exit(0)  # without waiting for trials


def _serve(pipe: Connection) -> None:
    start: Start = pipe.recv()
    sys.path[:] = start.path
    import keras  # noqa: F401 - with its backend, now, while the coordinator prepares the data

    from ..arrays import TrainingArrays
    from ..training.run import check_builder, choose_room

    pipe.recv()  # Check
    arrays = TrainingArrays.load(Path(start.arrays))
    try:
        check_builder(start.experiment, arrays)
    except InputError as error:
        pipe.send(Ready(error))
        pipe.recv()
        return
    room = choose_room(start.experiment, arrays)
    trials = _Trials(pipe, start.experiment, arrays, room)
    pipe.send(Ready(room=room))
    while True:
        trials.take(pipe.recv())


class _Trials:
    """The trials of this worker, on threads of their own, of which one runs at a time.

    Args:
        pipe: To the coordinator; only the main thread reads it, and only the trial whose turn it is writes.
        experiment: The experiment.
        arrays: The data.
        room: How many trials are trained at once; more wait.
    """

    def __init__(self, pipe: Connection, experiment: Experiment, arrays: "TrainingArrays", room: int) -> None:
        self._pipe, self._experiment, self._arrays = pipe, experiment, arrays
        self._threads = ThreadPoolExecutor(room)
        self._answers: SimpleQueue[bool] = SimpleQueue()
        self._epochs = _EpochsToSend(pipe)

    def take(self, message: Assignment | bool) -> None:
        """Begin a trial, or tell the one that waits for it whether to go on."""
        if isinstance(message, Assignment):
            self._threads.submit(self._train_or_end, message)
        else:
            self._answers.put(message)

    def _train_or_end(self, assignment: Assignment) -> None:
        try:
            self._train(assignment)
        except BaseException:  # a fault of ours, or the coordinator is gone: a thread's end would go unnoticed
            traceback.print_exc()
            os._exit(1)

    def _train(self, assignment: Assignment) -> None:
        from ..training.run import train_trial
        from ..training.turns import TURNS

        def report(epoch: EpochReport) -> bool:
            self._epochs.add(epoch, is_due=assignment.is_prunable)
            return self._answers.get() if assignment.is_prunable else True

        with TURNS.trial():
            result = train_trial(self._experiment, assignment, self._arrays, report)
            self._epochs.send()
            self._pipe.send(result)


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
