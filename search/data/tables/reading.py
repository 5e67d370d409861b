"""Reads tables from files, CSV or Parquet, in the format that is given, found, or that of a champion."""

import bz2
import gzip
import io
import lzma
import zipfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from ...errors import listed
from ..columns import ColumnType
from . import detection
from .dates import find_format, is_ambiguous, parse_dates
from .numbers import are_numbers, parse_numbers
from .table_format import GAP_WORDS, TableFormat

_OPENERS: Mapping[str, Callable[[Path], Any]] = {".gz": gzip.open, ".bz2": bz2.open, ".xz": lzma.open}
COMPRESSED = (*_OPENERS, ".zip")
SUFFIXES = (".csv", ".tsv", ".txt", ".data", ".dat", ".parquet")


@dataclass(frozen=True)
class Table:
    """A table and how it was written.

    Attributes:
        rows: Columns of numbers, true/false, dates or text; gaps are NaN.
        format: How the file is written; None for Parquet.
        notes: What a reader should know, one sentence each.
    """

    rows: pd.DataFrame
    format: TableFormat | None
    notes: tuple[str, ...] = ()


def read_table(
    path: Path,
    target: str | int | None = None,
    *,
    gaps: Iterable[str] = (),
    keep_default_gaps: bool = True,
    day_first: bool | None = None,
    **given: Any,
) -> Table:
    """Read a table and find out its columns' types from all of its values.

    Args:
        path: A CSV file, which may be compressed, or a ``.parquet`` file.
        target: The target column, which helps to tell a line of names from values.
        gaps: Further texts that stand for a missing value.
        keep_default_gaps: Whether `GAP_WORDS` do too.
        day_first: Whether 3/4/2026 is in April. Defaults to what the values show, else to yes with decimal commas.
        **given: Attributes of `TableFormat` that are known; the others are found.

    Returns:
        The table.

    Raises:
        ValueError: If the file is no such table, or has the target twice.
        LookupError: If it has no such target.
    """
    if is_parquet(path):
        return Table(pd.read_parquet(path), None)
    content = _read(path)
    words = (*(GAP_WORDS if keep_default_gaps else ()), *gaps)
    known = {name: value for name, value in given.items() if value is not None}
    form = TableFormat(**{"encoding": detection.find_encoding(content), **known, "gaps": words})
    text = content.decode(form.encoding)
    rows, separator = _first_rows(text, form, known.get("separator"))
    form = form.replace(separator=separator, header=known.get("header", detection.find_header(rows, target)))
    texts = _texts(text, form)
    if isinstance(target, str):  # before all columns are looked at
        column_name(list(texts.columns), target)
        if form.header and rows[0].count(target) > 1:
            raise ValueError(f'it has {rows[0].count(target)} columns "{target}"; rename all but one')
    decimal = known.get("decimal") or detection.find_decimal(texts, separator)
    return _typed(texts, form.replace(decimal=decimal, names=tuple(texts.columns)), decimal == "," if day_first is None else day_first)


def read_rows(path: Path, trained: TableFormat | None, columns: Mapping[str, ColumnType]) -> pd.DataFrame:
    """Read rows to predict: each value by the type of its column in training, whatever the other rows hold.

    Args:
        path: As for `read_table`.
        trained: The format of the table that the model was trained on; None if it was none.
        columns: Type of each feature column in training.

    Returns:
        Columns of numbers and text. A value that should be a number and is none stays text.

    Raises:
        ValueError: If the file is no table.
    """
    if is_parquet(path):
        return pd.read_parquet(path)
    content = _read(path)
    form = trained or TableFormat()
    texts = _texts(content.decode(_encoding(form, content)), form) if trained else pd.DataFrame()
    if not set(columns) <= set(texts):  # it is written in another way than the training table
        form = _found(content, form)
        texts = _texts(content.decode(form.encoding), form)
    numeric = {*form.numbers, *(name for name, of in columns.items() if of == "numeric")}
    return pd.DataFrame({name: _to_numbers(texts[name], form.decimal) if name in numeric else texts[name] for name in texts})


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
        raise LookupError(f'has no column "{column}"; its columns are {listed(names)}. Without a line of names, set header = false')
    return column


