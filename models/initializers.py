"""Kernel initialisers by name, and the choice that suits an activation."""

import keras

INITIALIZERS = (
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
    "ones",
    "zeros",
)
"""Keras' names that `kernel_initializer` takes, besides "auto"."""

_HE = frozenset({"relu", "leaky_relu", "prelu", "elu", "gelu", "silu", "mish"})


def kernel_initializer(name: str, activation: str = "linear") -> keras.Initializer:
    """Return a new initialiser; each call draws its own seed from Keras' global one.

    Args:
        name: One of `INITIALIZERS`, or "auto": He normal (He et al. 2015) for the rectifiers, LeCun normal for selu
            (Klambauer et al. 2017), else Glorot uniform (Glorot and Bengio 2010).
        activation: The activation that follows, for "auto". Defaults to "linear".

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
    return keras.initializers.get(name)
