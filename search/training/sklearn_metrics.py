"""Computes a task's metrics for scikit-learn estimators, with the names and meanings of Keras' metrics."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np

from ..data.predictions import OutputPredictions, of_classes, of_numbers
from ..data.targets import Target
from ..errors import TrialError
from ..estimators import as_matrix, as_target, has_probabilities
from .metrics import SHORT_NAMES, Head
from .row_metrics import N_TOP

_LIMITS = (1e-7, 1 - 1e-7)
"""Keras' limits of probabilities; without them, one confident mistake would cost 36."""


def measure(estimator: Any, features: Any, target: np.ndarray, head: Head) -> dict[str, float]:
    """Compute the loss and the metrics of an estimator.

    The loss of a regression is the mean squared error of the scaled target; its other metrics are in the target's own units. The
    loss of a classifier is the log loss, or 1 - accuracy if it has no probabilities. Accuracy, precision, recall and F1 score
    compare targets with the return values of `predict`.

    Args:
        estimator: A fitted estimator; a classifier's classes are the numbers from 0.
        features: ``(n_rows, *shape)``.
        target: Values or class numbers, ``(n_rows, 1)``, or values of several targets, ``(n_rows, n_columns)``.
        head: Task, metrics and scaling of the target.

    Returns:
        ``loss`` and the metrics, by name.

    Raises:
        TrialError: If a metric needs probabilities and the estimator has none.
    """
    return _measure(_Predictions(estimator, as_matrix(features), as_target(np.asarray(target)), head))


def measure_rows(estimator: Any, features: Any, target: np.ndarray, head: Head, column: Target) -> tuple[dict[str, float], OutputPredictions]:
    """Compute the loss and the metrics of an estimator as `measure`, and return its predictions too.

    Args:
        estimator: As for `measure`.
        features: ``(n_rows, *shape)``.
        target: As for `measure`.
        head: Task, metrics and scaling of the target.
        column: The target's column and classes.

    Raises:
        TrialError: As `measure`.
    """
    predictions = _Predictions(estimator, as_matrix(features), as_target(np.asarray(target)), head)
    metrics = _measure(predictions)
    if head.task == "regression":
        truth, predicted = predictions.pair
        loss = np.square(predictions.target - predictions.predicted)
        return metrics, of_numbers(column, truth, predicted, loss.reshape(len(truth), -1).mean(axis=1))
    if not has_probabilities(estimator):
        wrong = (predictions.predicted != predictions.target).astype(float)
        rows = of_classes(column, predictions.target, predictions.predicted, None, wrong)
        has_scores = head.task == "binary" and hasattr(estimator, "decision_function")
        return metrics, replace(rows, score=predictions.ranking) if has_scores else rows
    rows = of_classes(column, predictions.target, predictions.predicted, predictions.probabilities, None)
    return metrics, replace(rows, loss=-np.log(np.clip(np.asarray(rows.own), *_LIMITS)))


def exact_auc(metric: str, target: np.ndarray, ranking: np.ndarray) -> float:
    """Compute an AUC from all thresholds.

    Args:
        metric: "auc" (`sklearn.metrics.roc_auc_score`) or "pr_auc" (`sklearn.metrics.average_precision_score`).
        target: 1 for the positive class, else 0, ``(n_rows,)``, of both at least one row.
        ranking: Probabilities or scores of the positive class, ``(n_rows,)``.
    """
    import sklearn.metrics

    return float(getattr(sklearn.metrics, _AUCS[metric])(target, ranking))


def exact_auc_of_classes(target: np.ndarray, probabilities: np.ndarray) -> float:
    """Compute the mean of the AUCs of each class against all others, from all thresholds.

    Args:
        target: Numbers of the classes, ``(n_rows,)``, of each at least one.
        probabilities: ``(n_rows, n_classes)``.
    """
    from sklearn.metrics import roc_auc_score

    is_class = target[:, None] == np.arange(probabilities.shape[1])
    return float(roc_auc_score(is_class, probabilities, average="macro"))


def _measure(predictions: "_Predictions") -> dict[str, float]:
    return {name: float(_METRICS[SHORT_NAMES.get(name, name)](predictions)) for name in ("loss", *predictions.head.metrics)}


_AUCS: Mapping[str, str] = {"auc": "roc_auc_score", "pr_auc": "average_precision_score"}


