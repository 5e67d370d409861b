"""One epoch of many models of one architecture side by side, on JAX: the epoch of one model, computed for all slots at once."""

from collections.abc import Callable
from typing import Any

import jax

from ..compiled.jax_epoch import is_one_program, write_epoch
from ..compiled.runtime_values import Values


def build_copies_epoch(model: Any, values: Values, batch_size: int, evaluation_batch_size: int) -> Callable[..., Any]:
    """Write the program of one epoch.

    Args:
        model: The model of one slot, compiled, with all variables of its metrics and optimizer built.
        values: Its values, which slots may differ in.
        batch_size: Rows per gradient step, the same for all slots.
        evaluation_batch_size: Rows per validation step.

    Returns:
        What `Population` calls.
    """
    epoch_of_one = write_epoch(model, values, batch_size, evaluation_batch_size)

    def epoch(state: Any, training: Any, validation: Any, plan: Any) -> Any:
        orders, _, rates, is_active, numbers = plan
        trainable, others, optimizer = state
        metrics = [variable.value for variable in model.metrics_variables]

        def train(order: Any, rate: Any, numbers: Any, *state_of_one: Any) -> Any:
            after, logs = epoch_of_one((numbers, *state_of_one, metrics), training, validation, order, rate)
            return after[1:-1], logs

        after, logs = jax.vmap(train)(orders, rates, numbers, trainable, others, optimizer)
        chosen = jax.vmap(jax.numpy.where)
        return jax.tree.map(lambda new, old: chosen(is_active, new, old), after, state), logs

    return jax.jit(epoch, donate_argnums=0) if is_one_program(model) else epoch
