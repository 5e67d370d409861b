"""Finds experiments and runs in an MLflow store."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mlflow import MlflowClient
    from mlflow.entities import Run

# Has MLflow's UI open the experiment at its runs instead of at traces of language models.
_EXPERIMENT_TAGS = {"mlflow.experimentKind": "custom_model_development"}


def existing_run(client: "MlflowClient", run_id: str | None) -> "Run | None":
    """Return a run, or None if it does not exist, was deleted, or none is asked for.

    Args:
        client: MLflow's client.
        run_id: The run.

    Returns:
        The run.
    """
    from mlflow.exceptions import MlflowException

    if run_id is None:
        return None
    try:
        run = client.get_run(run_id)
    except MlflowException as error:
        if error.error_code != "RESOURCE_DOES_NOT_EXIST":
            raise
        return None
    return run if run.info.lifecycle_stage == "active" else None


def find_or_create_experiment(client: "MlflowClient", name: str, location: str | None) -> str:
    """Return the id of MLflow's experiment of a name.

    Args:
        client: MLflow's client.
        name: The experiment.
        location: Where a new one keeps artifacts, a URI; None leaves it to the server.

    Returns:
        The id.
    """
    from mlflow.exceptions import MlflowException

    found = client.get_experiment_by_name(name)
    if found is None:
        try:
            return str(client.create_experiment(name, artifact_location=location, tags=_EXPERIMENT_TAGS))
        except MlflowException as error:
            if error.error_code != "RESOURCE_ALREADY_EXISTS":
                raise
        return find_or_create_experiment(client, name, location)  # another process was faster
    if found.lifecycle_stage == "deleted":  # the name stays taken until the bin is emptied
        client.restore_experiment(found.experiment_id)
    return str(found.experiment_id)


def has_child(client: "MlflowClient", experiment_id: str, parent_run_id: str, number: int) -> bool:
    """Say whether a trial of a study has a run; one that somebody has deleted counts.

    Args:
        client: MLflow's client.
        experiment_id: MLflow's experiment.
        parent_run_id: The study's run.
        number: The trial's number.

    Returns:
        Whether it has.
    """
    return bool(find_children(client, experiment_id, parent_run_id, _is_trial(number), deleted=True))


def find_child(client: "MlflowClient", experiment_id: str, parent_run_id: str, number: int) -> "Run | None":
    """Return the run of a trial of a study; None if it has none, or a deleted one."""
    found = find_children(client, experiment_id, parent_run_id, _is_trial(number))
    return found[0] if found else None


def last_epoch(client: "MlflowClient", run_id: str) -> int:
    """Return the last epoch that was written to a run; 0 if there is none."""
    return max((metric.step for metric in client.get_metric_history(run_id, "loss")), default=0)


def find_children(client: "MlflowClient", experiment_id: str, parent_run_id: str, condition: str = "", *, deleted: bool = False) -> "list[Run]":
    """Return the trials' runs of a study that meet a condition.

    Args:
        client: MLflow's client.
        experiment_id: MLflow's experiment.
        parent_run_id: The study's run.
        condition: In MLflow's search language, such as ``attributes.status = 'RUNNING'``. Defaults to none.
        deleted: Whether deleted ones are returned too. Defaults to False.

    Returns:
        The runs, all pages of them.
    """
    from mlflow.entities import ViewType

    query = f"tags.`mlflow.parentRunId` = '{parent_run_id}'" + (f" AND {condition}" if condition else "")
    view = ViewType.ALL if deleted else ViewType.ACTIVE_ONLY
    found: list[Any] = []
    token: str | None = ""
    while token is not None:
        page = client.search_runs([experiment_id], query, run_view_type=view, page_token=token or None)
        found += page
        token = page.token or None
    return found


def _is_trial(number: int) -> str:
    return f"tags.`perceptune.trial` = '{number}'"