@dataclass
class _Predictions:
    """Targets and an estimator's predictions for some rows, each computed once."""

    estimator: Any
    features: np.ndarray
    target: np.ndarray
    head: Head

    @cached_property
    def predicted(self) -> np.ndarray:
        """Of the target's shape."""
        return np.asarray(self.estimator.predict(self.features)).reshape(self.target.shape)

    @property
    def pair(self) -> tuple[np.ndarray, np.ndarray]:
        """Targets and predictions in the target's own units, each of the target's shape."""
        scaling = self.head.scaling
        return (self.target, self.predicted) if scaling is None else (scaling.invert(self.target), scaling.invert(self.predicted))

    @cached_property
    def probabilities(self) -> np.ndarray:
        """``(n_rows, n_classes)``."""
        if not has_probabilities(self.estimator):
            raise TrialError(f"{type(self.estimator).__name__} has no predict_proba, which this metric needs; use accuracy or loss")
        return np.asarray(self.estimator.predict_proba(self.features))

    @property
    def ranking(self) -> np.ndarray:
        """The score of the second class for each row, ``(n_rows,)``."""
        if not has_probabilities(self.estimator) and hasattr(self.estimator, "decision_function"):
            return np.asarray(self.estimator.decision_function(self.features))
        return self.probabilities[:, 1]


def _loss(predictions: _Predictions) -> float:
    if predictions.head.task == "regression":
        return float(((predictions.target - predictions.predicted) ** 2).mean())
    return _log_loss(predictions) if has_probabilities(predictions.estimator) else 1 - _accuracy(predictions)


def _accuracy(predictions: _Predictions) -> float:
    return float((predictions.predicted == predictions.target).mean())


def _log_loss(predictions: _Predictions) -> float:
    from sklearn.metrics import log_loss

    probabilities = np.clip(predictions.probabilities, *_LIMITS)
    return float(log_loss(predictions.target, probabilities / probabilities.sum(axis=1, keepdims=True), labels=range(probabilities.shape[1])))


def _top_k(predictions: _Predictions) -> float:
    own = np.take_along_axis(predictions.probabilities, predictions.target.astype(int)[:, np.newaxis], axis=1)
    return float(((predictions.probabilities > own).sum(axis=1) < N_TOP).mean())


def _percentage_error(predictions: _Predictions) -> float:
    return 100 * _of_predictions("mean_absolute_percentage_error")(predictions)  # Keras' is in percent


def _root(predictions: _Predictions) -> float:
    return math.sqrt(_of_predictions("mean_squared_error")(predictions))  # of all targets, unlike scikit-learn's mean of roots


def _of_predictions(name: str, **options: Any) -> Callable[[_Predictions], float]:
    def compute(predictions: _Predictions) -> float:
        import sklearn.metrics

        return float(getattr(sklearn.metrics, name)(*predictions.pair, **options))

    return compute


def _balanced_accuracy(predictions: _Predictions) -> float:
    from sklearn.metrics import recall_score  # balanced_accuracy_score warns of predicted classes without rows

    return float(recall_score(*predictions.pair, labels=np.unique(predictions.target), average="macro", zero_division=0.0))


def _kappa(predictions: _Predictions) -> float:
    from sklearn.metrics import cohen_kappa_score

    is_one = len(np.unique(np.concatenate(predictions.pair))) == 1  # not defined; 0 as in `class_metrics`
    return 0.0 if is_one else float(cohen_kappa_score(*predictions.pair))


def _auc(predictions: _Predictions) -> float:
    if predictions.head.task != "multiclass":
        return exact_auc("auc", predictions.target, predictions.ranking)
    return exact_auc_of_classes(predictions.target, predictions.probabilities)


def _of_ranking(metric: str) -> Callable[[_Predictions], float]:
    return lambda predictions: exact_auc(metric, predictions.target, predictions.ranking)


_METRICS: Mapping[str, Callable[[_Predictions], float]] = {
    "loss": _loss,
    "accuracy": _accuracy,
    "auc": _auc,
    "pr_auc": _of_ranking("pr_auc"),
    "precision": _of_predictions("precision_score", zero_division=0.0),
    "recall": _of_predictions("recall_score", zero_division=0.0),
    "f1_score": _of_predictions("f1_score", zero_division=0.0),
    "f1_macro": _of_predictions("f1_score", average="macro", zero_division=0.0),
    "precision_macro": _of_predictions("precision_score", average="macro", zero_division=0.0),
    "recall_macro": _of_predictions("recall_score", average="macro", zero_division=0.0),
    "balanced_accuracy": _balanced_accuracy,
    "matthews_corrcoef": _of_predictions("matthews_corrcoef"),
    "cohen_kappa": _kappa,
    "binary_crossentropy": _log_loss,
    "categorical_crossentropy": _log_loss,
    "top_k_categorical_accuracy": _top_k,
    "mean_absolute_error": _of_predictions("mean_absolute_error"),
    "mean_squared_error": _of_predictions("mean_squared_error"),
    "root_mean_squared_error": _root,
    "mean_absolute_percentage_error": _percentage_error,
    "mean_squared_logarithmic_error": _of_predictions("mean_squared_log_error"),
    "r2_score": _of_predictions("r2_score"),
}
