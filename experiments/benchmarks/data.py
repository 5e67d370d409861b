"""The data and the network of a task, for runners without experiment files."""

import importlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from .tasks import Task, Trial


@dataclass(frozen=True)
class Data:
    """Training and validation parts as arrays.

    Attributes:
        x: Features, float32 ``(n_rows, *input_shape)``; columns have mean 0 and variance 1.
        y: Targets ``(n_rows,)``: float32, or class numbers.
        x_validation: Features of the validation part.
        y_validation: Targets of the validation part.
        task: "binary", "multiclass" or "regression".
    """

    x: np.ndarray
    y: np.ndarray
    x_validation: np.ndarray
    y_validation: np.ndarray
    task: str

    @property
    def n_outputs(self) -> int:
        """Units of the output layer."""
        return int(self.y.max()) + 1 if self.task == "multiclass" else 1

    @property
    def loss(self) -> str:
        """Keras' name of the loss."""
        return {"binary": "binary_crossentropy", "multiclass": "sparse_categorical_crossentropy", "regression": "mean_squared_error"}[self.task]

    @property
    def metrics(self) -> list[str]:
        """Keras' names of the metrics beside the loss."""
        return ["mean_absolute_error" if self.task == "regression" else "accuracy"]


def load(task: Task) -> Data:
    """Load a task's data.

    Args:
        task: The task.

    Raises:
        FileNotFoundError: If a file does not exist and cannot be downloaded.
    """
    parts: Mapping[str, Any] = resolve(task.loader)(**task.data)
    (x, y), (x_validation, y_validation) = parts["train"], parts["validation"]
    if isinstance(x, pd.DataFrame):
        from sklearn.preprocessing import StandardScaler

        scaler = StandardScaler().fit(x)
        x, x_validation = (scaler.transform(part).astype(np.float32) for part in (x, x_validation))
    kind = np.int64 if parts["task"] == "multiclass" else np.float32
    return Data(x, y.to_numpy(kind), x_validation, y_validation.to_numpy(kind), parts["task"])


def build_compiled(task: Task, data: Data, trial: Trial) -> Any:
    """Build and compile the network of a trial by Keras.

    Args:
        task: The task.
        data: Its data.
        trial: The hyperparameters.

    Returns:
        A compiled `keras.Model`.
    """
    import keras

    arguments = {name: value for name, value in trial.items() if task.is_model_argument(name)}
    model = resolve(task.model)(data.x.shape[1:], data.task, data.n_outputs, **task.fixed, **arguments)
    model.compile(optimizer=keras.optimizers.SGD(trial["learning_rate"]), loss=data.loss, metrics=data.metrics)
    return model


def resolve(reference: str) -> Any:
    """Import the object of a reference "package.module:name"."""
    module, _, name = reference.partition(":")
    return getattr(importlib.import_module(module), name)
