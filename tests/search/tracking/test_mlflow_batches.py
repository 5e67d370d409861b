"""Batches keep MLflow's limits."""

import pytest
from mlflow import MlflowClient

from search.tracking.mlflow_batches import Batch, write
from search.tracking.mlflow_connection import connect


@pytest.fixture
def run_id(tracking_uri: str, request: pytest.FixtureRequest) -> str:
    client = connect(tracking_uri)
    return str(client.create_run(client.create_experiment(request.node.name)).info.run_id)


def test_a_batch_beyond_the_limits_is_written_in_several_requests(client: MlflowClient, run_id: str) -> None:
    batch = Batch(params={f"p{i}": "1" for i in range(150)}, tags={f"t{i}": "1" for i in range(150)})
    for epoch in range(1, 1001):
        batch.add_metrics({"loss": 1 / epoch, "val_loss": 2 / epoch}, epoch, epoch)
    write(client, run_id, batch)
    run = client.get_run(run_id)
    assert len(run.data.params) == 150
    assert run.data.tags.keys() >= batch.tags.keys()
    assert len(client.get_metric_history(run_id, "val_loss")) == 1000


def test_texts_that_are_too_long_are_shortened(client: MlflowClient, run_id: str) -> None:
    text = "relu, tanh, " * 1_000
    write(client, run_id, Batch(params={"choices": text}, tags={"reason": text}))
    data = client.get_run(run_id).data
    assert data.params["choices"] == text[:5_997] + "..."
    assert data.tags["reason"] == text[:7_997] + "..."


def test_forbidden_names_and_nan_are_written(client: MlflowClient, run_id: str) -> None:
    batch = Batch()
    batch.add_metrics({"iou[0]": 0.5, "loss": float("nan")}, 1, 1)
    write(client, run_id, batch)
    metrics = client.get_run(run_id).data.metrics
    assert metrics["iou_0_"] == 0.5
    assert metrics["loss"] != metrics["loss"]


def test_an_empty_batch_makes_no_request(client: MlflowClient) -> None:
    assert not Batch()
    write(client, "no such run", Batch())
