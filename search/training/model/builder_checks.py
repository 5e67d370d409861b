"""Checks of a built model that a training would not notice: a fixed batch size, its own compile(), outputs that do not fit the loss."""

from typing import Any, NamedTuple

import keras

from ...data.arrays import Array
from ...errors import TrialError
from ...experiment.settings import TrainingSettings
from ..metrics import Head
from .logits import is_of_logits
from .output_layers import OF_PROBABILITIES, no_probabilities, probability_loss

_TOLERANCE = 0.05
"""More than the rounding of 16 bits."""


class Compilation(NamedTuple):
    """What a model is compiled with: names of its losses, and of its optimizer."""

    losses: frozenset[str]
    optimizer: str


def check_batch_size(model: Any) -> None:
    """Check that a model takes any number of rows.

    Raises:
        TrialError: If its input has a fixed batch size, or a layer keeps its state between batches.
    """
    sizes = [tensor.shape[0] for tensor in getattr(model, "inputs", None) or () if tensor.shape and tensor.shape[0] is not None]
    stateful = next((layer.name for layer in model._flatten_layers() if getattr(layer, "stateful", False)), None)
    if not sizes and stateful is None:
        return
    which = f"takes batches of exactly {sizes[0]} rows" if sizes else f'has the stateful layer "{stateful}"'
    advice = "keras.Input(shape) without batch_size or batch_shape" + (", and layers without stateful=True" if stateful is not None else "")
    raise TrialError(
        f"{which}; a fixed batch size (stateful layers) is not supported, since rows are shuffled and the last batch is smaller: use {advice}"
    )


def compilation_of(model: Any) -> Compilation | None:
    """Return what a model is compiled with; None if it is not compiled."""
    if not model.compiled:
        return None
    losses = frozenset(_loss_text(loss) for loss in keras.tree.flatten(model.loss) if loss is not None)
    return Compilation(losses, str(getattr(model.optimizer, "name", model.optimizer)))


def check_compilation(given: Compilation | None, used: Compilation | None) -> list[str]:
    """Compare the builder's own compile() with that of the trials.

    Args:
        given: What the builder compiled the model with; None if it did not.
        used: What trials are trained with.

    Returns:
        What is replaced, in one sentence; nothing if the builder did not compile.

    Raises:
        TrialError: If the builder's loss is another one.
    """
    if given is None or used is None:
        return []
    if given.losses and given.losses != used.losses:
        theirs, ours = (", ".join(sorted(losses)) for losses in (given.losses, used.losses))
        raise TrialError(
            f"is compiled with the loss {theirs}, but trials are trained with {ours}, since their optimizer, loss and metrics are those of the "
            "experiment: set loss in [space.training], or return the model without compile()"
        )
    return [f"its compile() is replaced: optimizer ({given.optimizer}), loss and metrics are those of the experiment; return it without compile()"]


def check_output_values(outputs: Array, head: Head, settings: TrainingSettings) -> None:
    """Check that an output's values are probabilities, if its loss needs them.

    Args:
        outputs: The untrained model's outputs for some rows, float32, ``(n_rows, n_units)``.
        head: Task and loss of the output.
        settings: The training settings, for the loss.

    Raises:
        TrialError: If they are none.
    """
    n_units = outputs.shape[-1]
    loss = probability_loss(settings, head, n_units)
    if loss is None:
        return
    if outputs.min() < -_TOLERANCE or outputs.max() > 1 + _TOLERANCE:
        raise no_probabilities(loss, n_units)
    if OF_PROBABILITIES[loss] and n_units > 1 and abs(outputs.sum(axis=-1) - 1).max() > _TOLERANCE:
        raise no_probabilities(loss, n_units, "do not sum to 1")


def _loss_text(loss: Any) -> str:
    """Return a loss' name, whether it is given by name, as a function or as an object."""
    found = keras.losses.get(loss)
    name = str(getattr(found, "name", None) or getattr(found, "__name__", found))
    return f"{name} of logits" if is_of_logits(found) else name
