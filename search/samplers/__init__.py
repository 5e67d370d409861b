"""Samplers of hyperparameters: Optuna's samplers and Keras Tuner's oracles, by name or by reference."""

from .gaussian_process_sampler import EXPECTED_GAIN
from .registry import NAMES, epochs_by_interval, exhaustion, interval_notes, is_exhausted, make_sampler, sampler_notes

__all__ = ["EXPECTED_GAIN", "NAMES", "epochs_by_interval", "exhaustion", "interval_notes", "is_exhausted", "make_sampler", "sampler_notes"]
