"""Keeps spreadsheets from running the text cells of a CSV file as formulas.

Source: OWASP, "CSV Injection". Numbers stay as they are, and so does a single sign, which is no formula.
"""

_FIRST = ("=", "+", "-", "@", "\t", "\r", "\n")


def neutral_cell(value: object) -> object:
    """Return a cell's value that a spreadsheet shows instead of computing it.

    Args:
        value: Text, a number, or anything else that is written by its ``str``.

    Returns:
        Text that begins like a formula after an apostrophe, unless it is a number; every other value unchanged.
    """
    if not isinstance(value, str) or len(value) < 2 or not value.startswith(_FIRST):
        return value
    try:
        float(value)
    except ValueError:
        return f"'{value}"
    return value
