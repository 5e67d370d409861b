"""The durable record of one study: an Optuna study, read and written in the project's own words.

Finished trials are never removed. A trial that a killed or interrupted process left running becomes FAILED with the
reason ``interrupted``, does not count, and its hyperparameters are tried again.
"""

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import optuna
from filelock import FileLock
from optuna.trial import TrialState as OptunaState

from ..experiment import Experiment, parse_experiment
from ..store import StudyFolder
from ..trial import EpochReport, TrialResult, TrialState, Value
from .record import ATTRIBUTE, INTERRUPTED, STATES, TrialRecord, to_attribute, to_record, to_result

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
        lock: Held while this process may write; None for reading only.
        set_aside: Where the earlier study of this name was moved to; None if it was not.
    """

    def __init__(self, name: str, folder: StudyFolder, study: optuna.Study, lock: FileLock | None = None, set_aside: Path | None = None) -> None:
        self.name = name
        self.folder = folder
        self.study = study
        self.set_aside = set_aside
        self._lock = lock
        self._running: dict[int, optuna.Trial] = {}
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
        """All trials in the order of their numbers, without those that wait to be tried again."""
        return [to_record(trial) for trial in self.study.get_trials(deepcopy=False, states=tuple(STATES))]

    def n_by_state(self) -> dict[str, int]:
        """Number of trials by state, interrupted ones as ``INTERRUPTED``."""
        return dict(Counter("INTERRUPTED" if record.reason == INTERRUPTED else record.state.value for record in self.records()))

    def use(self, sampler: "BaseSampler", pruner: "BasePruner") -> None:
        """Have trials proposed and pruned by these from now on."""
        self.study.sampler = sampler
        self.study.pruner = pruner

    def ask(self, distributions: "dict[str, BaseDistribution]") -> tuple[int, dict[str, Value]]:
        """Begin a trial.

        Returns:
            Its number and hyperparameters.
        """
        trial = self.study.ask(distributions)
        self._running[trial.number] = trial
        return trial.number, trial.params

    def should_prune(self, report: EpochReport, metric: str) -> bool:
        """Record one epoch of a running trial and ask the pruner about it."""
        trial = self._running[report.number]
        trial.report(report.metrics[metric], report.epoch)
        return trial.should_prune()

    def tell(self, result: TrialResult, *, seed: int, finished: float) -> bool:
        """Record how a trial ended.

        Args:
            result: The result.
            seed: The trial's seed.
            finished: When, in seconds since 1970.

        Returns:
            Whether it is the best so far.
        """
        trial = self._running.pop(result.number)
        trial.set_user_attr(ATTRIBUTE, to_attribute(result, seed, finished))
        self._end(result.number, result.state, result.value)
        return self._count(result.number, result.state, result.value)

    def put_right(self) -> list[int]:
        """End the trials that a killed or interrupted process left running.

        One whose result was written just before the kill is finished; of the others the hyperparameters are tried again.

        Returns:
            The numbers of those that were interrupted.
        """
        interrupted = []
        for trial in self.study.get_trials(deepcopy=False, states=(OptunaState.RUNNING,)):
            written = trial.user_attrs.get(ATTRIBUTE)
            if written:
                state = TrialState(written["state"])
                self._end(trial.number, state, written["value"])
                self._count(trial.number, state, written["value"])
            else:
                self.study.tell(trial.number, state=OptunaState.FAIL)
                self.study.enqueue_trial(trial.params)
                interrupted.append(trial.number)
        self._running.clear()
        return interrupted

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
