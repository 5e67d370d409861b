"""Imports Keras Tuner's oracles without TensorFlow and without keeping Keras imported.

Keras Tuner imports Keras, which chooses its backend once per process. With the numpy backend the import takes 2 seconds
instead of 7 to 10; afterwards both packages are removed from `sys.modules`, so that a later import of Keras in this process
uses the configured backend.
"""

import importlib
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from typing import Any


@dataclass(frozen=True)
class KerasTuner:
    """The parts of Keras Tuner that propose hyperparameters.

    Attributes:
        oracles: The module ``keras_tuner.oracles``.
        HyperParameters: Its search space.
        Objective: Its objective.
        Trial: Its trial.
        Parent: Its condition on another hyperparameter.
    """

    oracles: Any
    HyperParameters: Any
    Objective: Any
    Trial: Any
    Parent: Any


@cache
def keras_tuner() -> KerasTuner:
    """Import Keras Tuner, once per process."""
    with _numpy_backend():
        package = importlib.import_module("keras_tuner")
        trial = importlib.import_module("keras_tuner.engine.trial")
        conditions = importlib.import_module("keras_tuner.src.engine.conditions")
        return KerasTuner(package.oracles, package.HyperParameters, package.Objective, trial.Trial, conditions.Parent)


@contextmanager
def _numpy_backend() -> Iterator[None]:
    # Keras' numpy backend imports jax; and a Keras that is imported already is used.
    if "keras" in sys.modules or find_spec("jax") is None:
        yield
        return
    before = os.environ.get("KERAS_BACKEND")
    os.environ["KERAS_BACKEND"] = "numpy"
    try:
        yield
    finally:
        os.environ.pop("KERAS_BACKEND")
        if before is not None:
            os.environ["KERAS_BACKEND"] = before
        for name in [name for name in sys.modules if name.partition(".")[0] in ("keras", "keras_tuner")]:
            del sys.modules[name]
