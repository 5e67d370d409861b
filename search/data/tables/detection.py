"""Finds out how a table is written: its encoding, separator and line of names, and the sign before decimals."""

import csv
import re
from collections import Counter
from collections.abc import Sequence
from itertools import islice
from typing import TextIO

import pandas as pd

from .numbers import find_numbers, is_grouped, is_number

SEPARATORS = (",", ";", "\t", "|")
BLANKS = r"\s+"
N_LINES = 500
FALLBACK = "cp1252"
"""The encoding of text that is not Unicode: Windows' Western European."""
_N_HEADER_LINES = 50
_MARKS = (("utf-8-sig", b"\xef\xbb\xbf"), ("utf-16", b"\xff\xfe"), ("utf-16", b"\xfe\xff"))
Row = list[str]


def find_encoding(content: bytes) -> str:
    """Return the encoding of a file's content: that of its byte order mark, UTF-8, or `FALLBACK`.

    Raises:
        ValueError: If the content is not text.
    """
    for encoding, mark in _MARKS:
        if content.startswith(mark):
            return encoding
    if b"\0" in content:
        raise ValueError("it is not text")
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        return FALLBACK
    return "utf-8"


def cleaned(text: str) -> str:
    """Return a text without Excel's line that names the separator, and with a line break that Python knows."""
    if "\n" not in text:
        text = text.replace("\r", "\n")
    return re.sub(r"\A\ufeff?\"?sep=.\"?\r?\n", "", text)


def sample(file: TextIO, comment: str | None) -> list[str]:
    """Return the first lines that are neither empty nor comments.

    Raises:
        ValueError: If there are none.
    """
    lines = (line.partition(comment)[0] if comment else line for line in file)
    found = list(islice((line.rstrip("\r\n") for line in lines if line.strip()), N_LINES))
    if not found:
        raise ValueError("it is empty")
    return found


def find_separator(lines: Sequence[str], quote: str) -> str:
    """Return the separator with which the lines have equally many values, and more than one; a comma if there is none."""
    best, best_score = ",", (0.0, 0.0, 0)
    for separator in (*SEPARATORS, BLANKS):
        rows = split(lines, separator, quote)
        width, count = Counter(map(len, rows)).most_common(1)[0]
        values = [value for row in rows for value in row]
        others = re.compile("|".join(map(re.escape, (other for other in SEPARATORS[1:] if other != separator))))
        score = (count / len(rows), sum(not others.search(value) for value in values) / len(values), width)
        # Blanks separate only what nothing else does.
        if width > 1 and score > best_score and not (separator == BLANKS and best_score[2]):
            best, best_score = separator, score
    return best


def split(lines: Sequence[str], separator: str, quote: str) -> list[Row]:
    """Split lines into values without blanks around them.

    Raises:
        ValueError: If Python cannot split them.
    """
    if separator == BLANKS:
        return [line.split() for line in lines]
    if len(separator) > 1:
        return [[value.strip() for value in re.split(separator, line)] for line in lines]
    csv.field_size_limit(max(csv.field_size_limit(), *map(len, lines)))  # with a wrong separator a line is one value
    try:
        return [[value.strip() for value in row] for row in csv.reader(lines, delimiter=separator, quotechar=quote, skipinitialspace=True)]
    except csv.Error as error:
        raise ValueError(str(error)) from None


def find_header(rows: Sequence[Row], target: str | int | None) -> bool:
    """Return whether the first row names the columns.

    Args:
        rows: The first rows, split.
        target: The target column. If it is a name that the first row has, the row names the columns.
    """
    first, rest = rows[0], rows[1:_N_HEADER_LINES]
    if isinstance(target, str) and target in first:
        return True
    if any(is_number(value) for value in first) or len(set(first)) < len(first):
        return False
    if isinstance(target, str) and re.fullmatch(r"column_\d+", target):
        return False
    columns = [[row[number] for row in rest if number < len(row)] for number in range(len(first))]
    if any(values and sum(map(is_number, values)) > len(values) / 2 for values in columns):
        return True  # text above numbers
    return not any(value in values for value, values in zip(first, columns, strict=True))


def find_decimal(table: pd.DataFrame, text: str, separator: str, quote: str) -> str:
    """Return the sign before decimals with which more columns are numbers; a comma after a semicolon if both fit equally.

    Args:
        table: All values as text.
        text: The text of the file.
        separator: Between its values.
        quote: The character around values that contain the separator.
    """
    quoted = rf"{re.escape(quote)}[^{re.escape(quote)}\n]*" if separator == "," else ""
    if not re.search(rf"{quoted}\d,\d", text):
        return "," if re.search(r"\d\.\d", text) and _only_groups(table, ".") else "."
    if _only_groups(table, ","):
        return "."
    marked = [table[name] for name in table if table[name].str.contains(r"\d,\d", na=False).any()]
    if separator == ",":  # the values are quoted
        is_comma = any(_are_numbers(column, ",") and not _are_numbers(column, ".") for column in marked)
        return "," if is_comma and not _has_points(table) else "."
    comma, point = (sum(_are_numbers(table[name], decimal) for name in table) for decimal in (",", "."))
    return "," if comma > point or (comma == point and separator == ";") else "."


def _only_groups(table: pd.DataFrame, mark: str) -> bool:
    """Return whether every column of numbers that has a mark, and at least one, has it between thousands."""
    is_found = False
    for name in table:
        column = table[name]
        if not column.str.contains(rf"\d[{mark}]\d", na=False).any():
            continue
        if is_grouped(column, mark):
            is_found = True
        elif _are_numbers(column, ".") or _are_numbers(column, ","):
            return False
    return is_found


def _are_numbers(texts: pd.Series, decimal: str) -> bool:
    return find_numbers(texts, decimal) is not None


def _has_points(table: pd.DataFrame) -> bool:
    return any(table[name].str.fullmatch(r"[+-]?\d*\.\d+", na=False).any() for name in table)
