"""Numbers as people write them: decimal commas, thousands, percent and currency signs. Each value is read by itself."""

import re
from functools import cache

import numpy as np
import pandas as pd

_UNIT = r"([$€£¥%]|EUR|USD|GBP|CHF)"
_UNITS = re.compile(rf"^\s*{_UNIT}\s*|\s*{_UNIT}\s*$")
_CODE = re.compile(r"[+-]?0\d+")
_BLANKS = " \u00a0\u202f"
_APOSTROPHES = "'\u2019"
_BOOLEANS = {"true": True, "false": False, "True": True, "False": False, "TRUE": True, "FALSE": False}


def find_numbers(texts: pd.Series, decimal: str) -> tuple[pd.Series, str] | None:
    """Return a column as numbers, with their unit, if all texts but gaps are numbers that are written in one way.

    Args:
        texts: Text, gaps allowed.
        decimal: "." or ","; the other one, blanks and apostrophes may group thousands.

    Returns:
        The numbers as by `to_numbers`, and their unit such as "%", "" for none. None if there is no value, a value is no number,
        is a code with leading zeros such as 00012, or has another unit than the others.
    """
    known = texts.dropna()
    if known.empty or not is_number(known.iloc[0]):
        return None
    distinct = known.unique().tolist()
    units = {unit for text in distinct for unit in [_unit(text)]}
    if len(units) > 1 or any(map(_CODE.fullmatch, distinct)):
        return None
    [unit] = units
    numbers = to_numbers(texts, decimal, unit)
    return None if numbers is texts else (numbers, unit)


def to_numbers(texts: pd.Series, decimal: str, unit: str = "") -> pd.Series:
    """Convert texts to numbers, each by itself.

    Args:
        texts: Text, gaps allowed.
        decimal: "." or ",".
        unit: What stands before or after each number, such as "%" or "$". Defaults to nothing.

    Returns:
        Whole numbers, floats, or true/false where all are; gaps stay gaps. "12.3 %" is 12.3, "$1,234.50" is 1234.5. The texts
        themselves if one of them is no such number.
    """
    known = texts.dropna()
    if len(known) and known.iloc[0] in _BOOLEANS and known.isin(list(_BOOLEANS)).all():
        return texts.map(_BOOLEANS).astype(bool if len(known) == len(texts) else "boolean")
    numbers = pd.to_numeric(known, errors="coerce") if decimal == "." and not unit else None
    if numbers is None or numbers.isna().any():  # else the usual file: no value needs a second look
        distinct = known.unique().tolist()
        plain = pd.to_numeric(pd.Series([_plain(text, decimal, unit) for text in distinct], dtype=object), errors="coerce")
        numbers = known.map(dict(zip(distinct, plain, strict=True))).astype(float)
    if numbers.isna().any():
        return texts
    return numbers if len(numbers) == len(texts) else numbers.reindex(texts.index).astype(float)


def is_number(text: str) -> bool:
    """Return whether a text is a number or true/false, with a decimal point or a decimal comma and any unit."""
    return any(isinstance(_plain(text, decimal, _unit(text)), str) for decimal in (".", ","))


def _unit(text: str) -> str:
    """Return the unit of a number; several, which no number has, with blanks between."""
    return " ".join(before or after for before, after in _UNITS.findall(text))


def _plain(text: str, decimal: str, unit: str) -> str | float:
    """Return a number as Python writes it; NaN for what is no number with this unit."""
    bare = _UNITS.sub("", text)
    if _unit(text) != unit or " " in unit:
        return np.nan
    if bare in _BOOLEANS:
        return str(int(_BOOLEANS[bare]))
    group = "." if decimal == "," else ","
    if not _pattern(decimal, group).fullmatch(bare):
        return np.nan
    return bare.translate(str.maketrans("", "", group + _BLANKS + _APOSTROPHES)).replace(decimal, ".")


@cache
def _pattern(decimal: str, group: str) -> re.Pattern[str]:
    """Return the pattern of a number whose thousands, if they are grouped, are grouped by three digits."""
    groups = "|".join(rf"\d{{1,3}}(?:[{mark}]\d{{3}})+" for mark in (group, _BLANKS, _APOSTROPHES))
    return re.compile(rf"[+-]?(?:(?:{groups}|\d+|(?=[{decimal}]\d))(?:[{decimal}]\d*)?(?:[eE][+-]?\d+)?|inf(?:inity)?)", re.IGNORECASE)
