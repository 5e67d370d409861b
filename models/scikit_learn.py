"""scikit-learn's estimators as models: its perceptron, its multilayer perceptron, and any other by reference."""

import importlib
import inspect
from typing import Any, Literal

Penalty = Literal["none", "l2", "l1", "elasticnet"]
Activation = Literal["identity", "logistic", "tanh", "relu"]
Solver = Literal["lbfgs", "sgd", "adam"]


def build_perceptron(
    *, penalty: Penalty = "none", alpha: float = 1e-4, learning_rate: float = 1.0, max_iter: int = 1000, tol: float = 1e-3, random_state: int = 0
) -> Any:
    """Build scikit-learn's perceptron: linear, trained row by row on the mistakes.

    Args:
        penalty: "none", "l2", "l1" or "elasticnet". Defaults to "none".
        alpha: Strength of the penalty, at least 0. Defaults to 1e-4.
        learning_rate: Size of a step, above 0 (``eta0``). Defaults to 1.
        max_iter: Epochs at most, at least 1. Defaults to 1000.
        tol: It stops when the loss falls by less than this. Defaults to 1e-3.
        random_state: Seed of the rows' order. Defaults to 0; in a study it follows from the trial's seed.

    Returns:
        An unfitted `sklearn.linear_model.Perceptron`.
    """
    from sklearn.linear_model import Perceptron

    options = {"alpha": alpha, "eta0": learning_rate, "max_iter": max_iter, "tol": tol, "random_state": random_state}
    return Perceptron(penalty=None if penalty == "none" else penalty, **options)


def build_mlp_classifier(
    *,
    n_hidden_1: int = 10,
    n_hidden_2: int = 5,
    activation: Activation = "logistic",
    solver: Solver = "lbfgs",
    alpha: float = 0.01,
    learning_rate: float = 1e-3,
    max_iter: int = 10_000,
    random_state: int = 0,
) -> Any:
    """Build scikit-learn's multilayer perceptron.

    Args:
        n_hidden_1: Units of the first hidden layer, at least 1. Defaults to 10.
        n_hidden_2: Units of the second; 0 leaves it out. Defaults to 5.
        activation: "identity", "logistic", "tanh" or "relu". Defaults to "logistic".
        solver: "lbfgs", "sgd" or "adam". Defaults to "lbfgs".
        alpha: L2 penalty, at least 0. Defaults to 0.01.
        learning_rate: The first one, of sgd and adam (``learning_rate_init``). Defaults to 1e-3.
        max_iter: Iterations at most, at least 1. Defaults to 10,000.
        random_state: Seed of the weights. Defaults to 0; in a study it follows from the trial's seed.

    Returns:
        An unfitted `sklearn.neural_network.MLPClassifier`.

    Raises:
        ValueError: If a layer's size is out of its range.
    """
    from sklearn.neural_network import MLPClassifier

    if n_hidden_1 < 1 or n_hidden_2 < 0:
        raise ValueError(f"n_hidden_1={n_hidden_1} must be at least 1, and n_hidden_2={n_hidden_2} at least 0")
    options = {"alpha": alpha, "learning_rate_init": learning_rate, "max_iter": max_iter, "random_state": random_state}
    return MLPClassifier((n_hidden_1, n_hidden_2) if n_hidden_2 else (n_hidden_1,), activation=activation, solver=solver, **options)


def build_estimator(estimator: str, *, seed: int = 0, **arguments: Any) -> Any:
    """Build any estimator with `fit` and `predict`, so that the estimator itself can be searched among several.

    One estimator alone needs no builder: an experiment's ``model`` can name its class.

    Args:
        estimator: Reference to its class, such as "sklearn.ensemble:RandomForestClassifier".
        seed: Its ``random_state``, unless that is given or it has none. Defaults to 0; in a study the trial's seed.
        **arguments: Its arguments. What a study offers every builder is left out: input_shape, task and n_outputs.

    Returns:
        An unfitted estimator.

    Raises:
        ValueError: If there is no such class, or it has no such argument.
    """
    kind = _find(estimator)
    known = inspect.signature(kind).parameters
    given = {name: value for name, value in arguments.items() if name in known or name not in ("input_shape", "task", "n_outputs")}
    unknown = sorted(given.keys() - known.keys())
    if unknown:
        raise ValueError(f'{kind.__name__} has no argument "{unknown[0]}"; it has {", ".join(known)}')
    return kind(**({"random_state": seed} if "random_state" in known else {}) | given)


def _find(reference: str) -> Any:
    module, _, name = reference.partition(":")
    try:
        return getattr(importlib.import_module(module), name)
    except (ImportError, AttributeError, ValueError) as error:
        raise ValueError(f'estimator="{reference}" is not known ({error}); expected such as "sklearn.ensemble:RandomForestClassifier"') from error
