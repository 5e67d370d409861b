"""Rows of bytes, such as images, which stay bytes in files, in memory and on devices: a batch of them is scaled when it is read.

They take a quarter of the memory of float32. A champion bundles this file.
"""

from dataclasses import dataclass, replace
from typing import Any, ClassVar, Self

import numpy as np

from .array_scaling import ArrayScaling

UNSCALED = ArrayScaling(mean=(0.0,), deviation=(1.0,))


@dataclass(frozen=True, eq=False)
class ByteRows:
    """Rows that are read like an array of float32: ``rows[chosen]`` and ``np.asarray(rows)`` are scaled copies.

    Attributes:
        values: uint8, ``(n_rows, *shape)``.
        scaling: The scaling of what is read. Defaults to none.
        dtype: That of what is read.
    """

    values: np.ndarray
    scaling: ArrayScaling = UNSCALED
    dtype: ClassVar[np.dtype] = np.dtype(np.float32)

    @property
    def shape(self) -> tuple[int, ...]:
        """Number of rows, and the shape of one."""
        return self.values.shape

    @property
    def nbytes(self) -> int:
        """Size as they are kept."""
        return self.values.nbytes

    def __len__(self) -> int:
        """Return the number of rows."""
        return len(self.values)

    def __getitem__(self, chosen: Any) -> np.ndarray:
        """Return some rows, float32, scaled."""
        return self.scaling.apply(self.values[chosen])

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> np.ndarray:
        """Return all rows, float32, scaled, or cast from that to another type."""
        if copy is False:
            raise ValueError("rows of bytes cannot be read as numbers without a copy; leave copy=False out")
        return self[:] if dtype is None else self[:].astype(dtype, copy=False)

    def select(self, chosen: Any) -> Self:
        """Return some rows that stay bytes."""
        return replace(self, values=self.values[chosen])
