"""A task's metrics for models with scikit-learn's interface, under the names and with the meanings of Keras' metrics."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from ..data.arrays import Task
from ..errors import TrialError
from ..estimators import as_matrix, has_probabilities
from .metrics import SHORT_NAMES

N_TOP = 5
"""Of top_k_categorical_accuracy, as in Keras."""


def measure(estimator: Any, features: Any, target: np.ndarray, task: Task, metrics: Sequence[str]) -> dict[str, float]:
    """Measure an estimator.

    The loss of a regression is the mean squared error. That of a classifier is the log loss, or 1 - accuracy where it has no
    probabilities. Accuracy, precision, recall and F1 score compare with what `predict` answers.

    Args:
        estimator: A fitted one; a classifier's classes are the numbers from 0.
        features: ``(n_rows, *shape)``.
        target: Values or class numbers, ``(n_rows, 1)``.
        task: What the target is.
        metrics: Names as `search.training.metrics.metric_names` returns them.

    Returns:
        ``loss`` and the metrics, by name.

    Raises:
        TrialError: If a metric needs probabilities that the estimator has not.
    """
    seen = _Seen(estimator, as_matrix(features), np.asarray(target).ravel(), task)
    return {name: float(_METRICS[SHORT_NAMES.get(name, name)](seen)) for name in ("loss", *metrics)}


@dataclass
class _Seen:
    """Rows, and what an estimator says of them, each asked once."""

    estimator: Any
    features: np.ndarray
    target: np.ndarray
    task: Task

    @cached_property
    def predicted(self) -> np.ndarray:
        """``(n_rows,)``."""
        return np.asarray(self.estimator.predict(self.features)).ravel()

    @cached_property
    def probabilities(self) -> np.ndarray:
        """``(n_rows, n_classes)``."""
        if not has_probabilities(self.estimator):
            raise TrialError(f"{type(self.estimator).__name__} has no predict_proba, which this metric needs; use accuracy or loss")
        return np.asarray(self.estimator.predict_proba(self.features))

    @property
    def ranking(self) -> np.ndarray:
        """How much each row looks like the second class, ``(n_rows,)``."""
        if not has_probabilities(self.estimator) and hasattr(self.estimator, "decision_function"):
            return np.asarray(self.estimator.decision_function(self.features))
        return self.probabilities[:, 1]


def _loss(seen: _Seen) -> float:
    if seen.task == "regression":
        return _METRICS["mean_squared_error"](seen)
    return _log_loss(seen) if has_probabilities(seen.estimator) else 1 - _accuracy(seen)


def _accuracy(seen: _Seen) -> float:
    return float((seen.predicted == seen.target).mean())


def _log_loss(seen: _Seen) -> float:
    from sklearn.metrics import log_loss

    # Seven digits, as Keras' epsilon: else a single sure mistake would cost 36.
    probabilities = np.clip(seen.probabilities, 1e-7, 1 - 1e-7)
    return float(log_loss(seen.target, probabilities / probabilities.sum(axis=1, keepdims=True), labels=range(probabilities.shape[1])))


def _top_k(seen: _Seen) -> float:
    own = np.take_along_axis(seen.probabilities, seen.target.astype(int)[:, np.newaxis], axis=1)
    return float(((seen.probabilities > own).sum(axis=1) < N_TOP).mean())


def _percentage_error(seen: _Seen) -> float:
    return 100 * _of_predictions("mean_absolute_percentage_error")(seen)  # Keras' is in percent


def _of_predictions(name: str, **options: Any) -> Callable[[_Seen], float]:
    def compute(seen: _Seen) -> float:
        import sklearn.metrics

        return float(getattr(sklearn.metrics, name)(seen.target, seen.predicted, **options))

    return compute


def _of_ranking(name: str) -> Callable[[_Seen], float]:
    def compute(seen: _Seen) -> float:
        import sklearn.metrics

        return float(getattr(sklearn.metrics, name)(seen.target, seen.ranking))

    return compute


_METRICS: Mapping[str, Callable[[_Seen], float]] = {
    "loss": _loss,
    "accuracy": _accuracy,
    "auc": _of_ranking("roc_auc_score"),
    "pr_auc": _of_ranking("average_precision_score"),
    "precision": _of_predictions("precision_score", zero_division=0.0),
    "recall": _of_predictions("recall_score", zero_division=0.0),
    "f1_score": _of_predictions("f1_score", zero_division=0.0),
    "binary_crossentropy": _log_loss,
    "categorical_crossentropy": _log_loss,
    "top_k_categorical_accuracy": _top_k,
    "mean_absolute_error": _of_predictions("mean_absolute_error"),
    "mean_squared_error": _of_predictions("mean_squared_error"),
    "root_mean_squared_error": _of_predictions("root_mean_squared_error"),
    "mean_absolute_percentage_error": _percentage_error,
    "mean_squared_logarithmic_error": _of_predictions("mean_squared_log_error"),
    "r2_score": _of_predictions("r2_score"),
}
