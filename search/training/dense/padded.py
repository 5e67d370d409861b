"""A dense network of any depth, widths and activation up to a size, as one Keras model: what varies is a value.

Kernels and biases are padded with zeros to the largest size. A unit that the held network has not is masked, so that its
weights get zero gradients, and an optimizer that works number by number leaves them at zero: the network trains exactly
as the unpadded one. Depth and activation are branches chosen by value.
"""

from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from ...data.arrays import Weights
from ..model.state import Part, padded_parts
from .stack import DenseStack, Size


class PaddedStack(keras.Model):  # type: ignore[misc]
    """The network. `hold` makes it another one; its weights are those of the held network, in that one's own shapes.

    Batches are padded too: they come with a weight for each row, 1 or 0, and a row of weight 0 counts nowhere.

    Args:
        size: What there is to be room for.
        stack: The first network, for inputs, outputs and biases, which are the same for all.
    """

    def __init__(self, size: Size, stack: DenseStack) -> None:
        super().__init__(name="padded")
        self.size, self.stack = size, stack
        depth, shapes = size.depths[1], [stack.n_features, *[size.width] * size.depths[1]]
        self.hidden = [self._layer(n_inputs, size.width, number) for number, n_inputs in enumerate(shapes[:depth])]
        self.head = self._layer(size.width, stack.n_outputs, "head") if depth else []
        # The head of a network without hidden layers.
        self.direct = [] if size.depths[0] else self._layer(stack.n_features, stack.n_outputs, "direct")
        self.masks = tf.Variable(tf.zeros((depth, size.width), tf.bool), trainable=False)
        # Not of 32 bits: TensorFlow keeps such integers off the GPU, where a program of XLA cannot reach them.
        self.depth = tf.Variable(0, trainable=False, dtype=tf.int64)
        self.activations = tf.Variable(tf.zeros(depth, tf.int64), trainable=False)
        self.built = True

    def _layer(self, n_inputs: int, n_units: int, name: object) -> list[Any]:
        shapes = {"kernel": (n_inputs, n_units), "bias": (n_units,)} if self.stack.use_bias else {"kernel": (n_inputs, n_units)}
        return [self.add_weight(shape=shape, initializer="zeros", name=f"{kind}_{name}") for kind, shape in shapes.items()]

    def compile(self, *args: Any, metrics: Any = None, **options: Any) -> None:
        """Compile as any model; its metrics leave out the rows of weight 0."""
        super().compile(*args, weighted_metrics=metrics, **options)

    def hold(self, stack: DenseStack, weights: Weights) -> None:
        """Become another network.

        Args:
            stack: What it is; there is room for it.
            weights: Its weights, as `keras.Model.get_weights` gives them.
        """
        self.stack = stack
        units = np.arange(self.size.width)
        self.masks.assign(units < np.asarray(_filled(stack.widths, self.size.depths[1])).reshape(-1, 1))
        chosen = [self.size.activations.index(name) for name in stack.activations]
        self.activations.assign(_filled(chosen, self.size.depths[1]))
        self.depth.assign(stack.depth)
        for variable in self.trainable_variables:
            variable.assign(np.zeros(variable.shape, np.float32))
        self.set_weights(weights)

    def set_weights(self, weights: Weights) -> None:
        """Take weights of the held network, as `keras.Model.set_weights` does."""
        for (variable, _), array in zip(self._held(), weights, strict=True):
            variable.assign(_padded(np.asarray(array), variable.shape))

    def get_weights(self) -> Weights:
        """Return the weights of the held network, as `keras.Model.get_weights` does."""
        return self.unpadded([variable.numpy() for variable in self.weights])

    def unpadded(self, values: Weights) -> Weights:
        """Return the weights of the held network from values of ``weights``."""
        arrays = {id(variable): value for variable, value in zip(self.weights, values, strict=True)}
        return [arrays[id(variable)][tuple(slice(n) for n in shape)].copy() for variable, shape in self._held()]

    def parts(self) -> list[Part]:
        """List what an epoch changes of the held network."""
        return padded_parts(self._held(), self)

    def _held(self) -> Iterator[tuple[Any, tuple[int, ...]]]:
        """Go through the held network's variables and their shapes, in the order of its layers."""
        sizes = [self.stack.n_features, *self.stack.widths, self.stack.n_outputs]
        layers = [*self.hidden[: self.stack.depth], self.head if self.stack.depth else self.direct]
        for layer, (n_inputs, n_units) in zip(layers, pairwise(sizes), strict=True):
            yield from zip(layer, [(n_inputs, n_units), (n_units,)], strict=False)

    def call(self, inputs: Any, training: bool = False) -> Any:
        """Compute the held network's outputs, ``(batch, n_outputs)``, from ``(batch, *input_shape)``."""
        x = tf.reshape(inputs, (-1, self.stack.n_features))
        fewest, most = self.size.depths
        if fewest:
            z = self._deep(x)
        elif most:
            z = tf.cond(self.depth > 0, lambda: self._deep(x), lambda: _affine(x, self.direct))
        else:
            z = _affine(x, self.direct)
        return keras.activations.get(self.stack.output_activation)(z)

    def _deep(self, x: Any) -> Any:
        for number in range(self.size.depths[1]):

            def layer(x: Any = x, number: int = number) -> Any:
                return tf.where(self.masks[number], self._activate(_affine(x, self.hidden[number]), number), 0.0)

            # A network with hidden layers has the first one.
            x = layer() if number < max(1, self.size.depths[0]) else tf.cond(self.depth > number, layer, lambda x=x: x)
        return _affine(x, self.head)

    def _activate(self, z: Any, number: int) -> Any:
        functions = [keras.activations.get(name) for name in self.size.activations]
        return functions[0](z) if len(functions) == 1 else _switched(functions, tf.cast(self.activations[number], tf.int32), z)

    def train_step(self, data: Any) -> dict[str, Any]:
        """Take one gradient step on a padded batch: x, y, and the rows' weights ``(batch,)``."""
        x, y, weights = data
        n_rows = tf.reduce_sum(weights)
        with tf.GradientTape() as tape:
            outputs = self(x, training=True)
            # Keras divides by the rows of the padded batch.
            loss = self.compute_loss(x=x, y=y, y_pred=outputs, sample_weight=weights, training=True) * (weights.shape[0] / n_rows)
        self.metrics[0].update_state(loss, sample_weight=n_rows)
        self.optimizer.apply_gradients(zip(tape.gradient(loss, self.trainable_weights), self.trainable_weights, strict=True))
        return dict(self.compute_metrics(x, y, outputs, sample_weight=weights))


