"""Samplers of hyperparameters: Optuna's samplers and Keras Tuner's oracles, by name or by reference."""

from .registry import NAMES, is_exhausted, make_sampler, sampler_notes

__all__ = ["NAMES", "is_exhausted", "make_sampler", "sampler_notes"]
