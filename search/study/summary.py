"""Summarizes a study in plain values, for `run_study`, ``best --json`` and MLflow."""

import contextlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from ..champion import champion_uri
from ..data.arrays import named, unnamed
from ..data.dataset import TABLE
from ..data.kinds import example_of
from ..data.positive_class import with_class
from ..data.targets import positive_classes, read_targets
from ..errors import PerceptuneError, StudyFailedError
from ..experiment.parameters import Value
from ..formats import format_beyond, format_cost, format_difference, format_number
from ..ledger import EXCLUDED, StudyView, places_of
from ..samplers.grid import n_combinations
from ..samplers.history import n_tried
from ..tracking.base import FrontTrial, StudyOutcome
from ..training.intervals import Difference
from .baselines import Baselines, read_baselines
from .comparisons import read_comparisons
from .repeated_trials import RepeatedTrial, repeated_trials
from .runner_up import RunnerUp, compare_with_runner_up
from .schedule import schedule_of, schedule_text
from .stopping import found_enough, stop_of

_N_SHOWN = 8
"""Trials of the Pareto front that are named in a line."""


@dataclass(frozen=True, kw_only=True)
class StudySummary:
    """A study and its best trial.

    Attributes:
        study: The study's name.
        trial: Number of the best trial.
        value: Objective value of the best trial.
        standard_error: Its standard error over executions; None for fewer than two. Defaults to None.
        execution_values: The value of each execution, with folds or repeats. Defaults to none.
        metric: The objective's metric.
        direction: "minimize" or "maximize".
        params: Searched hyperparameters of the best trial.
        metrics: Metrics at the best epoch of the best trial, by Keras' names.
        measures: What trials are compared by beside the objective, by metric or cost: further objectives and limits. Defaults to none.
        tolerance: The part of the best value that the best trial may lack, for a better second objective. Defaults to 0.
        front: The trials of the Pareto front, the best by the first objective first; empty with one objective. Defaults to none.
        n_parameters: Number of parameters of the best trial's model.
        test: Metrics of the champion on the test part, None for one that is not defined there; empty until it is registered.
        test_intervals: The 95 % interval of each of these metrics that has one, lower and upper end. Defaults to none.
        comparisons: How the champion differs from each baseline in the objective's metric, by the baseline's name. Defaults to none.
        positive: The positive class of a binary target, which precision, recall, F1 score and AUC are about, by output name if there
            are several outputs; None if there is none.
        run_id: MLflow's run of the best trial; None until the champion is registered.
        parent_run_id: MLflow's run of the study.
        model_uri: URI of the best trial's registered model; None until it is registered.
        runner_up: How the best trial differs from the second best one, with folds or repeats. Defaults to None.
        best_by: The metric by which the best trial is chosen, if that is not the objective's; it is among ``metrics``. Defaults to None.
        trials: The trials whose models the champion has, the best one first; empty until it is registered.
        cost: What serving the champion costs (`search.champion.serving_cost.measure_cost`); empty until it is registered.
        champion_uri: URI of the version that is the champion, which may be another study's of this name; None until one is
            registered, and while MLflow is unavailable.
        n_trials: Number of trials to finish in total.
        n_by_state: Number of trials by state.
        baselines: Simple models, measured on the test part; None if the experiment does not ask for them.
        repeats: The best trial trained again with other seeds; None if it was not.
        rows: What a row of the data is: "table", "arrays", "images" or "series". Defaults to "table".
        is_exhausted: Whether there are no more trials: all combinations of the space were tried, or all members are at their end. Defaults to False.
        schedule: The settings of each interval of epochs of the best trial, in one line; empty if it is a whole training. Defaults to empty.
        has_models: Whether its trials are models; a function leaves none here. Defaults to True.
        is_stopped: Whether a rule of ``[search.stop]`` lets no more trials start. Defaults to False.
    """

    study: str
    trial: int
    value: float
    metric: str
    direction: str
    standard_error: float | None = None
    execution_values: Sequence[float | None] = ()
    params: Mapping[str, Value]
    metrics: Mapping[str, float]
    n_parameters: int
    test: Mapping[str, float | None]
    positive: str | Mapping[str, str] | None
    run_id: str | None
    parent_run_id: str | None
    model_uri: str | None
    champion_uri: str | None = None
    n_trials: int
    n_by_state: Mapping[str, int]
    baselines: Baselines | None = None
    repeats: RepeatedTrial | None = None
    test_intervals: Mapping[str, Sequence[float]] = field(default_factory=dict)
    comparisons: Mapping[str, Difference] = field(default_factory=dict)
    runner_up: RunnerUp | None = None
    best_by: str | None = None
    measures: Mapping[str, float] = field(default_factory=dict)
    tolerance: float = 0.0
    front: Sequence[FrontTrial] = ()
    trials: Sequence[int] = ()
    cost: Mapping[str, float] = field(default_factory=dict)
    rows: str = TABLE
    is_exhausted: bool = False
    is_stopped: bool = False
    schedule: str = ""
    has_models: bool = True

    @property
    def predict_command(self) -> str:
        """The arguments of the command that predicts rows such as those of the data."""
        return f"predict {self.study} --input {example_of(self.rows)} --output predictions.csv"

    @property
    def positive_classes(self) -> dict[str, str]:
        """The positive class by output name; a single output is named ``""``."""
        return named(self.positive or {})

    @property
    def best_by_text(self) -> str:
        """By what else than the objective the best trial is known and was chosen, such as ``best by val_loss 0.46598``; empty if by nothing."""
        texts = [f"{name} {format_number(value)}" for name, value in self.measures.items()]
        if self.best_by is not None:
            texts.append(f"best by {with_class(self.best_by, self.positive_classes)} {format_number(self.metrics[self.best_by])}")
        if self.tolerance and len(self.front) > 1:
            texts.append(f"the best {list(self.front[0].values)[1]} within {100 * self.tolerance:g} % of the best value")
        return ", ".join(texts)

    @property
    def runner_up_text(self) -> str:
        """How the best trial differs from the second best one; empty if they were not compared."""
        return "" if self.runner_up is None else self.runner_up.text(self.metric)

    @property
    def front_text(self) -> str:
        """The trials of the Pareto front with their values; empty with one objective."""
        if not self.front:
            return ""
        trials, more = "trials" if len(self.front) > 1 else "trial", f" and {len(self.front) - _N_SHOWN} more" if len(self.front) > _N_SHOWN else ""
        return f"{len(self.front)} {trials}, by {', '.join(self.front[0].values)}: {', '.join(map(str, self.front[:_N_SHOWN]))}{more}"

    @property
    def cost_text(self) -> str:
        """What serving the champion costs; empty until it is registered."""
        return format_cost(self.cost, self.trials) if self.cost else ""


