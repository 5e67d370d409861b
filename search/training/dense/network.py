"""The variables of a padded dense network, and where in them the network of a trial is stored.

Kernels and biases are padded with zeros to the largest size. Units that a trial's network does not have are masked, so that
their weights get zero gradients, and an elementwise optimizer leaves them at zero: the padded network trains exactly as the
trial's own. Subclasses compute the outputs, with branches (`padded.py`) or with selections (`search.training.vectorized.masked`).
"""

from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import keras
import numpy as np

from ...data.arrays import Weights
from ..model.state import Part, with_optimizer_parts
from .stack import DenseStack, Size


class PaddedNetwork(keras.Model):  # type: ignore[misc]
    """A network of dense layers up to a size.

    Args:
        name: Name of the model.
        size: The size.
        stack: One of the networks, for inputs, outputs and biases, which are the same for all.
    """

    def __init__(self, name: str, size: Size, stack: DenseStack) -> None:
        super().__init__(name=name)
        self.size, self.stack = size, stack
        n_inputs = [stack.n_features, *[size.width] * size.depths[1]]
        self.hidden = [self._layer(n, size.width, f"{number}") for number, n in enumerate(n_inputs[: size.depths[1]])]
        self.head = self._layer(size.width, stack.n_outputs, "head") if size.depths[1] else []
        # The last layer of a network without hidden layers.
        self.direct = [] if size.depths[0] else self._layer(stack.n_features, stack.n_outputs, "direct")

    def _layer(self, n_inputs: int, n_units: int, name: str) -> list[Any]:
        shapes = {"kernel": (n_inputs, n_units), "bias": (n_units,)} if self.stack.use_bias else {"kernel": (n_inputs, n_units)}
        return [self.add_weight(shape=shape, initializer="zeros", name=f"{kind}_{name}") for kind, shape in shapes.items()]

    def compile(self, optimizer: Any, *args: Any, metrics: Any = None, **options: Any) -> None:
        """Compile as any model, with metrics that ignore rows of weight 0."""
        super().compile(self._usable(optimizer), *args, weighted_metrics=metrics, **options)

    def _usable(self, optimizer: Any) -> Any:
        """Return the optimizer as this network uses it."""
        return optimizer

    def weight_parts(self, stack: DenseStack) -> list[Part]:
        """Return the variables that store a network's weights, in the order of its `keras.Model.get_weights`."""
        return list(self._weight_parts(stack))

    def parts(self, stack: DenseStack) -> list[Part]:
        """Return what an epoch changes of a network; call it after `compile`."""
        return with_optimizer_parts(self.weight_parts(stack), self)

    def _weight_parts(self, stack: DenseStack) -> Iterator[Part]:
        sizes = [stack.n_features, *stack.widths, stack.n_outputs]
        layers = [*self.hidden[: stack.depth], self.head if stack.depth else self.direct]
        for layer, (n_inputs, n_units) in zip(layers, pairwise(sizes), strict=True):
            for variable, shape in zip(layer, [(n_inputs, n_units), (n_units,)], strict=False):
                yield Part(variable, tuple(slice(n) for n in shape))

    def padded(self, stack: DenseStack, weights: Weights) -> list[Any]:
        """Return the values of the trainable variables that store a network.

        Args:
            stack: The network; it fits the size.
            weights: Its weights, from `keras.Model.get_weights`.
        """
        values = {id(variable): np.zeros(variable.shape, np.float32) for variable in self.trainable_variables}
        for (variable, window), array in zip(self.weight_parts(stack), weights, strict=True):
            values[id(variable)][window] = array
        return [values[id(variable)] for variable in self.trainable_variables]

    def unpadded(self, stack: DenseStack, values: list[Any]) -> Weights:
        """Return a network's weights, as its `keras.Model.get_weights` does, given the values of the trainable variables."""
        arrays = {id(variable): value for variable, value in zip(self.trainable_variables, values, strict=True)}
        return [arrays[id(variable)][window].copy() for variable, window in self.weight_parts(stack)]


def affine(x: Any, layer: list[Any]) -> Any:
    """Return the outputs of a dense layer without activation, ``(batch, n_units)``, given its kernel and, if any, its bias."""
    z = keras.ops.matmul(x, layer[0])
    return z + layer[1] if len(layer) > 1 else z
