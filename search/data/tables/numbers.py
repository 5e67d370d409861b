"""Numbers as people write them: decimal commas, thousands, percent and currency signs. Each value is read by itself."""

import re

import numpy as np
import pandas as pd

_UNIT = r"(?:[$€£¥%]|EUR|USD|GBP|CHF)"
_UNITS = re.compile(rf"^\s*{_UNIT}\s*|\s*{_UNIT}\s*$")
_CODE = r"[+-]?0\d+"
_BLANKS = " \u00a0\u202f"
_APOSTROPHES = "'\u2019"
_BOOLEANS = {"true": True, "false": False, "True": True, "False": False, "TRUE": True, "FALSE": False}


def parse_numbers(texts: pd.Series, decimal: str) -> pd.Series:
    """Parse texts as numbers, each by itself.

    Args:
        texts: Text without blanks around it, gaps allowed.
        decimal: "." or ","; the other one, blanks and apostrophes may group thousands.

    Returns:
        Whole numbers, floats, or true/false where all are; a text that is no number is a gap, as every gap is.
        "12.3 %" is 12.3, "$1,234.50" is 1234.5.
    """
    known = texts.dropna()
    if len(known) and known.isin(list(_BOOLEANS)).all():
        flags = texts.map(_BOOLEANS)
        return flags.astype(bool) if len(known) == len(texts) else flags.astype(float)
    if decimal == "." and pd.to_numeric(known, errors="coerce").notna().all():  # the usual file: no value needs a second look
        return pd.to_numeric(texts)
    distinct = known.unique().tolist()
    numbers = pd.to_numeric(pd.Series([_plain(text, decimal) for text in distinct], dtype=object), errors="coerce")
    return texts.map(dict(zip(distinct, numbers, strict=True))).astype(float)


def are_numbers(texts: pd.Series, decimal: str) -> bool:
    """Return whether all texts but gaps are numbers written in one way: not codes such as 00012, and with one unit or none."""
    distinct = pd.Series(texts.dropna().unique(), dtype="str")
    if distinct.empty or distinct.str.fullmatch(_CODE).any():
        return False
    if decimal == "." and pd.to_numeric(distinct, errors="coerce").notna().all():
        return True
    return bool(parse_numbers(distinct, decimal).notna().all()) and len({tuple(_UNITS.findall(text)) for text in distinct}) == 1


def _plain(text: str, decimal: str) -> str | float:
    """Return a number as Python writes it; NaN for what is no number."""
    bare = _UNITS.sub("", text)
    if bare in _BOOLEANS:
        return str(int(_BOOLEANS[bare]))
    group = "." if decimal == "," else ","
    if not _pattern(decimal, group).fullmatch(bare):
        return np.nan
    return bare.translate(str.maketrans("", "", group + _BLANKS + _APOSTROPHES)).replace(decimal, ".")


def _pattern(decimal: str, group: str) -> re.Pattern[str]:
    """Return the pattern of a number whose thousands, if they are grouped, are grouped by three digits."""
    groups = "|".join(rf"\d{{1,3}}(?:[{mark}]\d{{3}})+" for mark in (group, _BLANKS, _APOSTROPHES))
    return re.compile(rf"[+-]?(?:{groups}|\d+|(?=[{decimal}]\d))(?:[{decimal}]\d*)?(?:[eE][+-]?\d+)?")
