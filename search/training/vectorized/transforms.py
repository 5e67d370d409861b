"""Transformations of functions on TensorFlow and JAX that Keras does not have: gradients, vectorization, compilation."""

from collections.abc import Callable
from typing import Any

import keras
from keras.src.optimizers.base_optimizer import BaseOptimizer


def with_gradients(function: Callable[..., Any]) -> Callable[..., Any]:
    """Return a function that computes a value and its gradients.

    Args:
        function: Takes a list of variables' values first, and returns ``(value, auxiliary)``.

    Returns:
        A function of the same arguments that returns ``((value, auxiliary), gradients)``.
    """
    if keras.config.backend() == "jax":
        import jax

        return jax.value_and_grad(function, has_aux=True)
    import tensorflow as tf

    def compute(variables: list[Any], *arguments: Any) -> Any:
        with tf.GradientTape() as tape:
            tape.watch(variables)
            result = function(variables, *arguments)
        return result, tape.gradient(result[0], variables, unconnected_gradients=tf.UnconnectedGradients.ZERO)

    return compute


def vectorized(function: Callable[..., Any]) -> Callable[..., Any]:
    """Return a function that computes another one for all slots at once, along the first axis of every argument and result."""
    if keras.config.backend() == "jax":
        import jax

        return jax.vmap(function)
    import tensorflow as tf

    _register_converters()
    return lambda *trees: tf.vectorized_map(lambda slot: function(*slot), trees)


def compiled(function: Callable[..., Any], *, is_xla: bool) -> Callable[..., Any]:
    """Compile a function of tensors. JAX always uses XLA, and reuses the memory of the first argument."""
    if keras.config.backend() == "jax":
        import jax

        return jax.jit(function, donate_argnums=0)
    import tensorflow as tf

    return tf.function(function, jit_compile=is_xla, autograph=False)  # type: ignore[no-any-return]


def stateless(optimizer: Any) -> Any:
    """Return an unbuilt optimizer whose `stateless_apply` works on every backend; TensorFlow's own needs variables."""
    own = type(optimizer)
    kind: Any = type(own.__name__, (own, _Stateless), {})
    return kind.from_config(optimizer.get_config())


class _Stateless(keras.optimizers.Optimizer):  # type: ignore[misc]
    """Replaces the methods that a backend overrides by those of Keras' base optimizer."""

    stateless_apply = BaseOptimizer.stateless_apply
    assign, assign_add, assign_sub = BaseOptimizer.assign, BaseOptimizer.assign_add, BaseOptimizer.assign_sub
    _var_key, _clip_by_norm = BaseOptimizer._var_key, BaseOptimizer._clip_by_norm
    _apply_weight_decay, _backend_update_step = BaseOptimizer._apply_weight_decay, BaseOptimizer._backend_update_step


def _register_converters() -> None:
    """Let ``tf.vectorized_map`` vectorize the operations of Keras' accuracies instead of looping over the slots.

    This uses private names of TensorFlow; a release that vectorizes these operations itself keeps its own converters.
    """
    from tensorflow.python.ops.parallel_for import pfor

    for name, convert in {"Bitcast": _bitcast, "InTopKV2": _in_top_k}.items():
        if name not in pfor._pfor_converter_registry:
            pfor.RegisterPFor(name)(convert)


def _bitcast(given: Any) -> Any:
    import tensorflow as tf
    from tensorflow.python.ops.parallel_for import pfor

    return pfor.wrap(tf.bitcast(given.stacked_input(0), given.get_attr("type")), True)


def _in_top_k(given: Any) -> Any:
    import tensorflow as tf
    from tensorflow.python.ops.parallel_for import pfor

    given.stack_inputs([0, 1])
    predictions, targets = given.stacked_input(0), given.stacked_input(1)
    flat = tf.reshape(targets, [-1]), tf.reshape(predictions, [-1, predictions.shape[-1]])
    is_in = tf.raw_ops.InTopKV2(predictions=flat[1], targets=flat[0], k=given.unstacked_input(2))
    return pfor.wrap(tf.reshape(is_in, tf.shape(targets)), True)
