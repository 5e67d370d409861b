"""Makes the content of an experiment file of what Python code gives: functions, data and Optuna's distributions."""

import ast
import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, is_dataclass
from pathlib import Path
from typing import Any

import pandas as pd
from optuna.distributions import BaseDistribution, CategoricalDistribution, FloatDistribution, IntDistribution

from ..data.batches import gathered
from ..data.hugging_face import is_hugging_face, labelled
from ..errors import ExperimentError, nearest
from ..estimators import is_estimator
from ..experiment.estimator_parameters import parameter_names, to_text
from ..experiment.file import Experiment
from ..experiment.references import resolve
from ..experiment.session_code import SessionCode
from ..experiment.session_modules import SUFFIX, SessionModule
from ..experiment.settings import TrainingSettings
from ..experiment.shipped import builders, loaders
from ..experiment.source_code import own_file, parse
from ..experiment.space import Space
from .objects import to_entry_of, to_metrics

_DATA = """\
\"\"\"The data of a Python session.\"\"\"

import functools
import pathlib

from experiments.datasets.memory import in_memory

load_data = functools.partial(in_memory, pathlib.Path(__file__).with_suffix(".pickle"))
load_data.__name__ = "data"
"""


def to_entry(value: Any) -> Any:
    """Return a hyperparameter as an experiment file writes it.

    Args:
        value: A plain value, one of Optuna's distributions, or a table with a "type".

    Raises:
        ExperimentError: If it is a distribution of another kind.
    """
    match value:
        case FloatDistribution():
            step = {} if value.step is None else {"step": value.step}
            return {"type": "float", "low": value.low, "high": value.high, "log": value.log, **step}
        case IntDistribution():
            return {"type": "int", "low": value.low, "high": value.high, "step": value.step, "log": value.log}
        case CategoricalDistribution():
            return {"type": "categorical", "choices": list(value.choices)}
        case BaseDistribution():
            raise ExperimentError(f"{value} is not supported; expected FloatDistribution, IntDistribution or CategoricalDistribution")
    return _plain(value)


def _to_parameter(value: Any) -> Any:
    """Return a parameter of an estimator as an experiment file writes it, with None and tuples as text."""
    table = {"type": "categorical", "choices": value.choices} if isinstance(value, CategoricalDistribution) else value
    if isinstance(table, Mapping) and "type" in table:
        return to_entry({**table, "choices": [to_text(choice) for choice in table["choices"]]} if "choices" in table else table)
    return to_entry(value if isinstance(value, BaseDistribution) else to_text(value))


def to_space(given: Mapping[str, Any], model: Any, code: SessionCode) -> dict[str, Any]:
    """Return the tables of a search space.

    Args:
        given: Hyperparameters by name; or tables "model", "training" and "rules" of an experiment file's ``[space]``, with its other
            keys such as "new_entries". A name of both an argument of the model's builder and a training setting is the builder's.
        model: The builder or estimator, a reference to one, or a shipped one's short name.
        code: The module that a loss or optimizer of this session is added to.

    Raises:
        ExperimentError: If it is no dict, or has a distribution that is not supported.
    """
    if not isinstance(given, Mapping):
        raise ExperimentError(f"space is {type(given).__name__}; expected a dict of hyperparameters by name")
    convert = _to_parameter if is_estimator(model) else to_entry
    tables = {key: table for key, table in given.items() if key not in Space.model_fields.keys() - {"model", "training", "rules"}}
    if tables and set(tables) <= {"model", "training", "rules"} and all(isinstance(of, Mapping) and "type" not in of for of in tables.values()):
        settings = {name: _to_setting(value, code, name) for name, value in given.get("training", {}).items()}
        others = {key: {name: convert(value) for name, value in table.items()} for key, table in tables.items() if key != "training"}
        return {**given, **others, **({"training": settings} if "training" in given else {})}
    arguments = _arguments(model)
    space: dict[str, dict[str, Any]] = {"model": {}, "training": {}}
    for name, value in given.items():
        of_training = name in TrainingSettings.model_fields and name not in arguments
        space["training" if of_training else "model"][name] = _to_setting(value, code, name) if of_training else convert(value)
    return space


def _to_setting(value: Any, code: SessionCode, name: str) -> Any:
    """Return a training setting as an experiment file writes it; choices of a loss or optimizer may be functions and classes."""
    if isinstance(value, CategoricalDistribution) and any(map(callable, value.choices)):
        raise ExperimentError(f'{name}: choices has functions; name them, such as CategoricalDistribution(["my_module:my_loss", "huber"])')
    return to_entry(to_entry_of(value, code, name))


