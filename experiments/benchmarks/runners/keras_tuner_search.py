"""Searches by Keras Tuner's `RandomSearch`, as its documentation shows, with MLflow's callback in a run per trial.

It draws its own trials from the same space, as many as the list has: a tuner takes no list.
"""

import time
from typing import Any

import keras
import keras_tuner
import mlflow
from mlflow.keras import MlflowCallback

from ..data import Data, build_compiled, load
from ..job import Job, answer
from ..tasks import Task


class Network(keras_tuner.HyperModel):
    """The task's network, with its batch size searched too.

    Args:
        task: The task.
        data: Its data.
    """

    def __init__(self, task: Task, data: Data) -> None:
        super().__init__()
        self._task, self._data = task, data
        self._n_trials = 0

    def build(self, hp: Any) -> Any:
        """Build and compile a model."""
        return build_compiled(self._task, self._data, {name: _draw(hp, name, spec) for name, spec in self._task.space.items()})

    def fit(self, hp: Any, model: Any, *args: Any, callbacks: list[Any], **options: Any) -> Any:
        """Train it, tracked in a run of its own."""
        number, self._n_trials = self._n_trials, self._n_trials + 1
        with mlflow.start_run(run_name=f"trial {number}"):
            mlflow.log_params(hp.values)
            return model.fit(*args, batch_size=hp.get("batch_size"), callbacks=[*callbacks, MlflowCallback()], **options)


def main() -> None:
    """Do the job in the working directory."""
    job = Job.read()
    keras.utils.set_random_seed(job.seed)
    data = load(job.task)
    mlflow.set_experiment(job.task.name)
    ready = time.time()
    tuner = keras_tuner.RandomSearch(
        Network(job.task, data),
        objective="val_loss",
        max_trials=len(job.trials),
        seed=job.seed + 1,  # 0 would be no seed
        directory="tuner",
    )
    tuner.search(
        data.x,
        data.y,
        validation_data=(data.x_validation, data.y_validation),
        epochs=job.task.epochs,
        verbose=0,
    )
    mlflow.flush_async_logging()
    answer(ready)


def _draw(hp: Any, name: str, spec: dict[str, Any]) -> Any:
    match spec:
        case {"type": "categorical", "choices": choices}:
            return hp.Choice(name, choices)
        case {"type": "int", "low": low, "high": high}:
            return hp.Int(name, low, high)
        case _:
            return hp.Float(name, spec["low"], spec["high"], sampling="log")


if __name__ == "__main__":
    main()
