"""The range of an array's values in training, by which rows on another scale are found, such as pixels of 0 to 255 instead of 0 to 1.

A champion bundles this file.
"""

from dataclasses import asdict, dataclass
from typing import Any, Self

import numpy as np

from ..errors import DataError

OUTSIDE_PART = 0.01
"""The part of all values that may lie far outside the range: a few outliers are no other scale."""


@dataclass(frozen=True, kw_only=True)
class ValueRange:
    """The range of the training part.

    Attributes:
        low: The smallest value.
        high: The largest value.
        is_whole: Whether all values are whole numbers.
    """

    low: float
    high: float
    is_whole: bool

    @classmethod
    def of(cls, rows: np.ndarray) -> Self:
        """Return the range of an array, ``(n_rows, *shape)``, of finite numbers."""
        return cls(low=float(rows.min()), high=float(rows.max()), is_whole=_is_whole(rows))

    def check(self, rows: np.ndarray, where: str) -> None:
        """Check that an array is on the scale of the training part.

        Args:
            rows: Finite numbers, ``(n_rows, *shape)``.
            where: Start of the error message, such as "The rows".

        Raises:
            DataError: If more than 1 % of the values lie further outside the range than ten times its width; or if all values are
                fractions within 1, but the training part had whole numbers up to 50 or more.
        """
        margin = 10 * (self.high - self.low)
        is_outside = (rows < self.low - margin) | (rows > self.high + margin)
        is_reduced = self.is_whole and self.high - self.low >= 50 and np.abs(rows).max() <= 1 and not _is_whole(rows)
        if is_reduced or is_outside.mean() > OUTSIDE_PART:
            raise DataError(
                f"{where}: the values are {rows.min():g} to {rows.max():g}, but {self.low:g} to {self.high:g} in training; "
                "scale them as the training data were"
            )

    def to_dict(self) -> dict[str, Any]:
        """Return the range as values that JSON can write; ``ValueRange(**facts)`` reads them."""
        return asdict(self)


def _is_whole(rows: np.ndarray) -> bool:
    return bool(np.issubdtype(rows.dtype, np.integer) or (rows == np.floor(rows)).all())
