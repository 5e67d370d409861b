"""The durable record of one study: an Optuna study with results, leases and retries.

Finished trials are never removed. A trial that was stopped by a dead worker, a killed process or Ctrl-C is requeued: it waits
with its number, hyperparameters and seed, and runs before any new trial.
"""

import contextlib
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from statistics import fmean
from typing import TYPE_CHECKING, Any

from optuna.exceptions import UpdateFinishedTrialError
from optuna.trial import FrozenTrial
from optuna.trial import TrialState as OptunaState

from ..errors import TakenOverError
from ..experiment.parameters import Value
from ..experiment.search_space import SearchSpace
from ..seeds import trial_seed
from ..store import StudyFolder
from ..trial import EpochReport, ExecutionReport, Failure, TrialResult, TrialState
from .base import OpenedStudy
from .coordination import CoordinatedStudy
from .objectives import constraints_of, values_of
from .record import (
    ATTRIBUTE,
    ENQUEUED,
    FIXED,
    RETRY_STATE,
    VALUES,
    RetryState,
    cost_of,
    execution_key,
    execution_scores,
    to_attribute,
    to_retry_state,
)
from .suggesting import add_known, ask_for, complete

if TYPE_CHECKING:
    from optuna.pruners import BasePruner
    from optuna.samplers import BaseSampler