def _affine(x: Any, layer: list[Any]) -> Any:
    z = tf.matmul(x, layer[0])
    return z + layer[1] if len(layer) > 1 else z


def _filled(numbers: Sequence[int], n: int) -> list[int]:
    """Fill up with zeros."""
    return [*numbers, *[0] * (n - len(numbers))]


def _padded(array: Any, shape: Any) -> Any:
    return np.pad(array, [(0, total - n) for n, total in zip(array.shape, shape, strict=True)])


def _switched(functions: list[Callable[[Any], Any]], index: Any, z: Any) -> Any:
    """Apply one of several functions, with a gradient of our own: TensorFlow cannot differentiate this inside a cond."""

    @tf.custom_gradient  # type: ignore[untyped-decorator]
    def apply(z: Any) -> Any:
        def gradient(upstream: Any) -> Any:
            return tf.switch_case(index, [lambda f=f: _pulled_back(f, z, upstream) for f in functions])

        return tf.switch_case(index, [lambda f=f: f(z) for f in functions]), gradient

    return apply(z)


def _pulled_back(function: Callable[[Any], Any], z: Any, upstream: Any) -> Any:
    with tf.GradientTape() as tape:
        tape.watch(z)
        y = function(z)
    return tape.gradient(y, z, output_gradients=upstream)
