"""Reads tables from files, CSV or Parquet, in the format that is given, found, or that of a champion."""

import io
import re
import warnings
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pandas as pd

from ...errors import lacking, nearest
from ..columns import ColumnType
from . import detection
from .dates import find_format, is_ambiguous, parse_dates
from .files import is_parquet, read_bytes
from .numbers import find_numbers, is_grouped, to_numbers
from .table_format import GAP_WORDS, PLAIN, TableFormat

_ABOVE = 'delete text above the table (of lines that begin with "#": comment = "#")'
_SHIFTED = "the line of names has one name less than the lines have values; the first value is taken for the name of the row"


@dataclass(frozen=True)
class Table:
    """A table and how it was written.

    Attributes:
        rows: Columns of numbers, true/false, dates or text; gaps are NaN. Rows have the numbers of the file's rows as index.
        format: How the file is written; None for Parquet.
        notes: What a reader should know, one sentence each.
    """

    rows: pd.DataFrame
    format: TableFormat | None
    notes: tuple[str, ...] = ()


def read_table(
    path: Path,
    target: str | int | Sequence[str | int] | None = None,
    *,
    gaps: Iterable[str] = (),
    keep_default_gaps: bool = True,
    day_first: bool | None = None,
    **given: Any,
) -> Table:
    """Read a table and find out its columns' types from all of its rows, or those that have a target.

    Args:
        path: A CSV file, which may be compressed, or a ``.parquet`` file.
        target: The target column, or several: its name, or its number from 0, negative ones from the end. Defaults to none, for all rows.
        gaps: Further texts that stand for a missing value.
        keep_default_gaps: Whether `GAP_WORDS` do too.
        day_first: Whether 3/4/2026 is in April. Defaults to what the values show, else to yes with decimal commas.
        **given: Attributes of `TableFormat` that are known; the others are found.

    Returns:
        The table.

    Raises:
        ValueError: If the file is no such table, or has the target twice or no value of it.
        LookupError: If it has no such target.
    """
    targets = [] if target is None else [target] if isinstance(target, str | int) else list(target)
    if is_parquet(path):
        rows, notes = _with_targets(pd.read_parquet(path), targets)
        return Table(rows, None, notes)
    content = read_bytes(path)
    known = {name: value for name, value in given.items() if value is not None}
    known["gaps"] = (*(GAP_WORDS if keep_default_gaps else ()), *gaps)
    if "encoding" not in known:
        known["encoding"] = detection.find_encoding(content)
    form = TableFormat(**known)
    _check_separator(form.separator)
    text = detection.cleaned(content.decode(form.encoding))
    lines = detection.sample(io.StringIO(text), form.comment)
    if "separator" not in known:
        form = replace(form, separator=detection.find_separator(lines, form.quote))
    first = detection.split(lines, form.separator, form.quote)
    if "header" not in known:
        form = replace(form, header=detection.find_header(first, next(iter(targets), None)))
    texts, doubled = _texts(text, form, first)
    if twice_named := [name for name in targets if name in doubled]:
        raise ValueError(f'it has several columns "{twice_named[0]}"; rename all but one')
    texts, without_target = _with_targets(texts, targets)
    if "decimal" not in known:
        form = replace(form, decimal=detection.find_decimal(texts, text, form.separator, form.quote))
    table = _typed(texts, replace(form, names=tuple(map(str, texts))), form.decimal == "," if day_first is None else day_first)
    shifted = [_SHIFTED] if form.header and len(texts.columns) > len(first[0]) and str(texts.columns[0]) == "Unnamed: 0" else []
    grouped = _note_on_groups(texts, form) if "decimal" not in known else []
    twice = [f'several columns are named "{name}"; the second is "{name}.1"' for name in doubled]
    return replace(table, notes=(*without_target, *shifted, *twice, *grouped, *table.notes))


