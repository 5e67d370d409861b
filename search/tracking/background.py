"""Writes to another tracker on a thread of its own, so that the search waits neither for a slow store nor for one that is away.

It decides only when the other tracker is called: in order, never by two threads at once, and again after a pause where
the store did not answer. No file is needed for what has to wait long: the ledger has every finished trial with its whole
history, so what there is no room for here is read from it later.
"""

import itertools
import logging
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from threading import Condition, Event, Thread
from typing import TypeVar, final

from ..errors import StoreUnavailableError
from ..trial import Assignment, EpochReport, TrialResult
from .base import StudyOutcome, StudyRecord, Tracker

MAX_QUEUED = 200
"""Calls that may wait; whoever adds one more waits while the store is slow. Few enough that Ctrl-C, which waits for all, takes seconds."""
TIMEOUT_SECONDS = 60.0
"""So long an answer is waited for at the end of a study."""
_SLOW_SECONDS = 10.0
_FIRST_DELAYS, _LONGEST_DELAY = (0.5, 1.0, 2.0, 4.0), 8.0

logger = logging.getLogger(__name__)
_Call = Callable[[], object]
T = TypeVar("T")


@dataclass
class _Deferred:
    """A trial of which calls were left out.

    Attributes:
        assignment: The trial if its run is still to be begun; else None.
        has_ended: Whether its result is in the ledger.
    """

    assignment: Assignment | None = None
    has_ended: bool = False


