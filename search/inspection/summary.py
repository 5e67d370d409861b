"""Keras' summary of a champion's model as text."""

import contextlib
import os
from collections.abc import Iterator

from .base import Inspected, keras_model

LINE_LENGTH = 100


def model_summary(champion: Inspected) -> str:
    """Return Keras' summary of a champion's model, with the layers of nested models.

    Args:
        champion: The champion.

    Returns:
        The table, lines of at most 100 characters.

    Raises:
        InputError: If the champion is not a Keras model.
    """
    lines: list[str] = []
    with _wide_terminal():
        keras_model(champion).summary(line_length=LINE_LENGTH, expand_nested=True, print_fn=lines.append)
    return "\n".join(lines)


@contextlib.contextmanager
def _wide_terminal() -> Iterator[None]:
    """Set the terminal's width for Keras, whose printing by rich would cut off the last columns."""
    earlier = os.environ.get("COLUMNS")
    os.environ["COLUMNS"] = str(LINE_LENGTH)
    try:
        yield
    finally:
        if earlier is None:
            del os.environ["COLUMNS"]
        else:
            os.environ["COLUMNS"] = earlier
