"""Reads a study: its trials, their states, and the study's attributes."""

from collections import Counter
from collections.abc import Mapping
from functools import cached_property
from typing import Any

from optuna.study import Study, StudyDirection
from optuna.trial import FrozenTrial
from optuna.trial import TrialState as OptunaState

from ..errors import StudyNotFoundError
from ..experiment.directions import Direction, direction_of
from ..experiment.file import Experiment, parse_experiment
from ..experiment.parameters import Searched, Value
from ..experiment.search_space import to_parameter
from ..formats import format_beyond, format_ended
from ..samplers import EXPECTED_GAIN, is_exhausted
from ..spread import comparable
from ..store import StudyFolder
from ..trial import TrialResult
from .attempts import RetryState, to_retry_state
from .base import OpenedStudy
from .objectives import is_within_limits, pareto_front, within_tolerance
from .record import ATTRIBUTE, FIXED, TrialRecord, execution_scores, metric_of, to_executions, to_record, was_proposed
from .spans import Span, spans_of
from .trial_index import TrialIndex
from .visible_trials import EXCLUDED, visible_study

CONFIRMED = "confirmed"


class StudyView:
    """The record of one study, for reading.

    Args:
        name: The study's name.
        folder: The folder of its files.
        opened: Optuna's study with its leases.
    """

    def __init__(self, name: str, folder: StudyFolder, opened: OpenedStudy) -> None:
        self.name = name
        self.folder = folder
        self.opened = opened
        self.study = opened.study
        self._storage = opened.storage
        self._leases = opened.leases
        self._study_id = opened.study_id
        written = self.study.user_attrs.get("experiment", {})
        self._is_reproducible = written.get("search", {}).get("reproducible", False)
        self.directions: list[Direction] = ["maximize" if of is StudyDirection.MAXIMIZE else "minimize" for of in self.study.directions]
        champion, objective = written.get("champion", {}), written.get("objective", {})
        self._n_confirmed: int = champion.get("confirm", 0)
        self._tolerance: float = champion.get("tolerance", 0.0)
        objectives, by = objective if isinstance(objective, list) else [objective], champion.get("by")
        self._by = None if by == objectives[0].get("metric") else by  # None for the objective's metric
        given: dict[str, Direction] = {of["metric"]: of["direction"] for of in objectives if "direction" in of and isinstance(of.get("metric"), str)}
        self._ranked: Direction = self.directions[0] if self._by is None else given.get(self._by) or direction_of(self._by)
        self.excluded: Mapping[int, str] = {}
        """The reason of each trial that a user has excluded: it is never the best one, and samplers do not know it."""
        self._trials = self._new_index()
        self._refresh()

    @cached_property
    def experiment(self) -> Experiment:
        """The experiment that the study was created with."""
        return parse_experiment(self.study.user_attrs["experiment"], f'study "{self.name}"')

    @property
    def searched(self) -> Mapping[str, Searched]:
        """The hyperparameters of trials by name: those that the experiment searches, and those that a function has asked for so far."""
        known = dict(self.experiment.space.searched)
        if self.experiment.function is not None:
            for trial in self.study.get_trials(deepcopy=False):
                known |= {name: to_parameter(of) for name, of in trial.distributions.items() if name not in known}
        return known

    @property
    def n_finished(self) -> int:
        """Number of COMPLETE, PRUNED and FAILED trials."""
        return self._trials.n_finished

    @property
    def n_epochs(self) -> int:
        """Number of epochs of all finished and paused trials, those of all their executions."""
        return self._trials.n_epochs

    @property
    def seconds(self) -> float:
        """Time that all finished and paused trials took on workers."""
        return self._trials.seconds

    @property
    def expected_gains(self) -> list[float]:
        """How much better than the best trial each one was expected to be when sampler "gp" proposed it, in the order of their numbers."""
        gains = (trial.system_attrs.get(EXPECTED_GAIN) for trial in self.study.get_trials(deepcopy=False))
        return [gain for gain in gains if gain is not None]

    @property
    def n_since_best(self) -> int:
        """Number of trials that have finished after the best one; all if there is none."""
        return self._trials.n_since_best

    @property
    def best(self) -> tuple[int, float] | None:
        """Number and value of the best COMPLETE trial by `Experiment.ranked_by`, of equal ones the first to finish; None if there is none."""
        found = self.ranking(1)
        if not found or self._by is None:
            return found[0] if found else None
        number, _ = found[0]
        return number, float(self._trial(number).user_attrs[ATTRIBUTE]["value"])

    def ranking(self, length: int) -> list[tuple[int, float]]:
        """Rank the best COMPLETE trials.

        Args:
            length: Largest number of trials to return, from 1.

        Returns:
            Number of each and its value of `Experiment.ranked_by`, the best first.
        """
        if (confirmed := self.confirmed) is None:
            return self.search_ranking(length)
        ranked = dict(self.search_ranking(length + self._n_confirmed))
        return [(number, ranked[number]) for number in [*confirmed, *(other for other in ranked if other not in confirmed)]][:length]

    def search_ranking(self, length: int) -> list[tuple[int, float]]:
        """Rank the best COMPLETE trials as `ranking` does, but by their values in the search, whether or not they were trained again."""
        is_single = len(self.directions) == 1
        if length == 1 and is_single:
            return [self._trials.best] if self._trials.best else []
        trials = self.study.get_trials(deepcopy=False)
        if is_single or self._trials.best is None:
            return self._trials.ranking(trials, length)
        sign = -1.0 if self.directions[1] == "maximize" else 1.0
        second = {trial.number: sign * trial.values[1] for trial in trials if trial.values}
        return within_tolerance(self._trials.ranking(trials, len(trials)), self._tolerance, second)[:length]

    @property
    def front(self) -> list[int]:
        """Numbers of the trials of the Pareto front, the best by the first objective first; empty with one objective."""
        return pareto_front(self.visible_study.get_trials(deepcopy=False), self.directions) if len(self.directions) > 1 else []

    @property
    def visible_study(self) -> Study:
        """Optuna's study as samplers see it: without the excluded trials, and with paused ones as pruned."""
        return visible_study(self.study, self.excluded, has_paused=bool(self._trials.paused))

    @property
    def is_exhausted(self) -> bool:
        """Whether the sampler has proposed every combination, also those of trials that were excluded since."""
        return is_exhausted(visible_study(self.study, (), has_paused=bool(self._trials.paused)))

    def paused_by_promise(self) -> list[int]:
        """Return the paused trials by the epochs of their training, then by value, the least promising first, excluded ones before."""
        sign = -1 if self.directions[0] == "minimize" else 1
        found = {number: result for number in self._trials.paused if (result := self.record(number).so_far)}
        order = {of: (of not in self.excluded, len(result.history), sign * (result.value or 0.0)) for of, result in found.items()}
        return sorted(order, key=lambda number: order[number])

    @property
    def most_promising(self) -> int | None:
        """Number of the most promising paused trial; None if none is paused that is not excluded."""
        return next((number for number in reversed(self.paused_by_promise()) if number not in self.excluded), None)

    @property
    def paused(self) -> set[int]:
        """Numbers of the paused trials."""
        return set(self._trials.paused)

    @property
    def confirmed(self) -> list[int] | None:
        """The best trials in the order that training them again has shown; None if that was not done since others have become the best."""
        written = self.attribute(CONFIRMED) if self._n_confirmed else None
        is_valid = written and written["best"] == [number for number, _ in self.search_ranking(self._n_confirmed)]
        return list(written["ranked"]) if written and is_valid else None

    def _score(self, trial: FrozenTrial) -> float | None:
        """Return the value of `Experiment.ranked_by` of a finished trial; None if it has none, is beyond a limit or excluded."""
        written = trial.user_attrs.get(ATTRIBUTE)
        if written is None or not is_within_limits(trial) or trial.number in self.excluded:
            return None
        if self._by is None:
            return None if written["value"] is None else float(written["value"])
        return self._comparable(metric_of(trial, self._by))

    def _comparable(self, score: float | None) -> float | None:
        return comparable(score) if score is not None and self._is_reproducible else score

    def attribute(self, key: str) -> Any:
        """Read an attribute of the study; None if it was never written."""
        return self.study.user_attrs.get(key)

    def values(self, number: int) -> list[float]:
        """Read the value of each objective of a COMPLETE trial."""
        return list(self._trial(number).values)

    def record(self, number: int) -> TrialRecord:
        """Read one trial."""
        return to_record(self._trial(number))

    def result(self, number: int) -> TrialResult | None:
        """Read the result of a trial; None if it runs or was interrupted."""
        return self.record(number).result

    def find(self, number: int) -> TrialRecord:
        """Read a trial that a user names.

        Raises:
            StudyNotFoundError: If there is no such trial.
        """
        records = {record.number: record for record in self.records()}
        if number not in records:
            known = f"it has the trials 0 to {max(records)}" if records else "it has no trials"
            raise StudyNotFoundError(f'Study "{self.name}" has no trial {number}; {known}')
        return records[number]

    def records(self) -> list[TrialRecord]:
        """Read all trials, in the order of their numbers; see `was_proposed`."""
        return [to_record(trial) for trial in self.study.get_trials(deepcopy=False) if was_proposed(trial)]

    def n_by_state(self) -> dict[str, int]:
        """Count trials by state."""
        return dict(Counter(record.state.value for record in self.records()))

    def spans(self, *, is_running: bool) -> list[Span]:
        """Return when the trials ran; see `spans_of`."""
        return spans_of(filter(was_proposed, self.study.get_trials(deepcopy=False)), is_running=is_running)

    def executions(self, number: int, batch_size: int | str | None = None) -> list[TrialResult]:
        """Read the recorded executions of a trial, in order, as each one ended, with its own best epoch and value.

        Args:
            number: The trial's number.
            batch_size: Those of this batch size only. Defaults to that of the first one.
        """
        return to_executions(self._trial(number), batch_size)

    def reason_of(self, record: TrialRecord) -> str:
        """Return why a trial does not count, such as ``excluded: wrong data``, or what ended it early; empty otherwise."""
        if record.number in self.excluded:
            return f"excluded: {self.excluded[record.number]}"
        return record.reason or format_beyond(self.experiment, record.measures) or format_ended(self.experiment, record.result)

    def execution_scores(self) -> dict[int, list[tuple[float, float]]]:
        """Read value and loss of the executions of each trial that runs, was stopped or has succeeded, by its number; of none beyond a limit."""
        trials = [trial for trial in self.visible_study.get_trials(deepcopy=False) if trial.state is not OptunaState.FAIL and is_within_limits(trial)]
        found = {trial.number: execution_scores(trial) for trial in trials}
        return {number: scores for number, scores in found.items() if scores}

    def enqueued_params(self, number: int) -> Mapping[str, Value]:
        """Read the hyperparameters that an enqueued trial was given; none of another one."""
        given: dict[str, Value] = self._trial(number).system_attrs.get(FIXED, {})
        return given

    def retry_state(self, number: int) -> RetryState:
        """Read the retry state of a trial."""
        return to_retry_state(self._trial(number))

    @property
    def running(self) -> set[int]:
        """Numbers of the running trials of all coordinators."""
        return {trial.number for trial in self.study.get_trials(deepcopy=False, states=(OptunaState.RUNNING,))}

    @property
    def unfinished(self) -> set[int]:
        """Numbers of the trials of all coordinators that run or wait for their next attempt."""
        states = (OptunaState.RUNNING, OptunaState.WAITING)
        return {trial.number for trial in self.study.get_trials(deepcopy=False, states=states)}

    @property
    def is_tracked(self) -> bool:
        """Whether the study's MLflow run was ended after the last finished trial."""
        self._refresh()
        return bool(self.attribute("tracked") == self.n_finished)

    def close(self) -> None:
        """Release the study's leases and connections, so that another process can run it."""
        self._leases.close()

    def _trial(self, number: int) -> FrozenTrial:
        """Read a trial; the storage caches finished ones."""
        return self._storage.get_trial(self._id(number))

    def _id(self, number: int) -> int:
        return self._storage.get_trial_id_from_study_id_trial_number(self._study_id, number)

    def _new_index(self) -> TrialIndex:
        return TrialIndex(self._ranked, self._score, is_reproducible=self._is_reproducible)

    def _refresh(self) -> None:
        """Update the index from all trials, and begin it anew if others are excluded."""
        excluded = {int(number): reason for number, reason in (self.attribute(EXCLUDED) or {}).items()}
        if excluded != self.excluded:
            self.excluded, self._trials = excluded, self._new_index()
        self._trials.refresh(self.study.get_trials(deepcopy=False))