def read_rows(path: Path, trained: TableFormat | None, columns: Mapping[str, ColumnType]) -> pd.DataFrame:
    """Read rows to predict: each value by the type of its column in training, whatever the other rows hold.

    Args:
        path: As for `read_table`.
        trained: The format of the table that the model was trained on; None if it was none. A file in which the feature columns are
            not found with it is read with the separator, line of names and sign before decimals that it shows.
        columns: Type of each feature column in training.

    Returns:
        Columns of numbers, dates and text. A column that should be numbers or dates stays text if one value is none.

    Raises:
        ValueError: If the file is no table.
    """
    if is_parquet(path):
        return pd.read_parquet(path)
    content = read_bytes(path)
    form = trained or PLAIN
    form = replace(form, encoding=_encoding(form, content))
    text = detection.cleaned(content.decode(form.encoding))
    lines = detection.sample(io.StringIO(text), form.comment)
    first = detection.split(lines, form.separator, form.quote)
    if trained and _names_fit(first[0], form, columns):
        texts, _ = _texts(text, form, first)
    else:
        form, texts = _read_as_found(text, lines, form, columns)
    units = {name: form.units.get(name, "") for name in (*form.units, *(name for name, of in columns.items() if of == "numeric"))}
    for name in texts.columns.intersection(list(units)):
        texts[name] = to_numbers(texts[name], form.decimal, units[name])
    for name in texts.columns.intersection(list(form.dates)):
        dates = parse_dates(texts[name], form.dates[name])
        if not (dates.isna() & texts[name].notna()).any():
            texts[name] = dates
    return texts


def column_name(names: Sequence[str], column: str | int) -> str:
    """Return the name of a column.

    Args:
        names: The names of all columns.
        column: Its name, or its number from 0, negative ones from the end.

    Raises:
        LookupError: If there is no such column; the message follows the name of the file.
    """
    if isinstance(column, int):
        if not -len(names) <= column < len(names):
            raise LookupError(f"has no column number {column}; it has {len(names)} columns, 0 to {len(names) - 1}")
        return str(names[column])
    if column not in names:
        raise LookupError(f'has no column "{column}"; {nearest(column, names)}. Without a line of names, set header = false')
    return column


def _with_targets(table: pd.DataFrame, targets: Sequence[str | int]) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """Return the rows that have all targets, and a note if there are others."""
    names = [column_name(list(table.columns), target) for target in targets]
    rows = table[table[names].notna().all(axis="columns")] if names else table
    shown = '", "'.join(names)
    if len(table) and rows.empty:
        raise ValueError(f'no row has a value of the target "{shown}"')
    n_without = len(table) - len(rows)
    return rows, (f'{n_without} of {len(table)} rows have no target "{shown}" and are left out',) if n_without else ()


def _names_fit(first: detection.Row, form: TableFormat, columns: Mapping[str, ColumnType]) -> bool:
    """Return whether a file's first row, split as the format says, belongs to a table with the columns."""
    return set(columns) <= set(first if form.header else form.names_for(len(first)))


def _read_as_found(text: str, lines: list[str], base: TableFormat, columns: Mapping[str, ColumnType]) -> tuple[TableFormat, pd.DataFrame]:
    """Read a file with the separator, line of names and sign before decimals that it shows."""
    form = replace(base, separator=detection.find_separator(lines, base.quote))
    first = detection.split(lines, form.separator, form.quote)
    form = replace(form, header=set(columns) <= set(first[0]) or detection.find_header(first, None))
    if form.header and (lack := lacking(columns, first[0])):
        raise ValueError(f"the rows {lack}")
    texts, _ = _texts(text, form, first)
    return replace(form, decimal=detection.find_decimal(texts, text, form.separator, form.quote)), texts


def _encoding(form: TableFormat, content: bytes) -> str:
    """Return the encoding that the content shows, or the format's if that is one that is never found but was given."""
    is_found = form.encoding in ("utf-8", "utf-8-sig", "utf-16", detection.FALLBACK)
    return detection.find_encoding(content) if is_found else form.encoding


def _check_separator(separator: str) -> None:
    if len(separator) > 1:
        try:
            re.compile(separator)
        except re.error as error:
            raise ValueError(f'separator = "{separator}" is no regular expression: {error}; give one character, or a pattern') from None


def _note_on_groups(texts: pd.DataFrame, form: TableFormat) -> list[str]:
    """Return a note if a mark that could be before decimals is read as one between thousands."""
    mark = "." if form.decimal == "," else ","
    column = next((texts[name] for name in texts if is_grouped(texts[name], mark)), None)
    if column is None:
        return []
    shown = next(text for text in column.dropna() if mark in text)
    return [f'"{column.name}": the "{mark}" of {shown} is read as one between thousands; set decimal = "{mark}" if that is wrong']


