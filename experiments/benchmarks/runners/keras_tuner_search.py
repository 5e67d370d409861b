"""Searches by Keras Tuner's `RandomSearch`, as its documentation shows, with MLflow's callback in a run per trial."""

import time
from collections.abc import Sequence
from typing import Any

import keras
import keras_tuner
import mlflow
from mlflow.keras import MlflowCallback

from ..data import Data, build_compiled, load
from ..job import Job, write_timing
from ..tasks import Task, Trial


class ListOracle(keras_tuner.oracles.RandomSearchOracle):  # type: ignore[misc]
    """The oracle of `RandomSearch`, which draws a trial as usual and then replaces it by the next one of a list.

    Args:
        trials: The list.
    """

    def __init__(self, trials: Sequence[Trial], **options: Any) -> None:
        super().__init__(max_trials=len(trials), **options)
        self._list = trials

    def populate_space(self, trial_id: str) -> dict[str, Any]:
        """Return the next trial of the list."""
        return super().populate_space(trial_id) | {"values": self._list[int(trial_id)]}


class Network(keras_tuner.HyperModel):
    """The task's network, including its batch size.

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
    """Search as the job in the working directory describes."""
    job = Job.read()
    keras.utils.set_random_seed(job.seed)
    data = load(job.task)
    mlflow.set_experiment(job.task.name)
    ready = time.time()
    # RandomSearch is this tuner with a particular oracle.
    tuner = keras_tuner.Tuner(
        ListOracle(job.trials, objective="val_loss", seed=job.seed + 1),  # 0 would be no seed
        Network(job.task, data),
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
    write_timing(ready)


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
