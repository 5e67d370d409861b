"""What Keras has no word for, on TensorFlow and JAX: gradients, one function over many slots, compiling, optimizers without variables."""

from collections.abc import Callable
from typing import Any

import keras
from keras.src.optimizers.base_optimizer import BaseOptimizer


def with_gradients(function: Callable[..., Any]) -> Callable[..., Any]:
    """Return what computes ``((value, others), gradients)`` by the first argument, a list, of a function that gives ``(value, others)``."""
    if keras.config.backend() == "jax":
        import jax

        return jax.value_and_grad(function, has_aux=True)
    import tensorflow as tf

    def compute(variables: list[Any], *arguments: Any) -> Any:
        with tf.GradientTape() as tape:
            tape.watch(variables)
            answer = function(variables, *arguments)
        return answer, tape.gradient(answer[0], variables, unconnected_gradients=tf.UnconnectedGradients.ZERO)

    return compute


def vectorized(function: Callable[..., Any]) -> Callable[..., Any]:
    """Return what computes a function for all slots at once: the first axis of everything that it is given and gives."""
    if keras.config.backend() == "jax":
        import jax

        return jax.vmap(function)
    import tensorflow as tf

    from . import pfor

    pfor.register()
    return lambda *trees: tf.vectorized_map(lambda slot: function(*slot), trees)


def compiled(function: Callable[..., Any], *, is_xla: bool) -> Callable[..., Any]:
    """Compile a function of tensors. The memory of its first argument is used again, on JAX, which always compiles by XLA."""
    if keras.config.backend() == "jax":
        import jax

        return jax.jit(function, donate_argnums=0)
    import tensorflow as tf

    return tf.function(function, jit_compile=is_xla, autograph=False)  # type: ignore[no-any-return]


def stateless(optimizer: Any) -> Any:
    """Return an unbuilt optimizer as one whose `stateless_apply` works on every backend; TensorFlow's wants to see variables."""
    own = type(optimizer)
    kind: Any = type(own.__name__, (own, _Stateless), {})
    return kind.from_config(optimizer.get_config())


class _Stateless(keras.optimizers.Optimizer):  # type: ignore[misc]
    """Comes between an optimizer and what its backend makes of it, and does as Keras does without a backend's own way."""

    stateless_apply = BaseOptimizer.stateless_apply
    assign, assign_add, assign_sub = BaseOptimizer.assign, BaseOptimizer.assign_add, BaseOptimizer.assign_sub
    _var_key, _clip_by_norm = BaseOptimizer._var_key, BaseOptimizer._clip_by_norm
    _apply_weight_decay, _backend_update_step = BaseOptimizer._apply_weight_decay, BaseOptimizer._backend_update_step
