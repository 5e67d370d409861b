"""Maxout (Goodfellow et al. 2013): each neuron is the largest of several linear pieces."""

from typing import Any

import keras

N_PIECES = 2
"""Pieces a neuron, as `models.activations` uses it."""


@keras.saving.register_keras_serializable("perceptune")
class Maxout(keras.layers.Layer):
    """The largest of each ``n_pieces`` neighbours on the last axis.

    Args:
        n_pieces: Pieces a neuron, at least 2. Defaults to 2.
        **options: Of `keras.layers.Layer`.

    Raises:
        ValueError: If the last axis is not a multiple of ``n_pieces``.
    """

    def __init__(self, n_pieces: int = N_PIECES, **options: Any) -> None:
        super().__init__(**options)
        self.n_pieces = n_pieces

    def call(self, inputs: Any) -> Any:
        """Return ``(..., n_units / n_pieces)`` of ``(..., n_units)``."""
        shape = self.compute_output_shape(inputs.shape)
        # -1 for the batch, which has no size yet.
        return keras.ops.max(keras.ops.reshape(inputs, (-1, *shape[1:], self.n_pieces)), axis=-1)

    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        """Return the shape of the outputs."""
        n_units = input_shape[-1]
        if not n_units or n_units % self.n_pieces:
            raise ValueError(f"Maxout: the last axis has {n_units} units; expected a multiple of n_pieces={self.n_pieces}")
        return (*input_shape[:-1], n_units // self.n_pieces)

    def get_config(self) -> dict[str, Any]:
        """Return what the constructor takes."""
        return {**super().get_config(), "n_pieces": self.n_pieces}