def to_data(
    data: Any, target: str | int | Sequence[str | int] | None, options: Mapping[str, Any], code: SessionCode
) -> tuple[dict[str, Any], list[SessionModule]]:
    """Return ``[data]``, and the module that holds data of this session, if there are any.

    Args:
        data: A table ``(n_rows, n_columns)``, a pair of features and target or a data set of batches or rows, a dict of such by part, a loader, the
            reference or short name of one, the path of a table, of arrays or of a folder of images, or ``[data]`` itself.
        target: The column to predict, or several, for a table.
        options: Further arguments of the loader.
        code: The module that a loader of this session is added to.

    Raises:
        ExperimentError: If there are none.
    """
    if not isinstance(options, Mapping):
        raise ExperimentError(f'split is {type(options).__name__}; expected a dict of arguments of the loader, such as {{"test_size": 0.2}}')
    arguments = {name: value for name, value in {"target": target, **options}.items() if value is not None}
    if data is None:
        raise ExperimentError("data is missing; give a table, a pair (x, y), a dict of train, validation and test pairs, or a loader")
    if isinstance(data, Mapping) and "loader" in data:
        return {**data, **arguments}, []
    if isinstance(data, str | Path):
        is_loader = str(data) in loaders() or ":" in str(data)
        return ({"loader": str(data), **arguments} if is_loader else {"loader": _loader_of(Path(data)), "path": str(data), **arguments}), []
    if callable(data) and not hasattr(data, "element_spec"):
        return {"loader": code.add(data, "load_data"), **arguments}, []
    data, arguments = _with_target(data, arguments)
    content = {name: gathered(part, str(name)) for name, part in data.items()} if isinstance(data, Mapping) else gathered(data, "data")
    if not isinstance(content, pd.DataFrame | tuple | list | Mapping):
        raise ExperimentError(f"data is {type(data).__name__}; expected a table, a pair (x, y), a dict of such pairs by part, or a loader")
    module = SessionModule(f"{code.name}_data", _DATA, content=content)
    return {"loader": f"{module.name}:load_data", **arguments}, [module]


def _with_target(data: Any, arguments: dict[str, Any]) -> tuple[Any, dict[str, Any]]:
    """Return data of Hugging Face as pairs of features and target, without that argument; other data as they are."""
    parts = data if isinstance(data, Mapping) else {"data": data}
    target = arguments.get("target")
    if target is None or not all(is_hugging_face(part) for part in parts.values()):
        return data, arguments
    if not isinstance(target, str):
        raise ExperimentError(f"target is {target!r}; expected one column of the data set by its name")
    pairs = {name: labelled(part, str(name), target) for name, part in parts.items()}
    return pairs if isinstance(data, Mapping) else pairs["data"], {name: value for name, value in arguments.items() if name != "target"}


def _loader_of(path: Path) -> str:
    """Return the shipped loader of a path."""
    return "images" if path.is_dir() else "arrays" if path.suffix.lower() in (".npz", ".npy") else "csv"


def to_model(model: Any, code: SessionCode) -> str:
    """Return the reference or short name of a builder.

    Args:
        model: A builder, a hypermodel of Keras Tuner, an estimator, or a reference or short name.
        code: The module that a builder of this session is added to.

    Raises:
        ExperimentError: If it is nothing that builds a model.
    """
    if isinstance(model, str):
        return model
    if is_estimator(model):
        return code.add(model, "estimator")
    if not callable(model) and not callable(getattr(model, "build", None)):
        raise ExperimentError(f"model is {type(model).__name__}; expected a function that returns a keras.Model, or the name of one")
    if hasattr(model, "fit") and hasattr(model, "layers"):
        raise ExperimentError("model is a keras.Model; expected a function that builds one, since each trial trains a model of its own")
    return code.add(model, "build_model")


def to_sections(sections: Mapping[str, Any], code: SessionCode) -> dict[str, Any]:
    """Return further sections of an experiment, with references in place of functions and classes.

    Raises:
        ExperimentError: If there is no such section.
    """
    known = set(Experiment.fields()) - {"name", "model", "data", "space", "objective"}
    for key in sections:
        if key not in known:
            raise ExperimentError(
                f'Study has no argument "{key}"; {nearest(key, known)}; arguments of the loader are given by split={{"{key}": ...}}'
            )
    return {key: _with_references(value, code, key) for key, value in sections.items()}


