"""Builds one epoch of many models of one architecture, on JAX: the epoch of one model, vectorized over the slots."""

from typing import Any

import jax

from ..compiled.base import EpochSizes
from ..compiled.jax_epoch import State, is_one_program, write_epoch
from ..compiled.runtime_values import Values
from .population import EpochFunction, EpochPlan, SlotStates


def build_copies_epoch(model: Any, values: Values, sizes: EpochSizes) -> EpochFunction:
    """Build the program of one epoch.

    Args:
        model: The model of one slot, compiled, with all variables of its metrics and optimizer.
        values: The runtime values of the model, which slots may differ in.
        sizes: Rows per gradient step, the same for all slots, and per validation step.
    """
    epoch_of_one = write_epoch(model, values, sizes)

    def epoch(states: SlotStates, training: Any, validation: Any, plan: EpochPlan) -> tuple[SlotStates, Any]:
        metrics = [variable.value for variable in model.metrics_variables]

        def train(order: Any, rate: Any, numbers: Any, states_of_one: SlotStates) -> tuple[SlotStates, Any]:
            after, logs = epoch_of_one(State(numbers, *states_of_one, metrics), training, validation, order, rate)
            return SlotStates(after.trainable, after.others, after.optimizer), logs

        after, logs = jax.vmap(train)(plan.orders, plan.rates, plan.numbers, states)
        where = jax.vmap(jax.numpy.where)
        return jax.tree.map(lambda new, old: where(plan.is_active, new, old), after, states), logs

    return jax.jit(epoch, donate_argnums=0) if is_one_program(model) else epoch