def is_parquet(path: Path) -> bool:
    """Return whether a file is Parquet by its name."""
    return path.suffix.lower() == ".parquet"


def _found(content: bytes, base: TableFormat) -> TableFormat:
    """Return a format with the separator, the line of names and the sign before decimals that are found."""
    encoding = _encoding(base, content)
    text = content.decode(encoding)
    rows, separator = _first_rows(text, base)
    found = base.replace(encoding=encoding, separator=separator, header=detection.find_header(rows, None))
    return found.replace(decimal=detection.find_decimal(_texts(text, found), separator))


def _first_rows(text: str, form: TableFormat, separator: str | None = None) -> tuple[list[list[str]], str]:
    """Return the first rows, split at the separator that is given or found, and that separator."""
    lines = detection.sample(io.StringIO(text), form.comment)
    if not lines:
        raise ValueError("it is empty")
    separator = separator or detection.find_separator(lines, form.quote)
    return detection.split(lines, separator, form.quote), separator


def _encoding(form: TableFormat, content: bytes) -> str:
    """Return the encoding that the content shows, or the format's where it shows none."""
    found = detection.find_encoding(content)
    return form.encoding if found == detection.FALLBACK and not form.encoding.startswith("utf-8") else found


def _read(path: Path) -> bytes:
    """Return a file's content, decompressed by its suffix."""
    suffix = path.suffix.lower()
    if suffix == ".zip":
        with zipfile.ZipFile(path) as archive:
            names = [name for name in archive.namelist() if not name.endswith("/")]
            if len(names) != 1:
                raise ValueError(f"it holds {len(names)} files; expected one")
            return archive.read(names[0])
    if suffix in _OPENERS:
        with _OPENERS[suffix](path) as file:
            return bytes(file.read())
    return path.read_bytes()


def _texts(text: str, form: TableFormat) -> pd.DataFrame:
    """Return all values as text without blanks around it, gaps as NaN."""
    table = pd.read_csv(
        io.StringIO(text),
        sep=form.separator,
        header=0 if form.header else None,
        comment=form.comment,
        quotechar=form.quote,
        dtype=str,
        keep_default_na=False,
        skipinitialspace=True,
        engine="python" if len(form.separator) > 1 and form.separator != detection.BLANKS else "c",
    )
    names = [str(name).strip() for name in table] if form.header else form.names_for(len(table.columns))
    table = table.set_axis(list(names), axis="columns")
    columns = [table.iloc[:, number].str.strip() for number in range(len(names))]
    gaps = list(form.gaps)
    return pd.concat([column.mask(column.isin(gaps)) for column in columns], axis="columns") if columns else table


def _to_numbers(texts: pd.Series, decimal: str) -> pd.Series:
    """Return numbers, or the texts themselves if one is no number, which is reported later."""
    numbers = parse_numbers(texts, decimal)
    return texts if (numbers.isna() & texts.notna()).any() else numbers


def _typed(texts: pd.DataFrame, form: TableFormat, day_first: bool) -> Table:
    """Return the table with a type for each column, found from all of its values."""
    rows: dict[str, pd.Series] = {}
    numbers, dates, notes = [], {}, []
    for name in form.names:
        column = texts[name]
        if are_numbers(column, form.decimal):
            rows[name] = parse_numbers(column, form.decimal)
            numbers.append(name)
        elif column.isna().all():
            rows[name] = column.astype(float)
        elif (found := find_format(column, day_first=day_first)) is not None:
            rows[name], dates[name] = parse_dates(column, found), found
            if is_ambiguous(column, found):
                first = "day" if found.startswith("%d") else "month"
                notes.append(f'"{name}": dates such as {column.dropna().iloc[0]} are read with the {first} first; set day_first if that is wrong')
        else:
            rows[name] = column
    return Table(pd.DataFrame(rows), form.replace(numbers=tuple(numbers), dates=dates), tuple(notes))
