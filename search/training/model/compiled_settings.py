"""The training settings of a model that its builder has compiled: its optimizer and its loss, in the terms of ``[space.training]``."""

from collections.abc import Iterator
from typing import Any, get_args

import keras

from ...errors import TrialError
from ...experiment.settings import CONSTANTS, Loss, Optimizer, TrainingSettings
from ..context import TrainingContext
from .compiling import build_optimizer

_PUBLIC_NAMES = {
    "sparse_categorical_accuracy": "accuracy",
    "categorical_accuracy": "accuracy",
    "binary_accuracy": "accuracy",
    "acc": "accuracy",
}


def settings_of(model: Any, context: TrainingContext, settings: TrainingSettings) -> TrainingSettings:
    """Return the training settings of a trial: the given ones, with optimizer and loss of its model's own ``compile()`` if these count.

    Args:
        model: A Keras model, as it was built.
        context: The experiment and its arrays.
        settings: The training settings of the experiment.

    Raises:
        TrialError: As `compiled_settings`.
    """
    space = context.experiment.space
    if space.own_fit is not None:
        return settings.model_copy(update={"loss": compiled_loss(model)}) if model.compiled else settings
    if not space.compiled:
        return settings
    losses = [keras.losses.get(loss) for loss in keras.tree.flatten(model.loss) if loss is not None]
    if not space.logits and any(_loss_arguments(loss).get("from_logits") for loss in losses):
        raise TrialError("is compiled with a loss of logits: write logits = true in [space], so that metrics and predictions are of probabilities")
    return compiled_settings(model, settings)


def compiled_loss(model: Any) -> str:
    """Return the name of the only loss that a model is compiled with, if ``[space.training]`` has it; else "auto"."""
    losses = [keras.losses.get(of) for of in keras.tree.flatten(model.loss) if of is not None]
    name = _name_of(losses[0]) if len(losses) == 1 else ""
    return name if name in get_args(Loss) else "auto"


def compiled_settings(model: Any, settings: TrainingSettings) -> TrainingSettings:
    """Return training settings with optimizer and loss of a model's ``compile()``.

    Args:
        model: A Keras model; one that is not compiled has the given settings.
        settings: The other settings.

    Raises:
        TrialError: If the settings cannot say what the model is compiled with.
    """
    if not model.compiled:
        return settings
    if getattr(model._compile_loss, "_user_loss_weights", None) is not None:
        raise TrialError("is compiled with loss_weights, which a single loss does not need; leave them out")
    found = {**_optimizer_settings(model.optimizer), **_loss_settings(model.loss)}
    chosen = TrainingSettings.model_validate(settings.model_dump() | found)
    _check_optimizer(model.optimizer, build_optimizer(chosen))
    return chosen


def _optimizer_settings(optimizer: Any) -> dict[str, Any]:
    name, config = type(optimizer).__name__.lower(), optimizer.get_config()
    if name not in get_args(Optimizer):
        raise TrialError(f"is compiled with the optimizer {type(optimizer).__name__}; supported are {', '.join(get_args(Optimizer))}")
    if not isinstance(config["learning_rate"], float):
        raise TrialError("is compiled with a schedule of the learning rate; give the optimizer a number, and set schedule in [space.training]")
    return {
        "optimizer": name,
        "learning_rate": config["learning_rate"],
        "momentum": config.get("momentum") or 0.0 if name in ("sgd", "rmsprop") else 0.0,
        "nesterov": bool(config.get("nesterov")) and name == "sgd",
        "weight_decay": config.get("weight_decay") or 0.0,
        "clipnorm": config.get("clipnorm") or 0.0,
        **{constant: config[constant] for constant, defaults in CONSTANTS.items() if name in defaults},
    }


def _check_optimizer(given: Any, used: Any) -> None:
    """Check that the optimizer of the settings is the given one in all that its configuration says."""
    theirs, ours = given.get_config(), getattr(used, "inner_optimizer", used).get_config()
    other = [key for key in theirs if key not in ("name", "learning_rate") and _given(key, theirs[key]) != _given(key, ours.get(key))]
    if other:
        raise TrialError(
            f"is compiled with {type(given).__name__}({other[0]}={theirs[other[0]]}), which [space.training] does not have; leave {other[0]} out"
        )


def _given(key: str, value: Any) -> Any:
    """Return the value of an optimizer's setting; None if it has no effect, as a weight decay of 0."""
    return value if key in CONSTANTS else value or None


def _loss_settings(loss: Any) -> dict[str, Any]:
    losses = [keras.losses.get(of) for of in keras.tree.flatten(loss) if of is not None]
    if len(losses) != 1:
        raise TrialError(
            f"is compiled with {len(losses)} losses; write those of several outputs in [outputs], and return the model without compile()"
        )
    (only,) = losses
    name = _name_of(only)
    given = _loss_arguments(only)
    if name not in get_args(Loss):
        raise TrialError(f"is compiled with the loss {name}; supported are {', '.join(get_args(Loss))}")
    usual = _loss_arguments(type(only)()) if given else {}
    other = [key for key in given if key not in ("label_smoothing", "from_logits") and given[key] != usual.get(key)]
    if other:
        raise TrialError(f"is compiled with {name}({other[0]}={given[other[0]]}), which [space.training] does not have; leave {other[0]} out")
    return {"loss": name, "label_smoothing": given.get("label_smoothing", 0.0)}


def _name_of(loss: Any) -> str:
    """Return the name of a loss' function; a user may have named the object."""
    return str(getattr(getattr(loss, "fn", loss), "__name__", loss))


def _loss_arguments(loss: Any) -> dict[str, Any]:
    """Return what a loss object computes with, which its `get_config` does not always have; nothing of a function."""
    return {**getattr(loss, "_fn_kwargs", {}), "reduction": loss.reduction} if isinstance(loss, keras.losses.Loss) else {}


def compiled_metrics(model: Any) -> list[str]:
    """Return the names of the metrics that a model is compiled with, as ``objective.metrics`` has them."""
    asked = getattr(model._compile_metrics, "_user_metrics", None) if model.compiled else None
    return list(dict.fromkeys(_metric_names(asked)))


def _metric_names(asked: Any) -> Iterator[str]:
    for metric in keras.tree.flatten(asked) if asked else ():
        if metric is None:
            continue
        name = str(metric if isinstance(metric, str) else getattr(metric, "name", None) or getattr(metric, "__name__", metric))
        kind = type(metric).__name__
        if kind == "AUC":
            yield "pr_auc" if metric.get_config()["curve"] == "PR" else "auc"
        elif kind in ("Precision", "Recall", "F1Score"):
            yield {"Precision": "precision", "Recall": "recall", "F1Score": "f1_score"}[kind]
        else:
            yield _PUBLIC_NAMES.get(name.lower(), name.lower())
