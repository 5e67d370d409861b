"""Translates training settings and a task into Keras' optimizer, loss and metrics, and compiles a model with them.

Where the settings leave a choice open, it follows from the task.
"""

import logging
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import keras
import numpy as np

from ...data.arrays import OF_NUMBERS, Array, Task, Tree, named, unnamed
from ...data.scaling import Scaling
from ...errors import TrialError
from ...experiment.objects import ObjectSection
from ...experiment.settings import TrainingSettings
from ..class_metrics import CLASS_METRICS
from ..metrics import SHORT_NAMES, Head
from .calls import call_on_rows
from .class_metrics import build_auc, build_class_metric
from .logits import measuring_probabilities, of_logits, of_probabilities
from .losses import CROSS_ENTROPIES, RootMeanSquaredError
from .names import match_outputs
from .objects import keras_name, learning_rate, make_loss, make_metric, make_optimizer

_log = logging.getLogger(__name__)


def compile_model(model: Any, outputs: Any, settings: TrainingSettings, heads: Mapping[str, Head]) -> None:
    """Compile a model in place.

    Args:
        model: A built Keras model.
        outputs: The model's outputs for some rows, ``(n_rows, n_units)``, or arrays of such a shape by output name.
        settings: The training settings.
        heads: Task, loss and metrics of each output, from `search.training.metrics.make_heads`.

    Raises:
        TrialError: If the names of the outputs differ from those of ``heads``, or a metric does not fit its output.
    """
    losses, metrics = {}, {}
    for name, output in match_outputs(model, outputs, heads).items():
        head, own = heads[name], own_settings(settings, heads[name])
        losses[name] = build_loss(own, head.task, output.shape[-1], from_logits=head.from_logits)
        metrics[name] = [build_metric(metric, head, own, output) for metric in head.metrics]
    weights = {name: head.weight for name, head in heads.items()}
    model.compile(
        optimizer=build_optimizer(settings),
        loss=unnamed(losses),
        loss_weights=None if set(weights.values()) == {1.0} else unnamed(weights),
        metrics=unnamed(metrics),
    )


def own_settings(settings: TrainingSettings, head: Head) -> TrainingSettings:
    """Return the settings with the output's own loss."""
    return settings if head.loss == "auto" else settings.model_copy(update={"loss": head.loss})


def build_optimizer(settings: TrainingSettings) -> Any:
    """Create the optimizer of the settings.

    Args:
        settings: The training settings; momentum belongs to sgd and rmsprop, nesterov to sgd, constants to the optimizers that have them.

    Returns:
        A `keras.optimizers.Optimizer`.

    Raises:
        ExperimentError: If one by reference cannot be made.
    """
    optimizer = make_optimizer(settings.optimizer, settings) if isinstance(settings.optimizer, ObjectSection) else _named_optimizer(settings)
    # Keras' compile would wrap the optimizer too, but then a saved model does not load: there it is not wrapped.
    return keras.optimizers.LossScaleOptimizer(optimizer) if settings.precision == "mixed_float16" else optimizer


def _named_optimizer(settings: TrainingSettings) -> Any:
    # None, Keras' default for most optimizers, costs no computation; 0 is needed where the default is another number.
    has_own_decay = settings.optimizer in ("adamw", "muon")
    config: dict[str, Any] = {"learning_rate": learning_rate(settings), "clipnorm": settings.clipnorm or None}
    config["weight_decay"] = settings.weight_decay if has_own_decay else settings.weight_decay or None
    if settings.optimizer == "muon":
        config["adam_weight_decay"] = settings.weight_decay
    if settings.optimizer in ("sgd", "rmsprop"):
        config["momentum"] = settings.momentum
    if settings.optimizer == "sgd":
        config["nesterov"] = settings.nesterov
    return keras.optimizers.get({"class_name": settings.optimizer, "config": config | settings.constants})


def loss_name(settings: TrainingSettings, task: Task, n_units: int) -> str:
    """Return the name of the loss: the settings' loss, or the one that follows from the task and the size of the output; a user's own reference.

    Keras smooths one-hot labels only, so label smoothing replaces the sparse cross-entropy by the categorical one, as one-hot targets do.
    """
    if isinstance(settings.loss, ObjectSection):
        return keras_name(settings.loss)
    usual = {"regression": "mean_squared_error", "probabilities": "categorical_crossentropy"}.get(task, "sparse_categorical_crossentropy")
    if task == "multilabel" or (task == "binary" and n_units == 1):
        usual = "binary_crossentropy"
    name = usual if settings.loss == "auto" else settings.loss
    is_one_hot = settings.label_smoothing or (settings.loss == "auto" and settings.targets == "one_hot")
    return "categorical_crossentropy" if name == "sparse_categorical_crossentropy" and is_one_hot else name


