"""A model whose trials can be made to hang, to keep memory or to ask for more than there is."""

import threading

import keras

KEPT = []


def build(input_shape, n_hidden=1, hangs=False, n_units=1, kept_bytes=0):
    """Return a small model, or hang for ever."""
    KEPT.append(b"x" * kept_bytes)
    if hangs:
        threading.Event().wait()
    hidden = [keras.layers.Dense(n_units) for _ in range(n_hidden)]
    return keras.Sequential([keras.Input(input_shape), *hidden, keras.layers.Dense(1, activation="sigmoid")])
