"""Params, tags and metrics of a study and its trials, as flat names and plain texts, for any tracking library."""

import getpass
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from ..data.positive_class import why_undefined
from ..experiment.file import Experiment
from ..experiment.settings import OF_COMPILE, TrainingSettings
from ..experiment.space import CategoricalParameter, FloatParameter, IntParameter
from ..trial import Assignment, TrialResult, TrialState
from .base import StudyOutcome, StudyRecord
from .mlflow_dataset import n_features
from .provenance import Provenance

INTERRUPTED = TrialState.INTERRUPTED.value
LINEAGE = "perceptune.lineage"
"""The tag of a trial of a population, which says what it continues."""
COST = "champion_"
"""Prefix of what serving a champion costs, among the metrics of a study."""
FACTS = "system/"
"""Prefix of what is measured in a trial and is no metric of its model: MLflow shows it on a tab of its own, and behind the learning curves."""
EXECUTIONS = "executions/"
"""Prefix of the metrics of each execution at the trial's best epoch; their step is the number of the execution, from 1."""
DEVIATION = "_std"
"""End of the names of the standard deviations over executions, behind the mean of the metric."""
STANDARD_ERROR, N_EXECUTIONS = "value_standard_error", f"{FACTS}executions"
_SEARCH_PARAMS = {"sampler", "pruner", "seed"}


def study_params(record: StudyRecord) -> dict[str, str]:
    """Return the params of a study: the experiment's keys as in its file, joined by dots.

    The number of trials, the time limit and the executor are left out, since they may change when a study continues.

    Args:
        record: The study.

    Returns:
        Text by name: ``model``, ``data.loader``, ``space.model.n_hidden`` ("int 0 to 3"), ``sampler``, ``seed`` ...
    """
    experiment = record.experiment
    if experiment.function is not None:
        return _flat(experiment.model_dump(mode="json", include={"written_objectives"})) | _search_params(experiment, {})
    params = _flat(experiment.model_dump(mode="json", exclude={"name", "space", "search", "executor"}))
    training = TrainingSettings().model_dump() | {name: entry for name, entry in experiment.space.training if entry is not None}
    if experiment.space.compiled:
        training |= dict.fromkeys(OF_COMPILE, "of compile()")
    params |= _search_params(experiment, training)
    return params if record.dataset is None else params | {"n_features": str(n_features(record.dataset))}


def _search_params(experiment: Experiment, training: Mapping[str, object]) -> dict[str, str]:
    """Return the params of the search space, given its training settings, and of sampler and pruner."""
    params: dict[str, str] = {}
    for section, entries in (("model", experiment.space.model), ("training", training)):
        params |= {f"space.{section}.{name}": _entry(entry) for name, entry in entries.items()}
    params |= {f"space.rules.{name}": expression for name, expression in experiment.space.rules.items()}
    search = experiment.search.model_dump(mode="json")
    params |= {name: str(search[name]) for name in sorted(_SEARCH_PARAMS)}
    return params | _flat({name: search[name] for name in ("sampler_options", "pruner_options")})


def study_tags(record: StudyRecord, provenance: Provenance) -> dict[str, str]:
    """Return the tags of the process that runs a study; they may differ each time the study continues.

    Args:
        record: The study.
        provenance: The code and the machine.

    Returns:
        Text by tag.
    """
    tags = {
        "perceptune.study": record.study,
        "perceptune.state": TrialState.RUNNING.value,
        "perceptune.n_trials": str(record.n_trials),
        "perceptune.n_workers": str(record.n_workers),
        "perceptune.executor": record.experiment.executor.name,
        "perceptune.fingerprint": record.experiment.fingerprint,
        **({} if record.dataset is None else {"perceptune.data_fingerprint": record.dataset.fingerprint}),
        "perceptune.backend": provenance.backend,
        "perceptune.python": provenance.python,
        "perceptune.platform": provenance.platform,
        "perceptune.device": ", ".join(provenance.devices),
    }
    tags |= positive_tags(record.positive)
    tags |= {f"perceptune.version.{name}": version for name, version in provenance.main_packages.items()}
    if provenance.commit:
        tags |= {"mlflow.source.git.commit": provenance.commit, "mlflow.source.git.dirty": str(provenance.is_dirty).lower()}
    return tags


