"""The main loop of a worker, wherever it runs: it checks the builder, then trains the assigned trials and sends their results.

It knows no pipe and no cluster: it receives and sends messages by two functions.
"""

import contextlib
import faulthandler
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
from ..jobs import Job, job_of
from ..trial import Assignment, Progress
from .device_share import MEMORY_FRACTION
from .messages import ProgressReports, StopTrial, WorkerReady, awaits_reply

if TYPE_CHECKING:
    from ..data.arrays import TrainingArrays

SEND_INTERVAL_SECONDS = 0.25
_SLOW_SECONDS = 25.0
"""A check of the builder that takes longer leaves its traceback in the log."""
Send = Callable[[Any], None]


def serve(experiment: Experiment, load: "Callable[[], list[TrainingArrays]]", receive: Callable[[], Any], send: Send) -> None:
    """Check what the trials of an experiment call, send `WorkerReady`, and train trials until ``receive`` raises, which ends this process.

    Args:
        experiment: The experiment.
        load: Loads the arrays of each fold (`search.jobs.load_arrays`); called after `messages.CheckBuilder`.
        receive: Waits for the next message: first `messages.CheckBuilder`, then, on a separate thread, assignments and replies to
            reports.
        send: Sends a message to the coordinator; called by one thread at a time.
    """
    experiment.remember_secrets()
    job = job_of(experiment)
    fraction = os.environ.get(MEMORY_FRACTION)
    job.prepare(float(fraction) if fraction else None)  # while the coordinator prepares the data
    receive()  # CheckBuilder
    faulthandler.dump_traceback_later(_SLOW_SECONDS)  # of what hangs, into the log
    try:
        notes = job.check(load)
    except InputError as error:
        send(WorkerReady(error))
        receive()
        return
    capacity = job.capacity
    faulthandler.cancel_dump_traceback_later()
    trials = _Trials(send, job)
    send(WorkerReady(capacity=capacity, device_bytes=job.device_bytes, notes=notes))
    threading.Thread(target=_run_or_exit, args=(_receive_all, receive, trials), daemon=True).start()
    trials.train(capacity)


def _receive_all(receive: Callable[[], Any], trials: "_Trials") -> None:
    with contextlib.suppress(EOFError, BrokenPipeError, ConnectionResetError):
        while True:
            trials.handle(receive())
    os._exit(0)  # the coordinator has closed the connection or has ended: exit without waiting for trials


def _run_or_exit(loop: Callable[..., None], *arguments: object) -> None:
    """Run an endless loop, and exit the process if it raises: the end of a thread alone would not be noticed."""
    try:
        loop(*arguments)
    except BaseException:  # an internal error, or the coordinator has ended
        traceback.print_exc()
        os._exit(1)


class _Trials:
    """The trials of this worker: a thread for each one that is trained at once, of which only one runs at a time.

    Args:
        send: Sends a message to the coordinator; only the thread that runs calls it.
        job: Trains them.
    """

    def __init__(self, send: Send, job: Job) -> None:
        self._send, self._job = send, job
        self._assignments: SimpleQueue[Assignment] = SimpleQueue()
        self._replies: SimpleQueue[Any] = SimpleQueue()
        self._stopped: set[int] = set()
        self._reports = _ReportBuffer(send)

    def handle(self, message: Any) -> None:
        """Queue a trial, pass on a reply to the trial that waits for it, or let another one end at its next epoch."""
        match message:
            case Assignment():
                self._stopped.discard(message.number)  # that was an earlier attempt of it
                self._assignments.put(message)
            case StopTrial(number=number):
                self._stopped.add(number)
            case _:
                self._replies.put(message)

    def train(self, capacity: int) -> None:
        """Train trials without end.

        Args:
            capacity: Number of trials at once; further ones wait. One is trained on this thread, on which the user's module was
                imported: a Keras scope that the module opened, for example, may hold on this thread only.
        """
        for _ in range(capacity - 1):
            threading.Thread(target=_run_or_exit, args=(self._train_sequentially,), daemon=True).start()
        _run_or_exit(self._train_sequentially)

    def _train_sequentially(self) -> None:
        while True:
            self._train(self._assignments.get())

    def _train(self, assignment: Assignment) -> None:
        def report(progress: Progress) -> Any:
            is_waiting = awaits_reply(progress, assignment)
            self._reports.add(progress, send_now=is_waiting)
            return self._replies.get() if is_waiting else progress.number not in self._stopped

        with self._job.trial():
            result = self._job.train(assignment, report)
            self._reports.send()
            self._send(replace(result, peak_bytes=self._job.peak_bytes))


class _ReportBuffer:
    """Reports that are not sent yet; those of short epochs are sent together."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self._reports: list[Progress] = []
        self._sent_at = time.monotonic()

    def add(self, report: Progress, *, send_now: bool) -> None:
        self._reports.append(report)
        if send_now or time.monotonic() - self._sent_at >= SEND_INTERVAL_SECONDS:
            self.send()

    def send(self) -> None:
        if self._reports:
            self._send(ProgressReports(tuple(self._reports)))
        self._reports, self._sent_at = [], time.monotonic()
