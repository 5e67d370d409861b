"""Asks an Optuna study for a trial with the hyperparameters that exist in it."""

from optuna.distributions import BaseDistribution, CategoricalDistribution, FloatDistribution, IntDistribution
from optuna.study import Study
from optuna.trial import Trial

from ..experiment.parameters import Value
from ..experiment.search_space import SearchSpace


def ask_for(space: SearchSpace, study: Study) -> tuple[int, dict[str, Value]]:
    """Let a study's sampler choose each hyperparameter that exists, given those before it, and return the new trial's number with them."""
    trial, params = study.ask(), dict[str, Value]()
    for name, distribution in space.distributions.items():
        if space.exists(name, params):
            params[name] = _suggest(trial, name, distribution)
    return trial.number, params


def _suggest(trial: Trial, name: str, distribution: BaseDistribution) -> Value:
    match distribution:
        case CategoricalDistribution(choices=choices):
            return trial.suggest_categorical(name, choices)
        case IntDistribution(low=low, high=high, step=step, log=log):
            return trial.suggest_int(name, low, high, step=step, log=log)
        case FloatDistribution(low=low, high=high, step=step, log=log):
            return trial.suggest_float(name, low, high, step=step, log=log)
    raise TypeError(f"{distribution} is not a distribution of an experiment file")
