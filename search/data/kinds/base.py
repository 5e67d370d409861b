"""The interface of row formats: how the rows of a data set that is no plain table are read from files, for training and prediction alike."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Protocol

import numpy as np
import pandas as pd

from ..columns import ColumnType, Features

ReadTable = Callable[[Path, Mapping[str, ColumnType]], pd.DataFrame]
"""Reads a table's file in the format of the training data's table, given the type of columns."""


@dataclass(frozen=True)
class RawRows:
    """Rows to predict.

    Attributes:
        features: The raw rows: a table, or an array.
        labels: Columns with targets, if the file has any, with as many rows.
        names: What names each row in the predictions, such as its file; None if its place does. Defaults to None.
    """

    features: Features
    labels: pd.DataFrame
    names: pd.Series | None = None


class RowFormat(Protocol):
    """How files become rows; an implementation is a frozen dataclass of plain values.

    Attributes:
        kind: Its name among `search.data.kinds.KINDS`.
        example: The name of a file or folder of such rows, for examples of commands.
        folds: The kind of folds that "auto" is, empty for the usual ones.
    """

    kind: ClassVar[str]
    example: ClassVar[str]
    folds: ClassVar[str]

    @property
    def gap(self) -> int:
        """Number of rows that are left out between the training and the validation rows of folds by time."""
        ...

    def scaling(self, rows: np.ndarray) -> str:
        """Return what ``[preprocessing] arrays = "auto"`` is for the training part: "pixels", "standard" or "none"."""
        ...

    def describe(self) -> str:
        """Return a sentence about the format; empty if there is nothing to tell."""
        ...

    def read(self, path: Path, shape: Sequence[int], targets: Sequence[str], read_table: ReadTable) -> RawRows:
        """Read rows from a file or a folder.

        Args:
            path: It exists.
            shape: Shape of a row.
            targets: The target columns.
            read_table: Reads a table.

        Raises:
            DataError: If the path holds no such rows.
        """
        ...

    def to_dict(self) -> dict[str, Any]:
        """Return it as values that JSON can write; `search.data.kinds.row_format` reads them."""
        ...
