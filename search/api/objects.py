"""Makes the entries of an experiment file of the losses, metrics, optimizers and schedules that Python code gives."""

import sys
from collections.abc import Mapping
from typing import Any

from ..errors import ExperimentError
from ..experiment.objects import ObjectSection, is_object
from ..experiment.session_code import SessionCode

_LEFT_OUT = ("dtype", "fn")
"""Arguments in the configurations of Keras' objects that are those of the trial, or its own."""


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
    return {**space, "training": {**training, **given}} if given else dict(space)


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
    own = [
        f"val_{ObjectSection.model_validate({'use': metric} if isinstance(metric, str) else metric).name}" for metric in metrics if is_object(metric)
    ]
    for name in objective if isinstance(objective, list | tuple) else [objective]:
        if isinstance(name, str) and name in own:
            raise ExperimentError(
                f'objective = "{name}": whether it is to be maximized cannot be told; give {{"metric": "{name}", "direction": "maximize"}} '
                'or "minimize"'
            )


def _of_object(given: Any, code: SessionCode, name: str) -> dict[str, Any]:
    """Return an object of Keras as a table: its class, and what differs in its configuration from one without arguments."""
    keras = sys.modules["keras"]
    kind, written = type(given), keras.saving.serialize_keras_object(given)
    is_keras_own = str(written["module"]).partition(".")[0] == "keras"
    use = f"{written['module']}:{written['class_name']}" if is_keras_own else code.add(kind, name)
    named = {"name": given.name} if hasattr(given, "update_state") else {}  # a metric is logged by it
    return {"use": use, **named, **_changed(kind, {**given.get_config(), **getattr(given, "_fn_kwargs", {})}, code, name)}


def _changed(kind: type, config: Mapping[str, Any], code: SessionCode, name: str) -> dict[str, Any]:
    try:
        made = kind()
        usual = {**made.get_config(), **getattr(made, "_fn_kwargs", {})}
    except Exception:  # it has arguments without defaults
        usual = {}
    chosen = {key: value for key, value in config.items() if key not in _LEFT_OUT and value is not None and (key not in usual or value != usual[key])}
    return {key: _to_plain(value, code, f"{name} {key}") for key, value in chosen.items()}


def _to_plain(value: Any, code: SessionCode, name: str) -> Any:
    """Return a value of a configuration as an experiment file writes it; what Keras has serialized becomes a table with ``use``."""
    if isinstance(value, Mapping) and {"class_name", "config", "module"} <= set(value):
        config = value["config"] if isinstance(value["config"], Mapping) else {}
        return {
            "use": f"{value['module']}:{value['class_name']}",
            **{key: _to_plain(inner, code, name) for key, inner in config.items() if inner is not None},
        }
    if isinstance(value, Mapping):
        return {str(key): _to_plain(inner, code, name) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_to_plain(inner, code, name) for inner in value]
    item = getattr(value, "item", None)
    value = item() if item is not None and getattr(value, "ndim", None) == 0 else value
    if not isinstance(value, bool | int | float | str):
        raise ExperimentError(f"{name} = {value!r} cannot be written; give the class with arguments, such as {{'use': Class, 'argument': 1}}")
    return value
