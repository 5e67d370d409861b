"""Asks an Optuna study for a trial with the hyperparameters that exist in it."""

from collections.abc import Mapping, Sequence
from typing import Any

from optuna.distributions import (
    BaseDistribution,
    CategoricalDistribution,
    FloatDistribution,
    IntDistribution,
    check_distribution_compatibility,
)
from optuna.study import Study
from optuna.trial import Trial, create_trial

from ..experiment.parameters import Value
from ..experiment.search_space import SearchSpace
from .record import IMPORTED


def ask_for(space: SearchSpace, study: Study) -> tuple[int, dict[str, Value]]:
    """Let a study's sampler choose each hyperparameter that exists, given those before it, and return the new trial's number with them."""
    trial = study.ask()
    return trial.number, _suggest_all(space, trial)


def complete(space: SearchSpace, study: Study, trial_id: int, params: Mapping[str, Value]) -> dict[str, Value]:
    """Let the sampler choose what an enqueued trial lacks; a trial that was proposed lacks nothing."""
    return dict(params) if space.is_complete(params) else _suggest_all(space, Trial(study, trial_id))


def add_known(study: Study, space: SearchSpace, trials: Sequence[tuple[Mapping[str, Value], float, Any]]) -> int:
    """Add trials of another tool, each with its hyperparameters, value and source, and return how many sources are new."""
    sources = [trial.user_attrs.get(IMPORTED) for trial in study.get_trials(deepcopy=False)]
    new = [(params, value, source) for params, value, source in trials if source not in sources]
    for params, value, source in new:
        distributions = {name: space.distributions[name] for name in params}
        study.add_trial(create_trial(params=dict(params), distributions=distributions, value=value, user_attrs={IMPORTED: source}))
    return len(new)


def _suggest_all(space: SearchSpace, trial: Trial) -> dict[str, Value]:
    params: dict[str, Value] = {}
    for name, distribution in space.distributions.items():
        if space.exists(name, params):
            params[name] = suggest(trial, name, distribution)
    return params


def suggest_within(trial: Trial, name: str, distribution: BaseDistribution, given: Mapping[str, Value]) -> Value:
    """Return a hyperparameter that a trial has, if it is within a range or among choices; else let the sampler choose it.

    Args:
        trial: The trial.
        name: The hyperparameter's name.
        distribution: Its range or choices.
        given: What the trial was given when it was enqueued.

    Raises:
        ValueError: If the trial has it, or was given it, but not as it is asked for.
    """
    known = {**given, **trial.params}
    if name in known and not distribution._contains(distribution.to_internal_repr(known[name])):
        raise ValueError(f"it has the value {known[name]}, which was given and is outside of {distribution}")
    if name not in trial.params:
        return suggest(trial, name, distribution)
    check_distribution_compatibility(trial.distributions[name], distribution)
    value: Value = known[name]
    return value


def suggest(trial: Trial, name: str, distribution: BaseDistribution) -> Value:
    """Let a study's sampler choose a hyperparameter of a trial that does not have it yet."""
    match distribution:
        case CategoricalDistribution(choices=choices):
            return trial.suggest_categorical(name, choices)
        case IntDistribution(low=low, high=high, step=step, log=log):
            return trial.suggest_int(name, low, high, step=step, log=log)
        case FloatDistribution(low=low, high=high, step=step, log=log):
            return trial.suggest_float(name, low, high, step=step, log=log)
    raise TypeError(f"{distribution} is not a distribution of an experiment file")
