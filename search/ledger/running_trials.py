"""The running trials of this process in a study: it alone records their epochs, executions and results, or gives them back."""

import contextlib
import copy
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import Any

from optuna.exceptions import UpdateFinishedTrialError
from optuna.trial import Trial
from optuna.trial import TrialState as OptunaState

from ..errors import TakenOverError
from ..experiment.settings import TrainingSettings
from ..spread import comparable
from ..store import StudyFolder
from ..trial import Attribute, EpochReport, ExecutionReport, Suggestion, TrialResult, TrialState, best_of_mean
from .attempts import RETRY_STATE, RetryState
from .base import OpenedStudy
from .coordination import CoordinatedStudy
from .objectives import constraints_of, values_of
from .record import ATTRIBUTE, PAUSED, VALUES, columns_of, cost_of, execution_key, to_attribute
from .spans import RUN
from .suggesting import suggest_within

_NOTED = "user:"
"""What precedes the name of an attribute that a function has noted about a trial."""


class RunningTrials(CoordinatedStudy):
    """A study with the trials that this coordinator runs.

    Args:
        name: The study's name.
        folder: The folder of its files.
        opened: Optuna's study with its leases.
    """

    def __init__(self, name: str, folder: StudyFolder, opened: OpenedStudy) -> None:
        super().__init__(name, folder, opened)
        self.opened_at = time.time()
        """When the study was opened, in seconds since 1970."""
        self._running: dict[int, int] = {}  # Optuna's trial id by number
        self._asking: dict[int, Trial] = {}  # those that ask for hyperparameters in their course

    def holds(self, number: int) -> bool:
        """Return whether this coordinator runs a trial and certainly still holds its lease."""
        return number in self._running and self._leases.holds(task_of(number))

    def still_holds(self, number: int) -> bool:
        """Return whether this coordinator runs a trial and holds its lease, which is renewed if that is not certain."""
        return self.holds(number) or (number in self._running and self._leases.renew(task_of(number)))

    def suggest(self, suggestion: Suggestion) -> Any:
        """Let the sampler choose a hyperparameter of a running trial, unless the trial has it, from an earlier attempt or because it was given.

        Raises:
            ValueError: If the trial or another one has a hyperparameter of this name that is another kind of choice, or a value that was given
                is outside of what is asked for.
        """
        number = suggestion.number
        if number not in self._asking:
            self._asking[number] = Trial(self.visible_study, self._running[number])
        return suggest_within(self._asking[number], suggestion.name, suggestion.distribution, self.enqueued_params(number))

    def note(self, attribute: Attribute) -> None:
        """Write what a function has noted about a running trial."""
        self._storage.set_trial_user_attr(self._running[attribute.number], f"{_NOTED}{attribute.name}", attribute.value)

    def should_prune(self, report: EpochReport, metric: str) -> bool:
        """Record an epoch's value of a running trial, and return whether the pruner ends the trial."""
        trial_id = self._running[report.number]
        self._storage.set_trial_intermediate_value(trial_id, report.epoch, report.metrics[metric])
        trial = copy.copy(self._storage.get_trial(trial_id))  # a trial that began anew has the values of later epochs from before
        trial.intermediate_values = {epoch: value for epoch, value in trial.intermediate_values.items() if epoch <= report.epoch}
        return self.study.pruner.prune(self.visible_study, trial)

    def record_execution(self, report: ExecutionReport, *, seed: int, training: TrainingSettings) -> None:
        """Record one execution of a running trial; the value of its mean curve with those before it is what samplers see of a trial that stops.

        Args:
            report: The execution.
            seed: Its seed.
            training: The trial's training settings.
        """
        trial, n_executions, batch_size = self._running[report.number], report.execution + 1, training.batch_size
        written = to_attribute(report.result, seed, report.result.finished) | {"batch_size": batch_size}
        self._storage.set_trial_user_attr(trial, execution_key(report.execution), written)
        objective = self.experiment.objective
        columns = columns_of(self._storage.get_trial(trial), objective.metric, n_executions, batch_size)
        step = self.experiment.space.max_epochs + n_executions  # after those of the epochs, which a pruner compares
        value = best_of_mean(columns, objective, restores=training.restore_best_weights)
        self._storage.set_trial_intermediate_value(trial, step, comparable(value) if self._is_reproducible else value)

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

    def record_run(self, now: float) -> None:
        """Record how long this run has lasted, which is paid for.

        Args:
            now: The time, in seconds since 1970.
        """
        self.set_attribute(f"{RUN} {self.opened_at!r}", [self.opened_at, now])

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

    def pause(self, result: TrialResult, *, seed: int, finished: float) -> None:
        """Let a running trial wait with its checkpoint until the pruner lets it continue.

        Args:
            result: Its result so far, as if it had been pruned.
            seed: The trial's seed.
            finished: Time of the pause, in seconds since 1970.

        Raises:
            TakenOverError: If another coordinator runs the trial now.
        """
        with self._owned(result.number) as trial:
            next_state = self.retry_state(result.number).next_attempt()
            self._storage.set_trial_user_attr(trial, PAUSED, to_attribute(result, seed, finished))
            self._storage.set_trial_user_attr(trial, RETRY_STATE, asdict(next_state))
            self._storage.set_trial_state_values(trial, OptunaState.WAITING)
        self._trials.add_paused(result.number, finished, cost_of(self._trial(result.number)))

    def _acquire(self, number: int) -> bool:
        if not self._leases.acquire(task_of(number)):
            return False
        self._running[number] = self._id(number)
        self._trials.add_running(number)
        return True

    @contextlib.contextmanager
    def _owned(self, number: int) -> Iterator[int]:
        """Yield Optuna's id of a running trial that this coordinator ends or requeues, and release its lease afterwards."""
        with self._leases.lock():
            trial = self._running.pop(number, None)
            self._asking.pop(number, None)
            if trial is None or not self._leases.renew(task_of(number)):
                raise TakenOverError(f"Trial {number} was taken over by another coordinator")
            yield trial
            self._leases.release(task_of(number))

    def _end(self, number: int, state: TrialState, values: Sequence[float]) -> None:
        with contextlib.suppress(UpdateFinishedTrialError):  # the connection was lost after the write, so the write was retried
            if state is TrialState.COMPLETE:
                self.study.tell(number, values)
            else:
                self.study.tell(number, state=OptunaState.PRUNED if state is TrialState.PRUNED else OptunaState.FAIL)


def task_of(number: int) -> str:
    """Return the name of a trial's lease."""
    return f"trial {number}"
