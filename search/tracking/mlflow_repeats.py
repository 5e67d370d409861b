"""Writes the repeats of trials to the runs of these trials in MLflow."""

from collections.abc import Mapping, Sequence

from ..spread import mean_and_error
from ..trial import TrialResult
from .mlflow_batches import Batch, milliseconds, remove_written, write
from .mlflow_connection import connect, mlflow_session
from .mlflow_lookup import existing_run, find_child
from .sqlite_store import exists

GROUP = "repeats/"
"""Prefix of the metrics; MLflow shows them as a group of their own."""


def log_repeats(tracking_uri: str, parent_run_id: str | None, metric: str, results: Mapping[int, Sequence[tuple[int, TrialResult]]]) -> list[int]:
    """Log the value of every repeat, their mean and their standard error; what the store has already is not written twice.

    Args:
        tracking_uri: MLflow's tracking URI.
        parent_run_id: The study's run; None if it was never tracked.
        metric: The objective's metric.
        results: Index and result of each repeat of a trial, by the trial's number.

    Returns:
        The trials that have no run in the store.

    Raises:
        InputError: If the store does not respond.
        StoreUnavailableError: If it stops responding.
    """
    if not exists(tracking_uri):  # MLflow would create the file
        return list(results)
    client = connect(tracking_uri)
    with mlflow_session():
        parent = existing_run(client, parent_run_id)
        if parent is None:
            return list(results)
        missing = []
        for number, repeats in results.items():
            run = find_child(client, parent.info.experiment_id, parent.info.run_id, number)
            if run is None:
                missing.append(number)
                continue
            batch = _batch(metric, repeats)
            remove_written(client, run.info.run_id, batch)
            write(client, run.info.run_id, batch)
    return missing


def _batch(metric: str, repeats: Sequence[tuple[int, TrialResult]]) -> Batch:
    batch, values = Batch(), []
    for index, result in repeats:
        if result.value is not None:
            batch.add_metrics({f"{GROUP}{metric}": result.value}, milliseconds(result.finished), index)
            values.append(result.value)
    if values:
        mean, error = mean_and_error(values)
        spread = {f"{GROUP}{metric}_mean": mean} | ({} if error is None else {f"{GROUP}{metric}_standard_error": error})
        batch.add_metrics(spread, milliseconds(repeats[-1][1].finished), len(repeats))
    return batch
