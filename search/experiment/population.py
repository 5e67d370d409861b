"""What population-based training needs of an experiment: searched training settings that may change between two epochs, and one value."""

from typing import TYPE_CHECKING

from .first_trials import N_BEST
from .parameters import IntParameter

if TYPE_CHECKING:
    from .experiment import Experiment

SAMPLER, REPLAY = "pbt", "pbt-replay"
SAMPLERS = (SAMPLER, REPLAY)
"""Samplers whose trials are intervals of trainings."""
N_MEMBERS = 8
"""Members of a population, if the experiment does not say."""
CHANGEABLE = ("learning_rate", "momentum", "beta_1", "beta_2", "epsilon", "rho", "weight_decay", "label_smoothing", "batch_size")
"""The training settings that may change in the course of a training: the weights and the state of the optimizer stay of the same shapes."""


def check_population(experiment: "Experiment") -> None:
    """Check an experiment whose trials are intervals of trainings; any other is right.

    Raises:
        ValueError: With the first contradiction.
    """
    if experiment.search.sampler not in SAMPLERS:
        return
    sampler = experiment.search.sampler
    if obstacle := experiment.obstacle_to_pausing:
        raise ValueError(f'search.sampler = "{sampler}" continues trials from checkpoints, which {obstacle}; choose another sampler')
    if experiment.is_constrained_or_multi_objective:
        several = "several objectives" if len(experiment.objectives) > 1 else "[limits]"
        raise ValueError(f'search.sampler = "{sampler}" compares trials by one value, but there are {several}; choose another sampler')
    _check_space(experiment)
    _check_search(experiment)


def _check_space(experiment: "Experiment") -> None:
    sampler, space, training = experiment.search.sampler, experiment.space, experiment.space.searched_training
    known = f"write a fixed value, or search one of {', '.join(CHANGEABLE)} in [space.training]"
    if space.compiled:
        raise ValueError(f'search.sampler = "{sampler}" changes training settings, but those of {experiment.model} are in its compile(); {known}')
    if space.searched_model:
        name = min(space.searched_model)
        raise ValueError(f'space.model.{name}: search.sampler = "{sampler}" trains one network, whose arguments cannot change; {known}')
    if fixed := [name for name in training if name not in CHANGEABLE]:
        raise ValueError(f'space.training.{fixed[0]}: search.sampler = "{sampler}" cannot change it between epochs; {known}')
    if not training:
        raise ValueError(f'search.sampler = "{sampler}" changes searched training settings, but none is searched; {known}')
    if space.searched.is_conditional or space.rules:
        what = "rules" if space.rules else "conditions (when)"
        raise ValueError(
            f'search.sampler = "{sampler}" changes each setting by itself, and knows no {what}; leave them out, or choose another sampler'
        )
    if (momentum := training.get("momentum")) is not None and min(momentum.extremes) == 0:
        what = "low = 0" if hasattr(momentum, "low") else "choices has 0"
        raise ValueError(f"space.training.momentum: {what}, without which the optimizer keeps no state to continue from; write a value above 0")
    is_range = isinstance(training.get("batch_size"), IntParameter)
    if is_range:
        raise ValueError('space.training.batch_size: each value needs a program of its own; write type = "categorical" with a few choices')


def _check_search(experiment: "Experiment") -> None:
    search, sampler = experiment.search, experiment.search.sampler
    training = experiment.space.training_settings(experiment.space.searched.at(0))
    if search.pruner not in ("auto", "none"):
        raise ValueError(f'search.pruner = "{search.pruner}" ends trials, but search.sampler = "{sampler}" replaces the worst itself; leave it out')
    if search.reproducible:
        raise ValueError(
            f'search.reproducible = true proposes generations of 8, but search.sampler = "{sampler}" a population at a time, in an order that '
            "does not depend on workers; leave it out"
        )
    if training.unfreeze_epochs:
        raise ValueError(f'space.training.unfreeze_epochs begins the optimizer anew, which search.sampler = "{sampler}" continues; leave it out')
    if training.patience:
        raise ValueError(f'space.training.patience ends a training early, but search.sampler = "{sampler}" continues it; write patience = 0')
    if search.stop.patience is not None or search.stop.gain is not None:
        key = "patience" if search.stop.patience is not None else "gain"
        raise ValueError(f'search.stop.{key} is about whole trainings, but a trial of "{sampler}" is a part of one; write value, epochs or hours')
    n_given = len(search.first) + N_BEST * len(search.learn_from)
    n_places = 0 if sampler == REPLAY else search.sampler_options.get("population", N_MEMBERS)
    if isinstance(n_places, int) and n_given > n_places:
        raise ValueError(f'search.first and learn_from give {n_given} trials, but "{sampler}" begins with {n_places}; give fewer')
