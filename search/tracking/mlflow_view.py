"""Describes the page on which MLflow's user interface opens a study: all trials by value, with their searched hyperparameters.

MLflow keeps a shared view of an experiment's runs as JSON in a tag of the experiment, and opens it by the key in the page's address.
"""

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ..experiment.objectives import COSTS
from ..redaction import redact
from .base import StudyRecord
from .descriptions import N_EXECUTIONS, STANDARD_ERROR, best_name
from .mlflow_batches import clean
from .notes import NOTE, experiment_note

if TYPE_CHECKING:
    from mlflow import MlflowClient

_KEY, _SECTION = "perceptune", "Best trials"
_OWN_NOTE = "mlflow.perceptune.note"
"""A copy of our description, by which a person's own is known. MLflow's page hides tags that begin so."""
_EARLIER_NOTE = "perceptune.note"
TAG = f"mlflow.sharedViewState.{_KEY}"


def view_tag(record: StudyRecord, parent_run_id: str, *, has_others: bool = False) -> dict[str, str]:
    """Return the tag of an experiment that has the view: the best trial first, a column for each searched hyperparameter.

    Args:
        record: The study.
        parent_run_id: The study's run, whose trials are shown below it.
        has_others: Whether the experiment has other studies, such as archived ones, so that a column names each trial's. Defaults to False.
    """
    ranked_by, objective = record.experiment.ranked_by, record.experiment.objective
    rank, value = (f"metrics.`{best_name(section.metric)}`" for section in (ranked_by, objective))
    params = [f"params.`{clean(name)}`" for name in record.searched]
    has_executions = record.experiment.evaluation.n_executions > 1  # those of a stopped trial are few: it has a value only
    spread = [f"metrics.`{name}`" for name in (STANDARD_ERROR, N_EXECUTIONS, "value")] if has_executions else []
    measures = [f"metrics.`{name if name in COSTS else best_name(name)}`" for name in record.experiment.measures]
    study = ["tags.`perceptune.study`"] if has_others else []
    columns = [*study, *dict.fromkeys((rank, value, *measures)), *spread, *params, "tags.`perceptune.state`"]
    state: dict[str, Any] = {
        "orderByKey": rank,
        "orderByAsc": ranked_by.direction == "minimize",
        "selectedColumns": columns,
        "columnOrder": columns,
        "runsExpanded": {parent_run_id: True},
        "compareRunSections": [{"uuid": _SECTION, "name": _SECTION, "display": True, "isReordered": False, "deleted": False, "isGenerated": False}],
        "compareRunCharts": _charts(record),
    }
    return {TAG: redact(json.dumps(state))}


def _charts(record: StudyRecord) -> list[dict[str, Any]]:
    """Return the first charts of the ten best runs: learning curves, parallel coordinates, and the study's best value so far."""
    metric = record.experiment.objective.metric
    of_models = () if record.experiment.function else (metric.removeprefix("val_"), "val_loss", "loss")
    curves = dict.fromkeys((metric, *of_models))
    lines = [_line(name) for name in (*curves, "best_value")]
    shared = {
        "type": "PARALLEL",
        "selectedParams": [clean(name) for name in record.searched],
        "selectedMetrics": [best_name(metric)],
        "showAllRuns": True,
    }
    parallel = [_card("parallel coordinates") | shared] if shared["selectedParams"] else []
    return [lines[0], *parallel, *lines[1:]]


def _line(metric: str) -> dict[str, Any]:
    axes = {"scaleType": "linear", "xAxisKey": "step", "xAxisScaleType": "linear", "yAxisKey": "metric", "yAxisExpressions": [], "range": {}}
    line = {"type": "LINE", "metricKey": metric, "selectedMetricKeys": [metric], "lineSmoothness": 0, "ignoreOutliers": False}
    return _card(metric) | line | axes | {"selectedXAxisMetricKey": "", "useGlobalXaxisKey": True, "useGlobalLineSmoothing": True}


def _card(name: str) -> dict[str, Any]:
    """Return the common keys of MLflow's charts."""
    return {"uuid": name, "displayName": name, "metricSectionId": _SECTION, "runsCountToCompare": 10, "deleted": False, "isGenerated": False}


def describe_experiment(client: "MlflowClient", experiment_id: str, record: StudyRecord, parent_run_id: str) -> None:
    """Give an MLflow experiment the view of its newest study, and a description with links.

    Args:
        client: MLflow's client.
        experiment_id: The experiment.
        record: The study.
        parent_run_id: The study's run.
    """
    others = client.search_runs([experiment_id], f"tags.`perceptune.study` != '{record.study}'", max_results=1)
    tags, known = view_tag(record, parent_run_id, has_others=bool(others)), client.get_experiment(experiment_id).tags
    note = experiment_note(record, page_of(experiment_id, tags), f"#/experiments/{experiment_id}/runs/{parent_run_id}")
    if known.get(NOTE, "") in ("", known.get(_OWN_NOTE), known.get(_EARLIER_NOTE)):  # else a person has written one
        tags |= {NOTE: note, _OWN_NOTE: note}
    for name, text in tags.items():
        client.set_experiment_tag(experiment_id, name, text)
    if _EARLIER_NOTE in known:
        client.delete_experiment_tag(experiment_id, _EARLIER_NOTE)


def page_of(experiment_id: str, tags: Mapping[str, str]) -> str:
    """Return the page of an experiment's runs, in its view if it has one, as the address' part behind ``/``.

    Args:
        experiment_id: MLflow's experiment.
        tags: Its tags.
    """
    view = f"&viewStateShareKey={_KEY}" if TAG in tags else ""
    return f"#/experiments/{experiment_id}/runs?workflowType=machine_learning{view}"
