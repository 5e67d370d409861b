"""A padded dense network without branches, so that many trials' networks can be computed at once.

All layers and all activations are computed, and those of a slot's network are selected by values.
"""

from typing import Any

import keras
import numpy as np
from keras import ops

from ...data.arrays import Weights
from ..dense.network import PaddedNetwork, affine
from ..dense.stack import DenseStack, Size
from .transforms import stateless


class MaskedStack(PaddedNetwork):
    """The network. Its own variables only define shapes; a slot's values replace them in a `keras.StatelessScope`.

    Args:
        size: The size that networks fit.
        stack: One of the networks, for inputs, outputs and biases, which are the same for all.
    """

    def __init__(self, size: Size, stack: DenseStack) -> None:
        super().__init__("masked", size, stack)
        self.units = self._selection((size.depths[1], size.width), "units")
        self.chosen = self._selection((size.depths[1], len(size.activations)), "chosen")
        self.built = True

    def _selection(self, shape: tuple[int, ...], name: str) -> Any:
        return self.add_weight(shape=shape, initializer="zeros", trainable=False, name=name)

    def _usable(self, optimizer: Any) -> Any:
        return stateless(optimizer)

    def values(self, stack: DenseStack, weights: Weights) -> tuple[list[Any], list[Any]]:
        """Return the values of the trainable and of the other variables for one network.

        Args:
            stack: The network; it fits the size.
            weights: Its weights, from `keras.Model.get_weights`.
        """
        units, chosen = (np.zeros(variable.shape, np.float32) for variable in self.non_trainable_variables)
        for number, (width, name) in enumerate(zip(stack.widths, stack.activations, strict=True)):
            units[number, :width] = chosen[number, self.size.activations.index(name)] = 1
        return self.padded(stack, weights), [units, chosen]

    def call(self, inputs: Any, training: bool = False) -> Any:
        """Compute the outputs, ``(batch, n_outputs)``, from ``(batch, *input_shape)``."""
        first = x = ops.reshape(inputs, (-1, self.stack.n_features))
        fewest, most = self.size.depths
        for number in range(most):
            deeper = ops.where(self.units[number] > 0, self._activate(affine(x, self.hidden[number]), number), 0.0)
            # Every network with hidden layers has the first one; in a network without, all its units are masked.
            x = deeper if number < max(1, fewest) else ops.where(self._has_layer(number), deeper, x)
        z = affine(x, self.head) if most else affine(first, self.direct)
        if most and not fewest:
            z = ops.where(self._has_layer(0), z, affine(first, self.direct))
        return keras.activations.get(self.stack.output_activation)(z)

    def _has_layer(self, number: int) -> Any:
        return self.units[number, 0] > 0

    def _activate(self, z: Any, number: int) -> Any:
        """Select one activation; the other activations get zeros, since an infinite slope times zero would be NaN."""
        functions = [keras.activations.get(name) for name in self.size.activations]
        if len(functions) == 1:
            return functions[0](z)
        y: Any = 0.0
        for index, function in enumerate(functions):
            is_chosen = self.chosen[number, index] > 0
            y = ops.where(is_chosen, function(ops.where(is_chosen, z, 0.0)), y)
        return y
