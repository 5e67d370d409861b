"""Params, tags and metrics of a study and its trials, as flat names and plain texts, for any tracking library."""

import getpass
import json
from collections.abc import Mapping
from typing import Any

from ..data.positive_class import why_undefined, with_class
from ..experiment.parameters import Value
from ..experiment.space import CategoricalParameter, FloatParameter, IntParameter, fixed
from ..redaction import redact
from ..trial import Assignment, TrialResult, TrialState
from .base import StudyOutcome, StudyRecord
from .provenance import Provenance

INTERRUPTED = TrialState.INTERRUPTED.value
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
    content = experiment.model_dump(mode="json", exclude={"name", "space", "search", "executor"})
    params = _flat(content)
    for section, entries in (("model", experiment.space.model), ("training", dict(experiment.space.training))):
        params |= {f"space.{section}.{name}": _entry(entry) for name, entry in entries.items() if entry is not None}
    search = experiment.search.model_dump(mode="json")
    params |= {name: str(search[name]) for name in sorted(_SEARCH_PARAMS)}
    params |= _flat({name: search[name] for name in ("sampler_options", "pruner_options")})
    return params | {"n_features": str(_n_features(record))}


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
        "perceptune.data_fingerprint": record.dataset.fingerprint,
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


def trial_params(record: StudyRecord, assignment: Assignment) -> dict[str, str]:
    """Return all hyperparameters of a trial, fixed and searched, by their bare names.

    Args:
        record: The study.
        assignment: The trial.

    Returns:
        Text by name. Where a builder argument has the name of a training setting, the searched one keeps the bare name
        (the builder's if neither is searched) and the other gets its section as a prefix, as in ``training.momentum``.
    """
    # The record's experiment has no secrets, the assignment has those that the builder gets.
    model, training = dict(assignment.model_arguments) | fixed(record.experiment.space.model), assignment.training.model_dump()
    searched_training = record.experiment.space.searched_training
    params: dict[str, Value] = {}
    for name, value in model.items():
        params[f"model.{name}" if name in searched_training else name] = value
    for name, value in training.items():
        params[f"training.{name}" if name in model and name not in searched_training else name] = value
    return {name: str(value) for name, value in params.items()}  # the searched ones keep their bare names: `mlflow_results` reads them


def trial_tags(record: StudyRecord, assignment: Assignment) -> dict[str, str]:
    """Return the tags of a trial that starts."""
    return {
        "perceptune.study": record.study,
        "perceptune.trial": str(assignment.number),
        "perceptune.state": TrialState.RUNNING.value,
        "perceptune.seed": str(assignment.seed),
        "perceptune.searched": ", ".join(assignment.params),
        **positive_tags(record.positive),
    }


def attempt_tags(assignment: Assignment) -> dict[str, str]:
    """Return the tags of a trial that is retried; its logged params stay those of the first attempt."""
    return {
        "perceptune.state": TrialState.RUNNING.value,
        "perceptune.attempt": str(assignment.attempt),
        "perceptune.batch_size": str(assignment.training.batch_size),
    }


def result_tags(result: TrialResult) -> dict[str, str]:
    """Return the tags of a finished trial."""
    tags = {
        "perceptune.state": result.state.value,
        "perceptune.failure": result.failure or "",
        "perceptune.device": result.device,
        "perceptune.worker": result.worker,
        "perceptune.trainer": result.trainer,
        "perceptune.reason": result.reason,
    }
    return {name: text for name, text in tags.items() if text}


def result_metrics(result: TrialResult) -> dict[str, float]:
    """Return the metrics that a trial has once: ``value``, ``best_epoch``, ``seconds``, ``n_parameters``."""
    metrics: dict[str, float | None] = {
        "value": result.value,
        "best_epoch": result.best_epoch or None,
        "seconds": result.seconds,
        "n_parameters": result.n_parameters or None,
    }
    return {name: float(number) for name, number in metrics.items() if number is not None}


