"""Networks without a hidden layer: linear, logistic and softmax regression."""

from typing import Any

import keras

from .initializers import Initializer, kernel_initializer
from .inputs import flat_input
from .output import output_layer
from .regularizers import kernel_regularizer


def build_linear(
    input_shape: Any,
    task: str = "regression",
    n_outputs: int = 1,
    *,
    use_bias: bool = True,
    initializer: Initializer = "glorot_uniform",
    l1: float = 0.0,
    l2: float = 0.0,
) -> keras.Model:
    """Build linear regression, ``y = Wx + b``.

    Trained to the end on the mean squared error it is ordinary least squares; with ``l2`` ridge, with ``l1`` lasso.

    Args:
        input_shape: Shape of one row, ``(n_features,)``; more axes are flattened.
        task: "regression". Defaults to "regression".
        n_outputs: Number of values to predict. Defaults to 1.
        use_bias: Whether there is a constant term b. Defaults to True.
        initializer: Of the kernel, one of `models.initializers.INITIALIZERS`. Defaults to "glorot_uniform".
        l1: L1 penalty on the kernel, at least 0. Defaults to 0.
        l2: L2 penalty on the kernel, at least 0. Defaults to 0.

    Returns:
        An uncompiled model, ``(batch, *input_shape)`` to ``(batch, n_outputs)``.

    Raises:
        ValueError: If a value is out of its range or the task is another one.
    """
    _expect("regression", task, "build_linear")
    return _build(input_shape, task, n_outputs, use_bias, kernel_initializer(initializer), kernel_regularizer(l1, l2))


def build_logistic(
    input_shape: Any,
    task: str = "binary",
    *,
    use_bias: bool = True,
    initializer: Initializer = "glorot_uniform",
    l1: float = 0.0,
    l2: float = 0.0,
) -> keras.Model:
    """Build logistic regression, ``p = sigmoid(Wx + b)``, for two classes.

    Args:
        input_shape: Shape of one row, ``(n_features,)``; more axes are flattened.
        task: "binary". Defaults to "binary".
        use_bias: Whether there is a constant term b. Defaults to True.
        initializer: Of the kernel, one of `models.initializers.INITIALIZERS`. Defaults to "glorot_uniform".
        l1: L1 penalty on the kernel, at least 0. Defaults to 0.
        l2: L2 penalty on the kernel, at least 0. Defaults to 0.

    Returns:
        An uncompiled model, ``(batch, *input_shape)`` to ``(batch, 1)``.

    Raises:
        ValueError: If a value is out of its range or the task is another one.
    """
    _expect("binary", task, "build_logistic")
    return _build(input_shape, task, 1, use_bias, kernel_initializer(initializer), kernel_regularizer(l1, l2))


def build_softmax(
    input_shape: Any,
    task: str = "multiclass",
    n_outputs: int = 2,
    *,
    use_bias: bool = True,
    initializer: Initializer = "glorot_uniform",
    l1: float = 0.0,
    l2: float = 0.0,
) -> keras.Model:
    """Build softmax regression, ``p = softmax(Wx + b)``, for any number of classes.

    Args:
        input_shape: Shape of one row, ``(n_features,)``; more axes are flattened.
        task: "multiclass". Defaults to "multiclass".
        n_outputs: Number of classes, at least 2. Defaults to 2.
        use_bias: Whether there is a constant term b. Defaults to True.
        initializer: Of the kernel, one of `models.initializers.INITIALIZERS`. Defaults to "glorot_uniform".
        l1: L1 penalty on the kernel, at least 0. Defaults to 0.
        l2: L2 penalty on the kernel, at least 0. Defaults to 0.

    Returns:
        An uncompiled model, ``(batch, *input_shape)`` to ``(batch, n_outputs)``.

    Raises:
        ValueError: If a value is out of its range or the task is another one.
    """
    _expect("multiclass", task, "build_softmax")
    return _build(input_shape, task, n_outputs, use_bias, kernel_initializer(initializer), kernel_regularizer(l1, l2))


_BUILDERS = {"regression": "build_linear", "binary": "build_logistic", "multiclass": "build_softmax"}


def _expect(task: str, given: str, builder: str) -> None:
    if given != task:
        instead = f"; use models.linear:{_BUILDERS[given]}" if given in _BUILDERS else ""
        raise ValueError(f'{builder} is for the task "{task}", but the task is "{given}"{instead}')


def _build(
    input_shape: Any, task: str, n_outputs: int, use_bias: bool, initializer: keras.Initializer, regularizer: keras.Regularizer | None
) -> keras.Model:
    inputs, flat = flat_input(input_shape)
    layer = output_layer(task, n_outputs, use_bias=use_bias, kernel_initializer=initializer, kernel_regularizer=regularizer)
    return keras.Model(inputs, layer(flat), name=_BUILDERS[task].removeprefix("build_"))