def summarize(ledger: StudyView) -> StudySummary:
    """Summarize a study from its ledger.

    Raises:
        StudyFailedError: If no trial has succeeded.
    """
    record = ledger.record(ledger.best[0]) if ledger.best else None
    if ledger.best is None or record is None or record.result is None:
        raise StudyFailedError(no_success_message(ledger))
    (number, value), objective = ledger.best, ledger.experiment.objective
    champion: dict[str, Any] = ledger.attribute("champion") or {}
    [repeated] = repeated_trials(ledger, [number])
    if champion.get("trial") != number:
        champion = {}
    return StudySummary(
        study=ledger.name,
        trial=number,
        value=value,
        standard_error=record.result.standard_error,
        execution_values=[execution.value for execution in record.result.executions],
        metric=objective.metric,
        direction=objective.direction,
        params=record.params,
        metrics=record.result.best_metrics,
        n_parameters=record.result.n_parameters,
        positive=unnamed(positive) if (positive := positive_classes(read_targets(ledger.folder.preprocessor))) else None,
        rows=ledger.attribute("rows") or TABLE,
        parent_run_id=ledger.attribute("parent_run_id"),
        n_trials=ledger.attribute("n_trials") or 0,
        n_by_state=ledger.n_by_state(),
        baselines=read_baselines(ledger),
        repeats=repeated if repeated.values else None,
        comparisons=read_comparisons(ledger) if champion else {},
        runner_up=compare_with_runner_up(ledger),
        best_by=None if ledger.experiment.ranked_by == objective else ledger.experiment.ranked_by.metric,
        measures=ledger.experiment.compared(record.measures),
        tolerance=ledger.experiment.champion.tolerance,
        front=front_of(ledger),
        is_exhausted=_is_exhausted(ledger),
        is_stopped=bool(found_enough(stop_of(ledger), ledger)),
        schedule=schedule_text(schedule) if (schedule := schedule_of(ledger, number)) else "",
        has_models=ledger.experiment.function is None,
        **_of_champion(champion, number),
    )


