"""Predictions of a champion with scikit-learn's interface."""

from typing import Any

import numpy as np
import pandas as pd

from ..data.arrays import Tree
from ..data.preprocessing import Preprocessor
from ..estimators import as_matrix, has_probabilities, outputs


def estimator_predictions(estimator: Any, features: Tree, preprocessor: Preprocessor) -> pd.DataFrame:
    """Predict preprocessed rows.

    Args:
        estimator: A fitted estimator; a classifier's classes are 0 to n_classes - 1.
        features: ``(n_rows, *input_shape)``.
        preprocessor: Converts numbers to the target's values.

    Returns:
        ``prediction``, from the estimator's `predict`, and ``probability_<class>`` for each class if the estimator has
        probabilities.
    """
    computed = outputs(estimator, features)
    if preprocessor.task == "regression":
        return preprocessor.decode(computed)
    n_classes = len(preprocessor.class_names)
    chosen = np.eye(n_classes)[np.asarray(estimator.predict(as_matrix(features))).astype(int)]
    predictions = preprocessor.decode(chosen)[["prediction"]]
    return predictions.join(preprocessor.decode(computed).drop(columns="prediction")) if has_probabilities(estimator) else predictions
