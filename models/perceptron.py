"""The threshold logic unit, with Rosenblatt's learning rule, as a scikit-learn classifier of two classes."""

from collections.abc import Sequence
from typing import Any, Self

import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import check_is_fitted, validate_data


class ThresholdUnit(ClassifierMixin, BaseEstimator):
    """A weighted sum and a step: 1 where ``w0 * x0 + w1 * x1 + ... >= 0``, else 0, with the bias input ``x0 = -1``.

    It learns linearly separable classes only: AND and OR, but never XOR. Row by row each weight moves
    by ``learning_rate * x * (t - y)`` (Rosenblatt 1958), until a sweep over all rows changes nothing.

    Args:
        start: Weights before the first sweep: of the bias input, then of the features; those that are not given are 0.
            Defaults to (0.3, 0.4, 0.1).
        learning_rate: Size of a step, above 0. Defaults to 0.05.
        n_sweeps: Sweeps at most, at least 1. Defaults to 10.
        prints_steps: Whether each step of the weights is printed, with its sweep and row from 1. Defaults to False.

    Attributes:
        classes_: The two classes; the unit's 1 is the second.
        weights_: ``(1 + n_features,)``, the bias input's first.
        trace_: The weights before the first sweep and after each, ``(n_sweeps_ + 1, 1 + n_features)``.
        n_sweeps_: Sweeps that were made; the last one changed nothing unless they ran out.
        n_features_in_: Number of features.
    """

    def __init__(self, start: Sequence[float] = (0.3, 0.4, 0.1), learning_rate: float = 0.05, n_sweeps: int = 10, prints_steps: bool = False) -> None:
        self.start = start
        self.learning_rate = learning_rate
        self.n_sweeps = n_sweeps
        self.prints_steps = prints_steps

    def fit(self, X: Any, y: Any) -> Self:  # noqa: N803  # scikit-learn's name
        """Fit the weights.

        Args:
            X: Features, ``(n_rows, n_features)``.
            y: One of two classes a row, ``(n_rows,)``.

        Returns:
            The unit itself.

        Raises:
            ValueError: If there are not two classes, more start weights than features and a bias, or a setting is out of
                its range.
        """
        if self.learning_rate <= 0 or self.n_sweeps < 1:
            raise ValueError(f"learning_rate={self.learning_rate} must be above 0, and n_sweeps={self.n_sweeps} at least 1")
        X, y = validate_data(self, X, y, dtype=np.float64)  # noqa: N806
        check_classification_targets(y)
        self.classes_, targets = np.unique(y, return_inverse=True)
        if len(self.classes_) != 2:
            raise ValueError(f"Only binary classification is supported: expected 2 classes, but the target has {len(self.classes_)} class(es)")
        self._sweep(_with_bias(X), targets)
        return self

    def _sweep(self, inputs: np.ndarray, targets: np.ndarray) -> None:
        """Update the weights: ``(n_rows, 1 + n_features)`` inputs and ``(n_rows,)`` targets of 0 and 1."""
        if len(self.start) > inputs.shape[1]:
            raise ValueError(f"start={self.start} has {len(self.start)} weights, but there are {inputs.shape[1] - 1} feature(s) and the bias input")
        weights = np.zeros(inputs.shape[1])
        weights[: len(self.start)] = self.start
        trace = [weights.copy()]
        for sweep in range(1, self.n_sweeps + 1):
            for number, (row, target) in enumerate(zip(inputs, targets, strict=True), start=1):
                error = target - float(_fires(row @ weights))
                weights += self.learning_rate * row * error
                if self.prints_steps and error:
                    print(f"sweep {sweep}, row {number}: weights {np.array2string(weights, precision=4)}")
            trace.append(weights.copy())
            if (trace[-1] == trace[-2]).all():
                break
        self.weights_, self.trace_, self.n_sweeps_ = weights, np.array(trace), len(trace) - 1

    @property
    def coef_(self) -> np.ndarray:
        """The features' weights, ``(1, n_features)``, as scikit-learn's linear classifiers have them."""
        return self.weights_[np.newaxis, 1:]

    @property
    def intercept_(self) -> np.ndarray:
        """The bias, ``(1,)``: what the bias input of -1 adds."""
        return -self.weights_[:1]

    def decision_function(self, X: Any) -> np.ndarray:  # noqa: N803
        """Return the weighted sums, ``(n_rows,)``, of features ``(n_rows, n_features)``."""
        check_is_fitted(self)
        return _with_bias(validate_data(self, X, reset=False, dtype=np.float64)) @ self.weights_

    def predict(self, X: Any) -> np.ndarray:  # noqa: N803
        """Return the classes, ``(n_rows,)``, of features ``(n_rows, n_features)``."""
        numbers = _fires(self.decision_function(X)).astype(int)
        return self.classes_[numbers]

    def __sklearn_tags__(self) -> Any:
        """Declare the unit a binary classifier, for linearly separable classes only."""
        tags = super().__sklearn_tags__()
        tags.classifier_tags.multi_class = False
        tags.classifier_tags.poor_score = True
        return tags


def _with_bias(features: np.ndarray) -> np.ndarray:
    return np.column_stack([np.full(len(features), -1.0), features])


def _fires(sums: Any) -> Any:
    # Weights that move in steps of 0.05 miss an exact 0 by the rounding of binary fractions.
    return sums >= -1e-12


def build_threshold_unit(
    learning_rate: float = 0.05, n_sweeps: int = 10, w0: float = 0.3, w1: float = 0.4, w2: float = 0.1, prints_steps: bool = False
) -> ThresholdUnit:
    """Build a threshold unit of two inputs, or of more whose further weights start at 0.

    Args:
        learning_rate: Size of a step, above 0. Defaults to 0.05.
        n_sweeps: Sweeps over all rows at most, at least 1. Defaults to 10.
        w0: Start weight of the bias input -1. Defaults to 0.3.
        w1: Start weight of the first feature. Defaults to 0.4.
        w2: Start weight of the second feature. Defaults to 0.1.
        prints_steps: Whether each step of the weights is printed, into the worker's log or, with ``--executor in-process``, on the
            terminal. Defaults to False.

    Returns:
        An unfitted classifier.
    """
    return ThresholdUnit((w0, w1, w2), learning_rate, n_sweeps, prints_steps)
