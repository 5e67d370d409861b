"""A padded dense network on TensorFlow that computes one trial's network at a time; depth and activations are branches chosen by value."""

from collections.abc import Callable, Sequence
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from ...data.arrays import Weights
from .network import PaddedNetwork, affine
from .stack import DenseStack, Size


class PaddedStack(PaddedNetwork):
    """The network. `select` chooses the network that it computes; its weights are those of that network.

    Batches are computed some rows at a time, which have a weight each, 1 or 0; rows of weight 0 are ignored.

    Args:
        size: The size that networks fit.
        stack: The first network, for inputs, outputs and biases, which are the same for all.
    """

    def __init__(self, size: Size, stack: DenseStack) -> None:
        super().__init__("padded", size, stack)
        depth = size.depths[1]
        self.masks = tf.Variable(tf.zeros((depth, size.width), tf.bool), trainable=False)
        # 64 bits: TensorFlow keeps 32-bit integers off the GPU, where a program compiled with XLA cannot read them.
        self.depth = tf.Variable(0, trainable=False, dtype=tf.int64)
        self.activations = tf.Variable(tf.zeros(depth, tf.int64), trainable=False)
        self.built = True

    def select(self, stack: DenseStack) -> None:
        """Compute another network; its weights are set by `set_weights`.

        Args:
            stack: The network; it fits the size.
        """
        self.stack = stack
        units = np.arange(self.size.width)
        self.masks.assign(units < np.asarray(_filled(stack.widths, self.size.depths[1])).reshape(-1, 1))
        chosen = [self.size.activations.index(name) for name in stack.activations]
        self.activations.assign(_filled(chosen, self.size.depths[1]))
        self.depth.assign(stack.depth)

    def set_weights(self, weights: Weights) -> None:
        """Set the weights of the selected network, from its `keras.Model.get_weights`; all padding becomes zero."""
        for variable, value in zip(self.trainable_variables, self.padded(self.stack, weights), strict=True):
            variable.assign(value)

    def get_weights(self) -> Weights:
        """Return the weights of the selected network, as its `keras.Model.get_weights` does."""
        return self.unpadded(self.stack, [variable.numpy() for variable in self.trainable_variables])

    def call(self, inputs: Any, training: bool = False) -> Any:
        """Compute the selected network's outputs, ``(batch, n_outputs)``, from ``(batch, *input_shape)``."""
        x = tf.reshape(inputs, (-1, self.stack.n_features))
        fewest, most = self.size.depths
        if fewest:
            z = self._deep(x)
        elif most:
            z = tf.cond(self.depth > 0, lambda: self._deep(x), lambda: affine(x, self.direct))
        else:
            z = affine(x, self.direct)
        return keras.activations.get(self.stack.output_activation)(z)

    def _deep(self, x: Any) -> Any:
        for number in range(self.size.depths[1]):

            def layer(x: Any = x, number: int = number) -> Any:
                return tf.where(self.masks[number], self._activate(affine(x, self.hidden[number]), number), 0.0)

            # Every network with hidden layers has the first one.
            x = layer() if number < max(1, self.size.depths[0]) else tf.cond(self.depth > number, layer, lambda x=x: x)
        return affine(x, self.head)

    def _activate(self, z: Any, number: int) -> Any:
        functions = [keras.activations.get(name) for name in self.size.activations]
        return functions[0](z) if len(functions) == 1 else _switched(functions, tf.cast(self.activations[number], tf.int32), z)

    def add_gradients(self, data: Any, n_rows: Any, gradients: list[Any]) -> list[Any]:
        """Add what some rows of a batch contribute to the gradients of its loss, and update the metrics by these rows.

        Args:
            data: x ``(n, *input_shape)``, y ``(n, 1)`` or one-hot ``(n, n_outputs)``, and the rows' weights ``(n,)``, of which one at least is 1.
            n_rows: Number of rows of the whole batch, float32.
            gradients: The sums so far, one for each trainable variable.

        Returns:
            The sums with these rows.
        """
        x, y, weights = data
        with tf.GradientTape() as tape:
            outputs = self(x, training=True)
            # Keras divides by the number of rows, of which some are padding.
            loss = self.compute_loss(x=x, y=y, y_pred=outputs, sample_weight=weights, training=True) * weights.shape[0]
            share = loss / n_rows
        n_counted = tf.reduce_sum(weights)
        self.metrics[0].update_state(loss / n_counted, sample_weight=n_counted)
        self.compute_metrics(x, y, outputs, sample_weight=weights)
        return [sum_ + gradient for sum_, gradient in zip(gradients, tape.gradient(share, self.trainable_variables), strict=True)]


def _filled(numbers: Sequence[int], n: int) -> list[int]:
    """Append zeros up to length ``n``."""
    return [*numbers, *[0] * (n - len(numbers))]


def _switched(functions: list[Callable[[Any], Any]], index: Any, z: Any) -> Any:
    """Apply one of several functions, with a custom gradient: TensorFlow cannot differentiate a switch inside a cond."""

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