def _is_exhausted(ledger: StudyView) -> bool:
    if places := places_of(ledger).values():
        ended = {place.member for place in places if place.last_epoch == ledger.experiment.space.max_epochs}
        return ended == {place.member for place in places}
    space = ledger.experiment.space.searched
    is_counted = bool(space) and not ledger.experiment.search.may_repeat
    size = n_combinations(space) if is_counted else None
    return size is not None and size <= len(ledger.records()) and n_tried(ledger.study, space) >= size


def _of_champion(champion: Mapping[str, Any], number: int) -> dict[str, Any]:
    """Return what is known once the best trial is registered, given the ledger's entry; empty if it is not."""
    return {
        "run_id": champion.get("run_id"),
        "model_uri": champion.get("model_uri"),
        "test": champion.get("test", {}),
        "test_intervals": champion.get("test_intervals", {}),
        "trials": champion.get("trials", [number] if champion else []),
        "cost": champion.get("cost", {}),
    }


def front_of(ledger: StudyView) -> list[FrontTrial]:
    """Return the trials of a study's Pareto front, the best by the first objective first; none with one objective."""
    names = [objective.metric for objective in ledger.experiment.objectives]
    return [FrontTrial(number, dict(zip(names, ledger.values(number), strict=True)), ledger.record(number).params) for number in ledger.front]


def comparison_texts(summary: StudySummary, *, are_named: bool = True) -> dict[str, str]:
    """Return how the champion differs from each baseline, such as ``better than gradient boosting by 1.1 points (p = 0.2)``.

    Args:
        summary: The study.
        are_named: Whether the texts name the baseline. Defaults to True.

    Returns:
        Texts by the baseline's name.
    """
    metric = summary.metric.removeprefix("val_")
    return {
        name: format_difference(metric, of.difference, of.p_value, is_better=of.is_better, other=name.replace("_", " ") if are_named else "")
        for name, of in summary.comparisons.items()
    }


def with_champion(summary: StudySummary, tracking_uri: str) -> StudySummary:
    """Return the summary with the champion, which MLflow's registry knows."""
    if summary.model_uri is None:
        return summary
    with contextlib.suppress(PerceptuneError):
        return replace(summary, champion_uri=champion_uri(summary.model_uri, tracking_uri))
    return summary


def outcome_of(ledger: StudyView, *, is_complete: bool) -> StudyOutcome:
    """Summarize a study for its MLflow run.

    Args:
        ledger: The study.
        is_complete: Whether the search is over and the champion registered.
    """
    excluded = None if ledger.attribute(EXCLUDED) is None else ledger.excluded
    if ledger.best is None:
        return StudyOutcome(is_complete=is_complete, n_by_state=ledger.n_by_state(), excluded=excluded, asked=tuple(ledger.searched))
    summary = summarize(ledger)
    return StudyOutcome(
        is_complete=is_complete,
        n_by_state=summary.n_by_state,
        best_trial=summary.trial,
        best_value=summary.value,
        best_error=summary.standard_error,
        best_params=summary.params,
        best_metrics=summary.metrics,
        model_uri=summary.model_uri,
        test_metrics=summary.test,
        test_intervals=summary.test_intervals,
        comparisons=list(comparison_texts(summary).values()),
        baseline_metrics=summary.baselines.flat if summary.baselines else {},
        runner_up=summary.runner_up_text,
        best_by=summary.best_by_text,
        front=summary.front,
        excluded=excluded,
        trials=summary.trials,
        cost=summary.cost,
        cost_text=summary.cost_text,
        asked=tuple(ledger.searched),
        artifacts=ledger.folder.report if is_complete and ledger.folder.report.is_dir() else None,
    )


def no_success_message(ledger: StudyView) -> str:
    """Return why a study has no best trial."""
    records, experiment = [record for record in ledger.records() if record.result], ledger.experiment
    reasons = [record.reason for record in records if record.reason]
    beyond = [record for record in records if experiment.beyond_limits(record.measures)]
    if beyond and len(beyond) + len(reasons) == len(records):
        nearest = min(beyond, key=lambda record: max(experiment.violations(record.measures).values()))
        return (
            f'No trial of study "{ledger.name}" is within its limits: {len(beyond)} are beyond them; the nearest is trial {nearest.number}: '
            f"{format_beyond(experiment, nearest.measures)}; widen the space to other models, or go on with another limit, by --extend"
        )
    if not reasons:
        return f'Study "{ledger.name}" has no finished trial; run it with more trials or a longer time limit'
    commonest = max(set(reasons), key=reasons.count)
    return f'No trial of study "{ledger.name}" succeeded: {len(reasons)} failed, most often with: {commonest}'
