"""Columns of dates: their format, and the numbers that a network gets from them."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from ...errors import DataError

ISO = "ISO8601"
_LOOKS_LIKE_A_DATE = re.compile(r"\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}.*|\d{1,2}[ -][A-Za-z]{3,9},?[ -]\d{2,4}.*|[A-Za-z]{3,9} \d{1,2},? \d{4}.*")
_DAY_FIRST = ("%d/%m/%Y", "%d-%m-%Y", "%d/%m/%y")
_MONTH_FIRST = ("%m/%d/%Y", "%m-%d-%Y", "%m/%d/%y")
_OTHERS = ("%Y/%m/%d", "%Y.%m.%d", "%d.%m.%Y", "%d.%m.%y", "%d %b %Y", "%d %B %Y", "%d-%b-%Y", "%d-%b-%y", "%b %d, %Y", "%B %d, %Y")
_TIMES = ("", " %H:%M", " %H:%M:%S", " %I:%M %p", " %I:%M:%S %p")

PARTS: Mapping[str, Callable[[pd.Series], pd.Series]] = {
    "days": lambda dates: (dates.dt.as_unit("s") - pd.Timestamp(0).as_unit("s")) / pd.Timedelta(days=1),
    "year": lambda dates: dates.dt.year,
    "month": lambda dates: dates.dt.month,
    "day": lambda dates: dates.dt.day,
    "weekday": lambda dates: dates.dt.day_of_week,
    "hour": lambda dates: dates.dt.hour,
}
"""Numbers from dates: days since 1970 with fractions, year, month (1 to 12), day (1 to 31), weekday (0 is Monday), hour."""


@dataclass(frozen=True)
class DateColumn:
    """How a column of dates becomes numbers.

    Attributes:
        format: Python's format of dates given as text, or "ISO8601".
        parts: Names of `PARTS` that became features.
    """

    format: str
    parts: tuple[str, ...]


def find_format(texts: pd.Series, *, day_first: bool) -> str | None:
    """Return the format in which all texts but gaps are dates, or None.

    Args:
        texts: Text without blanks around it.
        day_first: Whether 3/4/2026 is in April, if other values leave it open.
    """
    distinct = pd.Series(texts.dropna().unique(), dtype=object)
    if distinct.empty or not all(_LOOKS_LIKE_A_DATE.fullmatch(text) for text in distinct):
        return None
    ambiguous = (*_DAY_FIRST, *_MONTH_FIRST) if day_first else (*_MONTH_FIRST, *_DAY_FIRST)
    return next((form for form in _formats(ambiguous) if parse_dates(distinct, form).notna().all()), None)


def is_ambiguous(texts: pd.Series, form: str) -> bool:
    """Return whether the texts are dates too with day and month exchanged."""
    other = form.replace("%d", "%?").replace("%m", "%d").replace("%?", "%m")
    starts = form.startswith((*_DAY_FIRST, *_MONTH_FIRST))
    return starts and bool(parse_dates(pd.Series(texts.dropna().unique(), dtype=object), other).notna().all())


def parse_dates(texts: pd.Series, form: str) -> pd.Series:
    """Parse texts as dates, each by itself; what does not match the format is a gap. Times of a zone become UTC."""
    if pd.api.types.is_datetime64_any_dtype(texts.dtype):
        return _without_zone(texts)
    return _without_zone(pd.to_datetime(texts.astype(object), format=form, errors="coerce", utc=True))


def to_dates(column: pd.Series, form: str, where: str) -> pd.Series:
    """Convert a column to dates.

    Args:
        column: Dates, or text in the format, gaps allowed.
        form: Python's format, or "ISO8601".
        where: Start of the error message.

    Raises:
        DataError: If a value is no date in this format.
    """
    dates = parse_dates(column, form)
    wrong = (dates.isna() & column.notna()).to_numpy()
    if wrong.any():
        row = int(wrong.argmax())
        shown = "as in 2026-01-31" if form == ISO else f'in the format "{form}" as in training'
        raise DataError(f'{where}: the column "{column.name}" holds {column.iloc[row]!r} in row {row + 1}; expected a date {shown}')
    return dates


def to_texts(column: pd.Series, form: str) -> pd.Series:
    """Return a column of dates as text in the format; text stays as it is."""
    if pd.api.types.infer_dtype(column, skipna=True) in ("date", "datetime"):  # Python's own, as Parquet's dates are read
        column = pd.to_datetime(column)
    if not pd.api.types.is_datetime64_any_dtype(column.dtype):
        return column
    return column.map(pd.Timestamp.isoformat, na_action="ignore") if form == ISO else column.dt.strftime(form)


def informative_parts(dates: pd.Series) -> tuple[str, ...]:
    """Return the parts that are not the same in all rows; days if all are."""
    return tuple(name for name, part in PARTS.items() if part(dates.dropna()).nunique() > 1) or ("days",)


def expand(dates: pd.Series, parts: Sequence[str]) -> dict[str, pd.Series]:
    """Return the parts of dates as float64 columns, named as in ``when.month``."""
    return {part_name(str(dates.name), part): PARTS[part](dates).astype(float) for part in parts}


def part_name(column: str, part: str) -> str:
    """Return the name of the feature that a part of a column of dates becomes."""
    return f"{column}.{part}"


def _formats(ambiguous: Sequence[str]) -> list[str]:
    return [ISO, *(f"{day}{time}" for time in _TIMES for day in (*ambiguous, *_OTHERS))]


def _without_zone(dates: pd.Series) -> pd.Series:
    return dates.dt.tz_convert("UTC").dt.tz_localize(None) if dates.dt.tz is not None else dates
