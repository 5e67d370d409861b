"""Reads a Keras model as a stack of dense layers, if it is one: such models can be trained as padded networks."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import keras

ELEMENTWISE = frozenset(
    {
        *("linear", "relu", "relu6", "leaky_relu", "elu", "celu", "selu", "gelu", "silu", "hard_silu", "mish", "exponential"),
        *("sigmoid", "hard_sigmoid", "log_sigmoid", "sparse_sigmoid", "softplus", "sparse_plus", "squareplus", "softsign"),
        *("tanh", "hard_tanh", "tanh_shrink", "hard_shrink", "soft_shrink"),
    }
)
"""Keras' elementwise activations; softmax, for example, is not one."""


@dataclass(frozen=True)
class DenseStack:
    """Consecutive dense layers, each with its activation.

    Attributes:
        n_features: Inputs of the first layer; inputs of more axes are flattened before it.
        widths: Units of each hidden layer, in order; none for a linear model.
        activations: Keras' names of the hidden layers' activations.
        n_outputs: Units of the last layer.
        output_activation: Keras' name of its activation.
        use_bias: Whether the layers have biases, all of them or none.
    """

    n_features: int
    widths: tuple[int, ...]
    activations: tuple[str, ...]
    n_outputs: int
    output_activation: str
    use_bias: bool

    @property
    def interface(self) -> tuple[int, int, str, bool]:
        """What networks of one padded network have in common: inputs, outputs, output activation and use of biases."""
        return self.n_features, self.n_outputs, self.output_activation, self.use_bias

    @property
    def depth(self) -> int:
        """Number of hidden layers."""
        return len(self.widths)


@dataclass(frozen=True)
class Size:
    """The size of a padded network, which many stacks fit.

    Attributes:
        depths: Fewest and most hidden layers.
        width: Most units of a hidden layer.
        activations: Keras' names of the activations of hidden layers.
    """

    depths: tuple[int, int]
    width: int
    activations: tuple[str, ...]

    def fits(self, stack: DenseStack) -> bool:
        """Return whether a stack fits."""
        has_shape = self.depths[0] <= stack.depth <= self.depths[1] and max(stack.widths, default=0) <= self.width
        return has_shape and set(stack.activations) <= set(self.activations)


def read_stack(model: Any) -> DenseStack | None:
    """Read a model as a stack.

    Args:
        model: A Keras model.

    Returns:
        The stack; None if the model is anything else, has an output for each step of a sequence, or has what a stack does not
        describe: dropout, normalisation, regularisers, constraints, activations with weights, a dtype policy other than
        float32, or a hidden activation that is not in `ELEMENTWISE`.
    """
    layers = _chain(model)
    dense: list[Any] = []
    activations: list[str] = []
    for layer in layers or []:
        if type(layer) is keras.layers.Dense and _is_plain(layer):
            dense.append(layer)
            activations.append(_name(layer.activation))
        elif type(layer) is keras.layers.Activation and dense and activations[-1] == "linear":
            activations[-1] = _name(layer.activation)
        elif not (type(layer) is keras.layers.Flatten and layer.data_format == "channels_last" and not dense):
            return None
    if (
        not dense
        or len(model.output_shape) > len(("rows", "units"))
        or not activations[-1]
        or not ELEMENTWISE.issuperset(activations[:-1])
        or len({layer.use_bias for layer in dense}) != 1
    ):
        return None
    widths = [layer.units for layer in dense]
    return DenseStack(dense[0].kernel.shape[0], tuple(widths[:-1]), tuple(activations[:-1]), widths[-1], activations[-1], dense[0].use_bias)


def _chain(model: Any) -> Sequence[Any] | None:
    """Return the layers of a model that is one chain from one input to one output, without the input layer."""
    is_graph = type(model).__module__.startswith("keras.") and model.built  # not a subclass
    if not is_graph or len(model.inputs) != 1 or len(model.outputs) != 1:
        return None
    layers = [layer for layer in model.layers if not isinstance(layer, keras.layers.InputLayer)]
    if isinstance(model, keras.Sequential):
        return layers
    tensor = model.inputs[0]
    for layer in layers:  # Keras lists them in the order of the graph
        if len(layer._inbound_nodes) != 1 or layer._inbound_nodes[0].input_tensors != [tensor]:
            return None
        tensor = layer.output
    return layers if tensor is model.outputs[0] else None


def _is_plain(layer: Any) -> bool:
    extras = (
        *("kernel_regularizer", "bias_regularizer", "activity_regularizer", "kernel_constraint", "bias_constraint"),
        *("lora_rank", "quantization_mode"),
    )
    return layer.trainable and layer.dtype_policy.name == "float32" and not any(getattr(layer, extra, None) for extra in extras)


def _name(activation: Any) -> str:
    """Return Keras' name of an activation function, or an empty string."""
    name = getattr(activation, "__name__", "")
    return name if getattr(keras.activations, name, None) is activation else ""
