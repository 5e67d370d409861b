"""The search loop: ask for trials, submit them, report and prune, tell their results, until enough have finished.

It knows the interfaces of executors and trackers, not their implementations.
"""

import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from ..errors import DiskFullError, SearchPausedError, StudyFailedError, TakenOverError, TrialError
from ..executors.base import Executor
from ..experiment.file import Experiment
from ..experiment.parameters import Value
from ..ledger import Ledger, RetryState, StudyView, may_lack_models
from ..samplers import exhaustion
from ..seeds import execution_seed
from ..spread import comparable
from ..tracking.base import Tracker
from ..trial import Assignment, Attribute, EpochReport, ExecutionReport, Failure, Progress, Suggestion, TrialResult, TrialState
from . import race
from .asking import reply_to, unasked_note
from .assignments import build_assignment
from .circuit_breaker import CircuitBreaker
from .disk_space import is_full
from .interrupts import deferred_interrupts
from .model_retention import remove_checkpoints, remove_models
from .observer import Observer
from .pausing import end_paused
from .requests import STOP, STOPPED, EndRequested, Inbox
from .retrying import next_attempt
from .stopping import found_enough

GENERATION = 8
"""Trials of a reproducible search that are proposed together; as many workers are busy at once, at most."""


def keeps_workers(experiment: Experiment, ledger: StudyView) -> bool:
    """Return whether workers may be needed after the last trial, to train what becomes the champion."""
    return bool(experiment.champion.confirm) or experiment.needs_refit or may_lack_models(ledger)


