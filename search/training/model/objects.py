"""Makes losses, metrics, optimizers and schedules of the learning rate from references, after checking their arguments; calls none of them."""

import inspect
import math
from collections.abc import Mapping
from typing import Any

import keras

from ...errors import ExperimentError
from ...experiment.arguments import resolve_arguments
from ...experiment.objects import ObjectSection, snake_case
from ...experiment.references import accepted_arguments, check_arguments, named_arguments, resolve
from ...experiment.settings import CONSTANTS, TrainingSettings, check_own_schedule
from ...redaction import one_line, shorten
from ...user_code import user_code
from ..keras_objects import inner_of
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
    where, found = "space.training.optimizer", None if isinstance(section, GivenObject) else resolve(section.use)
    if isinstance(found, keras.optimizers.Optimizer):
        raise _shared(section, where)
    given = {} if found is None else _passed(section, found, settings)
    made = _make(section, where, further=given, is_called=True)
    if not isinstance(made, keras.optimizers.Optimizer):
        raise _unexpected(made, section, where, "a keras.optimizers.Optimizer")
    _check_average(made, section, where)
    if found is not None:
        _check_rate(made, section, settings, given)
    return made


def _passed(section: ObjectSection, found: Any, settings: TrainingSettings) -> dict[str, Any]:
    """Return the settings that an optimizer by reference is given as arguments.

    Raises:
        ExperimentError: If it is given one twice, or does not have it.
    """
    where, usual = "space.training.optimizer", TrainingSettings()
    given = {name: getattr(settings, name) for name in _PASSED if getattr(settings, name) != getattr(usual, name)}
    if twice := next((name for name in given if name in section.arguments), None):
        raise ExperimentError(f"{where}: {twice} is an argument of {section.use} and a setting of [space.training]; leave one of them out")
    if unknown := next((name for name in given if callable(found) and not _takes(found, name)), None):
        raise ExperimentError(f"space.training.{unknown} is given to the optimizer {section.use}, which has no such argument; leave {unknown} out")
    if isinstance(section.arguments.get("learning_rate"), int | float):
        raise ExperimentError(
            f"{where}: learning_rate of {section.use} is a setting of its own; write it in [space.training], where it can be searched"
        )
    if "learning_rate" not in section.arguments and _takes(found, "learning_rate"):
        given["learning_rate"] = learning_rate(settings)
    return given


def _check_average(made: Any, section: ObjectSection, where: str) -> None:
    """Check that a moving average of the weights, if an optimizer keeps one, is used by every epoch that is compared."""
    inner = inner_of(made)
    if getattr(inner, "use_ema", False) and not inner.ema_overwrite_frequency:
        raise ExperimentError(
            f'{where} = "{section}": with use_ema alone, Keras takes the averaged weights after the last epoch, so that no epoch is compared by '
            "them; give ema_overwrite_frequency too, a number of steps"
        )


def _check_rate(made: Any, section: ObjectSection, settings: TrainingSettings, given: Mapping[str, Any]) -> None:
    """Check that an optimizer by reference has the learning rate that is recorded, or a schedule and nothing else that changes the rate."""
    rate, where = made._learning_rate, f'space.training.optimizer = "{section}"'
    if isinstance(rate, keras.optimizers.schedules.LearningRateSchedule):
        if rate is not given.get("learning_rate"):
            try:
                check_own_schedule(dict(settings), "optimizer")
            except ValueError as error:
                raise ExperimentError(f"{where}: {error}") from None
        return
    if "learning_rate" not in given:
        raise ExperimentError(f"{where} has no argument learning_rate; add it, since it is given that of [space.training]")
    asked, found = given["learning_rate"], float(keras.ops.convert_to_numpy(rate))
    if not isinstance(asked, int | float) or not math.isclose(found, asked, rel_tol=1e-5):
        raise ExperimentError(f"{where} has the learning rate {found:.6g} although it is given {asked}; let it use its argument learning_rate")


def learning_rate(settings: TrainingSettings) -> Any:
    """Return the first learning rate, or the `keras.optimizers.schedules.LearningRateSchedule`.

    Raises:
        ExperimentError: If it is no such schedule, or cannot be made.
    """
    section = settings.learning_rate
    if not isinstance(section, ObjectSection):
        return section
    made = _make(section, where := "space.training.learning_rate", is_called=True)
    if not isinstance(made, keras.optimizers.schedules.LearningRateSchedule):
        raise _unexpected(made, section, where, "a keras.optimizers.schedules.LearningRateSchedule")
    return made


def keras_name(section: ObjectSection) -> str:
    """Return Keras' name of a loss of Keras, such as "binary_focal_crossentropy"; the reference of any other."""
    module, _, name = section.use.partition(":")
    return snake_case(name.rpartition(".")[2]) if module.partition(".")[0] == "keras" else section.use


def _make(
    section: ObjectSection,
    where: str,
    *,
    further: Mapping[str, Any] | None = None,
    named: Mapping[str, Any] | None = None,
    is_called: bool = False,
) -> Any:
    """Return the object that a reference names or, if it is a class or has arguments, what it makes of them.

    Args:
        section: Its reference and arguments.
        where: Its key in the experiment file.
        further: More arguments. Defaults to none.
        named: Arguments of a class, unless they are given or it does not have them. Defaults to none.
        is_called: Whether a function without arguments makes the object too, and is not itself the object. Defaults to False.
    """
    if isinstance(section, GivenObject):
        return section.made
    found = resolve(section.use)
    is_it = isinstance(found, keras.optimizers.schedules.LearningRateSchedule) if is_called else not isinstance(found, type)
    if is_it and not section.arguments and not further:
        return found
    if not callable(found):
        raise ExperimentError(f'{where} = "{section}" is {type(found).__name__}, which takes no arguments; name a class or a function')
    check_arguments(found, {*section.arguments, *(further or {})}, {}, where)
    own = accepted_arguments(found, named or {}) if isinstance(found, type) else {}
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


def _takes(found: Any, name: str) -> bool:
    """Return whether a function or a class takes an argument; of a class that passes on what it does not know, whether a base class does."""
    given = {name: None}
    if not isinstance(found, type):
        return callable(found) and bool(accepted_arguments(found, given))
    for init in [vars(kind)["__init__"] for kind in found.__mro__[:-1] if "__init__" in vars(kind)]:
        if named_arguments(init, given) or not accepted_arguments(init, given):
            return bool(named_arguments(init, given))
    return False


def _unexpected(made: Any, section: ObjectSection, where: str, expected: str) -> ExperimentError:
    return ExperimentError(f'{where} = "{section}" is {type(made).__name__}; expected {expected}')


def _shared(section: ObjectSection, where: str) -> ExperimentError:
    return ExperimentError(f'{where} = "{section}" is an object, which trials would share; name its class, or a function that makes it')
