"""Numbers as people write them: decimal commas, thousands, percent and currency signs. Each value is read by itself."""

import re
from functools import cache

import numpy as np
import pandas as pd

_UNIT = r"(R\$|[$€£¥₹%]|EUR|USD|GBP|CHF|INR|SEK|NOK|DKK|PLN|kr\.?)"
_UNITS = re.compile(rf"^\s*{_UNIT}\s*|\s*{_UNIT}\s*$")
_SIGN_BEFORE_UNIT = re.compile(rf"\s*([+-])\s*{_UNIT}\s*")
_IN_BRACKETS = re.compile(r"\(([^()]+)\)")
_MINUS = "\u2212"
_CODE = re.compile(r"[+-]?0\d+")
_BLANKS = " \u00a0\u202f"
_APOSTROPHES = "'\u2019"
_FEWEST_GROUPED = 5
_SMALL = re.compile(r"[+-]?\d{1,3}")
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
    is_plain = decimal == "." and pd.to_numeric(known, errors="coerce").notna().all()  # the usual column: no value has a unit
    units = {""} if is_plain else set(map(_unit, distinct))
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
        themselves if one of them is no such number. (5) is -5.
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


def _signed(text: str) -> str:
    """Return a number with its sign before its digits: -$5, which may be written ($5) or with a typographic minus, as $-5."""
    text = text.replace(_MINUS, "-")
    if in_brackets := _IN_BRACKETS.fullmatch(text):
        text = f"-{in_brackets[1]}"
    return _SIGN_BEFORE_UNIT.sub(r"\2\1", text, count=1) if text[:1] in "+- " else text


def _bare(text: str) -> str:
    """Return a number with its sign and without its unit."""
    return _UNITS.sub("", _signed(text))


def _unit(text: str) -> str:
    """Return the unit of a number; several, which no number has, with blanks between."""
    return " ".join(before or after for before, after in _UNITS.findall(_signed(text)))


def _plain(text: str, decimal: str, unit: str) -> str | float:
    """Return a number as Python writes it; NaN for what is no number with this unit."""
    bare = _bare(text)
    if _unit(text) != unit or " " in unit:
        return np.nan
    if bare in _BOOLEANS:
        return str(int(_BOOLEANS[bare]))
    group = "." if decimal == "," else ","
    if not _pattern(decimal, group).fullmatch(bare):
        return np.nan
    return bare.translate(str.maketrans("", "", group + _BLANKS + _APOSTROPHES)).replace(decimal, ".")


def is_grouped(texts: pd.Series, mark: str) -> bool:
    """Return whether a mark groups the thousands of a column's whole numbers, and is not before decimals.

    So it is if three digits follow each one, as in 3.133, at least five numbers have it, and others, such as 980, have none and no more digits.

    Args:
        texts: Text, gaps allowed.
        mark: "." or ",".
    """
    known = texts.dropna()
    marked = known[known.str.contains(mark, regex=False)]
    if len(marked) < _FEWEST_GROUPED or not _has_groups(marked.iloc[0], mark):  # nearly every column ends here
        return False
    numbers = [_bare(text) for text in known.unique()]
    grouped, others = ([number for number in numbers if (mark in number) is is_marked] for is_marked in (True, False))
    is_whole = all(_has_groups(number, mark) for number in grouped) and all(_SMALL.fullmatch(number) for number in others)
    return len(grouped) >= _FEWEST_GROUPED and is_whole and (bool(others) or any(number.count(mark) > 1 for number in grouped))


def _has_groups(text: str, mark: str) -> bool:
    return re.fullmatch(rf"[+-]?[1-9]\d{{0,2}}(?:[{mark}]\d{{3}})+", _bare(text)) is not None


@cache
def _pattern(decimal: str, group: str) -> re.Pattern[str]:
    """Return the pattern of a number whose thousands, if they are grouped, are grouped by three digits."""
    groups = "|".join(rf"\d{{1,3}}(?:[{mark}]\d{{3}})+" for mark in (group, _BLANKS, _APOSTROPHES))
    return re.compile(rf"[+-]?(?:(?:{groups}|\d+|(?=[{decimal}]\d))(?:[{decimal}]\d*)?(?:[eE][+-]?\d+)?|inf(?:inity)?)", re.IGNORECASE)