def _texts(text: str, form: TableFormat, first: Sequence[detection.Row]) -> tuple[pd.DataFrame, list[str]]:
    """Return all values as text, gaps as NaN, and the names that several columns have.

    Raises:
        ValueError: If lines have more values than there are names.
    """
    names, n_surplus, doubled = _names(first, form)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", pd.errors.ParserWarning)
            table = _read_csv(text, names, form)
    except pd.errors.ParserWarning:
        widest = max(map(len, first))
        raise ValueError(f"lines have up to {widest} values, the line of names has {len(first[0])}; name every column, {_ABOVE}") from None
    except pd.errors.ParserError as error:
        found = str(error).strip().splitlines()[0].removeprefix("Error tokenizing data. C error: ")
        raise ValueError(f"its lines have different numbers of values ({found}); {_ABOVE}, or give its separator and quote") from None
    table = table.iloc[:, : len(names) - n_surplus]
    if form.strips and _has_blanks(text, form):
        stripped = {name: table[name].str.strip() for name in table}
        table = pd.DataFrame({name: column.mask(column.isin(list(form.gaps))) for name, column in stripped.items()})
    return table, doubled


def _read_csv(text: str, names: list[str], form: TableFormat) -> pd.DataFrame:
    return pd.read_csv(
        io.StringIO(text),
        sep=form.separator,
        header=0 if form.header else None,
        names=names,
        index_col=False,
        comment=form.comment,
        quotechar=form.quote,
        dtype=str,
        keep_default_na=False,
        na_values=list(form.gaps),
        skipinitialspace=form.strips,
        engine="python" if len(form.separator) > 1 and form.separator != detection.BLANKS else "c",
    )


def _names(first: Sequence[detection.Row], form: TableFormat) -> tuple[list[str], int, list[str]]:
    """Return the columns' names, how many surplus columns are at the end, and the names that several columns have.

    Lines may have one value more than the line of names: an empty one after a last separator, or the name of the row before the others,
    as R writes it.
    """
    if not form.header:
        return list(form.names_for(len(first[0]))), 0, []
    names, rest = list(first[0]), [row for row in first[1:] if len(row) == len(first[0]) + 1]
    n_surplus = 0
    if rest and len(rest) == len(first) - 1:
        n_surplus = int(not any(row[-1] for row in rest))
        names = [*names, ""] if n_surplus else ["", *names]
    names = [name or f"Unnamed: {number}" for number, name in enumerate(names)]
    counts = Counter(names)
    seen: Counter[str] = Counter()
    for number, name in enumerate(names):
        names[number] = f"{name}.{seen[name]}" if seen[name] else name
        seen[name] += 1
    return names, n_surplus, [name for name, count in counts.items() if count > 1]


def _has_blanks(text: str, form: TableFormat) -> bool:
    """Return whether a value may have blanks around it."""
    if form.separator == detection.BLANKS:
        return False
    separator = re.escape(form.separator) if len(form.separator) == 1 else form.separator
    quote = re.escape(form.quote)
    return re.search(rf"\s(?:{separator}|{quote})|[^\S\r\n](?:[\r\n]|$)|{quote}\s|(?:\n|{separator})[^\S \r\n]", text) is not None


def _typed(texts: pd.DataFrame, form: TableFormat, day_first: bool) -> Table:
    """Return the table with a type for each column, found from all of its values."""
    rows: dict[str, pd.Series] = {}
    units, dates, notes = {}, {}, []
    for name in form.names:
        column = texts[name]
        numbers = find_numbers(column, form.decimal)
        if numbers is not None:
            rows[name], units[name] = numbers
        elif column.isna().all():
            rows[name] = column.astype(float)
        elif (found := find_format(column, day_first=day_first)) is not None:
            rows[name], dates[name] = parse_dates(column, found), found
            if is_ambiguous(column, found):
                order = "day" if found.startswith("%d") else "month"
                notes.append(f'"{name}": dates such as {column.dropna().iloc[0]} are read with the {order} first; set day_first if that is wrong')
        else:
            rows[name] = column
    return Table(pd.DataFrame(rows), replace(form, units=units, dates=dates), tuple(notes))
