"""Logs to another tracker from a background thread, so that the search waits neither for a slow store nor for an outage.

It decides only when the other tracker is called: in order, from one thread at a time, and again after a delay if the store
did not respond. It needs no file for a long outage: the ledger has the whole history of every finished trial, so trials
that do not fit into the queue are logged from the ledger later.
"""

from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from typing import final

from ..errors import StoreUnavailableError
from ..trial import Assignment, EpochReport, TrialResult
from .base import StudyOutcome, StudyRecord, Tracker
from .call_queue import DELAYS, MAX_QUEUED, CallQueue, Delays
from .deferred_trials import DeferredTrials

TIMEOUT_SECONDS = 60.0
"""How long the end of a study waits for a store that does not respond."""


@final
class BackgroundTracker:
    """A tracker that queues the calls that describe a trial and returns at once; its other methods wait for these.

    During an outage the calls are queued. Those beyond `max_queued` are dropped, and their trials are logged from
    the ledger, in order, once the store responds. What is queued is lost if the process is killed; `StudyRecord.finished`
    restores it when the study continues.

    Any other exception of the other tracker is raised by the next method that is called, once; the calls queued behind the
    failed one are dropped.

    Args:
        tracker: The other tracker, used by nobody else. A call of it that raised StoreUnavailableError may be repeated.
        timeout_seconds: How long to wait for a store that does not respond, where a result is needed. Defaults to 60.
        max_queued: Calls that may be queued. Defaults to 200.
        delays: How long to wait before a repeated call, and for space in the queue. Defaults to half a second and more, and 10 seconds.
    """

    def __init__(self, tracker: Tracker, timeout_seconds: float = TIMEOUT_SECONDS, max_queued: int = MAX_QUEUED, delays: Delays = DELAYS) -> None:
        self._tracker = tracker
        self._deferred = DeferredTrials(tracker)
        self._queue = CallQueue(self._deferred, timeout_seconds, max_queued, delays)
        self._is_shared = False

    def open(self) -> None:
        """Connect."""
        self._queue.drain()
        self._tracker.open()

    def start_study(self, record: StudyRecord) -> str:
        """Create or reopen the study's run and return its id; an outage is not waited for."""
        self._queue.drain()
        self._deferred.result_of = record.result_of
        self._is_shared = record.is_shared
        return self._tracker.start_study(record)

    def start_trial(self, assignment: Assignment) -> None:
        """Queue the creation of a trial's run."""
        self._queue.put(partial(self._tracker.start_trial, assignment), partial(self._deferred.add_start, assignment))

    def log_facts(self, number: int, params: Mapping[str, str], tags: Mapping[str, str]) -> None:
        """Queue what a trial has got in its course."""
        self._queue.put(partial(self._tracker.log_facts, number, params, tags), partial(self._deferred.add_facts, number, params, tags))

    def log_epoch(self, report: EpochReport) -> None:
        """Queue the metrics of one epoch; a dropped epoch is logged with the trial's result."""
        self._queue.put(partial(self._tracker.log_epoch, report))

    def finish_trial(self, result: TrialResult) -> None:
        """Queue the result of a trial."""
        self._queue.put(partial(self._tracker.finish_trial, result), partial(self._deferred.add_end, result.number))

    def log_best(self, n_finished: int, value: float, metrics: Mapping[str, float]) -> None:
        """Queue the best value so far; what is dropped is logged when the study ends."""
        self._queue.put(partial(self._tracker.log_best, n_finished, value, metrics))

    def pause_trial(self, number: int, so_far: TrialResult | None = None) -> None:
        """Leave a trial's run open for the process that continues the trial; wait for this if it may be another process."""
        self._queue.put(partial(self._tracker.pause_trial, number, so_far))
        if self._is_shared:
            self._queue.drain()

    def drop_trial(self, number: int) -> None:
        """Queue the discarding of a trial whose run another process writes now."""
        self._queue.put(partial(self._tracker.drop_trial, number))

    def pause_all(self) -> None:
        """Pause all trials."""
        self._queue.drain()
        self._tracker.pause_all()

    def finish_study(self, outcome: StudyOutcome) -> None:
        """Log the study's results and end its run, as an interrupted one if a call failed."""
        try:
            self._queue.drain()
        except StoreUnavailableError:
            raise
        except Exception:
            self._finish_study(replace(outcome, is_complete=False))
            raise
        self._finish_study(outcome)

    def find_run_id(self, parent_run_id: str, number: int) -> str:
        """Return the id of a trial's run."""
        return self._queue.call(partial(self._tracker.find_run_id, parent_run_id, number))

    def _finish_study(self, outcome: StudyOutcome) -> None:
        self._queue.call(partial(self._tracker.finish_study, outcome))
        self._queue.close()
