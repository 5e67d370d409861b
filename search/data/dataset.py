"""A data set: three parts of raw rows, the task of each target, and a fingerprint.

It changes no features; `search.data.preprocessing` does.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd

from ..errors import DataError, ExperimentError, nearest
from ..experiment.arguments import resolve_arguments
from ..experiment.references import check_arguments, check_values, resolve
from ..experiment.sections import DataSection
from ..experiment.together import NO_DATA
from ..redaction import one_line, redact, shorten
from ..secret_values import variable_of
from ..user_code import limited_user_code, user_code
from .arrays import OF_NUMBERS, Task, Tasks, named
from .classes import format_values, name_classes, order_positive_last
from .columns import to_numbers
from .fingerprint import fingerprint
from .kinds import RowFormat, row_format
from .kinds.arrays import ArrayFormat
from .parts import PARTS, Part, check_same_columns, join_targets, parse_part
from .sample_weight import with_class_weights, with_weights
from .tables import TableFormat

_TASKS = ("binary", "multiclass", "regression", "probabilities")
"""The tasks of a target column."""

TABLE = "table"
"""The kind of rows of a table; those of arrays are in `search.data.kinds.KINDS`."""


@dataclass(frozen=True, kw_only=True)
class Dataset:
    """Train, validation and test parts.

    Attributes:
        name: Name of the data set: the name that the loader returns, or the name of the loader's function.
        train: The part to train on, and the only one that preprocessing is fitted on.
        validation: The part that the objective is measured on.
        test: The part that only the champion is measured on.
        target: Name of the target column, or of each of several.
        task: Task of the target, by column where there are several.
        class_names: Classes of the target in the order of the output's units, the positive one of a binary target last; empty
            for regression; by column where there are several targets.
        fingerprint: SHA-256 of all parts' content, 16 hexadecimal digits.
        table_format: How the table's file is written (`search.data.tables.TableFormat`), so that rows to predict are read alike;
            None if the loader names none.
        row_format: How files become rows that are arrays, so that others are read alike; None if rows are those of a table.
        notes: What the loader tells about the data, one sentence each.
        is_ordered: Whether the rows of all parts are in the order of their file or time; False if the loader says that it shuffled them.
        n_steps: Steps of a sequence that each have targets, whose columns follow each other, all of the first step first; 0 for targets of a row.
        has_all_rows: Whether the training part has the rows of the validation part too, as by `search.data.folds.with_all_rows`.
    """

    name: str
    train: Part
    validation: Part
    test: Part
    target: str | tuple[str, ...]
    task: Tasks
    class_names: tuple[str, ...] | Mapping[str, tuple[str, ...]]
    fingerprint: str
    table_format: TableFormat | None = None
    row_format: RowFormat | None = None
    notes: tuple[str, ...] = ()
    is_ordered: bool = True
    n_steps: int = 0
    has_all_rows: bool = False

    @property
    def kind(self) -> str:
        """What a row is: `TABLE`, or one of `search.data.kinds.KINDS`."""
        return TABLE if self.row_format is None else self.row_format.kind

    @property
    def tasks(self) -> dict[str, Task]:
        """The task of each target by column."""
        return dict(self.task) if isinstance(self.task, Mapping) else {str(self.target): self.task}

    def has_classes(self, column: str) -> bool:
        """Return whether a target column holds classes, and not numbers."""
        return self.tasks[column] not in OF_NUMBERS


def load_dataset(section: DataSection, limit_seconds: float | None = None) -> Dataset:
    """Load and check the data set that an experiment names.

    Args:
        section: ``[data]`` of the experiment.
        limit_seconds: The longest time that the loader may take, ``executor.load_timeout_seconds`` of the experiment; with one, the loader
            cannot end this process either. Defaults to none.

    Returns:
        The data set.

    Raises:
        UnknownReferenceError: If the loader does not import.
        ExperimentError: If the loader has no such argument, or needs one that is not given, or one is of another type than its annotation; or
            the objective is a function, which has no data set here.
        DataError: If the loader fails, or returns something that cannot be used.
        InputError: If the loader takes too long, or calls ``os._exit``.
    """
    if section.loader == NO_DATA:
        raise ExperimentError("the objective is a function, which loads its data and trains itself, so that there is neither a data set nor a model")
    if limit_seconds is None:
        return _load_dataset(section)
    with limited_user_code(f"Loading the data by {section.loader}", limit_seconds, "executor.load_timeout_seconds"):
        return _load_dataset(section)


def _load_dataset(section: DataSection) -> Dataset:
    loader = resolve(section.loader)
    if not callable(loader):
        raise DataError(f'[data] loader = "{section.loader}" is a {type(loader).__name__}; expected a function')
    check_arguments(loader, section.arguments, {}, "[data]")
    plain = {name: [value] for name, value in section.arguments.items() if variable_of(value) is None}
    check_values(loader, plain, "[data]")
    arguments = resolve_arguments(section.arguments, "[data]")
    try:
        with user_code():
            loaded = loader(**arguments)
    except Exception as error:  # the user's loader can raise anything
        raise DataError(f'[data] loader = "{section.loader}": {shorten(one_line(_describe(error)), 400)}') from error
    name = loaded.get("name") if isinstance(loaded, Mapping) else None
    return parse_dataset(loaded, redact(str(name or getattr(loader, "__name__", section.loader))))


def parse_dataset(loaded: Any, name: str) -> Dataset:
    """Check what a loader returned.

    Args:
        loaded: A dict of "train", "validation" and "test", each a pair of features and target; "task"; and optionally
            "class_names". Whole-number targets are then indices into that list and are replaced by its names. "positive" is the
            positive class of a binary target; by default the last of "class_names", or else the larger of two numbers, true, or the
            rarer of two texts. If the target is a table of several columns, "task" is a dict by column, and so are these. Further
            "table_format", the facts of a `TableFormat`, "row_format", those of a `RowFormat`, "notes", a list of sentences, "ordered",
            False if the rows are shuffled, "n_steps" if the columns are targets of that many steps, all of the first step first, and
            "sample_weight" and "class_weight", the weights of rows and classes as `search.data.sample_weight` takes them.
        name: Name of the data set.

    Returns:
        The data set.

    Raises:
        DataError: With the first error found.
    """
    where = f'data set "{name}"'
    _check_keys(loaded, where)
    parts = {part: parse_part(loaded[part], f"{where}, {part} part") for part in PARTS}
    check_same_columns(parts, where)
    parts = with_weights(parts, loaded.get("sample_weight"), where)
    targets = _parse_targets(loaded, parts, where)
    parts = {part: replace(rows, target=join_targets({c: of.values[part] for c, of in targets.items()})) for part, rows in parts.items()}
    tasks = {column: target.task for column, target in targets.items()}
    class_names = {column: target.class_names for column, target in targets.items()}
    parts = with_class_weights(parts, loaded.get("class_weight"), class_names, where)
    facts: dict[str, Any] = {"target": tuple(targets), "task": tasks, "class_names": class_names}
    if len(targets) == 1:
        [column] = targets
        facts = {"target": column, "task": tasks[column], "class_names": class_names[column]}
    named_classes = {column: target.named_classes for column, target in targets.items()}
    description = [facts["target"], facts["task"], named_classes if len(targets) > 1 else next(iter(named_classes.values()))]
    facts["n_steps"] = _parse_steps(loaded.get("n_steps", 0), tasks, where)
    digest = fingerprint(parts, [*description, facts["n_steps"]] if facts["n_steps"] else description)
    facts |= {key: _parse_format(loaded.get(key), key, read, where) for key, read in _FORMATS.items()}
    if facts["row_format"] is None and not isinstance(parts["train"].features, pd.DataFrame):
        facts["row_format"] = ArrayFormat()
    facts |= {"notes": tuple(loaded.get("notes") or ())}
    facts["is_ordered"] = loaded.get("ordered", True)
    return Dataset(name=name, train=parts["train"], validation=parts["validation"], test=parts["test"], fingerprint=digest, **facts)


def _parse_steps(given: Any, tasks: Mapping[str, Task], where: str) -> int:
    """Return how many steps the targets are of, 0 if they are those of a row."""
    if not given:
        return 0
    if not isinstance(given, int) or given < 2 or len(tasks) % given:
        raise DataError(
            f"{where}: n_steps = {given!r}, but there are {len(tasks)} targets; expected a number of steps, at least 2, with equal targets"
        )
    if odd := next((f'"{column}" ({task})' for column, task in tasks.items() if task not in ("regression", "binary")), None):
        raise DataError(f'{where}: the target {odd} is one of {given} steps; expected numbers (task = "regression") or two classes (binary) at each')
    return given


def _parse_format(given: Any, key: str, read: Callable[[Mapping[str, Any]], Any], where: str) -> Any:
    try:
        return None if given is None else read(given)
    except (AttributeError, TypeError, KeyError):
        raise DataError(f"{where}: {key} = {given!r} is not what to_dict() of a format returns; return that, or leave it out") from None


_FORMATS: Mapping[str, Callable[[Mapping[str, Any]], Any]] = {"table_format": TableFormat.from_dict, "row_format": row_format}


@dataclass(frozen=True)
class _ParsedTarget:
    """One target column.

    Attributes:
        task: Its task.
        values: Its values by part, classes by their names.
        class_names: The names of its classes, the positive one of a binary target last.
        named_classes: The names in the loader's order, or sorted, which the fingerprint has.
    """

    task: Task
    values: Mapping[str, pd.Series]
    class_names: tuple[str, ...] = ()
    named_classes: tuple[str, ...] = ()


def _parse_targets(loaded: Mapping[str, Any], parts: Mapping[str, Part], where: str) -> dict[str, _ParsedTarget]:
    columns = tuple(parts["train"].targets)
    of_all = loaded["task"] == "probabilities"  # of classes, a column each
    tasks = dict.fromkeys(columns, loaded["task"]) if of_all else _by_column(loaded["task"], columns, "task", where)
    class_names, positive = (_by_column(loaded.get(key), columns, key, where) for key in ("class_names", "positive"))
    for column in columns:
        if column not in tasks:
            raise DataError(f'{where}: task has no entry for the target "{column}"; add it')
        if positive.get(column) is not None and tasks[column] != "binary":
            raise DataError(f'{where}: positive = {positive[column]!r} is for a binary task; "{column}" has the task "{tasks[column]}", leave it out')
    parsed = {column: _parse_target(column, parts, tasks[column], class_names.get(column), where) for column in columns}
    return {column: _with_positive(target, positive.get(column), class_names.get(column), where) for column, target in parsed.items()}


def _by_column(given: Any, columns: tuple[str, ...], key: str, where: str) -> dict[str, Any]:
    """Return by target column what a loader returned: a plain value for a single column, a dict for several."""
    if not isinstance(given, Mapping):
        if len(columns) > 1 and given is not None:
            raise DataError(f"{where}: {key} = {given!r} is for one target; expected a dict by target, {', '.join(columns)}")
        return dict.fromkeys(columns, given)
    for column in given:
        if column not in columns:
            raise DataError(f'{where}: {key} has the unknown target "{column}"; {nearest(str(column), columns)}')
    return dict(given)


def _parse_target(column: str, parts: Mapping[str, Part], task: Task, class_names: Any, where: str) -> _ParsedTarget:
    values = {part: rows.targets[column] for part, rows in parts.items()}
    if task in OF_NUMBERS:
        return _ParsedTarget(task, {part: _to_regression(numbers, f"{where}, {part} part") for part, numbers in values.items()})
    values, names = name_classes(values, class_names, where)
    if task == "binary" and len(names) != 2:
        raise DataError(f'{where}: a binary task has 2 classes, but "{column}" has {len(names)}: {format_values(names)}')
    return _ParsedTarget(task, values, names, names)


def _with_positive(target: _ParsedTarget, positive: Any, class_names: Any, where: str) -> _ParsedTarget:
    """Return a target whose positive class is the last; the order that a loader gives has precedence over the default."""
    if target.task != "binary" or (positive is None and class_names is not None):
        return target
    return replace(target, class_names=order_positive_last(target.class_names, positive, target.values, where))


def _to_regression(target: pd.Series, where: str) -> pd.Series:
    to_numbers(target, f"{where}, target")
    return pd.to_numeric(target)


def _describe(error: Exception) -> str:
    """Return the message of an error that a loader raised."""
    if isinstance(error, KeyError):  # its text is the key alone, in quotation marks
        key = str(error.args[0]) if error.args else ""
        return f'KeyError: "{key}": the loader found no such key; correct the loader, or an argument in [data]'
    explains_itself = isinstance(error, ValueError | OSError) or type(error) is LookupError
    return str(error) if explains_itself and str(error) else f"{type(error).__name__}: {error}"


def _check_keys(loaded: Any, where: str) -> None:
    if not isinstance(loaded, Mapping):
        raise DataError(f"{where}: the loader returned a {type(loaded).__name__}; expected a dict with the keys {', '.join((*PARTS, 'task'))}")
    known = (*PARTS, "task", "class_names", "positive", "name", *_FORMATS, "notes", "ordered", "n_steps", "sample_weight", "class_weight")
    for key in loaded:
        if key not in known:
            raise DataError(f'{where}: the loader returned the unknown key "{key}"; {nearest(str(key), known)}')
    for key in (*PARTS, "task"):
        if key not in loaded:
            raise DataError(f'{where}: the loader returned no "{key}"; add it to the dict it returns')
    if not isinstance(loaded.get("notes"), list | tuple | None):
        raise DataError(f"{where}: notes = {loaded['notes']!r} is a {type(loaded['notes']).__name__}; expected a list of sentences")
    if not isinstance(loaded.get("ordered", True), bool):
        raise DataError(f"{where}: ordered = {loaded['ordered']!r} is a {type(loaded['ordered']).__name__}; expected True or False")
    for task in named(loaded["task"]).values():
        if task not in _TASKS:
            raise DataError(f'{where}: task = "{task}" is not known; {nearest(str(task), _TASKS)}')
