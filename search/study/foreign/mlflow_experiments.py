"""Reads the runs of an MLflow experiment."""

from ...errors import InputError
from .base import ForeignStudy, ForeignTrial


def read_mlflow(name: str, tracking_uri: str, metric: str) -> ForeignStudy:
    """Read an experiment.

    Args:
        name: Its name.
        tracking_uri: The store's URI.
        metric: The metric that is a run's value, as MLflow has it. Runs without it, and those that have not finished, are left out.

    Raises:
        InputError: If there is no such experiment.
    """
    from mlflow import MlflowClient

    client = MlflowClient(tracking_uri)
    experiment = client.get_experiment_by_name(name)
    if experiment is None:
        raise InputError(f'There is no MLflow experiment "{name}" in {tracking_uri}; set MLFLOW_TRACKING_URI, or correct the name')
    trials, token = [], None
    while True:
        page = client.search_runs([experiment.experiment_id], "attributes.status = 'FINISHED'", page_token=token)
        found = ((run.info.run_id, run.data.params, run.data.metrics.get(metric)) for run in page)
        trials += [ForeignTrial(run_id, params, value) for run_id, params, value in found if value is not None]
        token = page.token
        if not token:
            return ForeignStudy(trials)