def function_given(objective: Any) -> Any:
    """Return the function, or its reference, that an objective is; None if it is a metric."""
    given = objective.get("function") if isinstance(objective, Mapping) else objective
    return given if callable(given) or (isinstance(given, str) and ":" in given) else None


def to_objective(given: Any, code: SessionCode) -> Any:
    """Return ``[objective]`` or ``[[objective]]`` of a metric, of several, of such tables or of a function.

    Args:
        given: The objective.
        code: The module that a function of this session is added to.
    """
    from ..experiment.directions import direction_of

    if (function := function_given(given)) is not None:
        table = given if isinstance(given, Mapping) else {}
        return {**_plain(dict(table)), "function": function if isinstance(function, str) else code.add(function, "objective")}
    if isinstance(given, list | tuple):
        return [to_objective(one, code) for one in given]
    return {"metric": given, "direction": direction_of(given)} if isinstance(given, str) else _plain(_with_objects(given, code))


def _with_objects(objective: Any, code: SessionCode) -> Any:
    """Return the table of an objective with references in place of its metrics that are functions, classes and objects."""
    return (
        {**objective, "metrics": to_metrics(objective["metrics"], code)} if isinstance(objective, Mapping) and "metrics" in objective else objective
    )


def value_notes(code: SessionCode, *, has_champion: bool) -> list[str]:
    """Return what a user should know about objects of the session that have no source, a sentence or none.

    Args:
        code: The module of the session's functions.
        has_champion: Whether the study leaves a champion.
    """
    names = ", ".join(sorted(name.strip("_") for name in code.values))
    verb = "are sent to the workers of this machine as values" if len(code.values) > 1 else "is sent to the workers of this machine as a value"
    without = ", and the champion does not have them" if has_champion else ""
    return [f"{names} {verb}: a change is not noticed when the study continues{without}"] if names else []


def name_of(model: Any) -> str:
    """Return the name of a study of a model: that of its builder without "build_"."""
    name = model.rpartition(":")[2] if isinstance(model, str) else getattr(model, "__name__", type(model).__name__)
    short = name.removeprefix("build_").strip("_")
    return short if short.isidentifier() else "model"  # a lambda


def module_name(study: str) -> str:
    """Return the name of the module of a study's functions."""
    name = f"{study.replace('-', '_')}{SUFFIX}"
    return name if name.isidentifier() else f"study_{name}"


def _with_references(value: Any, code: SessionCode, name: str) -> Any:
    if isinstance(value, Mapping):
        return {key: _with_references(inner, code, str(key)) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_with_references(inner, code, name) for inner in value]
    if name == "callbacks":  # a class without arguments, or an object
        if not isinstance(value, type):
            raise ExperimentError(
                f"callbacks has an object of {type(value).__name__}, which trials cannot share; give its class and arguments, such as "
                '{"use": keras.callbacks.EarlyStopping, "monitor": "val_loss"}'
            )
        return {"use": code.add(value, "callback")}
    return to_entry(to_entry_of(value, code, name)) if hasattr(value, "get_config") else code.add(value, name) if callable(value) else to_entry(value)


def _plain(value: Any) -> Any:
    """Return a value with lists in place of tuples, dicts in place of dataclasses, and Python's numbers in place of NumPy's."""
    if isinstance(value, Mapping):
        return {str(key): _plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(inner) for inner in value]
    if is_dataclass(value) and not isinstance(value, type):
        return _plain(asdict(value))
    item: Callable[[], Any] | None = getattr(value, "item", None)
    return item() if item is not None and getattr(value, "ndim", None) == 0 else value


def _arguments(model: Any) -> set[str]:
    """Return the names of the arguments of a builder; of one that is named, from its source, if that is the user's or this project's."""
    if isinstance(model, str):
        reference = builders()[model].reference if model in builders() else model
        module, _, name = reference.partition(":")
        file = own_file(module)
        tree = parse(file) if file is not None else None
        found = [node for node in (tree.body if tree else ()) if isinstance(node, ast.FunctionDef) and node.name == name]
        if found:
            return {argument.arg for argument in (*found[0].args.args, *found[0].args.kwonlyargs)}
        model = resolve(reference)
    if is_estimator(model):
        return parameter_names(model)
    try:
        return set(inspect.signature(model).parameters)
    except (TypeError, ValueError):
        return set()
