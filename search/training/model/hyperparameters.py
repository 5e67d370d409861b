"""Builds models by builders that ask for their hyperparameters.

These are functions with a parameter ``hp``, classes and instances of `keras_tuner.HyperModel`, and functions with a parameter ``trial``.
"""

import functools
import inspect
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from ...errors import TrialError
from ...experiment.hp_builders import HP, TRIAL
from .suggesting_trial import SuggestingTrial


def takes_hp(builder: Any) -> bool:
    """Return whether a builder asks an object ``hp`` or ``trial`` for its hyperparameters, as those of Keras Tuner and of Optuna do."""
    return not {HP, TRIAL}.isdisjoint(_parameters(builder if inspect.isfunction(builder) else getattr(builder, "build", None)))


def to_function(builder: Any) -> Callable[..., Any]:
    """Return the function that builds a model, given ``hp``: the builder itself, or the method of an instance.

    Args:
        builder: What `takes_hp` accepts; a class is called without arguments, once in this process.

    Raises:
        TrialError: If a class needs arguments.
    """
    if inspect.isfunction(builder):
        return _taking_hp(builder)
    instance = _hypermodel(builder)
    function: Callable[..., Any] = type(instance).build.__get__(instance)  # HyperModel wraps the method, which hides its parameters
    return _taking_hp(function)


def own_fit_of(builder: Any) -> Callable[..., Any] | None:
    """Return the method ``fit(hp, model, *args, **kwargs)`` by which a hypermodel trains its models; None if the search trains them.

    Args:
        builder: Any builder.

    Raises:
        TrialError: As `to_function`.
    """
    if inspect.isfunction(builder) or not takes_hp(builder):
        return None
    instance = _hypermodel(builder)
    if getattr(type(instance), "fit", None) in (None, _keras_tuner().HyperModel.fit):
        return None
    fit: Callable[..., Any] = instance.fit
    return fit


def build_with(function: Callable[..., Any], values: Mapping[str, Any], arguments: Mapping[str, Any]) -> Any:
    """Build a model with given hyperparameters.

    Args:
        function: What `to_function` returned.
        values: The hyperparameters that exist in the trial, by name.
        arguments: The function's further arguments.

    Raises:
        TrialError: If the function asks for a hyperparameter that is not given.
    """
    hp = new_hyperparameters(values)
    model = function(**{HP: hp}, **arguments)
    check_asked(hp, values)
    return model


def check_asked(hp: Any, values: Mapping[str, Any]) -> None:
    """Check that a builder or a ``fit`` has asked for nothing else than what it was given.

    Args:
        hp: What it has asked.
        values: What it was given.

    Raises:
        TrialError: If it has.
    """
    if missing := sorted(hp.values.keys() - values.keys()):
        raise TrialError(
            f'asks for "{missing[0]}", which this trial does not have; add it to [space.model], with a when that fits, or write '
            'new_entries = "search" or "default" in [space]'
        )


def new_hyperparameters(values: Mapping[str, Any]) -> Any:
    """Return a `keras_tuner.HyperParameters` without a space, which gives these values to a builder that asks for their names."""
    hp = _keras_tuner().HyperParameters()
    hp.values = dict(values)
    return hp


def _taking_hp(builder: Callable[..., Any]) -> Callable[..., Any]:
    """Return a builder of ``hp``, or a function of ``hp`` that calls a builder of ``trial``."""
    if HP in _parameters(builder):
        return builder

    @functools.wraps(builder)
    def build(*, hp: Any, **arguments: Any) -> Any:
        return builder(**{TRIAL: SuggestingTrial(hp)}, **arguments)

    return build


def _parameters(function: Any) -> Mapping[str, inspect.Parameter]:
    try:
        return inspect.signature(function).parameters if callable(function) else {}
    except (TypeError, ValueError):  # of a class in C
        return {}


def _hypermodel(builder: Any) -> Any:
    """Return an instance; of a class the only one in this process, since ``build`` may leave something for ``fit``."""
    is_class = inspect.isclass(builder)
    return _instance(builder) if is_class else builder


@cache
def _instance(builder: Any) -> Any:
    try:
        return builder()
    except TypeError as error:
        raise TrialError(f"{builder.__name__}() needs arguments ({error}); name an instance of it, or give them defaults") from error


@cache
def _keras_tuner() -> Any:
    import keras_tuner

    return keras_tuner
