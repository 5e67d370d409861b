import math
import sqlite3

import pytest
from mlflow import MlflowClient

from experiments.benchmarks import stores


@pytest.mark.slow
def test_curves_are_read_as_they_were_recorded(tmp_path):
    file = tmp_path / "mlflow.db"
    stores.create(file)
    client = MlflowClient(stores.uri(file))
    experiment = client.create_experiment("diabetes", str(tmp_path))
    for name, values in {"trial 1": (2.0, 1.0), "trial 0": (math.nan, math.inf), "parent": (7.0,)}.items():
        run = client.create_run(experiment, run_name=name).info.run_id
        for step, value in reversed(list(enumerate(values))):
            client.log_metric(run, "val_loss", value, step=step)
        if name == "trial 1":
            client.set_terminated(run)
    curves = stores.read_curves(file)
    assert list(curves) == [0, 1]
    assert curves[1] == (2.0, 1.0)
    assert all(map(math.isnan, curves[0]))
    with sqlite3.connect(file) as connection:
        assert stores.n_ended(connection) == 1
