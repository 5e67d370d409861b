"""A model whose trials can be made to hang or to ask for more memory than there is."""

import threading

import keras


def build(input_shape, n_hidden=1, hangs=False, n_units=1):
    """Return a small model, or hang for ever."""
    if hangs:
        threading.Event().wait()
    hidden = [keras.layers.Dense(n_units) for _ in range(n_hidden)]
    return keras.Sequential([keras.Input(input_shape), *hidden, keras.layers.Dense(1, activation="sigmoid")])
