"""Reads trials that other tools have made: Optuna's studies, Keras Tuner's folders, MLflow's experiments, CSV files."""

from .base import ForeignTrial
from .reading import read_foreign

__all__ = ["ForeignTrial", "read_foreign"]
