"""Pipelines of scikit-learn: principal components and polynomial features before a linear model."""

import math
from typing import Any, Literal

Classifier = Literal["logistic", "perceptron"]


def build_pipeline(
    input_shape: Any,
    task: str = "binary",
    *,
    n_principal: int = 0,
    degree: int = 1,
    classifier: Classifier = "logistic",
    is_one_vs_rest: bool = False,
    seed: int = 0,
) -> Any:
    """Build a linear model on principal components and their products.

    A perceptron on products of the features is a kernel perceptron with a polynomial kernel: it learns what no line separates, such as XOR.

    Args:
        input_shape: Shape of one row, ``(n_features,)``; more axes are flattened.
        task: "binary", "multiclass" or "regression", which is least squares. Defaults to "binary".
        n_principal: Number of principal components (`sklearn.decomposition.PCA`), at most n_features; 0 keeps the features. Defaults to 0.
        degree: Highest degree of products (`sklearn.preprocessing.PolynomialFeatures`), at least 1. Defaults to 1, no products.
        classifier: "logistic", logistic regression, or "perceptron". Defaults to "logistic".
        is_one_vs_rest: Whether each class has a classifier of its own, that tells it from all others. Defaults to False.
        seed: Seed of the perceptron's order of rows. Defaults to 0; in a study the trial's seed.

    Returns:
        An unfitted `sklearn.pipeline.Pipeline`.

    Raises:
        ValueError: If a value is out of its range.
    """
    from sklearn.decomposition import PCA
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import PolynomialFeatures

    n_features = math.prod(input_shape)
    if not 0 <= n_principal <= n_features or degree < 1:
        raise ValueError(f"n_principal={n_principal} must be 0 to {n_features}, the number of features, and degree={degree} at least 1")
    components = [PCA(n_principal)] if n_principal else []
    products = [PolynomialFeatures(degree, include_bias=False)] if degree > 1 else []
    return make_pipeline(*components, *products, _linear_model(task, classifier, is_one_vs_rest, seed))


def _linear_model(task: str, classifier: Classifier, is_one_vs_rest: bool, seed: int) -> Any:
    from sklearn.linear_model import LinearRegression, LogisticRegression, Perceptron
    from sklearn.multiclass import OneVsRestClassifier

    if task == "regression":
        return LinearRegression()
    model = LogisticRegression(max_iter=10_000) if classifier == "logistic" else Perceptron(random_state=seed)
    return OneVsRestClassifier(model) if is_one_vs_rest else model
