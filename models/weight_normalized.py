"""Weight normalisation (Salimans and Kingma 2016): the length of each unit's weights is apart from their direction."""

from typing import Any

import keras


@keras.saving.register_keras_serializable("perceptune")
class WeightNormalizedDense(keras.layers.Layer):
    """A dense layer that multiplies with unit-normalised kernels, ``w = g v / |v|`` (equation 2 of the paper).

    ``v`` is ``kernel`` ``(n_inputs, units)``, ``|v|`` the length of each of its columns, and ``gain`` is ``g`` ``(units,)``,
    trained with it and 1 at the start. It is no `keras.layers.Dense`, whose saving knows its own weights only.

    Args:
        units: Number of outputs.
        use_bias: Whether units have a constant term. Defaults to True.
        kernel_initializer: As Keras takes it. Defaults to "glorot_uniform".
        kernel_regularizer: As Keras takes it. Defaults to None.
        kernel_constraint: As Keras takes it. Defaults to None.
        bias_initializer: As Keras takes it. Defaults to "zeros".
        **options: Of `keras.layers.Layer`.
    """

    def __init__(
        self,
        units: int,
        *,
        use_bias: bool = True,
        kernel_initializer: Any = "glorot_uniform",
        kernel_regularizer: Any = None,
        kernel_constraint: Any = None,
        bias_initializer: Any = "zeros",
        **options: Any,
    ) -> None:
        super().__init__(**options)
        self.units = units
        self.use_bias = use_bias
        self.kernel_initializer = keras.initializers.get(kernel_initializer)
        self.kernel_regularizer = keras.regularizers.get(kernel_regularizer)
        self.kernel_constraint = keras.constraints.get(kernel_constraint)
        self.bias_initializer = keras.initializers.get(bias_initializer)

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        """Make the weights for inputs ``(..., n_inputs)``."""
        kernel = {"initializer": self.kernel_initializer, "regularizer": self.kernel_regularizer, "constraint": self.kernel_constraint}
        self.kernel = self.add_weight(name="kernel", shape=(input_shape[-1], self.units), **kernel)
        self.gain = self.add_weight(name="gain", shape=(self.units,), initializer="ones")
        self.bias = self.add_weight(name="bias", shape=(self.units,), initializer=self.bias_initializer) if self.use_bias else None

    def call(self, inputs: Any) -> Any:
        """Return ``(..., units)`` of ``(..., n_inputs)``."""
        outputs = keras.ops.matmul(inputs, self.gain * keras.ops.normalize(self.kernel, axis=0))
        return outputs if self.bias is None else outputs + self.bias

    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        """Return the shape of the outputs."""
        return (*input_shape[:-1], self.units)

    def get_config(self) -> dict[str, Any]:
        """Return what the constructor takes."""
        return {
            **super().get_config(),
            "units": self.units,
            "use_bias": self.use_bias,
            "kernel_initializer": keras.initializers.serialize(self.kernel_initializer),
            "kernel_regularizer": keras.regularizers.serialize(self.kernel_regularizer),
            "kernel_constraint": keras.constraints.serialize(self.kernel_constraint),
            "bias_initializer": keras.initializers.serialize(self.bias_initializer),
        }
