"""The durable record of one study: an Optuna study, read and written in the project's own words.

Finished trials are never removed. A trial that could not go on (its worker died, its process was killed, Ctrl-C) is put
back: it waits, with its number, hyperparameters and seed, to be given out again before any other.
"""

import heapq
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import optuna
from filelock import FileLock
from optuna.storages import BaseStorage
from optuna.trial import FrozenTrial
from optuna.trial import TrialState as OptunaState

from ..experiment import Experiment, parse_experiment
from ..seeds import trial_seed
from ..store import StudyFolder
from ..trial import EpochReport, Failure, TrialResult, TrialState, Value
from .record import AGAIN, ATTRIBUTE, INTERRUPTED, Again, TrialRecord, to_attribute, to_record, to_result

if TYPE_CHECKING:
    from optuna.distributions import BaseDistribution
    from optuna.pruners import BasePruner
    from optuna.samplers import BaseSampler


class Ledger:
    """One study's record.

    Args:
        name: The study's name.
        folder: Where it lies.
        study: Optuna's study.
        storage: Where Optuna keeps it.
        lock: Held while this process may write; None for reading only.
        set_aside: Where the earlier study of this name was moved to; None if it was not.
    """

    def __init__(
        self, name: str, folder: StudyFolder, study: optuna.Study, storage: BaseStorage, lock: FileLock | None = None, set_aside: Path | None = None
    ) -> None:
        self.name = name
        self.folder = folder
        self.study = study
        self.set_aside = set_aside
        self._storage = storage
        self._lock = lock
        self._running: dict[int, int] = {}  # Optuna's id by the trial's number
        self._best: tuple[int, float] | None = None
        self._n_finished = 0
        for record in sorted(self.records(), key=lambda record: record.finished):
            if record.is_finished:
                self._count(record.number, record.state, record.value)

    @property
    def experiment(self) -> Experiment:
        """The experiment that the study was begun with."""
        return parse_experiment(self.study.user_attrs["experiment"], f'study "{self.name}"')

    @property
    def n_finished(self) -> int:
        """Number of trials that ended by themselves."""
        return self._n_finished

    @property
    def best(self) -> tuple[int, float] | None:
        """Number and value of the best COMPLETE trial, the one that finished first where values are equal."""
        return self._best

    def ranking(self, length: int) -> list[tuple[int, float]]:
        """Number and value of the best COMPLETE trials, the best first.

        Args:
            length: How many at most, from 1.
        """
        if self._best is None or length == 1:
            return [self._best] if self._best else []
        sign = -1 if self.study.direction is optuna.study.StudyDirection.MAXIMIZE else 1
        others = [(t.number, t.value) for t in self.study.get_trials(deepcopy=False, states=(OptunaState.COMPLETE,)) if t.value is not None]
        best = self._best[0]
        return heapq.nsmallest(length, others, key=lambda trial: (sign * trial[1], trial[0] != best, trial[0]))

    def attribute(self, key: str) -> Any:
        """Read a fact of the study; None if it was never written."""
        return self.study.user_attrs.get(key)

    def set_attribute(self, key: str, value: Any) -> None:
        """Write a fact of the study, plain values only."""
        self.study.set_user_attr(key, value)

    def record(self, number: int) -> TrialRecord:
        """One trial."""
        return to_record(self.study.get_trials(deepcopy=False)[number])

    def result(self, number: int) -> TrialResult | None:
        """How a trial ended; None if it runs or was interrupted."""
        return to_result(self.record(number))

    def records(self) -> list[TrialRecord]:
        """All trials in the order of their numbers."""
        return [to_record(trial) for trial in self.study.get_trials(deepcopy=False)]

    def n_by_state(self) -> dict[str, int]:
        """Number of trials by state, interrupted ones as ``INTERRUPTED``."""
        return dict(Counter("INTERRUPTED" if record.reason == INTERRUPTED else record.state.value for record in self.records()))

    def use(self, sampler: "BaseSampler", pruner: "BasePruner") -> None:
        """Have trials proposed and pruned by these from now on."""
        self.study.sampler = sampler
        self.study.pruner = pruner

    def ask(self, distributions: "dict[str, BaseDistribution]") -> tuple[int, dict[str, Value]]:
        """Begin a trial: one that was put back, or else a new one.

        Returns:
            Its number and hyperparameters.
        """
        for waiting in self.study.get_trials(deepcopy=False, states=(OptunaState.WAITING,)):
            if self._storage.set_trial_state_values(self._id(waiting.number), OptunaState.RUNNING):
                self._running[waiting.number] = self._id(waiting.number)
                return waiting.number, waiting.params
        trial = self.study.ask(distributions)
        self._running[trial.number] = self._id(trial.number)
        return trial.number, trial.params

    def again(self, number: int) -> Again:
        """Say how often a trial has been given out, and what came of it."""
        return _again(self.study.get_trials(deepcopy=False)[number])

    def should_prune(self, report: EpochReport, metric: str) -> bool:
        """Record one epoch of a running trial and ask the pruner about it."""
        trial = self._running[report.number]
        self._storage.set_trial_intermediate_value(trial, report.epoch, report.metrics[metric])
        return self.study.pruner.prune(self.study, self._storage.get_trial(trial))

    def tell(self, result: TrialResult, *, seed: int, finished: float) -> bool:
        """Record how a trial ended.

        Args:
            result: The result.
            seed: The trial's seed.
            finished: When, in seconds since 1970.

        Returns:
            Whether it is the best so far.
        """
        self._storage.set_trial_user_attr(self._running[result.number], ATTRIBUTE, to_attribute(result, seed, finished))
        self._end(result.number, result.state, result.value)
        del self._running[result.number]
        return self._count(result.number, result.state, result.value)

    def put_back(self, number: int, again: Again) -> None:
        """Have a running trial given out again, before any other.

        Args:
            number: The trial.
            again: What is to be known of it then.
        """
        self._storage.set_trial_user_attr(self._running[number], AGAIN, asdict(again))
        self._storage.set_trial_state_values(self._running[number], OptunaState.WAITING)
        del self._running[number]

    def release(self) -> None:
        """Put back the trials that this process gave out and that have not ended."""
        for number in list(self._running):
            again = self.again(number)
            self.put_back(number, replace(again, attempt=again.attempt + 1))

    def put_right(self, max_retries: int) -> list[int]:
        """Settle the trials that a killed process left running.

        One whose result was written just before the kill is finished; the others are put back.

        Args:
            max_retries: How often a trial may be lost before it is FAILED.

        Returns:
            The numbers of those that did not finish.
        """
        lost = []
        for trial in self.study.get_trials(deepcopy=False, states=(OptunaState.RUNNING,)):
            written = trial.user_attrs.get(ATTRIBUTE)
            if written:
                state = TrialState(written["state"])
                self._end(trial.number, state, written["value"])
                self._count(trial.number, state, written["value"])
            else:
                self._lose(trial, max_retries)
                lost.append(trial.number)
        return lost

    def _lose(self, trial: FrozenTrial, max_retries: int) -> None:
        """Put back a trial that a killed process left, or end it if that was once too often."""
        if not self.experiment.space.searched.keys() <= trial.params.keys():  # killed while it was proposed: nobody has trained it
            self.study.tell(trial.number, state=OptunaState.FAIL)
            return
        again = _again(trial)
        self._running[trial.number] = self._id(trial.number)
        if again.n_lost < max_retries:
            self.put_back(trial.number, replace(again, attempt=again.attempt + 1, n_lost=again.n_lost + 1))
            return
        reason = f"the search was killed while it ran, {again.n_lost + 1} times (executor.max_retries = {max_retries})"
        result = TrialResult(number=trial.number, state=TrialState.FAILED, reason=reason, failure=Failure.LOST)
        self.tell(result, seed=trial_seed(self.experiment.search.seed, trial.number), finished=time.time())

    def _id(self, number: int) -> int:
        return self._storage.get_trial_id_from_study_id_trial_number(self._storage.get_study_id_from_name(self.study.study_name), number)

    def close(self) -> None:
        """Let other processes run the study."""
        if self._lock is not None:
            self._lock.release()

    def _end(self, number: int, state: TrialState, value: float | None) -> None:
        if state is TrialState.COMPLETE:
            self.study.tell(number, value)
        else:
            self.study.tell(number, state=OptunaState.PRUNED if state is TrialState.PRUNED else OptunaState.FAIL)

    def _count(self, number: int, state: TrialState, value: float | None) -> bool:
        self._n_finished += 1
        if state is not TrialState.COMPLETE or value is None:
            return False
        sign = 1 if self.study.direction is optuna.study.StudyDirection.MAXIMIZE else -1
        if self._best is not None and sign * value <= sign * self._best[1]:
            return False
        self._best = (number, value)
        return True


def _again(trial: FrozenTrial) -> Again:
    written: Mapping[str, Any] = trial.user_attrs.get(AGAIN, {})
    return Again(**written)
