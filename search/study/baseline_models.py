"""Fits the baselines of a study and measures them on the test part, in a process of low priority that `baselines.py` starts."""

import math
import os
import sys
import traceback
from collections.abc import Mapping
from dataclasses import replace
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import numpy as np

from ..data.arrays import TrainingArrays
from ..data.parts import Part
from ..data.positive_class import is_defined
from ..data.predictions import OutputPredictions, Predictions
from ..data.preprocessing import Preprocessor
from ..data.targets import Target
from ..errors import ExperimentError
from ..estimators import as_matrix, as_target
from ..experiment.file import Experiment
from ..redaction import one_line, redact_output, shorten
from ..training.batching import rows
from ..training.metrics import Head, make_heads
from ..training.sklearn_metrics import measure_rows

MOST_ROWS, MOST_VALUES = 20_000, 4_000_000
"""Training rows at most, and rows x features x classes at most, so that all baselines take seconds."""
_LEAST_ROWS = 1_000


def serve(pipe: Connection) -> None:
    """Reply to one request.

    Args:
        pipe: Gets ``sys.path``, the text of an `Experiment`, the folders of its arrays and preprocessor, the test `Part`, and the folder
            of predictions. Is sent what `measure_baselines` returns, or ``{"error": text}``.
    """
    redact_output()
    os.nice(5)  # the trials need the processor more
    sys.path[:], text, arrays, preprocessor, test, predictions = pipe.recv()
    experiment = Experiment.model_validate_json(text)
    experiment.remember_secrets()
    try:
        pipe.send(measure_baselines(experiment, TrainingArrays.load(arrays), Preprocessor.load(Path(preprocessor)), test, Path(predictions)))
    except Exception as error:  # whatever scikit-learn raises: the search itself is not at fault
        traceback.print_exc()
        pipe.send({"error": f"{type(error).__name__}: {shorten(one_line(str(error)), 300)}"})


def measure_baselines(
    experiment: Experiment, arrays: TrainingArrays, preprocessor: Preprocessor, test: Part, predictions: Path | None = None
) -> dict[str, Any]:
    """Fit the baselines on the training part and measure them on the test part, with the metrics of the experiment.

    They are: the commonest class or the mean; logistic regression, or linear regression with a small penalty (ridge); gradient boosting;
    each with scikit-learn's defaults and the preprocessing of the trials.

    Args:
        experiment: The experiment, of one output.
        arrays: What trials are trained on.
        preprocessor: The preprocessing of the trials.
        test: The test part.
        predictions: Folder for the predictions of each baseline for the test part. Defaults to None, which writes none.

    Returns:
        "metrics" by the baseline's name, each by Keras' names, None for one that is not defined, or is by reference; "n_rows" that
            were fitted, and "n_all_rows".

    Raises:
        ExperimentError: If the model has several outputs, labels or probabilities.
    """
    from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

    if isinstance(arrays.y_train, dict):
        raise ExperimentError(f"search.baselines: expected a model of one output; the model has {', '.join(arrays.y_train)}")
    ((_, target),) = preprocessor.targets.items()
    if target.task in ("multilabel", "probabilities"):
        what = "labels" if target.task == "multilabel" else "probabilities"
        raise ExperimentError(f"search.baselines: expected a single target, or numbers; the model has the {what} {target.column}")
    if target.n_steps:
        raise ExperimentError(f"search.baselines: expected targets of rows; the model predicts each of {target.n_steps} steps")
    (head,) = make_heads(experiment, target.task, preprocessor.scalings).values()
    features, expected = as_matrix(preprocessor.transform(test.features)), target.encode(target.select(test.targets))
    n_all_rows = len(arrays.y_train)
    chosen = _choose_rows(n_all_rows, features.shape[1] * max(1, len(target.classes)))
    x, y = as_matrix(rows(arrays.x_train, chosen)), as_target(np.asarray(arrays.y_train)[chosen])
    y = y if target.task == "regression" else y.astype(int)
    weights = None if arrays.sample_weight is None else np.asarray(arrays.sample_weight)[chosen]
    with threadpool_limits(1):
        fitted = {name: model.fit(x, y, sample_weight=weights) for name, model in _models(target).items()}
        measured = {name: _measure(model, features, expected, head, target) for name, model in fitted.items()}
    for name, (_, predicted) in measured.items():
        if predictions is not None:
            Predictions.of({"": predicted}, predicted.loss).save(predictions / f"{name}.npz")
    return {"metrics": {name: metrics for name, (metrics, _) in measured.items()}, "n_rows": len(y), "n_all_rows": n_all_rows}


def _choose_rows(n_rows: int, n_values: int) -> np.ndarray | slice:
    """Return the rows to fit: all, or as many by chance as the limits allow.

    Args:
        n_rows: Training rows.
        n_values: Features x classes.
    """
    limit = min(MOST_ROWS, max(_LEAST_ROWS, MOST_VALUES // n_values))
    return slice(None) if n_rows <= limit else np.sort(np.random.default_rng(0).permutation(n_rows)[:limit])


def _models(target: Target) -> Mapping[str, Any]:
    from sklearn.dummy import DummyClassifier, DummyRegressor
    from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor
    from sklearn.linear_model import LogisticRegression, Ridge
    from sklearn.multioutput import MultiOutputRegressor

    if target.task == "regression":
        boosting = HistGradientBoostingRegressor(random_state=0)
        boosting = boosting if len(target.columns) == 1 else MultiOutputRegressor(boosting)
        return {"mean": DummyRegressor(), "linear_regression": Ridge(), "gradient_boosting": boosting}
    return {
        "majority_class": DummyClassifier(strategy="prior"),
        "logistic_regression": LogisticRegression(max_iter=1000),
        "gradient_boosting": HistGradientBoostingClassifier(random_state=0),
    }


def _measure(model: Any, features: np.ndarray, expected: np.ndarray, head: Head, target: Target) -> tuple[dict[str, float | None], OutputPredictions]:
    known = [metric for metric in head.metrics if metric not in head.own]  # others are functions of the backend's tensors
    defined = tuple(metric for metric in known if is_defined(metric, expected, len(target.classes)))
    measured, rows = measure_rows(model, features, expected, replace(head, metrics=defined), target)
    finite = {name: value if math.isfinite(value) else None for name, value in measured.items()}
    return dict.fromkeys(("loss", *head.metrics)) | finite, rows
