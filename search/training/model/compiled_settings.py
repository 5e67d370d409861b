"""The training settings of a model that its builder has compiled: its optimizer and its loss, by name where ``[space.training]`` has names for them.

What it has no name for, such as a function, an argument or a schedule, is the model's own object, a `GivenObject`.
"""

from typing import Any, get_args

import keras

from ...errors import TrialError
from ...experiment.settings import CONSTANTS, OF_COMPILE, Loss, Optimizer, TrainingSettings
from ..context import TrainingContext
from .compiling import build_optimizer
from .given_objects import GivenObject
from .logits import is_of_logits


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
    if not model.compiled:
        raise TrialError("is not compiled, but compiled is true in [space]: call compile(), or write compiled = false")
    if not space.logits and any(map(is_of_logits, _losses(model))):
        raise TrialError("is compiled with a loss of logits: write logits = true in [space], so that metrics and predictions are of probabilities")
    return compiled_settings(model, settings)


def compiled_loss(model: Any) -> str:
    """Return the name of the only loss that a model is compiled with, if ``[space.training]`` has it; else "auto"."""
    losses = _losses(model)
    name = _name_of(losses[0]) if len(losses) == 1 else ""
    return name if name in get_args(Loss) else "auto"


def compiled_settings(model: Any, settings: TrainingSettings) -> TrainingSettings:
    """Return training settings with optimizer and loss of a model's ``compile()``.

    Args:
        model: A compiled Keras model; whether its loss is of logits is no part of it.
        settings: The other settings.

    Raises:
        TrialError: If it is compiled with several losses, weights of losses, weighted metrics or eager steps, or two schedules would change the
            learning rate.
    """
    if getattr(model._compile_metrics, "_user_weighted_metrics", None):
        raise TrialError("is compiled with weighted_metrics, but metrics count every row alike here; give them as metrics")
    if model.run_eagerly:
        raise TrialError('is compiled with run_eagerly=True; leave it out, and write executor.trainer = "eager" to train so')
    if getattr(model._compile_loss, "_user_loss_weights", None) is not None:
        raise TrialError("is compiled with loss_weights, which a single loss does not need; leave them out")
    usual = TrainingSettings()
    unnamed = {name: getattr(usual, name) for name in OF_COMPILE}
    found = unnamed | _optimizer_settings(model.optimizer) | _loss_settings(model)
    if not isinstance(model.optimizer.get_config()["learning_rate"], float):
        if settings.schedule != "constant":
            raise TrialError("is compiled with a schedule of the learning rate, and [space.training] has another; leave schedule out")
        if settings.unfreeze_epochs:
            raise TrialError("is compiled with a schedule of the learning rate, which would begin anew at unfreeze_epochs; compile a number")
    return settings.model_copy(update=found)


def _optimizer_settings(optimizer: Any) -> dict[str, Any]:
    config = optimizer.get_config()
    is_constant = isinstance(config["learning_rate"], float)
    named = _named_optimizer(optimizer, config) if is_constant else {}
    if named and _is_same(config, build_optimizer(TrainingSettings.model_validate(named)).get_config()):
        return named
    return {"optimizer": GivenObject.of(optimizer)} | ({"learning_rate": config["learning_rate"]} if is_constant else {})


def _named_optimizer(optimizer: Any, config: dict[str, Any]) -> dict[str, Any]:
    """Return the settings of an optimizer that has a name; they may lack some of its arguments."""
    name = type(optimizer).__name__.lower()
    if name not in get_args(Optimizer) or not type(optimizer).__module__.startswith("keras.src."):
        return {}
    return {
        "optimizer": name,
        "learning_rate": config["learning_rate"],
        "momentum": config.get("momentum") or 0.0 if name in ("sgd", "rmsprop") else 0.0,
        "nesterov": bool(config.get("nesterov")) and name == "sgd",
        "weight_decay": config.get("weight_decay") or 0.0,
        "clipnorm": config.get("clipnorm") or 0.0,
        **{constant: config[constant] for constant, defaults in CONSTANTS.items() if name in defaults},
    }


def _is_same(theirs: dict[str, Any], ours: dict[str, Any]) -> bool:
    """Return whether an optimizer's configuration says the same as that of the settings."""
    return all(_given(key, theirs[key]) == _given(key, ours.get(key)) for key in theirs if key not in ("name", "learning_rate"))


def _given(key: str, value: Any) -> Any:
    """Return the value of an optimizer's setting; None if it has no effect, as a weight decay of 0."""
    return value if key in CONSTANTS else value or None


def _losses(model: Any) -> list[Any]:
    return [keras.losses.get(loss) for loss in keras.tree.flatten(model.loss) if loss is not None]


def _loss_settings(model: Any) -> dict[str, Any]:
    losses = _losses(model)
    if len(losses) != 1:
        raise TrialError(
            f"is compiled with {len(losses)} losses; write those of several outputs in [outputs], and return the model without compile()"
        )
    (only,) = losses
    name = _name_of(only)
    given = _loss_arguments(only)
    usual = _loss_arguments(type(only)()) if given and name in get_args(Loss) else {}
    is_named = name in get_args(Loss) and getattr(getattr(only, "fn", only), "__module__", "").startswith("keras.src.")
    if is_named and all(given[key] == usual.get(key) for key in given if key not in ("label_smoothing", "from_logits")):
        return {"loss": name, "label_smoothing": given.get("label_smoothing", 0.0)}
    return {"loss": GivenObject.of(only)}


def _name_of(loss: Any) -> str:
    """Return the name of a loss' function; a user may have named the object."""
    return str(getattr(getattr(loss, "fn", loss), "__name__", loss))


def _loss_arguments(loss: Any) -> dict[str, Any]:
    """Return what a loss object computes with, which its `get_config` does not always have; nothing of a function."""
    return {**getattr(loss, "_fn_kwargs", {}), "reduction": loss.reduction} if isinstance(loss, keras.losses.Loss) else {}
