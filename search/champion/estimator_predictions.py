"""What a champion with scikit-learn's interface predictions."""

from typing import Any

import numpy as np
import pandas as pd

from ..data.arrays import Tree
from ..data.preprocessing import Preprocessor
from ..estimators import as_matrix, has_probabilities, outputs


def estimator_predictions(estimator: Any, features: Tree, preprocessor: Preprocessor) -> pd.DataFrame:
    """Answer preprocessed rows.

    Args:
        estimator: A fitted one; a classifier's classes are the numbers from 0.
        features: ``(n_rows, *input_shape)``.
        preprocessor: It turns numbers into the target's values.

    Returns:
        ``prediction``, which is what `predict` predictions, and ``probability_<class>`` for each class where the estimator has
        probabilities.
    """
    computed = outputs(estimator, features)
    if preprocessor.task == "regression":
        return preprocessor.answers(computed)
    n_classes = len(preprocessor.class_names)
    chosen = np.eye(n_classes)[np.asarray(estimator.predict(as_matrix(features))).astype(int)]
    predictions = preprocessor.answers(chosen)[["prediction"]]
    return predictions.join(preprocessor.answers(computed).drop(columns="prediction")) if has_probabilities(estimator) else predictions
