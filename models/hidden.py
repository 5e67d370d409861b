"""One hidden layer after the other: Dense or convolution, normalisation, activation, dropout."""

from dataclasses import dataclass
from typing import Any, Literal, get_args

import keras

from .activations import NEGATIVE_SLOPE, activation_layer, n_units
from .constraints import kernel_constraint
from .initializers import bias_initializer, kernel_initializer
from .regularizers import kernel_regularizer
from .weight_normalized import WeightNormalizedDense

Normalization = Literal["none", "batch", "layer", "weight"]
"""After the kernel: of each unit over the batch, of each row over its units; or of the kernel itself, with "weight"."""

_CONVOLUTIONS = {1: keras.layers.Conv1D, 2: keras.layers.Conv2D, 3: keras.layers.Conv3D}
_LAYERS = {"batch": keras.layers.BatchNormalization, "layer": keras.layers.LayerNormalization}


@dataclass(frozen=True, kw_only=True)
class Hidden:
    """What all hidden layers of a network have in common; the arguments are those of `models.mlp.build_mlp`.

    Raises:
        ValueError: If a value is out of its range.
    """

    activation: str = "relu"
    use_bias: bool = True
    dropout: float = 0.0
    normalization: str = "none"
    initializer: str = "glorot_uniform"
    initializer_scale: float = 0.0
    bias_initializer: str = "zeros"
    l1: float = 0.0
    l2: float = 0.0
    constraint: str = "none"
    min_norm: float = 0.0
    max_norm: float = 2.0
    negative_slope: float = NEGATIVE_SLOPE

    def __post_init__(self) -> None:
        if not 0 <= self.dropout < 1:
            raise ValueError(f"dropout={self.dropout} is not a part; expected 0 to below 1")
        if self.normalization not in get_args(Normalization):
            raise ValueError(f'normalization="{self.normalization}" is not known; use one of {", ".join(get_args(Normalization))}')

    def kernel(self, activation: str | None = None, n_input_axes: int = 1) -> dict[str, Any]:
        """Return the kernel's options for a Keras layer, new ones each time, so that each layer has its own seed.

        Args:
            activation: What follows, for the initialiser "auto". Defaults to the hidden layers' activation.
            n_input_axes: As for `models.constraints.kernel_constraint`. Defaults to 1.
        """
        return {
            "kernel_initializer": kernel_initializer(self.initializer, activation or self.activation, self.initializer_scale),
            "kernel_regularizer": kernel_regularizer(self.l1, self.l2),
            "kernel_constraint": kernel_constraint(self.constraint, self.min_norm, self.max_norm, n_input_axes),
        }

    def output_kernel(self) -> dict[str, Any]:
        """Return the kernel's options for the output layer, which has no constraint."""
        return self.kernel("linear") | {"kernel_constraint": None}

    @property
    def has_bias(self) -> bool:
        """Whether the kernel's layer has a bias: a normalisation after it adds its own."""
        return self.use_bias and self.normalization not in _LAYERS

    def bias(self) -> dict[str, Any]:
        """Return the bias's options for a Keras layer."""
        return {"use_bias": self.has_bias, "bias_initializer": bias_initializer(self.bias_initializer)}

    def dense(self, x: Any, n_neurons: int, suffix: object) -> Any:
        """Add a dense layer.

        Args:
            x: ``(batch, ..., n_inputs)``.
            n_neurons: Outputs, at least 1.
            suffix: The layers are named ``hidden_<suffix>``, ``activation_<suffix>`` and so on.

        Returns:
            ``(batch, ..., n_neurons)``.

        Raises:
            ValueError: If the number of neurons is below 1.
        """
        if n_neurons < 1:
            raise ValueError(f"n_neurons={n_neurons} is too small; expected 1 or more")
        layer = WeightNormalizedDense if self.normalization == "weight" else keras.layers.Dense
        x = layer(n_units(self.activation, n_neurons), name=f"hidden_{suffix}", **self.bias(), **self.kernel())(x)
        return self.finish(x, suffix)

    def convolution(self, x: Any, n_maps: int, kernel_size: int, suffix: object, **options: Any) -> Any:
        """Add a convolution.

        Args:
            x: ``(batch, ..., n_channels)`` of one to three dimensions between, such as ``(batch, height, width, n_channels)``.
            n_maps: Feature maps, at least 1.
            kernel_size: Length of the kernel in each dimension, at least 1.
            suffix: The layers are named ``convolution_<suffix>``, ``activation_<suffix>`` and so on.
            **options: Further ones of Keras' convolutions, such as strides and padding.

        Returns:
            ``(batch, ..., n_maps)``.

        Raises:
            ValueError: If a number is below 1, or the kernels are to be normalised.
        """
        if n_maps < 1 or kernel_size < 1:
            raise ValueError(f"n_maps={n_maps} and kernel_size={kernel_size} must be at least 1")
        if self.normalization == "weight":
            raise ValueError('normalization="weight" is for dense layers; use "batch" or "layer" with convolutions')
        facts = {"name": f"convolution_{suffix}", **self.bias(), **self.kernel(n_input_axes=len(x.shape) - 1), **options}
        x = _CONVOLUTIONS[len(x.shape) - 2](n_units(self.activation, n_maps), kernel_size, **facts)(x)
        return self.finish(x, suffix)

    def finish(self, x: Any, suffix: object) -> Any:
        """Add normalisation, activation and dropout after a kernel; the shape stays, but for maxout."""
        if self.normalization in _LAYERS:
            x = _LAYERS[self.normalization](name=f"normalization_{suffix}")(x)
        x = activation_layer(self.activation, layer_name=f"activation_{suffix}", negative_slope=self.negative_slope)(x)
        return keras.layers.Dropout(self.dropout, name=f"dropout_{suffix}")(x) if self.dropout else x
