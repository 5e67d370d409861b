"""Marks the run of a study's best trial, by name and by tag, and those of its front and of excluded ones, and unmarks earlier ones."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from .mlflow_lookup import find_child, find_children

if TYPE_CHECKING:
    from mlflow import MlflowClient
    from mlflow.entities import Run

_TAG = "perceptune.is_best"
FRONT, EXCLUDED = "perceptune.pareto_front", "perceptune.excluded"


def trial_name(number: int) -> str:
    """Return the name of a trial's run."""
    return f"trial {number}"


def mark_best(client: "MlflowClient", experiment_id: str, parent_run_id: str, number: int) -> str:
    """Mark the run of a study's best trial, so that it stands out wherever its name is shown.

    Args:
        client: MLflow's client.
        experiment_id: MLflow's experiment.
        parent_run_id: The study's run.
        number: The best trial.

    Returns:
        Address of the page of the trial's run, in MLflow's user interface; empty if it has no run.
    """
    best = find_child(client, experiment_id, parent_run_id, number)
    for run in find_children(client, experiment_id, parent_run_id, f"tags.`{_TAG}` = 'true'"):
        if best is None or run.info.run_id != best.info.run_id:
            name = trial_name(int(run.data.tags["perceptune.trial"]))
            _rename(client, run, _best_name(name), name)
            client.delete_tag(run.info.run_id, _TAG)
    if best is None:
        return ""
    client.set_tag(best.info.run_id, _TAG, "true")
    _rename(client, best, trial_name(number), _best_name(trial_name(number)))
    return f"#/experiments/{experiment_id}/runs/{best.info.run_id}"


def mark_trials(client: "MlflowClient", experiment_id: str, parent_run_id: str, tag: str, texts: Mapping[int, str]) -> None:
    """Give the runs of some trials a tag, and remove it from all others.

    Args:
        client: MLflow's client.
        experiment_id: MLflow's experiment.
        parent_run_id: The study's run.
        tag: The tag, `FRONT` or `EXCLUDED`.
        texts: Its text by the trial's number.
    """
    before = {int(run.data.tags["perceptune.trial"]): run for run in find_children(client, experiment_id, parent_run_id, f"tags.`{tag}` != ''")}
    for number in before.keys() - texts.keys():
        client.delete_tag(before[number].info.run_id, tag)
    for number, text in texts.items():
        run = before.get(number) or find_child(client, experiment_id, parent_run_id, number)
        if run is not None and run.data.tags.get(tag) != text:
            client.set_tag(run.info.run_id, tag, text)


def _best_name(name: str) -> str:
    return f"{name} (best)"


def _rename(client: "MlflowClient", run: "Run", old: str, new: str) -> None:
    """Rename a run, unless a person has given it another name."""
    if run.info.run_name == old:
        client.update_run(run.info.run_id, name=new)
