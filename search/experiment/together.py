"""Checks what the sections of an experiment say together, such as a pruner beside several objectives."""

from typing import TYPE_CHECKING, get_args

from .objectives import SERVING_COSTS, check_objectives
from .objects import is_object
from .population import check_population
from .space import FitSetting, TrainingSpace

if TYPE_CHECKING:
    from .experiment import Experiment

NO_DATA = "search.data.nothing:nothing"
"""The loader of an experiment whose objective is a function, which loads its data itself."""
_OF_MODELS = ("preprocessing", "initial", "outputs", "limits", "evaluation", "champion", "callbacks")
_NEEDS_SPACE = ("grid", "gp", "cmaes", "kt-random", "kt-bayesian", "kt-grid")
_NEEDS_EPOCHS = ("halving", "asha", "hyperband")


def check_together(experiment: "Experiment") -> None:
    """Check the sections of an experiment together.

    Raises:
        ValueError: With the first contradiction.
    """
    if experiment.function is not None:
        _check_function(experiment, experiment.function)
    if experiment.space.own_fit is not None:
        _check_own_fit(experiment)
    _check_champion(experiment)
    _check_unfreezing(experiment)
    _check_by_one_value(experiment)
    _check_pruner(experiment)
    _check_smoothing(experiment)
    check_population(experiment)
    for number, given in enumerate(experiment.search.first):
        try:
            experiment.to_params(given)
        except ValueError as error:
            raise ValueError(f"search.first.{number}: {error}") from None


def _check_function(experiment: "Experiment", function: str) -> None:
    """Check that nothing is said about models and data, which the function that is the objective has itself."""
    itself = f'objective = "{function}" loads its data and trains itself'
    if experiment.model != function or experiment.data.loader != NO_DATA:
        raise ValueError(f"{itself}; leave model and [data] out, or write an objective with a metric")
    defaults = {name: type(experiment).model_fields[name].get_default(call_default_factory=True) for name in _OF_MODELS}
    given = [f"[{name}]" for name, default in defaults.items() if getattr(experiment, name) != default]
    given += ["[space.training]"] if experiment.space.training != TrainingSpace() else []
    search = experiment.search
    given += [f"search.{name} = true" for name in ("baselines", "reproducible") if getattr(search, name)]
    if given:
        raise ValueError(f"{itself}, so that {given[0]} has no effect; leave it out")
    if not experiment.space.searched_model and search.sampler in _NEEDS_SPACE:
        raise ValueError(
            f'search.sampler = "{search.sampler}" needs to know the hyperparameters before the first trial; write those that the function asks '
            'for in [space.model], or another sampler, such as "tpe", "random", "qmc"'
        )
    if search.pruner in _NEEDS_EPOCHS:
        raise ValueError(f'search.pruner = "{search.pruner}" needs to know how often the function reports; write "median" or "percentile"')


def _check_smoothing(experiment: "Experiment") -> None:
    name = next((name for name, output in experiment.outputs.items() if is_object(output.loss)), None)
    if name is not None and dict(experiment.space.training)["label_smoothing"] != 0:
        raise ValueError(f"space.training.label_smoothing is of losses by name, but outputs.{name}.loss is a reference; write it as its argument")


def _check_own_fit(experiment: "Experiment") -> None:
    """Check that nothing is said about a training that the ``fit`` of a hypermodel does in its own way."""
    itself, training, search = f"{experiment.model} trains by its own fit()", experiment.space.training, experiment.search
    if training.model_dump()["schedule"] != "constant":
        raise ValueError(f"{itself}, so that space.training.schedule has no effect; leave it out, and set the learning rate in fit()")
    if experiment.executor.trainer != "auto":
        raise ValueError(f'{itself}, so that executor.trainer = "{experiment.executor.trainer}" has no effect; leave it out')
    if search.pruner in _NEEDS_EPOCHS:
        raise ValueError(f'search.pruner = "{search.pruner}" needs to know the epochs, but {itself}; write "median" or "percentile"')
    searched = experiment.space.searched_training
    states = {"champion.optimizer_state": experiment.champion.optimizer_state, "initial.optimizer_state": experiment.initial.optimizer_state}
    stages = {"space.training.unfreeze_epochs": any(experiment.space.values_of("unfreeze_epochs"))}
    if given := next((key for key, is_given in (states | stages).items() if is_given), None):
        raise ValueError(f"{itself}, so that {given} has no effect; leave it out")
    if own := [name for name in get_args(FitSetting) if name in searched and name not in (experiment.space.own_fit or ())]:
        raise ValueError(f"space.training.{own[0]} is searched, but {itself}, which chooses {own[0]}; leave it out, or let fit() take it")


