"""Trains a model while its learning rate grows with every step: the learning-rate range test (Smith 2017, section 3.3)."""

import math
from collections.abc import Iterator, Sequence
from statistics import fmean, median
from typing import Any

import keras

from ..data.arrays import Array
from ..errors import TrialError
from ..estimators import is_estimator
from ..trial import Assignment
from .batching import rows, trial_order
from .context import TrainingContext
from .loop.rates import is_scheduled
from .model.building import build_model
from .model.compiled_settings import settings_of
from .model.preparation import make_ready

_TOO_LARGE, _N_FIRST, _N_LAST = 3.0, 20, 5
"""The loss has diverged if the mean of the last ones exceeds the median of the first ones by so many times its size."""


def losses_by_rate(context: TrainingContext, assignment: Assignment, rates: Sequence[float]) -> list[float]:
    """Train one step with each learning rate, and return the loss of each batch before its step.

    Args:
        context: The experiment and its arrays.
        assignment: The model, its training settings and its seed.
        rates: The learning rates, in growing order.

    Returns:
        The losses, in the order of the rates; fewer if the loss has diverged.

    Raises:
        TrialError: If the builder returns no Keras model, the model does not fit the data, or its loss is
            not finite from the beginning.
    """
    model = build_model(context, assignment.model_arguments, assignment.seed, assignment.training.precision)
    if is_estimator(model):
        raise TrialError("has no learning rate to test: its builder returns an estimator of scikit-learn")
    parts = make_ready(model, context, settings_of(model, context, assignment.training))
    if is_scheduled(model.optimizer):
        raise TrialError("has a schedule that decides the learning rate; write a number in its place, such as learning_rate = 0.001")
    batches = _batches(context, assignment)
    losses: list[float] = []
    for rate in rates:
        model.optimizer.learning_rate = rate
        model.reset_metrics()  # the loss of this batch alone
        chosen = next(batches)
        losses.append(float(_train_on_batch(model, *(rows(tree, chosen) for tree in parts.training))))
        if not math.isfinite(losses[-1]):
            losses.pop()
            break
        if len(losses) > _N_FIRST and fmean(losses[-_N_LAST:]) > (first := median(losses[:_N_FIRST])) + _TOO_LARGE * abs(first):
            break
    keras.utils.clear_session(free_memory=False)
    if len(losses) < _N_FIRST:
        raise TrialError(f"has a loss that is not finite at the learning rate {rates[len(losses)]:g}; look at the data and the model")
    return losses


def _train_on_batch(model: Any, x: Any, y: Any, weights: Any = None) -> Any:
    return model.train_on_batch(x, y, sample_weight=weights, return_dict=True)["loss"]


def _batches(context: TrainingContext, assignment: Assignment) -> Iterator[Array]:
    """Yield the rows of one batch after the other, epoch after epoch; the last batch of an epoch, which is smaller, is left out."""
    size, epoch = min(assignment.training.batch_rows(context.n_train), context.n_train), 0
    while True:
        order = trial_order(assignment, epoch := epoch + 1, context.n_train)
        for start in range(0, len(order) - size + 1, size):
            yield order[start : start + size]
