"""Samplers of hyperparameters: Optuna's samplers and Keras Tuner's oracles, by name or by reference."""

from .gaussian_process_sampler import EXPECTED_GAIN
from .lineage import Lineage, lineage_of
from .registry import NAMES, is_exhausted, make_sampler, sampler_notes

__all__ = ["EXPECTED_GAIN", "NAMES", "Lineage", "is_exhausted", "lineage_of", "make_sampler", "sampler_notes"]