def has_numbers(settings: TrainingSettings, task: Task, n_units: int) -> bool:
    """Return whether loss and metrics get numbers of classes, ``(n_rows, 1)``, and not one-hot targets, ``(n_rows, n_units)``."""
    if settings.targets != "auto":
        return settings.targets == "numbers"
    return loss_name(settings, task, n_units) == "sparse_categorical_crossentropy"


def build_loss(settings: TrainingSettings, task: Task, n_units: int, *, from_logits: bool = False) -> Any:
    """Create the loss of one output.

    Args:
        settings: The training settings.
        task: Task of the target.
        n_units: Size of the output's last axis.
        from_logits: Whether the output is logits. Defaults to False.

    Returns:
        A loss for `keras.Model.compile`.
    """
    loss = _loss(settings, task, n_units)
    return of_logits(loss, task, n_units) if from_logits else of_probabilities(loss)


def _loss(settings: TrainingSettings, task: Task, n_units: int) -> Any:
    if isinstance(settings.loss, ObjectSection):
        return make_loss(settings.loss)
    name = loss_name(settings, task, n_units)
    if name == "root_mean_squared_error":
        return RootMeanSquaredError()
    if settings.label_smoothing and name in CROSS_ENTROPIES:
        return CROSS_ENTROPIES[name](label_smoothing=settings.label_smoothing)
    return name


def row_losses(output: Array, target: Array, settings: TrainingSettings, head: Head) -> Array | None:
    """Return the loss of each row of one output, without regularisation.

    Args:
        output: The output, ``(n_rows, n_units)``.
        target: The target as `encode_targets` returns it.
        settings: The training settings.
        head: Task and loss of the output.

    Returns:
        ``(n_rows,)``; None if the loss is not a mean over rows, or a user's own that fails with all rows at once, of which a warning is logged.
    """
    loss = keras.losses.get(build_loss(own_settings(settings, head), head.task, output.shape[-1]))
    try:
        losses = call_on_rows(loss, "the loss", target, output)
    except TrialError as error:
        _log.warning("the loss has no interval: %s", error)
        return None
    return losses.reshape(len(output), -1).mean(axis=1) if losses.ndim else None


def encode_targets(model: Any, outputs: Any, settings: TrainingSettings, heads: Mapping[str, Head], target: Tree) -> Tree:
    """Encode targets as the losses expect them.

    Args:
        model: A built Keras model.
        outputs: The model's outputs for some rows.
        settings: The training settings.
        heads: Task, loss and metrics of each output.
        target: Targets, ``(n_rows, 1)``, or arrays of such a shape by output name.

    Returns:
        The targets unchanged, or one-hot, float32, ``(n_rows, n_units)``, if the loss is not a sparse one.

    Raises:
        TrialError: If the names of the outputs differ from those of ``heads``.
    """
    units = {name: output.shape[-1] for name, output in match_outputs(model, outputs, heads).items()}
    arrays = {name: _encode(array, own_settings(settings, heads[name]), heads[name].task, units[name]) for name, array in named(target).items()}
    return unnamed(arrays)


def _encode(target: Array, settings: TrainingSettings, task: Task, n_units: int) -> Array:
    if task in (*OF_NUMBERS, "multilabel") or n_units == 1 or has_numbers(settings, task, n_units):
        return np.asarray(target)
    return np.eye(n_units, dtype=np.float32)[np.asarray(target)[..., 0].astype(np.int64)]


def build_metric(name: str, head: Head, settings: TrainingSettings, output: Any) -> Any:
    """Create one metric of one output.

    Args:
        name: Name of the metric in `search.training.metrics`, except "loss", or of one of the head's own.
        head: Task, own metrics and scaling of the target.
        settings: The training settings.
        output: The output for some rows, ``(n_rows, n_units)``, or ``(n_rows, n_steps, n_units)``, whose steps count like rows.

    Returns:
        A metric for `keras.Model.compile`, logged as ``name``; of a scaled target in its own units.

    Raises:
        TrialError: If a binary task's output does not have the single unit that the metric needs.
    """
    if name in head.own:
        return _unscaled(_of_output(make_metric(head.own[name]), head, output), head)
    metric = _of_output(_metric(name, head, settings, output), head, output)
    return metric if len(output.shape) == len(("rows", "units")) or isinstance(metric, str) else _of_steps(metric)


