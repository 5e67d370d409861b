"""The scaling of a regression's target: networks train on it, and predictions and metrics are in the target's own units.

A champion bundles this file.
"""

import math
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any, Self

import numpy as np

LARGEST_EXPONENT = 40.0
"""An output of a logarithmic target counts as at most this logarithm, 2e17, so that metrics of an untrained network stay finite."""


@dataclass(frozen=True, kw_only=True)
class Scaling:
    """The transformation of a target to mean 0 and standard deviation 1.

    Attributes:
        mean: Mean of the training part, of the logarithms if ``log``.
        deviation: Standard deviation of the training part, of the logarithms if ``log``; 1 for a constant target.
        log: Whether ``log(1 + target)`` is scaled. Defaults to False.
    """

    mean: float
    deviation: float
    log: bool = False

    @classmethod
    def fit(cls, values: np.ndarray, *, log: bool) -> Self:
        """Fit the scaling to the training part.

        Args:
            values: The target, ``(n_rows,)``, all above -1 if ``log``.
            log: Whether to scale the logarithms.
        """
        scaled = np.log1p(values) if log else np.asarray(values, np.float64)
        return cls(mean=float(scaled.mean()), deviation=float(scaled.std()) or 1.0, log=log)

    def scale(self, values: np.ndarray) -> np.ndarray:
        """Return the scaled target, float64, of the same shape."""
        values = np.asarray(values, np.float64)
        scaled: np.ndarray = ((np.log1p(values) if self.log else values) - self.mean) / self.deviation
        return scaled

    def invert(self, scaled: Any, minimum: Callable[..., Any] = np.minimum, expm1: Callable[..., Any] = np.expm1) -> Any:
        """Return values in the target's own units.

        Args:
            scaled: A scaled target or outputs, of any shape: an array, or a tensor of the backend.
            minimum: The smaller of a tensor and a number. Defaults to NumPy's.
            expm1: The exponential function minus 1. Defaults to NumPy's.

        Returns:
            An array or a tensor, of the same shape and dtype.
        """
        values = scaled * self.deviation + self.mean
        return expm1(minimum(values, LARGEST_EXPONENT)) if self.log else values

    def formula(self, name: str = "output") -> str:
        """Return how an output becomes a value, such as ``output * 3.2 + 10``."""
        text = f"{name} * {self.deviation:.6g} {'-' if self.mean < 0 else '+'} {math.fabs(self.mean):.6g}"
        return f"exp({text}) - 1" if self.log else text

    def to_dict(self) -> dict[str, Any]:
        """Return the scaling as values that JSON can write; ``Scaling(**facts)`` reads them."""
        return asdict(self)
