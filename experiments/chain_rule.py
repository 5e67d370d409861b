"""Gradients of networks with one hidden layer by the chain rule, to compare with automatic differentiation (row 4 of the document).

It uses NumPy only, so that the comparison is independent of any framework.
"""

from collections.abc import Sequence

import numpy as np


def gradients(weights: Sequence[np.ndarray], x: np.ndarray, y: np.ndarray) -> list[np.ndarray]:
    """Return the gradients of the mean cross-entropy of ``softmax(sigmoid(x W1 + b1) W2 + b2)``.

    With h the hidden layer and p the probabilities, ``dL/dz2 = (p - t) / n`` for the one-hot targets t, since the softmax's
    slope and the logarithm's cancel, and ``dL/dz1 = (dL/dz2 W2^T) h (1 - h)``, since the sigmoid's slope is ``h (1 - h)``.

    Args:
        weights: W1 ``(n_features, n_hidden)``, b1 ``(n_hidden,)``, W2 ``(n_hidden, n_classes)``, b2 ``(n_classes,)``.
        x: Rows, ``(n_rows, n_features)``.
        y: Class numbers, ``(n_rows,)``.

    Returns:
        The gradients of the four, of the same shapes.
    """
    w1, b1, w2, b2 = (np.asarray(array, dtype=np.float64) for array in weights)
    hidden = _sigmoid(x @ w1 + b1)
    powers = np.exp(hidden @ w2 + b2)
    probabilities = powers / powers.sum(axis=1, keepdims=True)
    d_output = (probabilities - np.eye(len(b2))[np.asarray(y, dtype=int)]) / len(x)
    return _of_layers(x, hidden, w2, d_output)


def gradients_of_squared_error(weights: Sequence[np.ndarray], x: np.ndarray, y: np.ndarray) -> list[np.ndarray]:
    """Return the gradients of the mean squared error of ``sigmoid(sigmoid(x W1 + b1) W2 + b2)``, such as the 2-2-1 network for XOR.

    With the output o, ``dL/dz2 = -2 (y - o) o (1 - o) / n``: the slopes of the square and of the output's sigmoid.

    Args:
        weights: W1 ``(n_features, n_hidden)``, b1 ``(n_hidden,)``, W2 ``(n_hidden, 1)``, b2 ``(1,)``.
        x: Rows, ``(n_rows, n_features)``.
        y: Targets from 0 to 1, ``(n_rows,)``.

    Returns:
        The gradients of the four, of the same shapes.
    """
    w1, b1, w2, b2 = (np.asarray(array, dtype=np.float64) for array in weights)
    hidden = _sigmoid(x @ w1 + b1)
    output = _sigmoid(hidden @ w2 + b2)
    d_output = -2 * (np.reshape(y, (-1, 1)) - output) * output * (1 - output) / len(x)
    return _of_layers(x, hidden, w2, d_output)


def _sigmoid(sums: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-sums))


def _of_layers(x: np.ndarray, hidden: np.ndarray, w2: np.ndarray, d_output: np.ndarray) -> list[np.ndarray]:
    """Return the gradients of both layers from those of the last sums, ``(n_rows, n_outputs)``."""
    d_hidden = (d_output @ w2.T) * hidden * (1 - hidden)
    return [x.T @ d_hidden, d_hidden.sum(axis=0), hidden.T @ d_output, d_output.sum(axis=0)]