@final
class BackgroundTracker:
    """A tracker whose `start_trial`, `log_epoch` and `finish_trial` return at once; the others wait for these and return the answer.

    While the store is away the calls wait. Those beyond `MAX_QUEUED` are left out: the trials that they tell of are
    written from the ledger once the store answers, in order. What is waiting is lost when the process is killed:
    `StudyRecord.finished` makes it good when the study goes on.

    Another exception of the other tracker is raised by the next call, once; what waits behind the call that failed is not
    written.

    Args:
        tracker: The other tracker; called by nobody else. A call of it that raised StoreUnavailableError may be repeated.
        timeout_seconds: How long whoever needs an answer waits for a store that gives none. Defaults to 60.
    """

    def __init__(self, tracker: Tracker, timeout_seconds: float = TIMEOUT_SECONDS) -> None:
        self._tracker = tracker
        self._timeout_seconds = timeout_seconds
        self._result_of: Callable[[int], TrialResult | None] = lambda _number: None
        self._writer: Thread | None = None
        self._changed = Condition()  # guards all that follows
        self._queue: deque[_Call] = deque()
        self._deferred: dict[int, _Deferred] = {}
        self._is_deferring = False  # calls are left out until all that is late is written
        self._is_ending = False
        self._call_started: float | None = None  # when the call that is being made was made first
        self._outage: StoreUnavailableError | None = None
        self._error: Exception | None = None
        self._has_timed_out = Event()

    def open(self) -> None:
        """Connect."""
        self._drain()
        self._tracker.open()

    def start_study(self, record: StudyRecord) -> str:
        """Begin the study's run, or go on with it, and return its id; a store that is away is not waited for."""
        self._drain()
        self._result_of = record.result_of
        return self._tracker.start_study(record)

    def start_trial(self, assignment: Assignment) -> None:
        """Have a trial's run begun."""
        with self._changed:
            if not self._enqueue(partial(self._tracker.start_trial, assignment)):
                self._deferred[assignment.number] = _Deferred(assignment)

    def log_epoch(self, report: EpochReport) -> None:
        """Have one epoch's metrics noted; one that is left out is written with the trial's result."""
        self._enqueue(partial(self._tracker.log_epoch, report))

    def finish_trial(self, result: TrialResult) -> None:
        """Have a trial's run ended."""
        with self._changed:
            if not self._enqueue(partial(self._tracker.finish_trial, result)):
                self._deferred.setdefault(result.number, _Deferred()).has_ended = True

    def pause_trial(self, number: int) -> None:
        """Leave a trial's run to whoever begins it again."""
        self._drain()
        self._tracker.pause_trial(number)

    def drop_trial(self, number: int) -> None:
        """Have a trial forgotten."""
        self._enqueue(partial(self._tracker.drop_trial, number))

    def pause_all(self) -> None:
        """Pause all trials."""
        self._drain()
        self._tracker.pause_all()

    def finish_study(self, outcome: StudyOutcome) -> None:
        """Write the study's results and end its run; as of an interrupted one if something could not be written."""
        try:
            self._drain()
        except StoreUnavailableError:
            raise
        except Exception:
            self._call_and_wait(partial(self._tracker.finish_study, replace(outcome, is_complete=False)))
            self._end()
            raise
        self._call_and_wait(partial(self._tracker.finish_study, outcome))
        self._end()

    def find_run_id(self, parent_run_id: str, number: int) -> str:
        """Find the run of a trial."""
        return self._call_and_wait(partial(self._tracker.find_run_id, parent_run_id, number))

    def _enqueue(self, call: _Call) -> bool:
        """Have a call wait for its turn, and answer whether it does; else it is left out."""
        with self._changed:
            self._changed.wait_for(self._need_not_wait, timeout=_SLOW_SECONDS)
            self._raise()
            if len(self._queue) >= MAX_QUEUED:
                self._is_deferring = True
            if self._is_deferring:
                return False
            self._queue.append(call)
            self._changed.notify_all()
            if self._writer is None:
                # A daemon, so that a second Ctrl-C is not held up by a store that does not answer.
                self._writer = Thread(target=self._write, name="tracking", daemon=True)
                self._writer.start()
            return True

    def _need_not_wait(self) -> bool:
        return len(self._queue) < MAX_QUEUED or self._is_deferring or self._outage is not None or self._error is not None

    def _call_and_wait(self, call: Callable[[], T]) -> T:
        """Make a call after all that wait, and return its answer."""
        answers: list[T] = []
        self._drain()
        self._enqueue(lambda: answers.append(call()))
        self._drain()
        return answers[0]

    def _drain(self) -> None:
        """Wait until nothing waits; raise what the other tracker raised, or that the store does not answer."""
        since = time.monotonic()
        with self._changed:
            while not self._has_timed_out.is_set() and (self._queue or self._deferred or self._call_started is not None):
                left = self._timeout_seconds - (time.monotonic() - max(since, self._call_started or since))
                if left <= 0:
                    self._time_out()
                self._changed.wait(max(left, 0))
            self._raise()

    def _time_out(self) -> None:
        reason = f" ({self._outage})" if self._outage else ""
        self._error = StoreUnavailableError(
            f"MLflow has not answered for {self._timeout_seconds:g} s{reason}. The ledger has every finished trial; "
            "run the same command again when MLflow answers, and what is missing there is written"
        )
        self._has_timed_out.set()
        self._discard()

    def _raise(self) -> None:
        """Raise what the other tracker raised; once, but again and again that the store was given up."""
        error = self._error
        if not self._has_timed_out.is_set():
            self._error = None
        if error is not None:
            raise error

    def _discard(self) -> None:
        self._queue.clear()
        self._deferred.clear()
        self._is_deferring = False

    def _end(self) -> None:
        """End the thread; nothing waits."""
        with self._changed:
            self._is_ending = True
            self._changed.notify_all()
        if self._writer is not None:
            self._writer.join()
        self._writer, self._is_ending = None, False

    def _write(self) -> None:
        while (call := self._next()) is not None:
            error: Exception | None = None
            try:
                self._retry(call)
            except Exception as raised:
                error = raised
            with self._changed:
                self._call_started = None
                if error is not None and not self._has_timed_out.is_set():
                    self._error = error
                    self._discard()
                self._changed.notify_all()

    def _next(self) -> _Call | None:
        """Wait for the next call to make; None at the end."""
        with self._changed:
            self._changed.wait_for(lambda: self._queue or self._deferred or self._is_ending)
            if not self._queue and not self._deferred:
                return None
            call = self._queue.popleft() if self._queue else self._next_deferred()
            self._call_started = time.monotonic()
            self._changed.notify_all()
            return call

    def _next_deferred(self) -> _Call:
        """Take the first of what was left out: a trial's beginning, or its end."""
        number, late = next(iter(self._deferred.items()))
        assignment, late.assignment = late.assignment, None
        if assignment is None or not late.has_ended:
            del self._deferred[number]
        self._is_deferring = bool(self._deferred)
        return partial(self._finish_from_ledger, number) if assignment is None else partial(self._tracker.start_trial, assignment)

    def _finish_from_ledger(self, number: int) -> None:
        result = self._result_of(number)
        if result is not None:
            self._tracker.finish_trial(result)

    def _retry(self, call: _Call) -> None:
        """Make a call again and again until the store answers, or until nobody waits for it any more."""
        for pause in itertools.chain(_FIRST_DELAYS, itertools.repeat(_LONGEST_DELAY)):
            try:
                call()
            except StoreUnavailableError as error:
                self._note(error)
                if self._has_timed_out.wait(pause):
                    raise
            else:
                self._note(None)
                return

    def _note(self, error: StoreUnavailableError | None) -> None:
        """Remember whether the store is away, and say when that changes."""
        with self._changed:
            if error is not None and self._outage is None:
                logger.warning("%s; the search goes on, and what it finds is written to MLflow later", error)
            elif error is None and self._outage is not None:
                logger.warning("MLflow answers again")
            self._outage = error
            self._changed.notify_all()
