"""Makes calls one after another in a background thread, and repeats a call until the tracking store responds."""

import itertools
import logging
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from threading import Condition, Event, Thread
from typing import TypeVar, final

from ..errors import StoreUnavailableError
from .deferred_trials import DeferredTrials

MAX_QUEUED = 200
"""Few enough that Ctrl-C, which waits for all, takes seconds."""

logger = logging.getLogger(__name__)
Call = Callable[[], object]
T = TypeVar("T")


@dataclass(frozen=True)
class Delays:
    """How long a queue waits for a store that is slow or does not respond, in seconds.

    Attributes:
        before_retries: Before each repetition of a call; the last one before every further repetition.
        for_space: Until a call is deferred because the queue stays full.
    """

    before_retries: tuple[float, ...] = (0.5, 1.0, 2.0, 4.0, 8.0)
    for_space: float = 10.0


DELAYS = Delays()


@final
class CallQueue:
    """A queue of calls and the thread that makes them in order.

    An exception of a call, other than a StoreUnavailableError, discards what is queued and is raised once by the next
    method that is called here. After `timeout_seconds` without a response, the queue gives up for good.

    Args:
        deferred: Trials to log whenever the queue is empty. While there are any, every further call is deferred too.
        timeout_seconds: How long `drain` waits for a store that does not respond.
        max_queued: Calls that may be queued; on a slow store the next one waits. Defaults to `MAX_QUEUED`.
        delays: The other waiting times.
    """

    def __init__(self, deferred: DeferredTrials, timeout_seconds: float, max_queued: int = MAX_QUEUED, delays: Delays = DELAYS) -> None:
        self._timeout_seconds, self._max_queued, self._delays = timeout_seconds, max_queued, delays
        self._thread: Thread | None = None
        self._changed = Condition()  # guards all attributes below
        self._deferred = deferred
        self._calls: deque[Call] = deque()
        self._call_started: float | None = None  # when the current call was made first
        self._is_closing = False
        self._outage: StoreUnavailableError | None = None
        self._error: Exception | None = None
        self._has_timed_out = Event()

    def put(self, call: Call, defer: Call = lambda: None) -> None:
        """Queue a call; wait up to 10 seconds while the queue is full.

        Args:
            call: The call.
            defer: Called instead if the queue stays full or trials are deferred. Defaults to dropping the call.
        """
        with self._changed:
            self._changed.wait_for(self._need_not_wait, timeout=self._delays.for_space)
            self._raise_error()
            if self._deferred or len(self._calls) >= self._max_queued:
                defer()
                return
            self._calls.append(call)
            self._changed.notify_all()
            self._start_thread()

    def call(self, call: Callable[[], T]) -> T:
        """Make a call after all queued ones and return its result."""
        results: list[T] = []
        self.drain()
        self.put(lambda: results.append(call()))
        self.drain()
        return results[0]

    def drain(self) -> None:
        """Wait until nothing is queued or deferred.

        Raises:
            StoreUnavailableError: If the store has not responded for the timeout.
        """
        since = time.monotonic()
        with self._changed:
            while not self._has_timed_out.is_set() and (self._calls or self._deferred or self._call_started is not None):
                left = self._timeout_seconds - (time.monotonic() - max(since, self._call_started or since))
                if left <= 0:
                    self._time_out()
                self._changed.wait(max(left, 0))
            self._raise_error()

    def close(self) -> None:
        """End the thread of a drained queue; a later call starts another."""
        with self._changed:
            self._is_closing = True
            self._changed.notify_all()
        if self._thread is not None:
            self._thread.join()
        self._thread, self._is_closing = None, False

    def _need_not_wait(self) -> bool:
        return len(self._calls) < self._max_queued or bool(self._deferred) or self._outage is not None or self._error is not None

    def _start_thread(self) -> None:
        if self._thread is None:
            # A daemon, so that a second Ctrl-C ends the process even if the store does not respond.
            self._thread = Thread(target=self._run, name="tracking", daemon=True)
            self._thread.start()

    def _time_out(self) -> None:
        reason = f" ({self._outage})" if self._outage else ""
        self._error = StoreUnavailableError(
            f"MLflow has not responded for {self._timeout_seconds:g} s{reason}. The ledger has every finished trial; "
            "run the same command again when MLflow responds, and what is missing there is logged"
        )
        self._has_timed_out.set()
        self._discard()

    def _raise_error(self) -> None:
        """Raise the error of an earlier call once, and a timeout every time."""
        error = self._error
        if not self._has_timed_out.is_set():
            self._error = None
        if error is not None:
            raise error

    def _discard(self) -> None:
        self._calls.clear()
        self._deferred.clear()

    def _run(self) -> None:
        while (call := self._next()) is not None:
            error: Exception | None = None
            try:
                self._call_with_retries(call)
            except Exception as raised:
                error = raised
            with self._changed:
                self._call_started = None
                if error is not None and not self._has_timed_out.is_set():
                    self._error = error
                    self._discard()
                self._changed.notify_all()

    def _next(self) -> Call | None:
        """Wait for the next call; return None if the queue is closed."""
        with self._changed:
            self._changed.wait_for(lambda: self._calls or self._deferred or self._is_closing)
            if not self._calls and not self._deferred:
                return None
            call = self._calls.popleft() if self._calls else self._deferred.pop()
            self._call_started = time.monotonic()
            self._changed.notify_all()
            return call

    def _call_with_retries(self, call: Call) -> None:
        """Repeat a call until the store responds or `drain` has timed out."""
        for delay in itertools.chain(self._delays.before_retries, itertools.repeat(self._delays.before_retries[-1])):
            try:
                call()
            except StoreUnavailableError as error:
                self._set_outage(error)
                if self._has_timed_out.wait(delay):
                    raise
            else:
                self._set_outage(None)
                return

    def _set_outage(self, error: StoreUnavailableError | None) -> None:
        """Record whether the store is unavailable, and log when that changes."""
        with self._changed:
            if error is not None and self._outage is None:
                logger.warning("%s; the search continues, and its results are logged to MLflow later", error)
            elif error is None and self._outage is not None:
                logger.warning("MLflow responds again")
            self._outage = error
            self._changed.notify_all()
