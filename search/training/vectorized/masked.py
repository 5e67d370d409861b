"""A dense network of any depth, widths and activations up to a size, without branches, so that many can be computed at once.

As in `padded`, kernels are filled up with zeros and units that are only padding are masked. But all layers and all
activations are computed and the held network's are selected: which they are is a value of each slot.
"""

from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import keras
import numpy as np
from keras import ops

from ...data.arrays import Weights
from ..dense.stack import DenseStack, Size
from ..model.state import Part, padded_parts
from .transforms import stateless


class MaskedStack(keras.Model):  # type: ignore[misc]
    """The network. Its own variables only say what there is; the values are given from outside, by a `keras.StatelessScope`.

    Args:
        size: What there is to be room for.
        stack: One of the networks, for inputs, outputs and biases, which are the same for all.
    """

    def __init__(self, size: Size, stack: DenseStack) -> None:
        super().__init__(name="masked")
        self.size, self._stack = size, stack
        depth, n_inputs = size.depths[1], [stack.n_features, *[size.width] * size.depths[1]]
        self.hidden = [self._layer(n, size.width, f"{number}") for number, n in enumerate(n_inputs[:depth])]
        self.head = self._layer(size.width, stack.n_outputs, "head") if depth else []
        # The head of a network without hidden layers.
        self.direct = [] if size.depths[0] else self._layer(stack.n_features, stack.n_outputs, "direct")
        self.units = self._switches((depth, size.width), "units")
        self.chosen = self._switches((depth, len(size.activations)), "chosen")
        self.built = True

    def _layer(self, n_inputs: int, n_units: int, name: str) -> list[Any]:
        shapes = {"kernel": (n_inputs, n_units), "bias": (n_units,)} if self._stack.use_bias else {"kernel": (n_inputs, n_units)}
        return [self.add_weight(shape=shape, initializer="zeros", name=f"{kind}_{name}") for kind, shape in shapes.items()]

    def _switches(self, shape: tuple[int, ...], name: str) -> Any:
        return self.add_weight(shape=shape, initializer="zeros", trainable=False, name=name)

    def compile(self, optimizer: Any, *args: Any, metrics: Any = None, **options: Any) -> None:
        """Compile as any model; its metrics leave out the rows of weight 0, and its optimizer needs no variables."""
        super().compile(stateless(optimizer), *args, weighted_metrics=metrics, **options)

    def values(self, stack: DenseStack, weights: Weights) -> tuple[list[Any], list[Any]]:
        """Return what the trainable and the other variables are for one network.

        Args:
            stack: What it is; there is room for it.
            weights: Its weights, as `keras.Model.get_weights` gives them.
        """
        trainable = [np.zeros(variable.shape, np.float32) for variable in self.trainable_variables]
        for (index, shape), array in zip(self._held(stack), weights, strict=True):
            trainable[index][tuple(slice(n) for n in shape)] = array
        units, chosen = (np.zeros(variable.shape, np.float32) for variable in self.non_trainable_variables)
        for number, (width, name) in enumerate(zip(stack.widths, stack.activations, strict=True)):
            units[number, :width] = chosen[number, self.size.activations.index(name)] = 1
        return trainable, [units, chosen]

    def weights_of(self, stack: DenseStack, trainable: list[Any]) -> Weights:
        """Return one network's weights, as its `keras.Model.get_weights` does, from what the trainable variables are for it."""
        return [trainable[index][tuple(slice(n) for n in shape)].copy() for index, shape in self._held(stack)]

    def parts(self, stack: DenseStack) -> list[Part]:
        """List what an epoch changes of one network, by the variables that say what there is."""
        return padded_parts(((self.trainable_variables[index], shape) for index, shape in self._held(stack)), self)

    def _held(self, stack: DenseStack) -> Iterator[tuple[int, tuple[int, ...]]]:
        """Go through the variables of one network by their numbers, with its own shapes, in the order of its layers."""
        numbers = {id(variable): number for number, variable in enumerate(self.trainable_variables)}
        sizes = [stack.n_features, *stack.widths, stack.n_outputs]
        layers = [*self.hidden[: stack.depth], self.head if stack.depth else self.direct]
        for layer, (n_inputs, n_units) in zip(layers, pairwise(sizes), strict=True):
            for variable, shape in zip(layer, [(n_inputs, n_units), (n_units,)], strict=False):
                yield numbers[id(variable)], shape

    def call(self, inputs: Any, training: bool = False) -> Any:
        """Compute the outputs, ``(batch, n_outputs)``, from ``(batch, *input_shape)``."""
        first = x = ops.reshape(inputs, (-1, self._stack.n_features))
        fewest, most = self.size.depths
        for number in range(most):
            deeper = ops.where(self.units[number] > 0, self._activate(_affine(x, self.hidden[number]), number), 0.0)
            # A network with hidden layers has the first one, whose units are all masked in one without.
            x = deeper if number < max(1, fewest) else ops.where(self._is_there(number), deeper, x)
        z = _affine(x, self.head) if most else _affine(first, self.direct)
        if most and not fewest:
            z = ops.where(self._is_there(0), z, _affine(first, self.direct))
        return keras.activations.get(self._stack.output_activation)(z)

    def _is_there(self, number: int) -> Any:
        return self.units[number, 0] > 0

    def _activate(self, z: Any, number: int) -> Any:
        """Select one activation; the others see zeros, for an infinite slope times zero would be no number."""
        functions = [keras.activations.get(name) for name in self.size.activations]
        if len(functions) == 1:
            return functions[0](z)
        y: Any = 0.0
        for index, function in enumerate(functions):
            is_chosen = self.chosen[number, index] > 0
            y = ops.where(is_chosen, function(ops.where(is_chosen, z, 0.0)), y)
        return y


def _affine(x: Any, layer: list[Any]) -> Any:
    z = ops.matmul(x, layer[0])
    return z + layer[1] if len(layer) > 1 else z
