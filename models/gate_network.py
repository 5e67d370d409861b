"""Two threshold units that have learned AND and OR, and a third one on their outputs: the exclusive or without back-propagation."""

from typing import Any, Self

import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.utils.validation import check_is_fitted, validate_data

from .perceptron import ThresholdUnit

_INPUTS = np.array([[0, 0], [0, 1], [1, 0], [1, 1]])
_GATES = {"and": (0, 0, 0, 1), "or": (0, 1, 1, 1)}


class GateNetwork(ClassifierMixin, BaseEstimator):
    """A network of threshold units, each trained by Rosenblatt's rule.

    The hidden units learn AND and OR from their truth tables. The output unit learns the target from the two outputs, by which
    a line separates every symmetric gate: the exclusive or is OR and not AND.

    Args:
        learning_rate: Size of a step, above 0. Defaults to 0.05.
        n_sweeps: Sweeps of each unit at most, at least 1. Defaults to 20.

    Attributes:
        classes_: The two classes; the output unit's 1 is the second.
        hidden_: The units of AND and OR.
        output_: The output unit.
        n_features_in_: 2.
    """

    def __init__(self, learning_rate: float = 0.05, n_sweeps: int = 20) -> None:
        self.learning_rate = learning_rate
        self.n_sweeps = n_sweeps

    def fit(self, X: Any, y: Any) -> Self:  # noqa: N803  # scikit-learn's name
        """Fit the units.

        Args:
            X: Inputs of 0 and 1, ``(n_rows, 2)``.
            y: One of two classes a row, ``(n_rows,)``.

        Returns:
            The network itself.

        Raises:
            ValueError: If there are not two inputs of 0 and 1, or not two classes, or a setting is out of its range.
        """
        X, y = validate_data(self, X, y, dtype=np.float64)  # noqa: N806
        if X.shape[1] != 2 or not np.isin(X, (0, 1)).all():
            raise ValueError(f'the inputs have {X.shape[1]} columns from {X.min():g} to {X.max():g}; expected 2 of 0 and 1, with numeric = "none"')
        self.hidden_ = [self._unit().fit(_INPUTS, outputs) for outputs in _GATES.values()]
        self.output_ = self._unit().fit(self._gates(X), y)
        self.classes_ = self.output_.classes_
        return self

    def _unit(self) -> ThresholdUnit:
        return ThresholdUnit(learning_rate=self.learning_rate, n_sweeps=self.n_sweeps)

    def _gates(self, inputs: np.ndarray) -> np.ndarray:
        """Return the outputs of AND and OR, ``(n_rows, 2)``."""
        return np.column_stack([unit.predict(inputs) for unit in self.hidden_])

    def predict(self, X: Any) -> np.ndarray:  # noqa: N803
        """Return the classes, ``(n_rows,)``, of inputs ``(n_rows, 2)``."""
        check_is_fitted(self)
        return self.output_.predict(self._gates(validate_data(self, X, reset=False, dtype=np.float64)))


def build_gate_network(learning_rate: float = 0.05, n_sweeps: int = 20) -> GateNetwork:
    """Build a network of the gates AND and OR for a gate of two inputs.

    Args:
        learning_rate: Size of a step of Rosenblatt's rule, above 0. Defaults to 0.05.
        n_sweeps: Sweeps of each unit over its rows at most, at least 1. Defaults to 20.

    Returns:
        An unfitted classifier.
    """
    return GateNetwork(learning_rate, n_sweeps)
