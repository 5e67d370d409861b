"""The durable record of one study: an Optuna study with results, leases and retries.

Finished trials are never removed. A trial that was stopped by a dead worker, a killed process or Ctrl-C is requeued: it waits
with its number, hyperparameters and seed, and runs before any new trial.
"""

import contextlib
import time
from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from optuna.trial import FrozenTrial
from optuna.trial import TrialState as OptunaState

from ..errors import TakenOverError
from ..experiment.parameters import Value
from ..experiment.search_space import SearchSpace
from ..pruners import PausingPruner
from ..seeds import trial_seed
from ..trial import Failure, TrialResult, TrialState
from .attempts import to_retry_state
from .record import ATTRIBUTE, ENQUEUED, FIXED, PAUSED, VALUES, as_ended, cost_of, to_result
from .running_trials import RunningTrials, task_of
from .suggesting import add_known, ask_for, complete

if TYPE_CHECKING:
    from optuna.pruners import BasePruner
    from optuna.samplers import BaseSampler


class Ledger(RunningTrials):
    """The record of one study, written by the coordinator that runs it."""

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
            if n_proposed >= n_trials or self.is_exhausted or (self._trials.n_finished < n_proposed and n_proposed % size == 0):
                return
            asked = [number for number, _ in iter(lambda: self._ask_waiting(space), None)]  # samplers see those that run
            while n_proposed < n_trials and (not asked or n_proposed % size):
                asked.append(self._ask_new(space)[0])
                n_proposed += 1
            for number in asked:
                self.requeue(number, self.retry_state(number))

    def ask(self, space: SearchSpace, n_trials: int, *, may_propose: bool = True) -> tuple[int, dict[str, Value]] | None:
        """Start a trial: a waiting one if there is any, else a paused one that its pruner lets continue, else a new one.

        Args:
            space: The search space.
            n_trials: Largest number of running and finished trials, those of all coordinators together.
            may_propose: Whether a new trial may be proposed. Defaults to True.

        Returns:
            The trial's number and hyperparameters; None if ``n_trials`` run or have finished, or none waits or continues and none may be
            proposed, as when ``n_trials`` have begun or the sampler has proposed every combination.
        """
        with self._leases.lock():
            if self._leases.are_shared:
                self._refresh()
            if self._trials.n_started >= n_trials:
                return None
            may_begin = self._trials.n_begun < n_trials
            if asked := (self._ask_waiting(space) if may_begin else None) or self._ask_paused():
                return asked
            return self._ask_new(space) if may_begin and may_propose and not self.is_exhausted else None

    def _ask_paused(self) -> tuple[int, dict[str, Value]] | None:
        """Continue the paused trial that the pruner names, if any."""
        number = self._promoted()
        return None if number is None else self._continue(number)

    def _continue(self, number: int) -> tuple[int, dict[str, Value]]:
        self._storage.set_trial_user_attr(self._id(number), PAUSED, None)  # first: if it is interrupted now, it waits for its next attempt
        self._storage.set_trial_state_values(self._id(number), OptunaState.RUNNING)
        self._acquire(number)
        return number, dict(self._trial(number).params)

    def _promoted(self) -> int | None:
        if not self._trials.paused or not isinstance(self.study.pruner, PausingPruner):
            return None
        return self.study.pruner.promote(self.visible_study, self._trials.paused_epochs)

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

    def is_over(self, n_trials: int) -> bool:
        """Return whether no trial runs, and none waits, may continue or may be proposed.

        Args:
            n_trials: Largest number of trials that begin, those of all coordinators together.
        """
        with self._leases.lock():
            self._refresh()
            can_begin = self._trials.n_begun < n_trials and (self._trials.waiting or not self.is_exhausted)
            return not self.running and not can_begin and self._promoted() is None

    def ask_last(self) -> tuple[int, dict[str, Value]] | None:
        """Continue the paused trial that was trained longest, of these the best, so that a search ends with a model.

        Returns:
            Its number and hyperparameters; None if a trial runs or is COMPLETE, or none is paused that is not excluded.
        """
        with self._leases.lock():
            self._refresh()
            if self.running or self._trials.best or (number := self.most_promising) is None:
                return None
            return self._continue(number)

    def end_paused(self, numbers: Collection[int], ended_by: str = "pruner") -> list[TrialResult]:
        """End paused trials as PRUNED, with their results so far.

        Args:
            numbers: The trials; those that are not paused are left as they are.
            ended_by: What ends them. Defaults to the pruner, which lets them not continue.

        Returns:
            Their results.
        """
        if not self._trials.paused.keys() & set(numbers):
            return []
        with self._leases.lock():
            if self._leases.are_shared:
                self._refresh()
            return [self._end_paused(number, ended_by) for number in sorted(self._trials.paused.keys() & set(numbers))]

    def _end_paused(self, number: int, ended_by: str) -> TrialResult:
        trial = as_ended(self._trial(number))
        written = trial.user_attrs[ATTRIBUTE] | {"ended_by": ended_by}
        self._storage.set_trial_user_attr(self._id(number), ATTRIBUTE, written)  # until the next write the trial is paused
        self._storage.set_trial_state_values(self._id(number), OptunaState.PRUNED, trial.values)
        self._trials.add_finished(number, TrialState.PRUNED, None, written["finished"], cost_of(trial))
        return to_result(number, TrialState.PRUNED, written)

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
                if trial.number in self._running or task_of(trial.number) in others:
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
