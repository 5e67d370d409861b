"""Checks of a built model that a training would not notice: a fixed batch size, its own compile(), outputs that do not fit the loss."""

from collections.abc import Mapping
from typing import Any, NamedTuple

import keras

from ...data.arrays import Array
from ...errors import TrialError
from ...experiment.settings import TrainingSettings
from ..metrics import Head
from .compiling import loss_name

_OF_PROBABILITIES: Mapping[str, bool] = {
    **dict.fromkeys(("binary_crossentropy", "binary_focal_crossentropy"), False),
    **dict.fromkeys(("categorical_crossentropy", "categorical_focal_crossentropy", "sparse_categorical_crossentropy", "kl_divergence"), True),
}
"""Losses of probabilities, and whether those of a row sum to 1."""

_TOLERANCE = 0.05
"""More than the rounding of 16 bits."""

_BOUNDED = frozenset(
    {
        *("relu", "relu6", "softplus", "squareplus", "exponential", "sigmoid", "hard_sigmoid", "softmax", "sparsemax"),
        *("tanh", "hard_tanh", "softsign", "elu", "selu", "celu", "silu", "gelu", "mish", "log_sigmoid"),
    }
)
"""Activations with a smallest or a largest value."""


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


def output_layer(model: Any) -> Any:
    """Return the layer that computes a model's only output; None if it cannot be known, as in a subclassed model."""
    tensors = getattr(model, "outputs", None)
    history = getattr(tensors[0], "_keras_history", None) if tensors and len(tensors) == 1 else None
    return None if history is None else history.operation


def check_output_values(outputs: Array, layer: Any, head: Head, settings: TrainingSettings) -> None:
    """Check that an output's values fit its loss and its target.

    Args:
        outputs: The untrained model's outputs for some rows, float32, ``(n_rows, n_units)``.
        layer: The layer that computes them, or None.
        head: Task, loss and scaling of the output.
        settings: The training settings, for the loss.

    Raises:
        TrialError: If the loss is of probabilities and the outputs are none; if the layer cannot give every scaled target; or if it is a softmax
            of one unit.
    """
    activation = _activation(layer)
    if outputs.shape[-1] == 1 and activation == "softmax":
        instead = "linear" if head.task == "regression" else "sigmoid"
        raise TrialError(f'the last layer is a softmax of one unit, which is 1 for every row; give it activation="{instead}"')
    if head.scaling is not None:
        _check_scaled(activation, head, settings)
        return
    own = settings if head.loss == "auto" else settings.model_copy(update={"loss": head.loss})
    loss = loss_name(own, head.task, outputs.shape[-1])
    if head.task == "regression" or loss not in _OF_PROBABILITIES:
        return
    sums_to_one = _OF_PROBABILITIES[loss] and outputs.shape[-1] > 1
    is_outside = outputs.min() < -_TOLERANCE or outputs.max() > 1 + _TOLERANCE
    has_other_sum = sums_to_one and abs(outputs.sum(axis=-1) - 1).max() > _TOLERANCE
    if activation == "linear" or is_outside or has_other_sum:
        name = "softmax" if outputs.shape[-1] > 1 and _OF_PROBABILITIES[loss] else "sigmoid"
        what = "do not sum to 1" if has_other_sum and not is_outside and activation != "linear" else "are no probabilities (logits?)"
        raise TrialError(f'the outputs {what}, but the loss {loss} needs them: give the last layer activation="{name}"')


def _check_scaled(activation: str, head: Head, settings: TrainingSettings) -> None:
    loss = settings.loss if head.loss == "auto" else head.loss
    if loss in ("poisson", "mean_squared_logarithmic_error", "mean_absolute_percentage_error"):
        raise TrialError(f'the loss {loss} needs a target in its own units, but it is scaled; set target = "none" in [preprocessing]')
    if activation in _BOUNDED:
        raise TrialError(
            f'the last layer\'s activation "{activation}" cannot give every value of a target that is scaled to mean 0 and variance 1; '
            'make it linear, or set target = "none" in [preprocessing]'
        )


def _activation(layer: Any) -> str:
    """Return the name of a layer's activation; empty if it is not known, and of a layer that computes nothing."""
    if isinstance(layer, keras.layers.Activation) and layer.activation is keras.activations.linear:
        return ""  # the end of a model in mixed precision, behind the layer that has the activation
    if isinstance(layer, keras.layers.ReLU | keras.layers.Softmax):
        return type(layer).__name__.lower()
    return str(getattr(getattr(layer, "activation", None), "__name__", ""))


def _loss_text(loss: Any) -> str:
    """Return a loss' name, whether it is given by name, as a function or as an object."""
    found = keras.losses.get(loss)
    name = str(getattr(found, "name", None) or getattr(found, "__name__", found))
    has_logits = isinstance(found, keras.losses.Loss) and found.get_config().get("from_logits", False)
    return f"{name} of logits" if has_logits else name
