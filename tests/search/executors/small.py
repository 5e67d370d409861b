"""A small model whose trials can be made to hang, to keep memory or to ask for more than there is."""

import threading
from pathlib import Path

import keras

KEPT = []


def build_hanging(input_shape):
    threading.Event().wait()


def build_hanging_once(input_shape, file, hangs=False):
    """Return a small model; hang if the file exists, and remove it first."""
    if Path(file).exists():
        Path(file).unlink()
        threading.Event().wait()
    return build(input_shape, hangs)


def build(input_shape, hangs=False, n_units=0, initializer="glorot_uniform", kept_bytes=0):
    """Return a small model, or hang for ever."""
    KEPT.append(b"x" * kept_bytes)
    if hangs:
        threading.Event().wait()
    hidden = [keras.layers.Dense(n_units, "tanh", kernel_initializer=initializer)] if n_units else []
    return keras.Sequential([keras.Input(input_shape), *hidden, keras.layers.Dense(1, "sigmoid", kernel_initializer=initializer)])
