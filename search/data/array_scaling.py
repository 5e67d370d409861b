"""The scaling of rows that are arrays, such as images: fitted on the training part, and part of the champion.

A champion bundles this file.
"""

from dataclasses import dataclass
from typing import Any, Self

import numpy as np

_LARGEST_PIXEL = 255.0


@dataclass(frozen=True, kw_only=True)
class ArrayScaling:
    """A mean that is taken from, and a deviation that divides, each position of the last axis: channels of images, features of series.

    Attributes:
        mean: One number for each position, or one for all.
        deviation: As many, above 0.
    """

    mean: tuple[float, ...]
    deviation: tuple[float, ...]

    @classmethod
    def of(cls, rows: np.ndarray, how: str) -> Self | None:
        """Fit a scaling.

        Args:
            rows: The training part, ``(n_rows, ..., n_features)``.
            how: "pixels" makes 0 to 255 to 0 to 1; "standard" makes mean 0 and variance 1 of each position of the last axis; "none" leaves
                rows as they are.

        Returns:
            The scaling; None if nothing is scaled.
        """
        if how == "pixels":
            return cls(mean=(0.0,), deviation=(_LARGEST_PIXEL,))
        if how == "none":
            return None
        others = tuple(range(rows.ndim - 1))
        mean, deviation = rows.mean(axis=others, dtype=np.float64), rows.std(axis=others, dtype=np.float64)
        return cls(mean=tuple(mean.tolist()), deviation=tuple(np.where(deviation > 0, deviation, 1.0).tolist()))

    def apply(self, rows: np.ndarray) -> np.ndarray:
        """Return scaled rows, float32, of the same shape; computed as precisely as they are, since a mean may be far larger than a deviation."""
        precise = rows if rows.dtype == np.float64 else rows.astype(np.float32 if rows.dtype == np.uint8 else np.float64)
        scaled = (precise - np.asarray(self.mean, precise.dtype)) / np.asarray(self.deviation, precise.dtype)
        return np.asarray(scaled, np.float32)

    def to_dict(self) -> dict[str, Any]:
        """Return it as values that JSON can write; `from_dict` reads them."""
        return {"mean": list(self.mean), "deviation": list(self.deviation)}

    @classmethod
    def from_dict(cls, facts: dict[str, Any]) -> Self:
        """Read what `to_dict` returned."""
        return cls(mean=tuple(facts["mean"]), deviation=tuple(facts["deviation"]))
