"""Samplers of hyperparameters: Optuna's samplers and Keras Tuner's oracles, by name or by reference."""

from .axes import grid_size
from .registry import NAMES, is_exhausted, make_sampler

__all__ = ["NAMES", "grid_size", "is_exhausted", "make_sampler"]
