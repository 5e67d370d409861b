"""What a worker does, wherever it runs: it checks the builder, then trains whatever it is given, and says what comes of it.

It knows no pipe and no cluster: messages come and go through two functions.
"""

import contextlib
import os
import threading
import time
import traceback
from collections.abc import Callable
from dataclasses import replace
from queue import SimpleQueue
from typing import TYPE_CHECKING, Any

from ..errors import InputError
from ..experiment.file import Experiment
from ..trial import Assignment, EpochReport
from .devices import MEMORY_PART
from .messages import Epochs, Ready

if TYPE_CHECKING:
    from ..data.arrays import TrainingArrays
    from ..training.context import TrainingContext

SEND_INTERVAL_SECONDS = 0.25
Send = Callable[[Any], None]


def serve(experiment: Experiment, load: "Callable[[], TrainingArrays]", receive: Callable[[], Any], send: Send) -> None:
    """Import the backend, say Ready once the builder is checked, and train until ``receive`` raises, which ends this process.

    Args:
        experiment: The experiment.
        load: Gives the arrays; called once they are there.
        receive: Waits for the next message: first `messages.Check`, then, on a thread of its own, assignments, and answers to
            reports.
        send: Takes a message for the coordinator; called by one thread at a time.
    """
    import keras  # noqa: F401 - with its backend, now, while the coordinator prepares the data

    from ..training.context import TrainingContext
    from ..training.device import limit_memory, total_bytes
    from ..training.preflight import check_builder
    from ..training.run import choose_capacity

    if part := os.environ.get(MEMORY_PART):
        limit_memory(float(part))
    receive()  # Check
    context = TrainingContext(experiment, load())
    try:
        check_builder(context)
    except InputError as error:
        send(Ready(error))
        receive()
        return
    capacity = choose_capacity(context)
    trials = _Trials(send, context)
    send(Ready(capacity=capacity, device_bytes=total_bytes()))
    threading.Thread(target=_or_end, args=(_receive_all, receive, trials), daemon=True).start()
    trials.train(capacity)


def _receive_all(receive: Callable[[], Any], trials: "_Trials") -> None:
    with contextlib.suppress(EOFError, BrokenPipeError, ConnectionResetError):
        while True:
            trials.take(receive())
    os._exit(0)  # the coordinator is gone, or wants this process to end: without waiting for trials


def _or_end(do: Callable[..., None], *arguments: object) -> None:
    """Do what never ends, or end this process: the end of a thread would go unnoticed."""
    try:
        do(*arguments)
    except BaseException:  # a fault of ours, or the coordinator is gone
        traceback.print_exc()
        os._exit(1)


class _Trials:
    """The trials of this worker, as many threads as are trained at once, of which one runs at a time.

    Args:
        send: Takes a message for the coordinator; only the trial whose turn it is calls it.
        context: The experiment and its arrays.
    """

    def __init__(self, send: Send, context: "TrainingContext") -> None:
        self._send, self._context = send, context
        self._assignments: SimpleQueue[Assignment] = SimpleQueue()
        self._answers: SimpleQueue[bool] = SimpleQueue()
        self._epochs = _EpochsToSend(send)

    def take(self, message: Assignment | bool) -> None:
        """Have a trial begun, or tell the one that waits for it whether to go on."""
        if isinstance(message, Assignment):
            self._assignments.put(message)
        else:
            self._answers.put(message)

    def train(self, capacity: int) -> None:
        """Train trials for ever.

        Args:
            capacity: How many at once; more wait. One is trained on this thread, on which the user's module was imported: what it
                set there, a Keras scope for example, may be known to this thread only.
        """
        for _ in range(capacity - 1):
            threading.Thread(target=_or_end, args=(self._train_one_by_one,), daemon=True).start()
        _or_end(self._train_one_by_one)

    def _train_one_by_one(self) -> None:
        while True:
            self._train(self._assignments.get())

    def _train(self, assignment: Assignment) -> None:
        from ..training.device import peak_bytes
        from ..training.run import train_trial
        from ..training.vectorized.lockstep import LOCKSTEP

        def report(epoch: EpochReport) -> bool:
            self._epochs.add(epoch, is_due=assignment.is_prunable)
            return self._answers.get() if assignment.is_prunable else True

        with LOCKSTEP.trial():
            result = train_trial(self._context, assignment, report)
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
