"""Makes the entries of an experiment file of the losses, metrics, optimizers and schedules that Python code gives."""

import inspect
import re
import sys
from collections.abc import Mapping
from typing import Any

from ..errors import ExperimentError
from ..experiment.objects import ObjectSection, as_table, is_object, snake_case
from ..experiment.references import resolve
from ..experiment.session_code import SessionCode
from ..experiment.settings import TrainingSettings

_LEFT_OUT = ("dtype", "fn", "name")
"""Arguments in the configurations of Keras' objects that are those of the trial, the object's own, or count the objects of a session."""


def to_entry_of(given: Any, code: SessionCode, name: str) -> Any:
    """Return a loss, a metric, an optimizer or a learning rate as an experiment file writes it.

    Args:
        given: A name, a number, a table, a function, a class, or an object of Keras.
        code: The module that functions and classes of this session are added to.
        name: What it is, which is its name in the module if it has none of its own.

    Raises:
        ExperimentError: If an object cannot be made again from its configuration.
    """
    if isinstance(given, Mapping) and callable(given.get("use")):
        return {**given, "use": code.add(given["use"], name)}
    if callable(getattr(given, "get_config", None)) and not isinstance(given, type):
        return _of_object(given, code, name)
    return {"use": code.add(given, name)} if callable(given) else given


def to_metrics(given: Any, code: SessionCode) -> list[Any]:
    """Return further metrics as an experiment file writes them; see `to_entry_of`."""
    if given is None:
        return []
    return [to_entry_of(metric, code, "metric") for metric in (given if isinstance(given, list | tuple) else [given])]


def with_settings(space: Mapping[str, Any], settings: Mapping[str, Any], code: SessionCode) -> dict[str, Any]:
    """Return ``[space]`` with training settings that are arguments of `Study`.

    Args:
        space: The tables of the search space.
        settings: The settings by name; None for one that is not given.
        code: The module that functions and classes of this session are added to.

    Raises:
        ExperimentError: If one is in the space too.
    """
    given = {name: to_entry_of(value, code, name) for name, value in settings.items() if value is not None}
    training = space.get("training", {})
    if twice := next((name for name in given if name in training), None):
        raise ExperimentError(f"{twice} is an argument of Study and in space; leave one of them out")
    training = _with_rate({**training, **given})
    return {**space, "training": training} if training else dict(space)


def _with_rate(training: Mapping[str, Any]) -> dict[str, Any]:
    """Return training settings with the plain learning rate of an optimizer as the setting that it is.

    Raises:
        ExperimentError: If there is a learning rate beside it.
    """
    optimizer = training.get("optimizer")
    if not isinstance(optimizer, Mapping) or "use" not in optimizer or not isinstance(rate := optimizer.get("learning_rate"), int | float):
        return dict(training)
    if "learning_rate" in training:
        kind = optimizer["use"].rpartition(":")[2]
        raise ExperimentError(
            f'optimizer has the learning rate {rate}, and space has learning_rate; leave one of them out: give the class, such as {{"use": {kind}}} '
            "with its other arguments, or no learning_rate in space"
        )
    others = {name: value for name, value in optimizer.items() if name != "learning_rate"}
    return {**training, "optimizer": others, "learning_rate": rate}


def with_metrics(objective: Any, metrics: list[Any]) -> Any:
    """Return an objective, or several, with further metrics.

    Args:
        objective: ``[objective]`` or ``[[objective]]``.
        metrics: From `to_metrics`.
    """
    if not metrics:
        return objective
    first, *others = objective if isinstance(objective, list) else [objective]
    first = {**first, "metrics": [*first.get("metrics", []), *metrics]}
    return [first, *others] if isinstance(objective, list) else first


