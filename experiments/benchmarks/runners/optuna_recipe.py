"""Searches as the documentation of Optuna, Keras and MLflow shows: an objective, `fit`, a run per trial.

The backend is that of ``KERAS_BACKEND``.
"""

import time
from typing import Any

import keras
import mlflow
import optuna
from mlflow.keras import MlflowCallback

from ..data import Data, build_compiled, load
from ..job import Job, write_timing
from ..tasks import Task, Trial


def main() -> None:
    """Search as the job in the working directory describes."""
    job = Job.read()
    keras.utils.set_random_seed(job.seed)
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    data = load(job.task)
    mlflow.set_experiment(job.task.name)
    ready = time.time()
    study = optuna.create_study(direction="minimize")
    for trial in job.trials:
        study.enqueue_trial(trial)
    study.optimize(lambda trial: objective(trial, job.task, data), n_trials=len(job.trials))
    mlflow.flush_async_logging()
    write_timing(ready)


def objective(trial: optuna.Trial, task: Task, data: Data) -> float:
    """Train one trial, tracked in its own run.

    Args:
        trial: Optuna's trial.
        task: The task.
        data: Its data.

    Returns:
        The smallest validation loss.
    """
    keras.backend.clear_session()
    params = suggest(trial, task)
    model = build_compiled(task, data, params)
    with mlflow.start_run(run_name=f"trial {trial.number}"):
        mlflow.log_params(params)
        history = model.fit(
            data.x,
            data.y,
            validation_data=(data.x_validation, data.y_validation),
            batch_size=params["batch_size"],
            epochs=task.epochs,
            callbacks=[MlflowCallback()],
            verbose=0,
        )
    return min(history.history["val_loss"])


def suggest(trial: optuna.Trial, task: Task) -> Trial:
    """Return Optuna's value of each hyperparameter of the task's space."""
    return {name: _suggest(trial, name, spec) for name, spec in task.space.items()}


def _suggest(trial: optuna.Trial, name: str, spec: dict[str, Any]) -> Any:
    match spec:
        case {"type": "categorical", "choices": choices}:
            return trial.suggest_categorical(name, choices)
        case {"type": "int", "low": low, "high": high}:
            return trial.suggest_int(name, low, high)
        case _:
            return trial.suggest_float(name, spec["low"], spec["high"], log=True)


if __name__ == "__main__":
    main()