def positive_tags(positive: Mapping[str, str]) -> dict[str, str]:
    """Return the tags that name the positive class, which precision, recall, F1 score and AUC are about.

    Args:
        positive: The positive class of each binary target, by output name.
    """
    return {f"perceptune.positive_class{f'.{name}' if name else ''}": chosen for name, chosen in positive.items()}


def user_tags() -> dict[str, str]:
    """Return the tags from which MLflow's UI shows the user and the source."""
    try:
        user = getpass.getuser()
    except (OSError, KeyError):  # a container may run under a number without a name
        user = "unknown"
    return {"mlflow.user": user, "mlflow.source.name": "perceptune", "mlflow.source.type": "LOCAL"}


def trial_params(assignment: Assignment) -> dict[str, str]:
    """Return the searched hyperparameters of a trial; those that are alike in all trials are params of the study.

    Args:
        assignment: The trial.
    """
    return {name: str(value) for name, value in assignment.params.items()}


def trial_tags(record: StudyRecord, assignment: Assignment) -> dict[str, str]:
    """Return the tags of a trial that starts."""
    return {
        "perceptune.study": record.study,
        "perceptune.trial": str(assignment.number),
        "perceptune.state": TrialState.RUNNING.value,
        "perceptune.seed": str(assignment.seed),
        "perceptune.searched": ", ".join(assignment.params),
        **positive_tags(record.positive),
        **({LINEAGE: json.dumps(asdict(assignment.lineage))} if assignment.lineage else {}),
    }


def attempt_tags(assignment: Assignment) -> dict[str, str]:
    """Return the tags of a trial that is retried; its logged params stay those of the first attempt."""
    return {
        "perceptune.state": TrialState.RUNNING.value,
        "perceptune.attempt": str(assignment.attempt),
        "perceptune.batch_size": str(assignment.training.batch_size),
    }


def result_tags(result: TrialResult, beyond: Sequence[str] = ()) -> dict[str, str]:
    """Return the tags of a finished trial.

    Args:
        result: Its result.
        beyond: The limits that it is beyond. Defaults to none.
    """
    tags = {
        "perceptune.state": result.state.value,
        "perceptune.failure": result.failure or "",
        "perceptune.device": result.device,
        "perceptune.worker": result.worker,
        "perceptune.trainer": result.trainer,
        "perceptune.reason": result.reason,
        "perceptune.ended_by": result.ended_by,
        "perceptune.beyond_limits": ", ".join(beyond),
    }
    return {name: text for name, text in tags.items() if text}


def result_metrics(result: TrialResult, costs: Sequence[str] = (), *, is_within_limits: bool = True) -> dict[str, float]:
    """Return the metrics that a trial has once: ``value``, ``best_val_accuracy`` ..., ``best_epoch``, ``system/seconds`` ...

    A trial that was stopped before all its executions has no ``best_val_accuracy``, by which MLflow's page sorts: that of one fold is not
    comparable with means over all. Its ``value`` is the mean that it had. Neither has a trial that is beyond a limit.

    Args:
        result: Its result.
        costs: The costs that objectives and limits are about, which are metrics by their own names. Defaults to none.
        is_within_limits: Whether it is beyond no limit. Defaults to True.
    """
    metrics: dict[str, float | None] = {
        "value": result.value,
        STANDARD_ERROR: result.standard_error,
        N_EXECUTIONS: len(result.executions) or None,
        "best_epoch": result.best_epoch or None,
        f"{FACTS}seconds": result.seconds,
        f"{FACTS}n_parameters": result.n_parameters or None,
        **{name: result.measures.get(name) for name in costs},
    }
    is_comparable = is_within_limits and (result.state is TrialState.COMPLETE or not result.executions)
    return best_metrics(result.best_metrics if is_comparable else {}) | {
        name: float(number) for name, number in metrics.items() if number is not None
    }


