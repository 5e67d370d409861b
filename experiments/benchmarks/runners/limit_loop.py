"""Trains the same trials in a bare compiled loop: a lower bound of the time of any search in one process.

All epochs of a trial are one call: rows are gathered in the order of the epoch, TensorFlow computes the gradients, the update is
plain SGD. There is no validation, no metric but the loss, no tracking and no search. Compiling each shape once is part of the time.
"""

import itertools
import time
from collections.abc import Callable
from typing import Any

import numpy as np
import tensorflow as tf

from ..data import Data, load
from ..job import Job, write_timing
from ..tasks import Task, Trial

Forward = Callable[[list[Any], Any], Any]
_ACTIVATIONS = {"relu": tf.nn.relu, "tanh": tf.tanh, "sigmoid": tf.sigmoid, "elu": tf.nn.elu}


def main() -> None:
    """Search as the job in the working directory describes."""
    job = Job.read()
    rng = np.random.default_rng(job.seed)
    data = load(job.task)
    x, y = tf.constant(data.x), tf.constant(data.y)
    ready = time.time()
    programs: dict[tuple[Any, ...], Any] = {}
    losses = []
    for trial in job.trials:
        shape = tuple(value for name, value in trial.items() if name != "learning_rate")
        if shape not in programs:
            programs[shape] = build_program(job.task, data, trial)
        orders = np.stack([rng.permutation(len(data.x)) for _ in range(job.task.epochs)]).astype(np.int32)
        losses.append(float(programs[shape](initial_weights(job.task, data, trial, rng), x, y, orders, np.float32(trial["learning_rate"]))))
    write_timing(ready, losses=losses)


def build_program(task: Task, data: Data, trial: Trial) -> Any:
    """Build the compiled loop of a trial's shape.

    Args:
        task: The task.
        data: Its data.
        trial: The hyperparameters; all but the learning rate are part of the program.

    Returns:
        A function of weights, x, y, the order of the rows in each epoch ``(n_epochs, n_rows)`` and the learning rate, that
        returns the last batch's loss.
    """
    is_convolutional = "n_hidden" not in trial
    step = _build_step(_lenet if is_convolutional else _dense(_ACTIVATIONS[trial["activation"]]), _LOSSES[data.task])
    size, n_rows = trial["batch_size"], len(data.x)
    n_full = n_rows // size

    # XLA's convolutions are slow on a CPU: without it the loop is the faster one.
    @tf.function(jit_compile=not is_convolutional or bool(tf.config.list_physical_devices("GPU")), autograph=False)
    def program(weights: list[Any], x: Any, y: Any, orders: Any, rate: Any) -> Any:
        def batch(number: Any, order: Any, weights: list[Any], _: Any) -> Any:
            rows = tf.slice(order, [number * size], [size])
            return number + 1, order, *step(weights, tf.gather(x, rows), tf.gather(y, rows), rate)

        def epoch(number: Any, weights: list[Any], value: Any) -> Any:
            order = orders[number]
            start = (tf.constant(0), order, weights, value)
            _, _, weights, value = tf.while_loop(lambda number, *_: number < n_full, batch, start)
            if rest := n_rows % size:
                rows = order[n_rows - rest :]
                weights, value = step(weights, tf.gather(x, rows), tf.gather(y, rows), rate)
            return number + 1, weights, value

        start = (tf.constant(0), weights, tf.constant(0.0))
        return tf.while_loop(lambda number, *_: number < task.epochs, epoch, start)[-1]

    return program


def _build_step(forward: Forward, loss: Callable[[Any, Any], Any]) -> Callable[..., tuple[list[Any], Any]]:
    """Return one step of gradient descent: a function of weights, x, y and the learning rate."""

    def step(weights: list[Any], x: Any, y: Any, rate: Any) -> tuple[list[Any], Any]:
        with tf.GradientTape() as tape:
            tape.watch(weights)
            value = loss(y, forward(weights, x))
        gradients = tape.gradient(value, weights)
        return [weight - rate * gradient for weight, gradient in zip(weights, gradients, strict=True)], value

    return step


def initial_weights(task: Task, data: Data, trial: Trial, rng: np.random.Generator) -> list[Any]:
    """Draw kernels (Glorot's uniform distribution) and zero biases, layer by layer.

    Args:
        task: The task.
        data: Its data.
        trial: The hyperparameters.
        rng: Random number generator.

    Returns:
        Kernel and bias of each layer, in order.
    """
    if "n_hidden" in trial:
        widths = [int(np.prod(data.x.shape[1:])), *[trial["n_neurons"]] * trial["n_hidden"], data.n_outputs]
        shapes: list[tuple[int, ...]] = list(itertools.pairwise(widths))
    else:
        shapes = [(5, 5, 1, 6), (5, 5, 6, 16), (400, 120), (120, 84), (84, data.n_outputs)]
    return [tf.constant(part) for shape in shapes for part in (_glorot(shape, rng), np.zeros(shape[-1], np.float32))]


def _glorot(shape: tuple[int, ...], rng: np.random.Generator) -> np.ndarray:
    field = int(np.prod(shape[:-2]))
    bound = (6 / (field * (shape[-2] + shape[-1]))) ** 0.5
    return rng.uniform(-bound, bound, shape).astype(np.float32)


def _dense(activation: Callable[[Any], Any]) -> Forward:
    def forward(weights: list[Any], x: Any) -> Any:
        x = tf.reshape(x, [x.shape[0], -1])
        *hidden, (kernel, bias) = zip(weights[::2], weights[1::2], strict=True)
        for hidden_kernel, hidden_bias in hidden:
            x = activation(x @ hidden_kernel + hidden_bias)
        return x @ kernel + bias

    return forward


def _lenet(weights: list[Any], x: Any) -> Any:
    for kernel, bias, padding in zip(weights[:4:2], weights[1:4:2], ("SAME", "VALID"), strict=True):
        x = tf.nn.max_pool2d(tf.nn.relu(tf.nn.conv2d(x, kernel, 1, padding) + bias), 2, 2, "VALID")
    return _dense(tf.nn.relu)(weights[4:], x)


_LOSSES: dict[str, Callable[[Any, Any], Any]] = {
    "binary": lambda y, outputs: tf.reduce_mean(tf.nn.sigmoid_cross_entropy_with_logits(y, outputs[:, 0])),
    "multiclass": lambda y, outputs: tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(y, outputs)),
    "regression": lambda y, outputs: tf.reduce_mean(tf.square(outputs[:, 0] - y)),
}


if __name__ == "__main__":
    main()
