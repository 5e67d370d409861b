"""Chooses the sampler of an experiment that names none; `experiments/benchmarks/SEARCH.md` has the measurement."""

from collections.abc import Mapping

from optuna.samplers import BaseSampler

from ..experiment.experiment import MAX_GP_TRIALS
from ..experiment.parameters import Searched
from .gaussian_process_sampler import GaussianProcessSampler
from .optuna_samplers import tpe


def auto(seed: int, parameters: Mapping[str, Searched], n_trials: int, n_objectives: int = 1, is_growing: bool = False) -> BaseSampler:
    """Make "gp" for at most 200 trials of one objective, else "tpe", as `Experiment.sampler_for` says; options need a name."""
    is_gp = bool(parameters) and n_objectives == 1 and n_trials <= MAX_GP_TRIALS
    return GaussianProcessSampler(parameters, seed, n_trials) if is_gp else tpe(seed, parameters, n_trials, is_growing)
