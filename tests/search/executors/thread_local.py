"""A builder whose module sets something for its thread when it is imported, as Keras' scopes do."""

import threading

import keras

_SET = threading.local()
_SET.activation = "sigmoid"


def build(input_shape, n_hidden=1):
    """Return a small model."""
    hidden = [keras.layers.Dense(2) for _ in range(n_hidden)]
    return keras.Sequential([keras.Input(input_shape), *hidden, keras.layers.Dense(1, activation=_SET.activation)])
