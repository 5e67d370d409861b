"""Reads studies and trials back from MLflow, from which a ledger that was lost is written anew."""

import itertools
import json
import tempfile
from collections.abc import Container, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..experiment.file import Experiment, without_nulls
from ..experiment.lineage import Lineage
from ..experiment.objectives import COSTS
from ..experiment.parameters import CategoricalParameter, IntParameter, Searched, Value
from ..temporary_files import temporary_prefix
from ..trial import Failure, TrialResult, TrialState
from . import descriptions
from .mlflow_lookup import find_children
from .mlflow_repeats import GROUP

if TYPE_CHECKING:
    from mlflow import MlflowClient
    from mlflow.entities import Run

_ONCE = {"value", descriptions.STANDARD_ERROR, "best_epoch", "seconds", "n_parameters"}  # the last three so in earlier versions
_PREFIXES = (descriptions.FACTS, descriptions.EXECUTIONS, descriptions.best_name(""), GROUP)
_TRIAL, _STATE = "perceptune.trial", "perceptune.state"


def find_study_run(client: "MlflowClient", study: str, taken: Container[str], user: str | None) -> "Run | None":
    """Return the newest run of a study that is no trial and belongs to no other study; None if there is none.

    Args:
        client: MLflow's client.
        study: The study's name.
        taken: Ids of the runs of other studies.
        user: The user whose run it must be; None for any.
    """
    experiments = [experiment.experiment_id for experiment in client.search_experiments()]
    query = f"tags.`perceptune.study` = '{study}'" + (f" and tags.`mlflow.user` = '{user}'" if user else "")
    token = None
    while True:
        page = client.search_runs(experiments, query, order_by=["attributes.start_time DESC"], page_token=token)
        for run in page:
            if run.info.run_id not in taken and not {_TRIAL, "mlflow.parentRunId"} & run.data.tags.keys():
                return run
        token = page.token
        if not token:
            return None


def read_attributes(client: "MlflowClient", run: "Run") -> dict[str, Any]:
    """Return the attributes of a study's ledger that its run has, among them the experiment and the champion."""
    tags = run.data.tags
    attributes: dict[str, Any] = {"parent_run_id": run.info.run_id}
    with tempfile.TemporaryDirectory(prefix=temporary_prefix()) as folder:
        path = client.download_artifacts(run.info.run_id, "experiment.json", folder)
        attributes["experiment"] = without_nulls(json.loads(Path(path).read_text(encoding="utf-8")))
    if "perceptune.n_trials" in tags:
        attributes["n_trials"] = int(tags["perceptune.n_trials"])
    if "perceptune.data_fingerprint" in tags:
        attributes["dataset"] = tags["perceptune.data_fingerprint"]
    if {"perceptune.model_uri", "perceptune.best_trial"} <= tags.keys():
        number = int(tags["perceptune.best_trial"])
        child = next(iter(find_children(client, run.info.experiment_id, run.info.run_id, f"tags.`{_TRIAL}` = '{number}'")), None)
        run_id = child.info.run_id if child else None
        champion = {"trial": number, "model_uri": tags["perceptune.model_uri"], "run_id": run_id, **_read_test(run.data.metrics)}
        cost = {name.removeprefix(descriptions.COST): value for name, value in run.data.metrics.items() if name.startswith(descriptions.COST)}
        trials = [int(text) for text in tags.get("perceptune.trials", "").split(", ") if text]
        attributes["champion"] = champion | ({"cost": cost} if cost else {}) | ({"trials": trials} if trials else {})
    return attributes


def _read_test(metrics: Mapping[str, float]) -> dict[str, Any]:
    """Return the champion's metrics on the test part, and the interval of each, without those of the baselines."""
    found = {name.removeprefix("test_"): value for name, value in metrics.items() if name.startswith("test_")}
    test = {name: value for name, value in found.items() if not name.startswith("baseline_")}
    ends = {name: (f"{name}_low", f"{name}_high") for name in test}
    intervals = {name: [test[end] for end in pair] for name, pair in ends.items() if test.keys() >= set(pair)}
    of_intervals = {end for name in intervals for end in ends[name]}
    known = {"test": {name: value for name, value in test.items() if name not in of_intervals}}
    return known | ({"test_intervals": intervals} if intervals else {})  # a champion of an earlier version has none


def read_trials(client: "MlflowClient", run: "Run", experiment: Experiment) -> dict[int, tuple[dict[str, Value], TrialResult]]:
    """Return hyperparameters and result of each finished trial of a study, by number.

    Args:
        client: MLflow's client.
        run: The study's run.
        experiment: The experiment.
    """
    found = {}
    for child in find_children(client, run.info.experiment_id, run.info.run_id):
        if is_finished_trial(child):
            params = _params(child, experiment)
            if params is not None:
                found[int(child.data.tags[_TRIAL])] = params, _result(client, child, experiment)
    return found