def best_name(metric: str) -> str:
    """Return the name of a metric at a trial's best epoch, alike for trials and for the study."""
    return f"best_{metric}"


def best_metrics(metrics: Mapping[str, float]) -> dict[str, float]:
    """Return the metrics of a best epoch by the names they have beside those of every epoch."""
    return {best_name(name): value for name, value in metrics.items() if name != "learning_rate"}


def outcome_metrics(outcome: StudyOutcome) -> dict[str, float]:
    """Return the metrics of a study: ``best_value``, ``best_val_accuracy`` ..., ``n_trials_complete`` ..., ``test_accuracy`` ...

    The ends of a test metric's interval are ``test_accuracy_low`` and ``test_accuracy_high``; a baseline's are
    ``test_baseline_mean_loss`` ...; what serving the champion costs is ``champion_latency_ms`` ...
    """
    metrics = {f"n_trials_{state.lower()}": float(count) for state, count in outcome.n_by_state.items()}
    metrics |= best_metrics(outcome.best_metrics)
    metrics |= {_test_name(name): number for name, number in outcome.test_metrics.items() if number is not None}
    for name, ends in outcome.test_intervals.items():
        metrics |= {f"{_test_name(name)}_{end}": number for end, number in zip(("low", "high"), ends, strict=True)}
    metrics |= {_test_name(name): number for name, number in outcome.baseline_metrics.items()}
    metrics |= {f"{COST}{name}": number for name, number in outcome.cost.items()}
    return metrics if outcome.best_value is None else metrics | {"best_value": outcome.best_value}


def _test_name(name: str) -> str:
    return name if name.startswith("test_") else f"test_{name}"


def outcome_tags(outcome: StudyOutcome) -> dict[str, str]:
    """Return the tags of a study that ends; the best hyperparameters are tags, since MLflow never changes a param."""
    state = TrialState.COMPLETE if outcome.best_trial is not None else TrialState.FAILED
    tags = {"perceptune.state": state.value if outcome.is_complete else INTERRUPTED}
    if outcome.best_trial is not None:
        tags["perceptune.best_trial"] = str(outcome.best_trial)
        tags |= {f"perceptune.best.{name}": str(value) for name, value in outcome.best_params.items()}
    if outcome.model_uri:
        tags["perceptune.model_uri"] = outcome.model_uri
    if outcome.trials:
        tags["perceptune.trials"] = ", ".join(map(str, outcome.trials))
    tags |= {f"perceptune.{_test_name(name)}": why_undefined(name) for name, number in outcome.test_metrics.items() if number is None}
    return tags


def _flat(content: Mapping[str, Any], prefix: str = "") -> dict[str, str]:
    """Join the keys of nested tables by dots, without empty tables and lists."""
    flat: dict[str, str] = {}
    for name, value in content.items():
        if isinstance(value, Mapping):
            flat |= _flat(value, f"{prefix}{name}.")
        elif value not in (None, []):
            flat[f"{prefix}{name}"] = value if isinstance(value, str) else json.dumps(value)
    return flat


def _entry(entry: object) -> str:
    if not isinstance(entry, IntParameter | FloatParameter | CategoricalParameter):
        return str(entry)
    repeat = "" if entry.repeat is None else f", repeat {entry.repeat}"
    needed = "".join(f", when {name} = {' or '.join(map(str, values))}" for name, values in entry.needed.items())
    prior = "" if entry.expected is None else f", prior {entry.expected.value} ({entry.expected.strength})"
    return f"{_range(entry)}{repeat}{needed}{prior}"


def _range(parameter: IntParameter | FloatParameter | CategoricalParameter) -> str:
    if isinstance(parameter, CategoricalParameter):
        return f"one of {', '.join(map(str, parameter.choices))}"
    step = f" step {parameter.step}" if parameter.step not in (None, 1) else ""
    return f"{parameter.type} {parameter.low} to {parameter.high}{step}{' log' if parameter.log else ''}"
