"""Checks that a model's output layers can give what they are trained on, by their activations; computes nothing."""

import math
from collections.abc import Mapping
from typing import Any

import keras

from ...data.targets import named_outputs
from ...errors import TrialError
from ...experiment.settings import TrainingSettings
from ..context import TrainingContext
from ..metrics import Head
from .compiling import loss_name, own_settings

OF_PROBABILITIES: Mapping[str, bool] = {
    **dict.fromkeys(("binary_crossentropy", "binary_focal_crossentropy"), False),
    **dict.fromkeys(("categorical_crossentropy", "categorical_focal_crossentropy", "sparse_categorical_crossentropy", "kl_divergence"), True),
}
"""Losses of probabilities, and whether those of a row sum to 1."""

_LOGITS = frozenset({"linear", "log_softmax", "log_sigmoid"})
"""Activations that never give probabilities."""

_RANGES: Mapping[str, tuple[float, float]] = {
    **dict.fromkeys(("sigmoid", "hard_sigmoid", "sparse_sigmoid", "softmax", "sparsemax"), (0.0, 1.0)),
    **dict.fromkeys(("relu", "softplus", "sparse_plus", "squareplus", "exponential"), (0.0, math.inf)),
    **dict.fromkeys(("tanh", "hard_tanh", "softsign"), (-1.0, 1.0)),
    **dict.fromkeys(("log_sigmoid", "log_softmax"), (-math.inf, 0.0)),
    **dict.fromkeys(("elu", "celu"), (-1.0, math.inf)),
    "relu6": (0.0, 6.0),
    "selu": (-1.76, math.inf),
    "silu": (-0.28, math.inf),
    "hard_silu": (-0.38, math.inf),
    "gelu": (-0.17, math.inf),
    "mish": (-0.31, math.inf),
}
"""Smallest and largest values of activations that have one of them."""

_SLACK = 0.01
"""Part of a target's range that may be outside of an activation's."""


def check_output_layers(model: Any, context: TrainingContext, settings: TrainingSettings) -> None:
    """Check every output layer that is known; those of a subclassed model are not.

    Args:
        model: A Keras model, as it was built.
        context: The experiment and its arrays, for the outputs' tasks, losses and scalings, and the targets' values.
        settings: The trial's training settings, for the loss.

    Raises:
        TrialError: If a loss is of probabilities and its layer gives none; if a layer cannot give every target; or if it is a softmax of one unit.
    """
    for name, tensor in _output_tensors(model).items():
        if name in context.heads:  # other names are refused when they are compared
            try:
                _check_layer(_activation(tensor._keras_history.operation), tensor.shape[-1], context, settings, name)
            except TrialError as error:
                raise TrialError(f'output "{name}": {error}') if name else error from None


def probability_loss(settings: TrainingSettings, head: Head, n_units: int) -> str | None:
    """Return the name of an output's loss; None if it is not in `OF_PROBABILITIES`.

    Args:
        settings: The trial's training settings.
        head: Task and loss of the output.
        n_units: Size of the output's last axis.
    """
    loss = loss_name(own_settings(settings, head), head.task, n_units)
    return loss if head.task != "regression" and loss in OF_PROBABILITIES else None


def no_probabilities(loss: str, n_units: int, what: str = "are no probabilities (logits?)") -> TrialError:
    """Return the error of outputs that a loss cannot be computed of.

    Args:
        loss: Its name, in `OF_PROBABILITIES`.
        n_units: Size of the output's last axis.
        what: What is wrong with the outputs. Defaults to what is wrong with logits.
    """
    name = "softmax" if n_units > 1 and OF_PROBABILITIES[loss] else "sigmoid"
    instead = ", or write logits = true in [space]" if "logits" in what else ""
    return TrialError(f'the outputs {what}, but the loss {loss} needs them: give the last layer activation="{name}"{instead}')


def _output_tensors(model: Any) -> dict[str, Any]:
    tensors = getattr(model, "outputs", None) or []
    by_name = {"": tensors[0]} if len(tensors) == 1 else named_outputs(model, model.output) if tensors else {}
    return {name: tensor for name, tensor in by_name.items() if hasattr(tensor, "_keras_history")}


def _check_layer(activation: str, n_units: int, context: TrainingContext, settings: TrainingSettings, name: str) -> None:
    head = context.heads[name]
    if head.from_logits:
        _check_logits(activation, n_units, head, settings)
        return
    if n_units == 1 and activation == "softmax":
        instead = "linear" if head.task == "regression" else "sigmoid"
        raise TrialError(f'the last layer is a softmax of one unit, which is 1 for every row; give it activation="{instead}"')
    if head.task == "multilabel" and activation == "softmax":
        raise TrialError('the last layer is a softmax, whose units sum to 1, but a row has any number of labels; give it activation="sigmoid"')
    if head.scaling is not None:
        _check_scaled(activation, head, settings)
    elif head.task == "regression":
        _check_range(activation, *context.target_ranges[name])
    elif activation in _LOGITS and (loss := probability_loss(settings, head, n_units)):
        raise no_probabilities(loss, n_units)


def _check_logits(activation: str, n_units: int, head: Head, settings: TrainingSettings) -> None:
    if not probability_loss(settings, head, n_units):
        loss = own_settings(settings, head).loss
        raise TrialError(f"logits = true in [space] is for losses of probabilities, which {loss} is not; leave logits out, or use a cross-entropy")
    if activation in ("sigmoid", "softmax"):
        raise TrialError(f"logits = true in [space], but the last layer is a {activation} already, which gives probabilities; leave logits out")


def _check_scaled(activation: str, head: Head, settings: TrainingSettings) -> None:
    loss = own_settings(settings, head).loss
    if loss in ("poisson", "mean_squared_logarithmic_error", "mean_absolute_percentage_error"):
        raise TrialError(f'the loss {loss} needs a target in its own units, but it is scaled; set target = "none" in [preprocessing]')
    if activation in _RANGES:
        raise TrialError(
            f'the last layer\'s activation "{activation}" cannot give every value of a target that is scaled to mean 0 and variance 1; '
            'make it linear, or set target = "none" in [preprocessing]'
        )


def _check_range(activation: str, smallest: float, largest: float) -> None:
    low, high = _RANGES.get(activation, (-math.inf, math.inf))
    slack = _SLACK * (largest - smallest)
    if smallest < low - slack or largest > high + slack:
        raise TrialError(
            f'the last layer\'s activation "{activation}" gives values {_range_text(low, high)}, but the target has {smallest:g} to {largest:g}; '
            "make it linear, or choose one that gives them all"
        )


def _range_text(low: float, high: float) -> str:
    if math.isinf(high):
        return f"of {low:g} and more"
    return f"of {high:g} and less" if math.isinf(low) else f"of {low:g} to {high:g}"


def _activation(layer: Any) -> str:
    """Return the name of a layer's activation; empty if it is not known, and of a layer that computes nothing."""
    if isinstance(layer, keras.layers.Activation) and layer.activation is keras.activations.linear:
        return ""  # the end of a model in mixed precision, behind the layer that has the activation
    if isinstance(layer, keras.layers.ReLU):
        is_plain = not layer.negative_slope and layer.max_value is None and not layer.threshold
        return "relu" if is_plain else ""
    if isinstance(layer, keras.layers.Softmax):
        return "softmax"
    is_known = type(layer).__module__.partition(".")[0] == "keras"  # another's layer may use its activation before its end
    return str(getattr(getattr(layer, "activation", None), "__name__", "")) if is_known else ""