def read_lineages(client: "MlflowClient", run: "Run") -> dict[int, Lineage]:
    """Return what each trial of a population continues, by number; empty for another study.

    Args:
        client: MLflow's client.
        run: The study's run.
    """
    tags = (child.data.tags for child in find_children(client, run.info.experiment_id, run.info.run_id))
    return {int(of[_TRIAL]): Lineage(**json.loads(of[descriptions.LINEAGE])) for of in tags if {_TRIAL, descriptions.LINEAGE} <= of.keys()}


def is_finished_trial(run: "Run") -> bool:
    """Return whether a run has a trial's result."""
    tags = run.data.tags
    state = tags.get(_STATE, "")
    is_final = state in {str(state) for state in TrialState if state.is_final}
    is_untrained = state == TrialState.PRUNED and "perceptune.beyond_limits" in tags
    has_result = "perceptune.reason" in tags if state == TrialState.FAILED else is_untrained or "value" in run.data.metrics
    return tags.get(_TRIAL, "").isdigit() and is_final and has_result and run.info.status != "RUNNING"


def _params(run: "Run", experiment: Experiment) -> dict[str, Value] | None:
    """Return the searched hyperparameters of a trial's run, those of a function as texts; None if the run lacks one."""
    if experiment.function is not None:
        return dict(run.data.params)
    space, params = experiment.space.searched, dict[str, Value]()
    for name, parameter in space.items():
        value = _to_value(run.data.params.get(name), parameter)
        if value is not None:
            params[name] = value
    return params if space.is_complete(params) else None


def _to_value(text: str | None, parameter: Searched) -> Value | None:
    if isinstance(parameter, CategoricalParameter):
        return next((choice for choice in parameter.choices if str(choice) == text), None)
    try:
        value = int(text or "") if isinstance(parameter, IntParameter) else float(text or "")
    except ValueError:
        return None
    return value if parameter.low <= value <= parameter.high else None


def _result(client: "MlflowClient", run: "Run", experiment: Experiment) -> TrialResult:
    tags = run.data.tags
    once = {name.removeprefix(descriptions.FACTS): number for name, number in run.data.metrics.items()}
    state, finished = TrialState(tags[_STATE]), (run.info.end_time or run.info.start_time) / 1000
    is_failed = state is TrialState.FAILED
    return TrialResult(
        number=int(tags[_TRIAL]),
        state=state,
        value=None if is_failed else once.get("value"),
        best_epoch=int(once.get("best_epoch", 0)),
        history=_history(client, run),
        seconds=once.get("seconds", 0.0),
        n_parameters=int(once.get("n_parameters", 0)),
        costs={name: once[name] for name in experiment.costs if name in once and name != "n_parameters"},
        device=tags.get("perceptune.device", ""),
        trainer=tags.get("perceptune.trainer", ""),
        reason=tags["perceptune.reason"] if is_failed else "",
        ended_by=tags.get("perceptune.ended_by", ""),
        failure=Failure(tags["perceptune.failure"]) if is_failed and "perceptune.failure" in tags else None,
        worker=tags.get("perceptune.worker", ""),
        executions=() if experiment.evaluation.n_executions == 1 else _executions(client, run, experiment.objective.metric),
        finished=finished,
    )


def _executions(client: "MlflowClient", run: "Run", metric: str) -> tuple[TrialResult, ...]:
    """Return the executions of a trial as far as the run has them: the metrics of their best epochs, without curves."""
    names = [name for name in sorted(run.data.metrics) if name.startswith(descriptions.EXECUTIONS)]
    by_metric = {name.removeprefix(descriptions.EXECUTIONS): _by_step(client, run.info.run_id, name) for name in names}
    values = by_metric.get(metric, {})
    found = itertools.takewhile(lambda number: number in values, itertools.count(1))
    return tuple(
        TrialResult(
            number=int(run.data.tags[_TRIAL]),
            state=TrialState.COMPLETE,
            value=values[number],
            best_epoch=1,
            history=({name: steps[number] for name, steps in by_metric.items() if number in steps},),
        )
        for number in found
    )


def _history(client: "MlflowClient", run: "Run") -> tuple[Mapping[str, float], ...]:
    """Return the metrics of every epoch, up to the first that lacks one."""
    spread = {f"{name}{descriptions.DEVIATION}" for name in run.data.metrics}
    names = [name for name in sorted(run.data.metrics) if not _is_once(name) and name not in spread]
    by_metric = {name: _by_step(client, run.info.run_id, name) for name in names}
    n_epochs = max((len(steps) for steps in by_metric.values()), default=0)
    epochs = itertools.takewhile(lambda epoch: all(epoch in steps for steps in by_metric.values()), range(1, n_epochs + 1))
    return tuple({name: steps[epoch] for name, steps in by_metric.items()} for epoch in epochs)


def _is_once(name: str) -> bool:
    return name in (*_ONCE, *COSTS) or name.startswith(_PREFIXES)


def _by_step(client: "MlflowClient", run_id: str, name: str) -> dict[int, float]:
    return {metric.step: metric.value for metric in client.get_metric_history(run_id, name)}
