"""The scaling of a regression's target: networks train on it, and predictions and metrics are in the target's own units.

A champion bundles this file.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Any, Self

import numpy as np

LARGEST_EXPONENT = 40.0
"""An output of a logarithmic target counts as at most this logarithm, 2e17, so that metrics of an untrained network stay finite."""


@dataclass(frozen=True, kw_only=True)
class Scaling:
    """The transformation of a target to mean 0 and standard deviation 1.

    Attributes:
        mean: Mean of the training part, of the logarithms if ``log``; of several targets one for each.
        deviation: Standard deviation of the training part, of the logarithms if ``log``; 1 for a constant target. As many as means.
        log: Whether ``log(1 + target)`` is scaled. Defaults to False.
    """

    mean: float | tuple[float, ...]
    deviation: float | tuple[float, ...]
    log: bool = False

    @classmethod
    def fit(cls, values: np.ndarray, *, log: bool) -> Self:
        """Fit the scaling to the training part.

        Args:
            values: The target, ``(n_rows,)``, or several, ``(n_rows, n_targets)``, all above -1 if ``log``.
            log: Whether to scale the logarithms.
        """
        scaled = np.log1p(values) if log else np.asarray(values, np.float64)
        mean, deviation = scaled.mean(axis=0), scaled.std(axis=0)
        return cls(mean=_plain(mean), deviation=_plain(np.where(deviation > 0, deviation, 1.0)), log=log)

    @classmethod
    def from_dict(cls, facts: Mapping[str, Any]) -> Self:
        """Return the scaling that `to_dict` wrote."""
        return cls(mean=_plain(np.asarray(facts["mean"])), deviation=_plain(np.asarray(facts["deviation"])), log=facts["log"])

    def scale(self, values: np.ndarray) -> np.ndarray:
        """Return the scaled target, float64, of the same shape."""
        values = np.asarray(values, np.float64)
        scaled: np.ndarray = ((np.log1p(values) if self.log else values) - np.asarray(self.mean)) / np.asarray(self.deviation)
        return scaled

    def invert(
        self, scaled: Any, minimum: Callable[..., Any] = np.minimum, expm1: Callable[..., Any] = np.expm1, array: Callable[..., Any] = np.asarray
    ) -> Any:
        """Return values in the target's own units.

        Args:
            scaled: A scaled target or outputs, of any shape, or of several targets ``(n_rows, n_targets)``: an array, or a tensor of the backend.
            minimum: The smaller of a tensor and a number. Defaults to NumPy's.
            expm1: The exponential function minus 1. Defaults to NumPy's.
            array: Makes an array or a tensor of several means. Defaults to NumPy's, of float64.

        Returns:
            An array or a tensor, of the same shape; of the same dtype, but for arrays of several targets, which are float64.
        """
        mean, deviation = (array(of) if isinstance(of, tuple) else of for of in (self.mean, self.deviation))
        values = scaled * deviation + mean
        return expm1(minimum(values, LARGEST_EXPONENT)) if self.log else values

    def formula(self, name: str = "output") -> str:
        """Return how an output becomes a value, such as ``output * 3.2 + 10``."""
        if isinstance(self.mean, tuple) or isinstance(self.deviation, tuple):
            text = f"{name} * {_listed(self.deviation)} + {_listed(self.mean)}"
        else:
            text = f"{name} * {self.deviation:.6g} {'-' if self.mean < 0 else '+'} {math.fabs(self.mean):.6g}"
        return f"exp({text}) - 1" if self.log else text

    def to_dict(self) -> dict[str, Any]:
        """Return the scaling as values that JSON can write; `from_dict` reads them."""
        return asdict(self)


def _plain(values: np.ndarray) -> float | tuple[float, ...]:
    return tuple(values.tolist()) if values.ndim else float(values)


def _listed(values: float | tuple[float, ...]) -> str:
    return f"[{', '.join(f'{value:.6g}' for value in np.atleast_1d(values))}]"
