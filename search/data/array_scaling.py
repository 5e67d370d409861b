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
            how: As ``[preprocessing] arrays``: "pixels" makes 0 to 255 to 0 to 1; "standard" makes mean 0 and variance 1 of each position of
                the last axis; "auto" is "pixels" for arrays of bytes, and else "none".

        Returns:
            The scaling; None if nothing is scaled.
        """
        if how == "pixels" or (how == "auto" and rows.dtype == np.uint8):
            return cls(mean=(0.0,), deviation=(_LARGEST_PIXEL,))
        if how != "standard":
            return None
        others = tuple(range(rows.ndim - 1))
        mean, deviation = rows.mean(axis=others, dtype=np.float64), rows.std(axis=others, dtype=np.float64)
        return cls(mean=tuple(mean.tolist()), deviation=tuple(np.where(deviation > 0, deviation, 1.0).tolist()))

    def apply(self, rows: np.ndarray) -> np.ndarray:
        """Return scaled rows, float32, of the same shape."""
        scaled = rows.astype(np.float32)
        if any(self.mean):
            scaled -= np.asarray(self.mean, np.float32)
        scaled /= np.asarray(self.deviation, np.float32)
        return scaled

    def to_dict(self) -> dict[str, Any]:
        """Return it as values that JSON can write; `from_dict` reads them."""
        return {"mean": list(self.mean), "deviation": list(self.deviation)}

    @classmethod
    def from_dict(cls, facts: dict[str, Any]) -> Self:
        """Read what `to_dict` returned."""
        return cls(mean=tuple(facts["mean"]), deviation=tuple(facts["deviation"]))
