"""What a worker does, wherever it runs: it checks the builder, then trains whatever it is given, and says what comes of it.

It knows no pipe and no cluster: messages come and go through two functions.
"""

import os
import time
import traceback
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from queue import SimpleQueue
from typing import TYPE_CHECKING, Any

from ..errors import InputError
from ..experiment import Experiment
from ..trial import Assignment, EpochReport
from .devices import MEMORY_PART
from .messages import Epochs, Ready

if TYPE_CHECKING:
    from ..arrays import TrainingArrays

SEND_INTERVAL_SECONDS = 0.25
Send = Callable[[Any], None]


def serve(experiment: Experiment, load: "Callable[[], TrainingArrays]", receive: Callable[[], Any], send: Send) -> None:
    """Import the backend, say Ready once the builder is checked, and train until ``receive`` raises.

    Args:
        experiment: The experiment.
        load: Gives the arrays; called once they are there.
        receive: Waits for the next message: first `messages.Check`, then assignments, and answers to reports.
        send: Takes a message for the coordinator; called by one thread at a time.
    """
    import keras  # noqa: F401 - with its backend, now, while the coordinator prepares the data

    from ..training.device import limit_memory, total_bytes
    from ..training.run import check_builder, choose_room

    if part := os.environ.get(MEMORY_PART):
        limit_memory(float(part))
    receive()  # Check
    arrays = load()
    try:
        check_builder(experiment, arrays)
    except InputError as error:
        send(Ready(error))
        receive()
        return
    room = choose_room(experiment, arrays)
    trials = _Trials(send, experiment, arrays, room)
    send(Ready(room=room, device_bytes=total_bytes()))
    while True:
        trials.take(receive())


class _Trials:
    """The trials of this worker, on threads of their own, of which one runs at a time.

    Args:
        send: Takes a message for the coordinator; only the trial whose turn it is calls it.
        experiment: The experiment.
        arrays: The data.
        room: How many trials are trained at once; more wait.
    """

    def __init__(self, send: Send, experiment: Experiment, arrays: "TrainingArrays", room: int) -> None:
        self._send, self._experiment, self._arrays = send, experiment, arrays
        self._threads = ThreadPoolExecutor(room)
        self._answers: SimpleQueue[bool] = SimpleQueue()
        self._epochs = _EpochsToSend(send)

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
        from ..training.device import peak_bytes
        from ..training.run import train_trial
        from ..training.turns import TURNS

        def report(epoch: EpochReport) -> bool:
            self._epochs.add(epoch, is_due=assignment.is_prunable)
            return self._answers.get() if assignment.is_prunable else True

        with TURNS.trial():
            result = train_trial(self._experiment, assignment, self._arrays, report)
            self._epochs.send()
            self._send(replace(result, peak_bytes=peak_bytes()))


class _EpochsToSend:
    """Epochs that the coordinator has not been told of; short ones are told together."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self._reports: list[EpochReport] = []
        self._sent_at = time.monotonic()

    def add(self, report: EpochReport, *, is_due: bool) -> None:
        self._reports.append(report)
        if is_due or time.monotonic() - self._sent_at >= SEND_INTERVAL_SECONDS:
            self.send()

    def send(self) -> None:
        if self._reports:
            self._send(Epochs(tuple(self._reports)))
        self._reports, self._sent_at = [], time.monotonic()