def _check_champion(experiment: "Experiment") -> None:
    check_objectives(experiment.objectives)
    champion, evaluation = experiment.champion, experiment.evaluation
    if champion.ensemble == "none" and evaluation.folds == 1 < evaluation.repeats:
        raise ValueError('champion.ensemble = "none" trains one model on the rows of all folds, but there are repeats and no folds; leave it out')
    if champion.tolerance and len(experiment.objectives) < 2:
        raise ValueError("champion.tolerance accepts a worse value for a better second objective, but there is one; write [[objective]] twice")
    n_models = champion.n_trials * (1 if experiment.needs_refit else evaluation.n_executions)
    one = "leave ensemble and repeats out" if evaluation.folds == 1 else 'write champion.ensemble = "none", one model trained on all folds'
    if n_models > 1 and champion.optimizer_state:
        raise ValueError(f"champion.optimizer_state is that of one model, but the champion has {n_models}; {one}")
    if n_models > 1 and (cost := next((name for name in experiment.costs if name in SERVING_COSTS), None)):
        raise ValueError(f"{cost} is that of one model, but the champion has {n_models}, which cost as much together; {one}")


def _check_unfreezing(experiment: "Experiment") -> None:
    """Check that what is unfrozen was frozen, and that some trial reaches that epoch."""
    initial, space = experiment.initial, experiment.space
    rates = [rate for rate in space.values_of("unfreeze_learning_rate") if rate is not None]
    epochs = [epoch for epoch in space.values_of("unfreeze_epochs") if epoch]
    if not epochs and (given := "space.training.unfreeze_learning_rate" if rates else "initial.unfreeze" if initial.unfreeze != "all" else ""):
        raise ValueError(f"{given} is used after space.training.unfreeze_epochs, which is 0; give the number of epochs, or leave it out")
    if epochs and not initial.freeze:
        raise ValueError("space.training.unfreeze_epochs is about the layers of initial.freeze, which names none; name them, or leave it out")
    if epochs and min(epochs) >= space.max_epochs:
        raise ValueError(
            f"space.training.unfreeze_epochs is {min(epochs)} at least, but a trial has {space.max_epochs} epochs at most, so that nothing is ever "
            "unfrozen; give fewer"
        )


def _check_by_one_value(experiment: "Experiment") -> None:
    stop, n_objectives = experiment.search.stop, len(experiment.objectives)
    if n_objectives > 1 and (key := next((name for name in ("value", "patience", "gain") if getattr(stop, name) is not None), None)):
        raise ValueError(f"search.stop.{key} goes by one value, but there are {n_objectives} objectives; write epochs or hours, or leave it out")
    if stop.gain is not None and (sampler := experiment.sampler_for(experiment.search.n_trials)) != "gp":
        raise ValueError(f'search.stop.gain is what "gp" expects of its next proposal, but the sampler is "{sampler}"; write sampler = "gp"')
    measured = [name for name in experiment.costs if name not in ("n_parameters", "size_bytes")]
    if experiment.search.reproducible and measured:
        raise ValueError(f"{measured[0]} is measured, and differs each time, so that reproducible = true excludes it; leave one of them out")


def _check_pruner(experiment: "Experiment") -> None:
    pruner = experiment.search.pruner
    if experiment.is_constrained_or_multi_objective and pruner not in ("auto", "none"):
        several = "several objectives" if len(experiment.objectives) > 1 else "[limits]"
        raise ValueError(f'search.pruner = "{pruner}" compares trials by one value, but there are {several}; leave it out')
    if pruner == "asha" and (obstacle := experiment.obstacle_to_pausing):
        raise ValueError(f'search.pruner = "asha" pauses trials, which {obstacle}; write "halving", or leave it out')
    if pruner == "auto" and experiment.search.pruner_options:
        raise ValueError('search.pruner_options need the pruner that they are of; write its name, such as pruner = "median"')
