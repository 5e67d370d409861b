"""Searches by Ray Tune, as its documentation shows: a training function that reports, and the callback for MLflow."""

import os
import time
from pathlib import Path
from typing import Any

import keras
import ray
from ray import tune
from ray.air.integrations.mlflow import MLflowLoggerCallback

from ..data import Data, build_compiled, load
from ..job import Job, write_timing
from ..tasks import Task


class Report(keras.callbacks.Callback):
    """Reports every epoch to Ray Tune."""

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Report an epoch's metrics."""
        tune.report(logs or {})


def train(config: dict[str, Any], task: Task, data: Data) -> None:
    """Train one trial.

    Args:
        config: The trial and its number.
        task: The task.
        data: Its data.
    """
    keras.utils.set_random_seed(config["seed"])
    trial = config["trial"]
    build_compiled(task, data, trial).fit(
        data.x,
        data.y,
        validation_data=(data.x_validation, data.y_validation),
        batch_size=trial["batch_size"],
        epochs=task.epochs,
        callbacks=[Report()],
        verbose=0,
    )


def main() -> None:
    """Search as the job in the working directory describes."""
    job = Job.read()
    data = load(job.task)
    ray.init(include_dashboard=False, log_to_driver=False, runtime_env={"env_vars": {"PYTHONPATH": os.environ["PYTHONPATH"]}})
    tracking = MLflowLoggerCallback(tracking_uri=os.environ["MLFLOW_TRACKING_URI"], experiment_name=job.task.name)
    trials = [{"number": number, "trial": trial, "seed": job.seed + number} for number, trial in enumerate(job.trials)]
    ready = time.time()
    tuner = tune.Tuner(
        tune.with_parameters(lambda config, data: train(config["given"], job.task, data), data=data),
        param_space={"given": tune.grid_search(trials)},
        tune_config=tune.TuneConfig(metric="val_loss", mode="min", trial_name_creator=_name),
        run_config=tune.RunConfig(storage_path=str(Path("ray").absolute()), callbacks=[tracking], verbose=0),
    )
    tuner.fit()
    write_timing(ready)


def _name(trial: Any) -> str:
    return f"trial {trial.config['given']['number']}"


if __name__ == "__main__":
    main()
