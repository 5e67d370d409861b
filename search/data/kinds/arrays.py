"""Rows of arrays in .npy and .npz files."""

import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, ClassVar, Self, final

import numpy as np
import pandas as pd

from ...errors import DataError, listed
from ...redaction import one_line, shorten
from .base import RawRows, ReadTable

SUFFIXES = (".npy", ".npz")
"""Of files of arrays."""


def load_arrays(path: Path) -> dict[str, np.ndarray]:
    """Return the arrays of a file by name; the only one of a .npy file is named "".

    Raises:
        ValueError: If the file holds no arrays, or objects.
        OSError: If it cannot be read.
    """
    try:
        with path.open("rb") as file:
            loaded = np.load(file, allow_pickle=False)
            return {"": loaded} if isinstance(loaded, np.ndarray) else dict(loaded)
    except (zipfile.BadZipFile, EOFError) as error:
        raise ValueError(f"the file is damaged or empty ({one_line(str(error))})") from None


@final
@dataclass(frozen=True, kw_only=True)
class ArrayFormat:
    """The names of features and target in a .npz file.

    Attributes:
        x: Name of the features. Defaults to "x".
        y: Name of the target. Defaults to "y".
    """

    x: str = "x"
    y: str = "y"
    kind: ClassVar[str] = "arrays"
    example: ClassVar[str] = "rows.npy"
    folds: ClassVar[str] = ""

    @property
    def gap(self) -> int:
        """0: rows share nothing."""
        return 0

    def scaling(self, rows: np.ndarray) -> str:
        """Return "pixels" for bytes, else "none"."""
        return "pixels" if rows.dtype == np.uint8 else "none"

    def describe(self) -> str:
        """Return nothing."""
        return ""

    def read(self, path: Path, shape: Sequence[int], targets: Sequence[str], read_table: ReadTable) -> RawRows:
        """Read a .npy file of features, or a .npz file, whose target is optional; see `RowFormat.read`."""
        expected = f"expected an array (n_rows, {', '.join(map(str, shape))}) in a .npy file, or named {self.x} in a .npz file"
        if path.suffix.lower() not in SUFFIXES:
            raise DataError(f'"{path}" holds no array; {expected}')
        try:
            found = load_arrays(path)
        except (ValueError, OSError) as error:
            raise DataError(f'"{path}" cannot be read as arrays: {shorten(one_line(str(error)), 300)}') from None
        fitting = [name for name, array in found.items() if array.shape[1:] == tuple(shape)]
        name = next((name for name in ("", self.x) if name in found), fitting[0] if len(fitting) == 1 else None)
        if name is None:
            several = f", of which {listed(fitting)} have this shape" if fitting else ""
            raise DataError(f'"{path}" has the arrays {listed(list(found))}{several}; {expected}')
        rows = found[name]
        return RawRows(rows, pd.DataFrame(self._labels(path, found, len(rows), targets), index=range(len(rows))))

    def _labels(self, path: Path, found: Mapping[str, np.ndarray], n_rows: int, targets: Sequence[str]) -> dict[str, np.ndarray]:
        """Return the targets that a file has, ``(n_rows,)`` each: arrays of their names, or the one of all."""
        own = {target: found[target] for target in targets if target in found}
        if own or self.y not in found:
            of_each, expected = own, f"({n_rows},), one for each row"
        else:
            of_all = found[self.y].reshape(len(found[self.y]), -1)  # steps one after the other
            expected = f"({n_rows},), one for each row" if len(targets) == 1 else f"({n_rows}, {len(targets)}), the targets of each row"
            if of_all.shape != (n_rows, len(targets)):
                raise DataError(f'"{path}": the target "{self.y}" has the shape {found[self.y].shape}; expected {expected}')
            of_each = {target: of_all[:, number] for number, target in enumerate(targets)}
        for of, array in of_each.items():
            if array.shape not in ((n_rows,), (n_rows, 1)):
                raise DataError(f'"{path}": the target "{of}" has the shape {array.shape}; expected {expected}')
        return {of: array.ravel() for of, array in of_each.items()}

    def to_dict(self) -> dict[str, Any]:
        """Return it as plain values."""
        return {"kind": self.kind, **asdict(self)}

    @classmethod
    def from_dict(cls, facts: Mapping[str, Any]) -> Self:
        """Read what `to_dict` returned."""
        return cls(**facts)