def check_direction(objective: Any, metrics: list[Any]) -> None:
    """Check that an objective that is only a name has a direction: that of a metric by reference does not follow from its name.

    Args:
        objective: The objective as it was given.
        metrics: From `to_metrics`.

    Raises:
        ExperimentError: If it has none.
    """
    sections = [ObjectSection.model_validate(as_table(metric)) for metric in metrics if is_object(metric)]
    own = {f"val_{section.name}": section for section in sections}
    for name in objective if isinstance(objective, list | tuple) else [objective]:
        if isinstance(name, str) and name in own:
            if own[name].use in metrics:  # a reference that was given as it is: a module that is missing is the first error
                resolve(own[name].use)
            raise ExperimentError(
                f'objective = "{name}": whether it is to be maximized cannot be told; give {{"metric": "{name}", "direction": "maximize"}} '
                'or "minimize"'
            )


def _of_object(given: Any, code: SessionCode, name: str) -> dict[str, Any]:
    """Return an object of Keras as a table: its class, and what differs in its configuration from one without arguments."""
    from ..training.keras_objects import configuration_of

    keras, kind = sys.modules["keras"], type(given)
    if "fn" in inspect.signature(kind).parameters:
        raise ExperimentError(f"{name} is {kind.__name__} of a function, which is lost in its configuration; give the function itself")
    written = keras.saving.serialize_keras_object(given)
    is_keras_own = str(written["module"]).partition(".")[0] == "keras"
    use = f"{written['module']}:{written['class_name']}" if is_keras_own else code.add(kind, name)
    named = {"name": _without_count(kind, given.name)} if hasattr(given, "update_state") else {}  # a metric is logged by it
    config = configuration_of(given)
    rated: dict[str, float] = {}
    if isinstance(config.get("learning_rate"), float):  # that of the settings; Keras keeps it in 32 bits
        rate = float(f"{config.pop('learning_rate'):.7g}")
        rated = {} if rate == TrainingSettings().learning_rate else {"learning_rate": rate}
    return {"use": use, **named, **_changed(kind, config, code, name), **rated}


def _without_count(kind: type, name: str) -> str:
    """Return the name of a metric; one that Keras has given it without its count, such as "auc" for "auc_2"."""
    automatic = snake_case(kind.__name__)
    return automatic if re.fullmatch(rf"{automatic}_\d+", name) else name


def _changed(kind: type, config: Mapping[str, Any], code: SessionCode, name: str) -> dict[str, Any]:
    """Return the values of a configuration that differ from those of an object without arguments.

    Raises:
        ExperimentError: If one is None or a function, which no experiment file can have.
    """
    usual, parameters = _usual(kind), inspect.signature(kind).parameters
    chosen = {key: value for key, value in config.items() if key not in _LEFT_OUT and (key not in usual or value != usual[key])}
    if lost := next((key for key, value in chosen.items() if value is None and (key in usual or key in parameters)), None):
        raise ExperimentError(
            f"{name}: {kind.__name__} has {lost} = None, which cannot be written; give a function that makes it, or a class with that default"
        )
    return {key: _to_plain(value, code, f"{name} {key}") for key, value in chosen.items() if value is not None}


def _usual(kind: type) -> dict[str, Any]:
    """Return the configuration of an object without arguments; of a class that needs some, the defaults of its others."""
    from ..training.keras_objects import configuration_of

    try:
        made: Any = kind()
    except Exception:  # it has arguments without defaults
        return {key: of.default for key, of in inspect.signature(kind).parameters.items() if of.default is not inspect.Parameter.empty}
    return configuration_of(made)


def _to_plain(value: Any, code: SessionCode, name: str) -> Any:
    """Return a value of a configuration as an experiment file writes it; what Keras has serialized becomes a table with ``use``."""
    if isinstance(value, Mapping) and {"class_name", "config", "module"} <= set(value):
        use = f"{value['module']}:{value['class_name']}"
        config = value["config"] if isinstance(value["config"], Mapping) else {}
        return {"use": use, **_changed(resolve(use), config, code, name)}
    if isinstance(value, Mapping):
        return {str(key): _to_plain(inner, code, name) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_to_plain(inner, code, name) for inner in value]
    item = getattr(value, "item", None)
    value = item() if item is not None and getattr(value, "ndim", None) == 0 else value
    if not isinstance(value, bool | int | float | str):
        raise ExperimentError(f"{name} = {value!r} cannot be written; give the class with arguments, such as {{'use': Class, 'argument': 1}}")
    return value
