"""Chooses the sampler of an experiment that names none; `experiments/benchmarks/SEARCH.md` has the measurement."""

from collections.abc import Mapping

from optuna.samplers import BaseSampler

from ..experiment.parameters import Searched
from .gaussian_process_sampler import GaussianProcessSampler
from .optuna_samplers import tpe

MAX_TRIALS = 200
"""The largest number of trials for which "gp" proposes: its proposals get slower with each trial, those of "tpe" hardly do."""


def auto(seed: int, parameters: Mapping[str, Searched], n_trials: int, n_objectives: int = 1) -> BaseSampler:
    """Make "gp" for at most 200 trials of one objective, else "tpe"; options need one of these names."""
    is_gp = n_objectives == 1 and n_trials <= MAX_TRIALS
    return GaussianProcessSampler(parameters, seed, n_trials) if is_gp else tpe(seed, parameters, n_trials)
