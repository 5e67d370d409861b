"""Writes a task as an experiment file with default settings."""

import json
from collections.abc import Mapping
from typing import Any

from .job import JOB, Job
from .tasks import Task


def listed_search(job: Job) -> dict[str, Any]:
    """Return a ``[search]`` table that proposes a job's trials, read from the job's file in the working directory, and trains them in full."""
    sampler = {"sampler": "experiments.benchmarks.listed:Listed", "sampler_options": {"file": JOB}}
    return {**sampler, "pruner": "none", "n_trials": len(job.trials), "seed": job.seed}


def experiment_text(task: Task, search: Mapping[str, Any]) -> str:
    """Return a task as an experiment file.

    Args:
        task: The task.
        search: Its ``[search]``.

    Returns:
        TOML.
    """
    tables = {
        "data": {"loader": task.loader, **task.data},
        "space.model": {**task.fixed, **task.model_space},
        "space.training": {"optimizer": "sgd", "epochs": task.epochs, **task.training_space},
        "objective": {"metric": "val_loss", "direction": "minimize"},
        "search": search,
    }
    lines = [f"model = {_toml(task.model)}"]
    for name, table in tables.items():
        lines += [f"[{name}]", *(f"{key} = {_toml(value)}" for key, value in table.items())]
    return "\n".join(lines) + "\n"


def _toml(value: Any) -> str:
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{key} = {_toml(entry)}" for key, entry in value.items()) + " }"
    return json.dumps(value)
