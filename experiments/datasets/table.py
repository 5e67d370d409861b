"""Any CSV or Parquet file with a target column, as a data set. It fills no gaps and changes no values."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd

from search.data.probabilities import are_probabilities, check_probabilities
from search.data.tables import COMPRESSED, Table, column_name, read_table

from .folder import find
from .split import three_parts

TASKS = ("auto", "binary", "multiclass", "regression", "probabilities")
MAX_CLASSES = 10
"""A column of whole numbers with more distinct values than this is a quantity."""


def csv(
    path: str,
    target: str | int | Sequence[str | int],
    task: str = "auto",
    drop: Sequence[str | int] = (),
    separator: str | None = None,
    header: bool | None = None,
    comment: str | None = None,
    decimal: str | None = None,
    encoding: str | None = None,
    quote: str = '"',
    na_values: Sequence[str] = (),
    keep_default_na: bool = True,
    day_first: bool | None = None,
    validation_size: float = 0.2,
    test_size: float = 0.2,
    seed: int = 42,
    stratify: bool = True,
    ordered: bool = False,
    group: str | int | None = None,
    positive: str | int | bool | None = None,
    sample_weight: str | int | None = None,
    class_weight: Mapping[str, float] | None = None,
) -> dict[str, Any]:
    """Read a CSV or Parquet file and split it.

    How the file is written is found out unless it is given: separator, line of names, decimal comma, thousands, encoding,
    compression (.gz, .bz2, .xz, .zip). Blanks around values are no part of them. Numbers may have a percent or currency
    sign; codes with leading zeros, such as 00012, are text. The champion carries the format, so that `predict` reads alike.

    With ``task="auto"``, a target of text or true/false is classified, and so is one of two distinct numbers, or of at
    most ten distinct whole numbers; any other is a regression.

    Args:
        path: The file, relative to the working directory, or else to the folder that PERCEPTUNE_DATA names
            (~/.cache/perceptune by default). A name that ends in ``.parquet`` is read as Parquet.
        target: The column to predict: its name, or its number from 0, negative ones from the end; or a list of columns. Rows without it are
            left out.
        task: "binary", "multiclass", "regression" or "auto", of several targets for each; or "probabilities" of classes, a column each. Defaults
            to "auto".
        drop: Columns to leave out, as names or numbers. Defaults to none.
        separator: Separator of values in a CSV file. Defaults to the one found.
        header: Whether the first line names the columns; otherwise they are column_0, column_1 ... Defaults to what is found.
        comment: A character after which the rest of a line is ignored. Defaults to none.
        decimal: "." or ",", the sign before decimals. Defaults to the one found.
        encoding: Python's name of the encoding. Defaults to the byte order mark's, else UTF-8, else cp1252.
        quote: The character around values that contain the separator. Defaults to ``"``.
        na_values: Further texts that stand for a missing value. Defaults to none.
        keep_default_na: Whether empty text, ?, NA, N/A, NULL, None, nan and the like stand for a missing value. Defaults to True.
        day_first: Whether 3/4/2026 is in April. Defaults to what the values show, else to True with decimal commas.
        validation_size: Part of all rows. Defaults to 0.2.
        test_size: Part of all rows. Defaults to 0.2.
        seed: Seed of the splits. Defaults to 42.
        stratify: Whether the parts have the classes in the same proportions; not for regression or several targets. Defaults to True.
        ordered: Whether the rows are in the order of time: the last ones become the test part, those before it the validation part.
            Defaults to False, a split by chance.
        group: Column of groups, such as patients, by name or number: all rows of a group go into one part. Defaults to none.
        positive: The class of a binary target that f1_score, precision, recall, auc and pr_auc are about. Defaults to the rarer
            of two texts, true, or the larger of two numbers.
        sample_weight: The column of the rows' weights in the training loss, by name or number, which is no feature then. Defaults to none.
        class_weight: Weights of the classes in the training loss, by name; 1 for a class that is left out. Defaults to none.

    Returns:
        The three parts, the task, the positive class, the weights of rows and classes, the name of the data set, which is the file's stem, the
        format and notes.

    Raises:
        FileNotFoundError: If there is no such file.
        LookupError: If a column does not exist.
        ValueError: If an argument is unknown, the file cannot be read, has no rows or too few, or the target does not match the task.
    """
    _check_arguments(drop, separator, na_values, decimal)
    _check_split(task, ordered, group)
    file = find(path)
    given = {"separator": separator, "header": header, "comment": comment, "decimal": decimal, "encoding": encoding, "quote": quote}
    table = _read(file, target, gaps=na_values, keep_default_gaps=keep_default_na, day_first=day_first, **given)
    options = {"validation_size": validation_size, "test_size": test_size, "seed": seed, "stratify": stratify, "ordered": ordered, "group": group}
    split = split_table(table.rows, target, task=task, drop=drop, where=str(file), **options)
    form = None if table.format is None else replace(table.format, target=_target_names(table.rows, target, str(file))).to_dict()
    name = Path(file.stem).stem if file.suffix in COMPRESSED else file.stem
    weights = None if sample_weight is None else _column(table.rows, sample_weight, str(file))
    return {
        **split,
        "positive": for_each(positive, split["task"]),
        "sample_weight": weights,
        "class_weight": class_weight,
        "name": name,
        "table_format": form,
        "notes": [*table.notes, *split["notes"]],
    }


def split_table(
    rows: pd.DataFrame,
    target: str | int | Sequence[str | int],
    *,
    task: str = "auto",
    drop: Sequence[str | int] = (),
    stratify: bool = True,
    ordered: bool = False,
    group: str | int | None = None,
    where: str = "data",
    **sizes: Any,
) -> dict[str, Any]:
    """Split the rows of a table that has been read.

    Args:
        rows: The table, ``(n_rows, n_columns)``.
        target: As `csv`, like the arguments before ``where``.
        task: As `csv`.
        drop: As `csv`.
        stratify: As `csv`.
        ordered: As `csv`.
        group: As `csv`.
        where: Start of error messages. Defaults to "data".
        **sizes: ``validation_size``, ``test_size`` and ``seed`` of `csv`.

    Returns:
        The three parts, the task and notes.

    Raises:
        LookupError: If a column does not exist.
        ValueError: If an argument is not valid, there are too few rows, or the target does not match the task.
    """
    _check_split(task, ordered, group)
    values, others = _take_target(rows, target, drop, where)
    tasks = tasks_of(values, task)
    features, left_out = _leave_out(others)
    groups = None if group is None else rows[_column(rows, group, where)]
    try:
        parts = three_parts(features, values, **sizes, stratify=stratify and has_classes(tasks), ordered=ordered, groups=groups)
    except ValueError as error:
        raise ValueError(f"{where}: {error}") from None
    spellings = [note for _, column in pd.DataFrame(values).items() for note in _spellings(column)]
    return {**parts, "task": tasks, "notes": [*left_out, *spellings, *probabilities_note(values, task)]}


def _leave_out(features: pd.DataFrame) -> tuple[pd.DataFrame, list[str]]:
    """Return features without columns that have no values, and without row numbers, as pandas writes its index; and a note on each."""
    empty = [str(name) for name in features if features[name].isna().all()]
    first = features.iloc[:, 0] if len(features.columns) else pd.Series(dtype=float)
    is_index = str(first.name).startswith("Unnamed: ") and pd.api.types.is_integer_dtype(first) and first.is_unique
    index = [str(first.name)] if is_index else []
    notes = [f'"{name}" has no values and is left out' for name in empty] + [f'"{name}" numbers the rows and is left out' for name in index]
    return features.drop(columns=[*empty, *index]), notes


def _spellings(target: pd.Series) -> list[str]:
    """Return a note if classes differ in nothing but their case."""
    if pd.api.types.is_numeric_dtype(target):
        return []
    texts = pd.Series(target.astype(str).unique())
    twice = texts[texts.str.casefold().duplicated(keep=False)].tolist()
    return [f'the target "{target.name}" has classes that differ in their case only: {", ".join(twice)}'] if twice else []


def tasks_of(target: pd.Series | pd.DataFrame, task: str) -> str | dict[str, str]:
    """Return the task of a target, or of each of several by column.

    Args:
        target: The target, without gaps, or a table of several.
        task: The task of each, or "auto" for that of `infer_task`.

    Raises:
        ValueError: If the task is that of probabilities, and a row has none.
    """
    if task == "probabilities":
        check_probabilities(pd.DataFrame(target))
    if isinstance(target, pd.Series):
        return infer_task(target) if task == "auto" else task
    return {str(name): infer_task(target[name]) if task == "auto" else task for name in target}


def probabilities_note(target: pd.Series | pd.DataFrame, task: str) -> list[str]:
    """Return a note if several numbers may be meant as probabilities of classes, but the task is "auto"."""
    if task != "auto" or isinstance(target, pd.Series) or not are_probabilities(target):
        return []
    return [f'the targets {", ".join(map(str, target))} sum to 1 in each row: if they are probabilities of classes, write task = "probabilities"']


def for_each(value: Any, task: str | Mapping[str, str]) -> Any:
    """Return a value that is given once, such as the positive class, for each of several targets."""
    return value if isinstance(task, str) or value is None else dict.fromkeys(task, value)


def has_classes(task: str | Mapping[str, str]) -> bool:
    """Return whether rows can be split so that the parts have the same proportions of classes: those of a single target."""
    return isinstance(task, str) and task != "regression"


def infer_task(target: pd.Series) -> str:
    """Return the task that fits a target's values.

    Args:
        target: The target, without gaps.

    Returns:
        "binary" for two distinct values; "multiclass" for more, if they are text, categories, or at most `MAX_CLASSES`
        whole numbers; else "regression".
    """
    n_distinct = target.nunique()
    if n_distinct == 2:
        return "binary"
    if not pd.api.types.is_numeric_dtype(target):
        return "multiclass"
    return "multiclass" if n_distinct <= MAX_CLASSES and (target % 1 == 0).all() else "regression"


def _check_split(task: str, ordered: bool, group: str | int | None) -> None:
    if task not in TASKS:
        raise ValueError(f'task = "{task}" is not known; expected one of {", ".join(TASKS)}')
    if ordered and group is not None:
        raise ValueError(f'ordered = true and group = "{group}" exclude each other; leave one of them out')


def _check_arguments(drop: Sequence[str | int], separator: str | None, na_values: Sequence[str], decimal: str | None) -> None:
    if decimal not in (None, ".", ","):
        raise ValueError(f'decimal = "{decimal}" is not known; expected "." or ","')
    if separator == "":
        raise ValueError('separator = "" is empty; leave it out, or give the separator')
    for name, given in (("drop", drop), ("na_values", na_values)):
        is_list = not isinstance(given, str | int)
        if not is_list:
            written = f'"{given}"' if isinstance(given, str) else given
            raise ValueError(f"{name} = {written} is not a list; write {name} = [{written}]")


def _read(file: Path, target: str | int | Sequence[str | int], **given: Any) -> Table:
    try:
        table = read_table(file, target, **given)
    except LookupError as error:
        raise LookupError(f"{file} {error}") from None
    except (ValueError, OSError) as error:
        raise ValueError(f"{file} cannot be read as a table: {str(error).strip().splitlines()[0]}") from None
    if table.rows.empty:
        raise ValueError(f"{file} has no rows; expected a table with a target and at least one feature")
    return table


def _column(frame: pd.DataFrame, column: str | int, where: str) -> str:
    try:
        return column_name(list(frame.columns), column)
    except LookupError as error:
        raise LookupError(f"{where} {error}") from None


def _target_names(frame: pd.DataFrame, target: str | int | Sequence[str | int], where: str) -> str | tuple[str, ...]:
    if isinstance(target, str | int):
        return _column(frame, target, where)
    names = tuple(_column(frame, column, where) for column in target)
    if not names or len(set(names)) < len(names):
        raise ValueError(f"{where}: target = {list(target)} is no list of different columns; name at least one, each once")
    return names


def _take_target(
    rows: pd.DataFrame, target: str | int | Sequence[str | int], drop: Sequence[str | int], where: str
) -> tuple[pd.Series | pd.DataFrame, pd.DataFrame]:
    """Return the target, or a table of several, and the other columns without those to drop."""
    found = _target_names(rows, target, where)
    names = [found] if isinstance(found, str) else list(found)
    dropped = [_column(rows, column, where) for column in drop]
    for name in names:
        if name in dropped:
            raise ValueError(f'{where}: the target "{name}" is among the columns to drop; take it out of drop')
    values = [_check_target(rows[name], where) for name in names]
    return values[0] if len(values) == 1 else pd.concat(values, axis="columns"), rows.drop(columns=[*names, *dropped])


def _check_target(target: pd.Series, where: str) -> pd.Series:
    """Return the target, dates as text; it has at least two different values."""
    if target.nunique() < 2:
        shown = f"{target.tolist()[0]!r} in every row" if len(target) else "missing in every row"
        raise ValueError(f'{where}: the target "{target.name}" is {shown}; expected at least two different values')
    return target.astype("str") if pd.api.types.is_datetime64_any_dtype(target) else target