def outcome_metrics(outcome: StudyOutcome) -> dict[str, float]:
    """Return the metrics of a study: ``best_value``, ``n_trials_complete`` ..., ``test_accuracy`` ..."""
    metrics = {f"n_trials_{state.lower()}": float(count) for state, count in outcome.n_by_state.items()}
    metrics |= {_test_name(name): number for name, number in outcome.test_metrics.items() if number is not None}
    return metrics if outcome.best_value is None else metrics | {"best_value": outcome.best_value}


def _test_name(name: str) -> str:
    return name if name.startswith("test_") else f"test_{name}"


def outcome_tags(record: StudyRecord, outcome: StudyOutcome) -> dict[str, str]:
    """Return the tags of a study that ends; the best hyperparameters are tags, since MLflow never changes a param."""
    state = TrialState.COMPLETE if outcome.best_trial is not None else TrialState.FAILED
    tags = {"perceptune.state": state.value if outcome.is_complete else INTERRUPTED}
    if outcome.best_trial is not None:
        tags["perceptune.best_trial"] = str(outcome.best_trial)
        tags |= {f"perceptune.best.{name}": str(value) for name, value in outcome.best_params.items()}
    if outcome.model_uri:
        tags["perceptune.model_uri"] = outcome.model_uri
    tags |= {f"perceptune.{_test_name(name)}": why_undefined(name) for name, number in outcome.test_metrics.items() if number is None}
    return tags | {"mlflow.note.content": _note(record, outcome)}


def _note(record: StudyRecord, outcome: StudyOutcome) -> str:
    """Return the description that MLflow shows at the top of the study's run, in Markdown."""
    counts = ", ".join(f"{count} {state.lower()}" for state, count in outcome.n_by_state.items() if count)
    objective = record.experiment.objective
    lines = [f"Search of `{record.experiment.name}` on {record.dataset.name}: {counts or 'no'} trials."]
    if outcome.best_trial is not None:
        metric = with_class(objective.metric, record.positive)
        lines.append(f"Best: trial {outcome.best_trial} with {metric} = {outcome.best_value:.6g} ({objective.direction}).")
    if outcome.test_metrics:
        numbers = {name: why_undefined(name) if number is None else f"= {number:.6g}" for name, number in outcome.test_metrics.items()}
        lines.append("On the test part: " + ", ".join(f"{with_class(name, record.positive)} {text}" for name, text in numbers.items()) + ".")
    if outcome.model_uri:
        lines.append(f"Model: `{outcome.model_uri}`.")
    if outcome.best_params:
        lines.append("| hyperparameter | best |\n|---|---|\n" + "\n".join(f"| {name} | {value} |" for name, value in outcome.best_params.items()))
    return "\n\n".join(lines)


def dataset_profile(record: StudyRecord) -> str:
    """Return the sizes of a data set as JSON."""
    dataset = record.dataset
    rows = {part: len(getattr(dataset, part).target) for part in ("train", "validation", "test")}
    facts = {"num_rows": sum(rows.values()), **{f"n_{part}": count for part, count in rows.items()}, "task": dataset.task}
    return json.dumps(facts | {"n_features": _n_features(record), "target": dataset.target})


def dataset_source(record: StudyRecord) -> str:
    """Return where a data set comes from as JSON, in the form of MLflow's ``CodeDatasetSource``."""
    data = record.experiment.data
    return json.dumps({"tags": {"loader": data.loader, **{name: redact(str(value)) for name, value in data.arguments.items()}}})


def _n_features(record: StudyRecord) -> int:
    shape = record.dataset.train.features.shape[1:]
    total = 1
    for length in shape:
        total *= length
    return total


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
    match entry:
        case IntParameter() | FloatParameter():
            step = f" step {entry.step}" if entry.step not in (None, 1) else ""
            return f"{entry.type} {entry.low} to {entry.high}{step}{' log' if entry.log else ''}"
        case CategoricalParameter():
            return f"one of {', '.join(map(str, entry.choices))}"
        case _:
            return str(entry)
