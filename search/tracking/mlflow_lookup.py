"""Finds experiments and runs in an MLflow store."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mlflow import MlflowClient
    from mlflow.entities import Run

# MLflow's UI then shows the experiment's runs first instead of traces of language models.
_EXPERIMENT_TAGS = {"mlflow.experimentKind": "custom_model_development"}

_RUNS_PER_QUERY = 500


def existing_run(client: "MlflowClient", run_id: str | None) -> "Run | None":
    """Return a run, or None if it does not exist or was deleted.

    Args:
        client: MLflow's client.
        run_id: The run's id; None is no run.

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
    """Return the id of an MLflow experiment, which is created or restored if necessary.

    Args:
        client: MLflow's client.
        name: The experiment's name.
        location: Artifact URI of a new experiment; None lets the server choose.

    Returns:
        The experiment's id.
    """
    from mlflow.exceptions import MlflowException

    found = client.get_experiment_by_name(name)
    if found is None:
        try:
            return str(client.create_experiment(name, artifact_location=location, tags=_EXPERIMENT_TAGS))
        except MlflowException as error:
            if error.error_code != "RESOURCE_ALREADY_EXISTS":
                raise
        return find_or_create_experiment(client, name, location)  # another process created it meanwhile
    if found.lifecycle_stage == "deleted":  # its name cannot be used again until it is purged
        client.restore_experiment(found.experiment_id)
    return str(found.experiment_id)


def has_child(client: "MlflowClient", experiment_id: str, parent_run_id: str, number: int) -> bool:
    """Return whether a trial of a study has a run, deleted runs included.

    Args:
        client: MLflow's client.
        experiment_id: MLflow's experiment.
        parent_run_id: The study's run.
        number: The trial's number.

    Returns:
        Whether there is at least one run.
    """
    return bool(find_children(client, experiment_id, parent_run_id, _is_trial(number), deleted=True))


def find_child(client: "MlflowClient", experiment_id: str, parent_run_id: str, number: int) -> "Run | None":
    """Return the run of a trial of a study, or None if there is none that is not deleted."""
    found = find_children(client, experiment_id, parent_run_id, _is_trial(number))
    return found[0] if found else None


def last_epoch(client: "MlflowClient", run_id: str, metric: str) -> int:
    """Return the last epoch at which a metric was logged to a run; 0 before the first."""
    return max((entry.step for entry in client.get_metric_history(run_id, metric)), default=0)


def steps_by_run(client: "MlflowClient", run_ids: list[str], metric: str) -> dict[str, list[int]]:
    """Return the steps at which a metric was logged, by run; of a database in few queries, of a server with one request a run.

    Args:
        client: MLflow's client.
        run_ids: The runs.
        metric: The metric's name.
    """
    steps: dict[str, list[int]] = {run_id: [] for run_id in run_ids}
    open_session = getattr(client._tracking_client.store, "ManagedSessionMaker", None)
    if open_session is None:
        return {run_id: [entry.step for entry in client.get_metric_history(run_id, metric)] for run_id in run_ids}
    from mlflow.store.tracking.dbmodels.models import SqlMetric

    with open_session() as session:
        for start in range(0, len(run_ids), _RUNS_PER_QUERY):
            of_runs: Any = SqlMetric.run_uuid.in_(run_ids[start : start + _RUNS_PER_QUERY])
            for run_id, step in session.query(SqlMetric.run_uuid, SqlMetric.step).filter(SqlMetric.key == metric, of_runs).order_by(SqlMetric.step):
                steps[run_id].append(step)
    return steps


def find_children(client: "MlflowClient", experiment_id: str, parent_run_id: str, condition: str = "", *, deleted: bool = False) -> "list[Run]":
    """Return the trial runs of a study that match a condition.

    Args:
        client: MLflow's client.
        experiment_id: MLflow's experiment.
        parent_run_id: The study's run.
        condition: A filter in MLflow's search syntax, such as ``attributes.status = 'RUNNING'``. Defaults to none.
        deleted: Whether deleted runs are returned too. Defaults to False.

    Returns:
        The runs of all pages.
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