def _metric(name: str, head: Head, settings: TrainingSettings, output: Any) -> Any:
    """Create a metric of an output without steps; otherwise as `build_metric`."""
    if name == "accuracy":  # Keras chooses by the shapes of target and output; several labels would be one-hot to it
        is_of_units = head.task == "multilabel" or (head.from_logits and output.shape[-1] == 1)
        return keras.metrics.BinaryAccuracy(name=name) if is_of_units else name
    n_units, task = output.shape[-1], head.task
    if name in CLASS_METRICS:
        return build_class_metric(name)
    if name == "auc" and task == "multiclass":
        return build_auc(n_units)
    if task == "binary" and n_units != 1:
        raise TrialError(f'metric "{name}" needs a model with one sigmoid output, but it has {n_units} outputs; use accuracy or loss')
    is_sparse = n_units > 1 and has_numbers(settings, task, n_units)
    return _unscaled(_METRICS[("sparse_" if is_sparse else "") + SHORT_NAMES.get(name, name)](name=name), head)


def _of_output(metric: Any, head: Head, output: Any) -> Any:
    is_probabilities = not head.from_logits or isinstance(metric, str)  # the largest logit is that of the largest probability
    return metric if is_probabilities else measuring_probabilities(metric, head.task, output.shape[-1])


def _unscaled(metric: Any, head: Head) -> Any:
    return metric if head.scaling is None else _in_own_units(metric, head.scaling)


def _in_own_units(metric: Any, scaling: Scaling) -> Any:
    """Let a metric of a scaled target invert targets and predictions, ``(n_rows, n_units)`` each, before it compares them."""
    update = metric.update_state

    def invert(values: Any) -> Any:
        array = partial(keras.ops.convert_to_tensor, dtype=metric.dtype)
        return scaling.invert(keras.ops.cast(values, metric.dtype), keras.ops.minimum, keras.ops.expm1, array)

    def update_state(y_true: Any, y_pred: Any, sample_weight: Any = None) -> Any:
        return update(invert(y_true), invert(y_pred), sample_weight=sample_weight)

    metric.update_state = update_state
    return metric


def _of_steps(metric: Any) -> Any:
    """Let a metric take each step for a row, since some of Keras' take no sequences."""
    update = metric.update_state

    def update_state(y_true: Any, y_pred: Any, sample_weight: Any = None) -> Any:
        flat = [keras.ops.reshape(values, (-1, values.shape[-1])) for values in (y_true, y_pred)]
        return update(*flat, sample_weight=sample_weight)

    metric.update_state = update_state
    return metric


def _f1_score(name: str) -> Any:
    # With a single output, "micro" is the score of the positive class as a number instead of an array.
    return keras.metrics.F1Score(average="micro", threshold=0.5, name=name)


def _pr_auc(name: str) -> Any:
    return keras.metrics.AUC(curve="PR", name=name)


_METRICS: Mapping[str, Callable[..., Any]] = {
    "auc": keras.metrics.AUC,
    "pr_auc": _pr_auc,
    "precision": keras.metrics.Precision,
    "recall": keras.metrics.Recall,
    "f1_score": _f1_score,
    "binary_crossentropy": keras.metrics.BinaryCrossentropy,
    "top_k_categorical_accuracy": keras.metrics.TopKCategoricalAccuracy,
    "sparse_top_k_categorical_accuracy": keras.metrics.SparseTopKCategoricalAccuracy,
    "categorical_crossentropy": keras.metrics.CategoricalCrossentropy,
    "kl_divergence": keras.metrics.KLDivergence,
    "sparse_categorical_crossentropy": keras.metrics.SparseCategoricalCrossentropy,
    "mean_absolute_error": keras.metrics.MeanAbsoluteError,
    "mean_squared_error": keras.metrics.MeanSquaredError,
    "root_mean_squared_error": keras.metrics.RootMeanSquaredError,
    "mean_absolute_percentage_error": keras.metrics.MeanAbsolutePercentageError,
    "mean_squared_logarithmic_error": keras.metrics.MeanSquaredLogarithmicError,
    "r2_score": keras.metrics.R2Score,
}
