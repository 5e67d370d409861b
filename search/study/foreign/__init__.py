"""Reads trials that other tools have made: Optuna's studies, Keras Tuner's folders, MLflow's experiments, CSV files."""

from .base import ForeignStudy, ForeignTrial
from .reading import read_foreign

__all__ = ["ForeignStudy", "ForeignTrial", "read_foreign"]
