"""Writes to another tracker on a thread of its own, so that the next trial need not wait for the store.

It decides only when the other tracker is called: in order, and never by two threads at once.
"""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from queue import Queue
from threading import Thread
from typing import final

from ..trial import Assignment, EpochReport, TrialResult
from .base import StudyOutcome, StudyRecord, Tracker

MAX_WAITING = 200
"""Calls that may wait; whoever adds one more waits. Few enough that Ctrl-C, which waits for all, takes seconds."""

_Call = Callable[[], object]


@final
class BackgroundTracker:
    """A tracker whose `start_trial`, `log_epoch` and `finish_trial` return at once; the others wait for these and return the answer.

    What is waiting is lost when the process is killed: `StudyRecord.finished` makes it good when the study goes on.

    An exception of the other tracker is raised by the next call, once; what waits behind the call that failed is not written.

    Args:
        tracker: The other tracker; called by nobody else.
    """

    def __init__(self, tracker: Tracker) -> None:
        self._tracker = tracker
        self._calls: Queue[_Call | None] = Queue(MAX_WAITING)
        self._writer: Thread | None = None
        self._error: Exception | None = None

    def open(self) -> None:
        """Connect."""
        self._drain()
        self._tracker.open()

    def start_study(self, record: StudyRecord) -> str:
        """Begin the study's run, or go on with it, and return its id."""
        self._drain()
        return self._tracker.start_study(record)

    def start_trial(self, assignment: Assignment) -> None:
        """Have a trial's run begun."""
        self._add(partial(self._tracker.start_trial, assignment))

    def log_epoch(self, report: EpochReport) -> None:
        """Have one epoch's metrics noted."""
        self._add(partial(self._tracker.log_epoch, report))

    def finish_trial(self, result: TrialResult) -> None:
        """Have a trial's run ended."""
        self._add(partial(self._tracker.finish_trial, result))

    def finish_study(self, outcome: StudyOutcome) -> None:
        """Write the study's results and end its run; as of an interrupted one if something could not be written."""
        try:
            self._drain()
        except Exception:
            self._finish(replace(outcome, is_complete=False))
            raise
        self._finish(outcome)

    def find_run_id(self, parent_run_id: str, number: int) -> str:
        """Find the run of a trial."""
        self._drain()
        return self._tracker.find_run_id(parent_run_id, number)

    def _add(self, call: _Call) -> None:
        if self._error is not None:
            self._drain()
        if self._writer is None:
            # A daemon, so that a second Ctrl-C is not held up by a store that does not answer.
            self._writer = Thread(target=self._write, name="tracking", daemon=True)
            self._writer.start()
        self._calls.put(call)

    def _drain(self) -> None:
        """Wait until nothing waits; raise what the other tracker raised."""
        self._calls.join()
        error, self._error = self._error, None
        if error is not None:
            raise error

    def _finish(self, outcome: StudyOutcome) -> None:
        if self._writer is not None:
            self._calls.put(None)
            self._writer.join()
            self._writer = None
        self._tracker.finish_study(outcome)

    def _write(self) -> None:
        while (call := self._calls.get()) is not None:
            try:
                if self._error is None:
                    call()
            except Exception as error:
                self._error = error
            finally:
                self._calls.task_done()
        self._calls.task_done()