class Ledger(CoordinatedStudy):
    """The record of one study, written by the coordinator that runs it.

    Args:
        name: The study's name.
        folder: The folder of its files.
        opened: Optuna's study with its leases.
    """

    def __init__(self, name: str, folder: StudyFolder, opened: OpenedStudy) -> None:
        super().__init__(name, folder, opened)
        self._running: dict[int, int] = {}  # Optuna's trial id by number
        self.opened_at = time.time()
        """When the study was opened, in seconds since 1970."""

    def use(self, sampler: "BaseSampler", pruner: "BasePruner") -> None:
        """Set the sampler and the pruner."""
        self.study.sampler = sampler
        self.study.pruner = pruner

    def enqueue(self, params: Mapping[str, Value], source: Any) -> int | None:
        """Let a trial with given hyperparameters wait, before any new one is proposed; the sampler chooses those that are not given.

        Args:
            params: The hyperparameters, as `search.experiment.first_trials.to_params` returns them.
            source: What they are from, plain JSON; a trial of the same source is enqueued once.

        Returns:
            The trial's number; None if there is one of this source.
        """
        with self._leases.lock():
            trials = self.study.get_trials(deepcopy=False)
            if any(trial.user_attrs.get(ENQUEUED) == source for trial in trials):
                return None
            self.study.enqueue_trial(dict(params), {ENQUEUED: source})
            self._refresh()
            return max(self._trials.waiting)

    def add_known(self, trials: Sequence[tuple[Mapping[str, Value], float, Any]]) -> int:
        """Add trials of another tool, from which samplers learn, and which are none of the study's own.

        Args:
            trials: Hyperparameters and value of each, and what it is from, plain JSON; a trial of the same source is added once.

        Returns:
            The number of new ones.
        """
        with self._leases.lock():
            return add_known(self.study, self.experiment.space.searched, trials)

    def propose(self, space: SearchSpace, n_trials: int, size: int) -> None:
        """Propose the next generation of trials, or the rest of one, once all earlier trials have finished; `ask` starts them.

        Args:
            space: The search space.
            n_trials: Largest number of trials, those of all coordinators together.
            size: Number of trials of a generation.
        """
        with self._leases.lock():
            self._refresh()
            n_proposed = self._trials.n_started + len(self._trials.waiting)
            if n_proposed >= n_trials or (self._trials.n_finished < n_proposed and n_proposed % size == 0):
                return
            asked = [number for number, _ in iter(lambda: self._ask_waiting(space), None)]  # samplers see those that run
            while n_proposed < n_trials and (not asked or n_proposed % size):
                asked.append(self._ask_new(space)[0])
                n_proposed += 1
            for number in asked:
                self.requeue(number, self.retry_state(number))

    def ask(self, space: SearchSpace, n_trials: int, *, may_propose: bool = True) -> tuple[int, dict[str, Value]] | None:
        """Start a trial: a waiting one if there is any, else a new one.

        Args:
            space: The search space.
            n_trials: Largest number of running and finished trials, those of all coordinators together.
            may_propose: Whether a new trial may be proposed. Defaults to True.

        Returns:
            The trial's number and hyperparameters; None if ``n_trials`` run or have finished, or none waits and none may be proposed.
        """
        with self._leases.lock():
            if self._leases.are_shared:
                self._refresh()
            if self._trials.n_started >= n_trials:
                return None
            return self._ask_waiting(space) or (self._ask_new(space) if may_propose else None)

    def _ask_waiting(self, space: SearchSpace) -> tuple[int, dict[str, Value]] | None:
        for number in sorted(self._trials.waiting):
            if self._storage.set_trial_state_values(self._id(number), OptunaState.RUNNING):
                self._acquire(number)
                return number, complete(space, self.visible_study, self._id(number), self._trial(number).params)
        return None

    def _ask_new(self, space: SearchSpace) -> tuple[int, dict[str, Value]]:
        number, params = ask_for(space, self.visible_study)
        self._acquire(number)
        return number, params

    def holds(self, number: int) -> bool:
        """Return whether this coordinator runs a trial and certainly still holds its lease."""
        return number in self._running and self._leases.holds(_task(number))

    def should_prune(self, report: EpochReport, metric: str) -> bool:
        """Record an epoch's value of a running trial, and return whether the pruner ends the trial."""
        trial = self._running[report.number]
        self._storage.set_trial_intermediate_value(trial, report.epoch, report.metrics[metric])
        return self.study.pruner.prune(self.visible_study, self._storage.get_trial(trial))

    def record_execution(self, report: ExecutionReport, *, seed: int, batch_size: int) -> None:
        """Record one execution of a running trial; its value, and the mean of those before it, is what samplers see of a trial that stops.

        Args:
            report: The execution.
            seed: Its seed.
            batch_size: Its batch size.
        """
        trial = self._running[report.number]
        written = to_attribute(report.result, seed, report.result.finished) | {"batch_size": batch_size}
        self._storage.set_trial_user_attr(trial, execution_key(report.execution), written)
        values = [value for value, _ in execution_scores(self._storage.get_trial(trial))][: report.execution + 1]
        step = self.experiment.space.max_epochs + len(values)  # after those of the epochs, which a pruner compares
        self._storage.set_trial_intermediate_value(trial, step, fmean(values))

    def tell(self, result: TrialResult, *, seed: int, finished: float) -> bool:
        """Record the result of a running trial.

        Args:
            result: The result.
            seed: The trial's seed.
            finished: Time of the end, in seconds since 1970.

        Returns:
            Whether the trial is the best so far.

        Raises:
            TakenOverError: If another coordinator runs the trial now; nothing is recorded.
        """
        values = values_of(result, self.experiment)
        with self._owned(result.number) as trial:
            for key, over in constraints_of(result, self.experiment).items():
                self._storage.set_trial_system_attr(trial, key, over)
            written = to_attribute(result, seed, finished) | ({VALUES: values} if len(values) > 1 else {})
            self._storage.set_trial_user_attr(trial, ATTRIBUTE, written)
            self._end(result.number, result.state, values)
        told = self._trial(result.number)
        is_best = self._trials.add_finished(result.number, result.state, self._score(told), finished, cost_of(told))
        return is_best if len(self.directions) == 1 else self.best is not None and self.best[0] == result.number

    def requeue(self, number: int, retry_state: RetryState) -> None:
        """Let a running trial wait for its next attempt.

        Args:
            number: The trial's number.
            retry_state: The state of that attempt.

        Raises:
            TakenOverError: If another coordinator runs the trial now.
        """
        with self._owned(number) as trial:
            self._storage.set_trial_user_attr(trial, RETRY_STATE, asdict(retry_state))
            self._storage.set_trial_state_values(trial, OptunaState.WAITING)
        self._trials.add_waiting(number)

    def release_trials(self) -> None:
        """Requeue the trials that this coordinator runs."""
        for number in list(self._running):
            with contextlib.suppress(TakenOverError):
                self.requeue(number, self.retry_state(number).next_attempt())

    def recover_trials(self, max_retries: int) -> list[int]:
        """Read the progress of other coordinators, and recover the trials of coordinators that have died.

        A trial whose result was written just before its coordinator died is finished; every other one is requeued.

        Args:
            max_retries: Number of times that a trial may be lost before it is FAILED.

        Returns:
            The numbers of the recovered trials that have no result.
        """
        lost = []
        with self._leases.lock():
            others = self._leases.held_by_others()
            for trial in self.study.get_trials(deepcopy=False, states=(OptunaState.RUNNING,)):
                if trial.number in self._running or _task(trial.number) in others:
                    continue
                if not self._acquire(trial.number):
                    continue
                if ATTRIBUTE in trial.user_attrs:
                    self._end_with_written_result(trial)
                else:
                    self._requeue_lost(trial, max_retries)
                    lost.append(trial.number)
        self._refresh()
        return lost

    def _end_with_written_result(self, trial: FrozenTrial) -> None:
        written = trial.user_attrs[ATTRIBUTE]
        with self._owned(trial.number):
            self._end(trial.number, TrialState(written["state"]), written.get(VALUES, [written["value"]]))

    def _requeue_lost(self, trial: FrozenTrial, max_retries: int) -> None:
        """Requeue a trial whose coordinator died, or fail it if it was lost more than ``max_retries`` times."""
        is_proposed = FIXED in trial.system_attrs or self.experiment.space.searched.is_complete(trial.params)
        if not is_proposed:  # its coordinator died while it was proposed
            with self._owned(trial.number) as trial_id:
                self._storage.set_trial_state_values(trial_id, OptunaState.FAIL)
            return
        retry_state = to_retry_state(trial)
        if next_state := retry_state.after_loss(max_retries):
            self.requeue(trial.number, next_state)
            return
        reason = f"the search was killed while it ran, {retry_state.n_lost + 1} times (executor.max_retries = {max_retries})"
        result = TrialResult(number=trial.number, state=TrialState.FAILED, reason=reason, failure=Failure.LOST)
        self.tell(result, seed=trial_seed(self.experiment.search.seed, trial.number), finished=time.time())

    def _acquire(self, number: int) -> bool:
        if not self._leases.acquire(_task(number)):
            return False
        self._running[number] = self._id(number)
        self._trials.add_running(number)
        return True

    @contextlib.contextmanager
    def _owned(self, number: int) -> Iterator[int]:
        """Yield Optuna's id of a running trial that this coordinator ends or requeues, and release its lease afterwards."""
        with self._leases.lock():
            trial = self._running.pop(number, None)
            if trial is None or not self._leases.renew(_task(number)):
                raise TakenOverError(f"Trial {number} was taken over by another coordinator")
            yield trial
            self._leases.release(_task(number))

    def _end(self, number: int, state: TrialState, values: Sequence[float]) -> None:
        with contextlib.suppress(UpdateFinishedTrialError):  # the connection was lost after the write, so the write was retried
            if state is TrialState.COMPLETE:
                self.study.tell(number, values)
            else:
                self.study.tell(number, state=OptunaState.PRUNED if state is TrialState.PRUNED else OptunaState.FAIL)


def _task(number: int) -> str:
    return f"trial {number}"