@dataclass
class SearchLoop:
    """Runs trials until enough have finished.

    Attributes:
        experiment: The experiment.
        ledger: The study, with its sampler and pruner.
        executor: Trains the trials; started and checked.
        tracker: Records the trials; it has started the study's run.
        observer: Notified of progress.
        n_trials: Number of trials to finish in total.
    """

    experiment: Experiment
    ledger: Ledger
    executor: Executor
    tracker: Tracker
    observer: Observer
    n_trials: int
    _running: dict[int, Assignment] = field(default_factory=dict)
    _best: int | None = None
    _paused: set[int] = field(default_factory=set)
    """Trials that end at a rung, of which the result has not come yet."""
    _ended_by: dict[int, str] = field(default_factory=dict)
    """What ends running trials early, as `TrialResult.ended_by` names it."""

    def run(self) -> str:
        """Run the missing trials; those that run at the time limit still finish.

        Returns:
            The reason why fewer trials than ``n_trials`` have finished; empty if all have.

        Raises:
            StudyFailedError: If too many trials failed one after another.
            SearchPausedError: If another process has asked for a pause.
        """
        self._breaker = CircuitBreaker(self.experiment.search.max_failures_in_a_row)
        self._deadline = time.monotonic() + (self.experiment.search.timeout_seconds or float("inf"))
        self._space = self.experiment.space.searched
        self._remove_models()
        remove_checkpoints(self.ledger)
        self._inbox = Inbox(self.ledger, keeps_workers(self.experiment, self.ledger))
        with deferred_interrupts(self.executor.wake) as self._check_interrupt:
            try:
                return self._run_trials()
            except EndRequested as request:
                if request.kind == STOP:
                    return STOPPED
                n_finished, name = self.ledger.n_finished, self.ledger.name
                raise SearchPausedError(f"paused with {n_finished} of {self.n_trials} trials; perceptune resume {name} continues") from None

    def _run_trials(self) -> str:
        while True:
            self._check_interrupt()
            self._inbox.check()
            stopped = self._inbox.stopped_trials
            end_paused(self.experiment, self.ledger, tracker=self.tracker, observer=self.observer, numbers=stopped, ended_by="user")
            reason = self._submit_trials()
            if not self._running and self._is_over(reason):
                if not self._needs_model:
                    return reason if self.ledger.n_finished + len(self.ledger.paused) < self.n_trials else ""
                self._start_last()
            # If no worker is free, a worker is being replaced: wait for it too.
            if self._running or not self.executor.n_free:
                self._collect_results()
            else:
                self.ledger.wait()

    def _submit_trials(self) -> str:
        """Start trials while workers are free, and return the reason why no more may start; empty if more may."""
        while self.executor.n_free:
            with self.ledger.lock():
                reason = self._stop_reason()
                asked = None if reason else self._ask()
            if asked is None:
                return reason or self._exhaustion()
            self._start_trial(*asked)
        return ""

    def _ask(self) -> tuple[int, Mapping[str, Value]] | None:
        if not self._is_reproducible:
            return self.ledger.ask(self._space, self.n_trials)
        self.ledger.propose(self._space, self.n_trials, GENERATION)
        return self.ledger.ask(self._space, self.n_trials, may_propose=False)

    @property
    def _is_reproducible(self) -> bool:
        return self.experiment.search.reproducible

    def _comparable(self, result: TrialResult) -> TrialResult:
        """Return a result whose value does not depend on the order of sums, which differs between programs, if the search is reproducible."""
        if not self._is_reproducible or result.value is None:
            return result
        executions = tuple(map(self._comparable, result.executions))
        return replace(result, value=comparable(result.value), executions=executions)

    def _collect_results(self) -> None:
        with self.ledger.wake_periodically(self.executor.wake):
            results = self.executor.wait(self._report)
        if not results:
            self.ledger.recover_trials(self.experiment.executor.max_retries)
        for result in results:
            self._finish(result)

    def _is_over(self, reason: str) -> bool:
        """Return whether the search is over, for other coordinators too."""
        self.ledger.recover_trials(self.experiment.executor.max_retries)
        if self.ledger.n_finished >= self.n_trials or (reason and not self.ledger.running):
            return True
        return bool(self.ledger.paused) and self.ledger.is_over(self.n_trials)

    @property
    def _needs_model(self) -> bool:
        """Whether the search would end without a model, although trials are paused."""
        return self.ledger.best is None and self.ledger.most_promising is not None and not self._inbox.is_stopped

    def _start_last(self) -> None:
        """Train the most promising paused trial to its end, once a worker is free and no other coordinator does."""
        if self.executor.n_free and (asked := self.ledger.ask_last()):
            self._start_trial(*asked, is_last=True)

    def _exhaustion(self) -> str:
        """Return that there are no more combinations; empty if there are."""
        return f'sampler "{self.experiment.search.sampler}" {exhaustion(self.ledger.study)}' if self.ledger.is_exhausted else ""

    def _stop_reason(self) -> str:
        if time.monotonic() >= self._deadline:
            return f"the time limit of {self.experiment.search.timeout_seconds:g} s is reached"
        return STOPPED if self._inbox.is_stopped else found_enough(self.experiment.search.stop, self.ledger)

    def _start_trial(self, number: int, params: Mapping[str, Value], *, is_last: bool = False) -> None:
        assignment = build_assignment(self.experiment, self.ledger, number, params)
        if is_last:  # it is not paused again
            assignment = replace(assignment, is_prunable=False, is_pausable=False)
        self._running[number] = assignment
        self.tracker.start_trial(assignment)
        self.executor.submit(assignment)
        self.observer.on_trial_start(assignment)

    def _report(self, report: Progress) -> Any:
        self._check_interrupt()
        self._inbox.check()
        if isinstance(report, Suggestion | Attribute):
            return self._reply(report)
        if not self.ledger.holds(report.number):  # taken over, or for a moment: then its result may count
            return isinstance(report, EpochReport) and not self._running[report.number].is_prunable
        is_stopped = report.number in self._inbox.stopped_trials
        if is_stopped:
            self._ended_by[report.number] = "user"
        if isinstance(report, ExecutionReport):
            return self._end_execution(report) and not is_stopped
        if self.experiment.evaluation.n_executions == 1:  # of several, the mean curve is logged with the result
            self.tracker.log_epoch(report)
        self.observer.on_epoch_end(report)
        if is_stopped or not self._running[report.number].is_prunable or report.execution > 0:
            return not is_stopped
        is_pruned = self.ledger.should_prune(report, self.experiment.objective.metric)
        if is_pruned:
            self._ended_by[report.number] = "pruner"
        if is_pruned and self._running[report.number].is_pausable:
            self._paused.add(report.number)
        return not is_pruned

    def _reply(self, request: Suggestion | Attribute) -> Any:
        number, reply = request.number, reply_to(request, self.ledger, self.tracker)
        if isinstance(request, Suggestion) and not isinstance(reply, TrialError):
            self._running[number] = asked = replace(self._running[number], params={**self._running[number].params, request.name: reply})
            self.observer.on_suggestion(number, asked.params)
        return reply

    def _end_execution(self, report: ExecutionReport) -> bool:
        """Record an execution, and return whether the trial goes on."""
        assignment, evaluation = self._running[report.number], self.experiment.evaluation
        report = replace(report, result=self._comparable(report.result))
        self.ledger.record_execution(report, seed=execution_seed(assignment.seed, report.execution), training=assignment.training)
        if not evaluation.race or len(self.experiment.objectives) > 1 or report.execution + 1 == evaluation.n_executions:
            return True
        others = self.ledger.execution_scores()
        others[report.number] = others[report.number][: report.execution + 1]  # without those of an earlier attempt
        if self._is_reproducible:  # those of its own generation end at any time
            first = report.number - report.number % GENERATION
            others = {number: scores for number, scores in others.items() if number < first or number == report.number}
        goes_on = race.goes_on(report.number, race.measured(others), self.experiment.objective, evaluation.n_executions)
        if not goes_on:
            self._ended_by.setdefault(report.number, "race")
        return goes_on

    def _finish(self, result: TrialResult) -> None:
        if is_full(result.reason):  # not the trial's fault: it is retried once the disk has free space
            raise DiskFullError(result.reason)
        ended_by = self._ended_by.pop(result.number, "")
        result = replace(self._comparable(result), ended_by=ended_by if result.state is TrialState.PRUNED else "")
        assignment = self._running.pop(result.number)
        retry_state = next_attempt(result, assignment, self.ledger, self.experiment)
        is_paused = result.number in self._paused and result.state is TrialState.PRUNED
        self._paused.discard(result.number)
        try:
            if is_paused:
                self._pause(assignment, result)
            elif retry_state is None:
                self._tell(assignment, result)
            else:
                self._requeue(result, retry_state)
        except TakenOverError as error:
            self.tracker.drop_trial(result.number)
            lost = TrialResult(number=result.number, state=TrialState.FAILED, failure=Failure.LOST, reason=str(error))
            self.observer.on_trial_retry(lost)
            return
        if self.experiment.search.stop.price_per_hour is not None:
            self.ledger.record_run(time.time())
        if reason := self._breaker.record(result):
            raise StudyFailedError(reason)

    def _pause(self, assignment: Assignment, result: TrialResult) -> None:
        self.tracker.pause_trial(result.number, result)  # before pausing: another coordinator may continue it at once
        self.ledger.pause(result, seed=assignment.seed, finished=time.time())
        self.observer.on_trial_pause(result, assignment.params)

    def _requeue(self, result: TrialResult, retry_state: RetryState) -> None:
        self.tracker.pause_trial(result.number)  # before requeueing: another coordinator may start it at once
        self.ledger.requeue(result.number, retry_state)
        self.observer.on_trial_retry(result)

    def _tell(self, assignment: Assignment, result: TrialResult) -> None:
        is_best = self.ledger.tell(result, seed=assignment.seed, finished=time.time())
        remove_checkpoints(self.ledger)
        has_saved = result.model_path or any(execution.model_path for execution in result.executions)
        if has_saved or (self.experiment.evaluation.n_executions > 1 and (assignment.attempt > 1 or result.state is TrialState.FAILED)):
            self._remove_models()
        self.tracker.finish_trial(result)
        if (best := self.ledger.best) is not None:
            chosen = result if best[0] == result.number else self.ledger.result(best[0]) if best[0] != self._best else None
            self._best = best[0]
            self.tracker.log_best(self.ledger.n_finished, best[1], chosen.best_metrics if chosen else {})
        self.observer.on_trial_end(result, assignment.params, is_best=is_best)
        if note := unasked_note(self.ledger, result):
            self.observer.on_note(note)

    def _remove_models(self) -> None:
        self.ledger.recover_trials(self.experiment.executor.max_retries)
        remove_models(self.ledger, self.experiment)
