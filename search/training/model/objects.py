"""Makes losses, metrics, optimizers and schedules of the learning rate from references, after checking their arguments; calls none of them."""

import inspect
from collections.abc import Mapping
from typing import Any

import keras

from ...errors import ExperimentError
from ...experiment.arguments import resolve_arguments
from ...experiment.objects import ObjectSection, snake_case
from ...experiment.references import check_arguments, resolve
from ...experiment.settings import CONSTANTS, TrainingSettings
from ...redaction import one_line, shorten
from ...user_code import user_code
from .given_objects import GivenObject

_PASSED = ("momentum", "nesterov", "weight_decay", "clipnorm", *CONSTANTS)
"""Settings that an optimizer by reference is given if they differ from their defaults."""


def make_loss(section: ObjectSection, where: str = "loss") -> Any:
    """Return a loss for `keras.Model.compile`: a `keras.losses.Loss`, or a function of (y_true, y_pred).

    Args:
        section: Its reference and arguments.
        where: Its key in the experiment file, for messages. Defaults to "loss".

    Raises:
        ExperimentError: If it is neither, or cannot be made.
    """
    made = _make(section, where)
    if isinstance(made, keras.metrics.Metric):
        raise _unexpected(made, section, where, "a keras.losses.Loss, or a function of (y_true, y_pred)")
    if not isinstance(made, keras.losses.Loss):
        _check_function(made, section, where, "a keras.losses.Loss")
    return made


def make_metric(section: ObjectSection, where: str = "metrics") -> Any:
    """Return a `keras.metrics.Metric` that is logged as ``section.name``; a function of (y_true, y_pred) becomes the mean of what it returns.

    Args:
        section: Its reference and arguments.
        where: Its key in the experiment file, for messages. Defaults to "metrics".

    Raises:
        ExperimentError: If it is neither, or cannot be made.
    """
    made = _make(section, where, named={"name": section.name})
    if isinstance(made, keras.metrics.Metric):
        if not isinstance(section, GivenObject) and made is resolve(section.use):
            raise _shared(section, where)
        made.name = section.name
        return made
    _check_function(made, section, where, "a keras.metrics.Metric")
    return keras.metrics.MeanMetricWrapper(made, name=section.name)


def make_optimizer(section: ObjectSection, settings: TrainingSettings) -> Any:
    """Return a `keras.optimizers.Optimizer` with the settings that are not among its arguments.

    Args:
        section: Its reference and arguments.
        settings: The training settings: the learning rate, and others that differ from their defaults.

    Raises:
        ExperimentError: If it is none, cannot be made, or has no argument for a setting.
    """
    if isinstance(section, GivenObject):
        return section.made
    where, usual, found = "space.training.optimizer", TrainingSettings(), resolve(section.use)
    if isinstance(found, keras.optimizers.Optimizer):
        raise _shared(section, where)
    given = {name: getattr(settings, name) for name in _PASSED if getattr(settings, name) != getattr(usual, name)}
    if twice := next((name for name in given if name in section.arguments), None):
        raise ExperimentError(f"{where}: {twice} is an argument of {section.use} and a setting of [space.training]; leave one of them out")
    if isinstance(section.arguments.get("learning_rate"), int | float):
        raise ExperimentError(
            f"{where}: learning_rate of {section.use} is a setting of its own; write it in [space.training], where it can be searched"
        )
    if "learning_rate" not in section.arguments and _has_argument(found, "learning_rate"):
        given["learning_rate"] = learning_rate(settings)
    check_arguments(found, {*section.arguments, *given}, {}, where)
    made = _make(section, where, further=given)
    if not isinstance(made, keras.optimizers.Optimizer):
        raise _unexpected(made, section, where, "a keras.optimizers.Optimizer")
    return made


def learning_rate(settings: TrainingSettings) -> Any:
    """Return the first learning rate, or the `keras.optimizers.schedules.LearningRateSchedule`.

    Raises:
        ExperimentError: If it is no such schedule, or cannot be made.
    """
    section = settings.learning_rate
    if not isinstance(section, ObjectSection):
        return section
    made = _make(section, where := "space.training.learning_rate")
    if not isinstance(made, keras.optimizers.schedules.LearningRateSchedule):
        raise _unexpected(made, section, where, "a keras.optimizers.schedules.LearningRateSchedule")
    return made


def keras_name(section: ObjectSection) -> str:
    """Return Keras' name of a loss of Keras, such as "binary_focal_crossentropy"; the reference of any other."""
    module, _, name = section.use.partition(":")
    return snake_case(name.rpartition(".")[2]) if module.partition(".")[0] == "keras" else section.use


def _make(section: ObjectSection, where: str, *, further: Mapping[str, Any] | None = None, named: Mapping[str, Any] | None = None) -> Any:
    """Return the object that a reference names or, if it is a class or has arguments, what it makes of them.

    Args:
        section: Its reference and arguments.
        where: Its key in the experiment file.
        further: More arguments. Defaults to none.
        named: Arguments of a class, unless they are given or it does not have them. Defaults to none.
    """
    if isinstance(section, GivenObject):
        return section.made
    found = resolve(section.use)
    if not isinstance(found, type) and not section.arguments and not further:
        return found
    if not callable(found):
        raise ExperimentError(f'{where} = "{section}" is {type(found).__name__}, which takes no arguments; name a class or a function')
    check_arguments(found, {*section.arguments, *(further or {})}, {}, where)
    own = {name: value for name, value in (named or {}).items() if isinstance(found, type) and _has_argument(found, name)}
    arguments = {**own, **{name: _argument(value, where) for name, value in resolve_arguments(section.arguments, where).items()}, **(further or {})}
    try:
        with user_code():
            return found(**arguments)
    except Exception as error:  # whatever a constructor raises for a value
        raise ExperimentError(f"{where}: {section} cannot be made: {type(error).__name__}: {shorten(one_line(str(error)), 300)}") from error


def _argument(value: Any, where: str) -> Any:
    """Return an argument with the objects that its tables with ``use`` are about."""
    if isinstance(value, Mapping) and "use" in value:
        section = ObjectSection.model_validate(dict(value))
        return _make(section, where) if section.arguments else resolve(section.use)
    if isinstance(value, Mapping):
        return {name: _argument(inner, where) for name, inner in value.items()}
    return [_argument(inner, where) for inner in value] if isinstance(value, list) else value


def _check_function(made: Any, section: ObjectSection, where: str, kind: str) -> None:
    """Check that an object is a function of targets and predictions."""
    if not callable(made):
        raise _unexpected(made, section, where, f"{kind}, or a function of (y_true, y_pred)")
    try:
        inspect.signature(made).bind(None, None)
    except TypeError as error:
        signature = str(inspect.signature(made))
        what = f"makes a function {signature}" if section.arguments else f"is a function {signature}"
        raise ExperimentError(f'{where} = "{section}" {what}: {error}; expected {kind}, or a function of (y_true, y_pred)') from None
    except ValueError:  # written in C, without a signature
        return


def _has_argument(found: Any, name: str) -> bool:
    try:
        parameters = inspect.signature(found).parameters
    except (TypeError, ValueError):
        return False
    return name in parameters or any(of.kind is of.VAR_KEYWORD for of in parameters.values())


def _unexpected(made: Any, section: ObjectSection, where: str, expected: str) -> ExperimentError:
    return ExperimentError(f'{where} = "{section}" is {type(made).__name__}; expected {expected}')


def _shared(section: ObjectSection, where: str) -> ExperimentError:
    return ExperimentError(f'{where} = "{section}" is an object, which trials would share; name its class, or a function that makes it')
