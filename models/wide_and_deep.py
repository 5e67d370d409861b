"""Wide and deep networks (Cheng et al. 2016): the inputs go to the output both directly and through hidden layers.

The functional ones have one input, or two inputs and an auxiliary output; `WideAndDeepModel` is the latter as a subclass.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import keras

from .activations import Activation, activation_layer, n_units
from .hidden import Hidden, Normalization
from .initializers import Initializer
from .inputs import flat_input
from .mlp import layer_widths
from .output import OutputActivation, output_layer

INPUTS, OUTPUTS = ("wide", "deep"), ("main", "aux")
"""Names of the inputs and outputs of the models that have two of each."""


def build_wide_and_deep(
    input_shape: Any,
    task: str = "regression",
    n_outputs: int = 1,
    *,
    n_hidden: int = 2,
    n_neurons: int | Sequence[int] = 30,
    activation: Activation = "relu",
    dropout: float = 0.0,
    normalization: Normalization = "none",
    initializer: Initializer = "glorot_uniform",
    l1: float = 0.0,
    l2: float = 0.0,
    output_activation: OutputActivation = "linear",
) -> keras.Model:
    """Build a wide and deep network of one input, which is concatenated to the last hidden layer.

    Args:
        input_shape: Shape of one row, ``(n_features,)``; more axes are flattened.
        task: "binary", "multiclass", "regression", "multilabel" or "probabilities"; the output layer follows from it. Defaults to "regression".
        n_outputs: Units of the output layer: 1, or the number of classes for multiclass. Defaults to 1.
        n_hidden: Number of hidden layers on the deep path, at least 1. Defaults to 2.
        n_neurons: Units of each hidden layer, at least 1; or a list with those of every one in order. Defaults to 30.
        activation: Of the hidden layers, one of `models.activations.ACTIVATIONS`. Defaults to "relu".
        dropout: Part of each hidden layer's outputs that is set to 0 in training, 0 to below 1. Defaults to 0.
        normalization: "none", "batch", "layer" or "weight", as in `models.mlp.build_mlp`. Defaults to "none".
        initializer: Of the kernels, one of `models.initializers.INITIALIZERS`, or "auto". Defaults to "glorot_uniform".
        l1: L1 penalty on the hidden layers' kernels, at least 0. Defaults to 0.
        l2: L2 penalty on the hidden layers' kernels, at least 0. Defaults to 0.
        output_activation: Of a regression's output, one of `models.output.OUTPUT_ACTIVATIONS`. Defaults to "linear".

    Returns:
        An uncompiled model, ``(batch, *input_shape)`` to ``(batch, n_outputs)``.

    Raises:
        ValueError: If a value is out of its range.
    """
    hidden = Hidden(activation=activation, dropout=dropout, normalization=normalization, initializer=initializer, l1=l1, l2=l2)
    inputs, wide = flat_input(input_shape)
    joined = keras.layers.Concatenate(name="wide_and_deep")([wide, _deep_path(wide, hidden, n_hidden, n_neurons)])
    return keras.Model(inputs, output_layer(task, n_outputs, output_activation=output_activation)(joined), name="wide_and_deep")


def build_wide_and_deep_two_inputs(
    input_shape: Mapping[str, Any],
    task: str | Mapping[str, str] = "regression",
    n_outputs: int | Mapping[str, int] = 1,
    *,
    n_hidden: int = 2,
    n_neurons: int | Sequence[int] = 30,
    activation: Activation = "relu",
    dropout: float = 0.0,
    normalization: Normalization = "none",
    initializer: Initializer = "glorot_uniform",
    l1: float = 0.0,
    l2: float = 0.0,
) -> keras.Model:
    """Build a wide and deep network with an input for each path, and an auxiliary output at the end of the deep path.

    Args:
        input_shape: Shapes of the inputs ``wide`` and ``deep``, each ``(n_features,)``.
        task: As for `build_wide_and_deep`, for both outputs or by name, ``main`` and ``aux``. Defaults to "regression".
        n_outputs: As for `build_wide_and_deep`, for both outputs or by name. Defaults to 1.
        n_hidden: As for `build_wide_and_deep`. Defaults to 2.
        n_neurons: As for `build_wide_and_deep`. Defaults to 30.
        activation: As for `build_wide_and_deep`. Defaults to "relu".
        dropout: As for `build_wide_and_deep`. Defaults to 0.
        normalization: As for `build_wide_and_deep`. Defaults to "none".
        initializer: As for `build_wide_and_deep`. Defaults to "glorot_uniform".
        l1: As for `build_wide_and_deep`. Defaults to 0.
        l2: As for `build_wide_and_deep`. Defaults to 0.

    Returns:
        An uncompiled model, a dict of ``wide`` and ``deep``, ``(batch, n_features)`` each, to a dict of ``main`` and ``aux``.

    Raises:
        ValueError: If a value is out of its range, or the inputs have other names.
    """
    hidden = Hidden(activation=activation, dropout=dropout, normalization=normalization, initializer=initializer, l1=l1, l2=l2)
    inputs = {name: keras.Input(shape, name=name) for name, shape in _shapes(input_shape).items()}
    deep = _deep_path(inputs["deep"], hidden, n_hidden, n_neurons)
    joined = keras.layers.Concatenate(name="wide_and_deep")([inputs["wide"], deep])
    layers = _output_layers(task, n_outputs)
    return keras.Model(inputs, {"main": layers["main"](joined), "aux": layers["aux"](deep)}, name="wide_and_deep")


def build_wide_and_deep_subclassed(
    input_shape: Mapping[str, Any],
    task: str | Mapping[str, str] = "regression",
    n_outputs: int | Mapping[str, int] = 1,
    *,
    n_neurons: int = 30,
    activation: Activation = "relu",
) -> keras.Model:
    """Build a `WideAndDeepModel` for inputs of known shapes, so that it has its weights and can be saved.

    Args:
        input_shape: Shapes of the inputs ``wide`` and ``deep``, each ``(n_features,)``.
        task: As for `build_wide_and_deep`, for both outputs or by name, ``main`` and ``aux``. Defaults to "regression".
        n_outputs: As for `build_wide_and_deep`, for both outputs or by name. Defaults to 1.
        n_neurons: Units of each of the two hidden layers, at least 1. Defaults to 30.
        activation: As for `build_wide_and_deep`. Defaults to "relu".

    Returns:
        An uncompiled model, as `build_wide_and_deep_two_inputs` with two hidden layers.

    Raises:
        ValueError: If a value is out of its range, or the inputs have other names.
    """
    model = WideAndDeepModel(n_neurons, activation, task=task, n_outputs=n_outputs)
    model.build({name: (None, *shape) for name, shape in _shapes(input_shape).items()})
    return model


@keras.saving.register_keras_serializable("perceptune")
class WideAndDeepModel(keras.Model):
    """Two inputs, two hidden layers on the deep path, two outputs, as a subclass.

    Args:
        units: Units of each hidden layer, at least 1. Defaults to 30.
        activation: Of the hidden layers, one of `models.activations.ACTIVATIONS`. Defaults to "relu".
        task: What the outputs predict, for both or by name, ``main`` and ``aux``. Defaults to "regression".
        n_outputs: Units of the outputs, for both or by name. Defaults to 1.
        **options: Of `keras.Model`.

    Raises:
        ValueError: If a value is out of its range.
    """

    def __init__(
        self,
        units: int = 30,
        activation: str = "relu",
        *,
        task: str | Mapping[str, str] = "regression",
        n_outputs: int | Mapping[str, int] = 1,
        **options: Any,
    ) -> None:
        super().__init__(**options)
        if units < 1:
            raise ValueError(f"units={units} is too small; expected 1 or more")
        self.units = units
        self._arguments = {"units": units, "activation": activation, "task": _plain(task), "n_outputs": _plain(n_outputs)}
        self.hidden_1, self.hidden_2 = (keras.layers.Dense(n_units(activation, units), name=f"hidden_{number}") for number in (1, 2))
        self.activation_1, self.activation_2 = (activation_layer(activation, layer_name=f"activation_{number}") for number in (1, 2))
        self.concatenate = keras.layers.Concatenate(name="wide_and_deep")
        layers = _output_layers(task, n_outputs)
        self.main, self.aux = layers["main"], layers["aux"]
        for layer in self.layers:  # loaded again, they would compute in the precision of whoever loads
            layer.dtype_policy = self.dtype_policy

    def build(self, input_shape: Mapping[str, Any]) -> None:
        """Make the weights for inputs of the shapes ``(batch, n_features)``, by name."""
        wide, deep = (tuple(input_shape[name]) for name in INPUTS)
        for dense, activation in ((self.hidden_1, self.activation_1), (self.hidden_2, self.activation_2)):
            dense.build(deep)
            activation.build(dense.compute_output_shape(deep))
            deep = (deep[0], self.units)
        self.aux.build(deep)
        self.main.build((deep[0], wide[1] + self.units))
        self.built = True

    def call(self, inputs: Mapping[str, Any]) -> dict[str, Any]:
        """Return ``main`` and ``aux``, ``(batch, n_outputs)`` each, for ``wide`` and ``deep``, ``(batch, n_features)`` each."""
        hidden = self.activation_1(self.hidden_1(inputs["deep"]))
        hidden = self.activation_2(self.hidden_2(hidden))
        return {"main": self.main(self.concatenate([inputs["wide"], hidden])), "aux": self.aux(hidden)}

    def get_config(self) -> dict[str, Any]:
        """Return the arguments, so that a saved model is made again without its builder."""
        return {**super().get_config(), **self._arguments}


def _deep_path(x: Any, hidden: Hidden, n_hidden: int, n_neurons: int | Sequence[int]) -> Any:
    if n_hidden < 1:
        raise ValueError(f"n_hidden={n_hidden} leaves no deep path; expected 1 or more")
    for number, width in enumerate(layer_widths(n_hidden, n_neurons), start=1):
        x = hidden.dense(x, width, number)
    return x


def _shapes(input_shape: Any) -> dict[str, tuple[int, ...]]:
    """Check that there are the two inputs, each a row of numbers."""
    if not isinstance(input_shape, Mapping) or set(input_shape) != set(INPUTS) or any(len(shape) != 1 for shape in input_shape.values()):
        raise ValueError(f"input_shape={input_shape!r} does not go with the inputs {' and '.join(INPUTS)}; expected a shape (n_features,) for each")
    return {name: tuple(input_shape[name]) for name in INPUTS}


def _output_layers(task: Any, n_outputs: Any) -> dict[str, keras.layers.Dense]:
    """Return both output layers; whether other outputs are asked for is for the caller to see."""
    return {name: output_layer(_of(task, name, "regression"), _of(n_outputs, name, 1), name=name) for name in OUTPUTS}


def _of(value: Any, name: str, default: Any) -> Any:
    return value.get(name, default) if isinstance(value, Mapping) else value


def _plain(value: Any) -> Any:
    return dict(value) if isinstance(value, Mapping) else value
