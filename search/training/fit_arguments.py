"""What the method ``fit`` of a hypermodel is called with, as `keras_tuner.Tuner.search` would pass it on."""

import inspect
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from ..errors import TrialError
from ..experiment.references import accepted_arguments
from ..experiment.settings import TrainingSettings
from .batching import n_rows, rows
from .model.preparation import Parts


class FitArguments(NamedTuple):
    """The arguments after the hyperparameters and the model."""

    positional: tuple[Any, ...]
    named: Mapping[str, Any]


def fit_arguments(fit: Callable[..., Any], parts: Parts, settings: TrainingSettings, given: Sequence[str], callbacks: Sequence[Any]) -> FitArguments:
    """Return features and targets, and by name the validation part, callbacks, weights of rows and training settings.

    Args:
        fit: The method.
        parts: The data, with the targets as the model's loss expects them.
        settings: The training settings.
        given: Those among epochs, batch_size and shuffle that it is given.
        callbacks: The callbacks.

    Raises:
        TrialError: If it cannot be called so, or rows have weights that it does not take.
    """
    values = {"epochs": settings.epochs, "batch_size": settings.batch_rows(n_rows(parts.x_train)), "shuffle": settings.shuffle}
    weights = {} if parts.weights is None else {"sample_weight": parts.weights}
    x_train, x_validation = (rows(x, slice(None)) for x in (parts.x_train, parts.x_validation))  # arrays, whatever its loop does with them
    offered = {"validation_data": (x_validation, parts.y_validation), "callbacks": list(callbacks), **weights}
    named = accepted_arguments(fit, offered | {name: values[name] for name in given})
    if weights.keys() - named.keys():
        raise TrialError("rows have weights (class_weight, sample_weight), which its fit() does not take; add **kwargs to it, or leave them out")
    try:
        inspect.signature(fit).bind(None, None, x_train, parts.y_train, **named)
    except TypeError as error:
        form = "fit(self, hp, model, x, y, validation_data, callbacks, **kwargs)"
        raise TrialError(f"has fit{inspect.signature(fit)}, but it is called as {form} ({error}); let it take these") from None
    return FitArguments((x_train, parts.y_train), named)
