"""Initialisers of kernels and biases by name, and the choice that suits an activation."""

from typing import Literal, get_args

import keras

Initializer = Literal[
    "auto",
    "glorot_uniform",
    "glorot_normal",
    "he_uniform",
    "he_normal",
    "lecun_uniform",
    "lecun_normal",
    "random_uniform",
    "random_normal",
    "truncated_normal",
    "variance_scaling",
    "orthogonal",
    "identity",
    "constant",
    "ones",
    "zeros",
]
"""Keras' names, without stft (for signals), and "auto"."""

INITIALIZERS = get_args(Initializer)[1:]
"""Keras' names that `kernel_initializer` takes, besides "auto"."""

BiasInitializer = Literal["zeros", "ones", "random_uniform", "random_normal", "truncated_normal"]
"""Keras' names of the initialisers that need no second axis."""

BIAS_INITIALIZERS = get_args(BiasInitializer)
"""Every name that `bias_initializer` takes."""

_HE = frozenset({"relu", "relu6", "leaky_relu", "prelu", "elu", "celu", "gelu", "silu", "hard_silu", "mish", "threshold", "maxout"})
_SCALES = {
    "constant": "value",
    "random_normal": "stddev",
    "truncated_normal": "stddev",
    "random_uniform": "maxval",
    "variance_scaling": "scale",
    "orthogonal": "gain",
    "identity": "gain",
}


def kernel_initializer(name: str, activation: str = "linear", scale: float = 0.0) -> keras.Initializer:
    """Return a new initialiser; each call draws its own seed from Keras' global one.

    Args:
        name: One of `INITIALIZERS`, or "auto": He normal (He et al. 2015) for the rectifiers, LeCun normal for selu
            (Klambauer et al. 2017), else Glorot uniform (Glorot and Bengio 2010).
        activation: The activation that follows, for "auto". Defaults to "linear".
        scale: The value of constant, the standard deviation of random_normal and truncated_normal, the largest value of
            random_uniform (the smallest is its negative), the scale of variance_scaling, the gain of orthogonal and
            identity; the others have none. 0 is Keras' own: 0 for constant, 0.05 for the next three, 1 for the last three.
            Defaults to 0.

    Returns:
        The initialiser.

    Raises:
        ValueError: If the name is not known.
    """
    if name == "auto":
        suited = "he_normal" if activation in _HE else "lecun_normal" if activation == "selu" else "glorot_uniform"
        return keras.initializers.get(suited)
    if name not in INITIALIZERS:
        raise ValueError(f'initializer="{name}" is not known; use "auto" or one of {", ".join(INITIALIZERS)}')
    # Keras reads a constant from its configuration, and has its own only where there is none.
    config = {_SCALES[name]: scale} if name == "constant" or (scale and name in _SCALES) else {}
    if "maxval" in config:
        config["minval"] = -scale
    return keras.initializers.get({"class_name": name, "config": config})


def bias_initializer(name: str) -> keras.Initializer:
    """Return a new initialiser of a bias, with Keras' own arguments.

    Args:
        name: One of `BIAS_INITIALIZERS`.

    Returns:
        The initialiser.

    Raises:
        ValueError: If the name is not known.
    """
    if name not in BIAS_INITIALIZERS:
        raise ValueError(f'bias_initializer="{name}" is not known; use one of {", ".join(BIAS_INITIALIZERS)}')
    return keras.initializers.get(name)
