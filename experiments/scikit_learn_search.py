"""scikit-learn's searches over the same builder as ours: ``python -m experiments.scikit_learn_search``.

RandomizedSearchCV classifies three cultivars of wine, GridSearchCV predicts the progression of diabetes, both by
cross-validation over `models.mlp.build_mlp` in Keras' scikit-learn wrappers. They have no ledger, no tracking and no
pruning, and train by Keras' own `fit`; an experiment file has all of these.

Hardware: two CPU cores
Time:     a minute and a half
Expect:   accuracy 0.979 of the wines; R2 0.43 of the progression of diabetes
"""

import importlib
import logging
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from .datasets import diabetes, wine

BUILDER = "models.mlp:build_mlp"
WIDE: Mapping[str, Any] = {
    "n_hidden": [1, 2, 3],
    "n_neurons": list(range(4, 65)),
    "activation": ["relu", "tanh", "elu"],
    "learning_rate": np.geomspace(1e-3, 1e-1, 100).tolist(),
}
GRID: Mapping[str, Any] = {"n_hidden": [1, 2], "n_neurons": [8, 32], "learning_rate": [1e-2]}


def randomized_search(n_iter: int = 8, cv: int = 3, epochs: int = 30) -> Any:
    """Search for a classifier of wine by `sklearn.model_selection.RandomizedSearchCV`.

    Args:
        n_iter: Number of settings. Defaults to 8.
        cv: Number of folds, at least 2. Defaults to 3.
        epochs: Epochs of each training. Defaults to 30.

    Returns:
        The fitted search.
    """
    from keras.wrappers import SKLearnClassifier
    from sklearn.model_selection import RandomizedSearchCV

    x, y = whole_training_part(wine())
    classifier = scaled(SKLearnClassifier(build_compiled, model_kwargs={"task": "multiclass"}))
    search = RandomizedSearchCV(classifier, {"network__model_kwargs": _Arguments(WIDE, task="multiclass")}, n_iter=n_iter, cv=cv, random_state=42)
    return search.fit(x, y, network__epochs=epochs, network__verbose=0)


def grid_search(cv: int = 3, epochs: int = 30, grid: Mapping[str, Any] = GRID) -> Any:
    """Search for a regression of the progression of diabetes by `sklearn.model_selection.GridSearchCV`.

    Args:
        cv: Number of folds, at least 2. Defaults to 3.
        epochs: Epochs of each training. Defaults to 30.
        grid: Values by argument. Defaults to `GRID`.

    Returns:
        The fitted search. Its targets are standardised, so that its R2 is comparable with any unit.
    """
    from keras.wrappers import SKLearnRegressor
    from sklearn.model_selection import GridSearchCV, ParameterGrid

    x, y = whole_training_part(diabetes(task="regression"))
    regressor = scaled(SKLearnRegressor(build_compiled, model_kwargs={"task": "regression"}))
    settings = [{**chosen, "task": "regression"} for chosen in ParameterGrid(dict(grid))]
    search = GridSearchCV(regressor, {"network__model_kwargs": settings}, cv=cv)
    return search.fit(x, (y - y.mean()) / y.std(), network__epochs=epochs, network__verbose=0)


def build_compiled(X: np.ndarray, y: np.ndarray, *, task: str, learning_rate: float = 1e-2, **arguments: Any) -> Any:  # noqa: N803  # Keras' name
    """Build and compile the network, as Keras' wrappers require.

    Args:
        X: Features, ``(n_rows, n_features)``.
        y: Targets: one column a class, or values ``(n_rows,)``.
        task: "multiclass" or "regression".
        learning_rate: Of Adam. Defaults to 0.01.
        **arguments: Of the builder.

    Returns:
        A compiled model.
    """
    import keras

    module, _, name = BUILDER.partition(":")
    model = getattr(importlib.import_module(module), name)(X.shape[1:], task, y.shape[1] if y.ndim > 1 else 1, **arguments)
    loss = {"multiclass": "categorical_crossentropy", "regression": "mean_squared_error"}[task]
    model.compile(keras.optimizers.Adam(learning_rate), loss)
    return model


def scaled(network: Any) -> Any:
    """Standardise the features before a network, fitted on the training folds only."""
    from sklearn.pipeline import Pipeline
    from sklearn.preprocessing import StandardScaler

    return Pipeline([("scaler", StandardScaler()), ("network", network)])


def whole_training_part(data: Mapping[str, Any]) -> tuple[np.ndarray, np.ndarray]:
    """Join training and validation part, since cross-validation splits by itself; the test part is not used."""
    features, target = (pd.concat([data["train"][place], data["validation"][place]]) for place in (0, 1))
    return features.to_numpy(np.float32), target.to_numpy()


class _Arguments:
    """A distribution over sets of arguments for `model_kwargs`, the one parameter of Keras' wrappers that scikit-learn can search."""

    def __init__(self, space: Mapping[str, Any], **fixed: Any) -> None:
        self.space, self.fixed = space, fixed

    def rvs(self, random_state: Any = None) -> dict[str, Any]:
        """Draw one set."""
        from sklearn.model_selection import ParameterSampler

        return {**next(iter(ParameterSampler(dict(self.space), 1, random_state=random_state))), **self.fixed}


def main() -> None:
    """Run both searches and print their best settings."""
    import keras

    keras.config.disable_interactive_logging()
    logging.getLogger("tensorflow").setLevel(logging.ERROR)  # it warns that every network is traced again
    keras.utils.set_random_seed(42)
    for name, search in (("accuracy", randomized_search()), ("R2", grid_search())):
        best = search.best_params_["network__model_kwargs"]
        print(f"{type(search).__name__}: {name} {search.best_score_:.3f} of {len(search.cv_results_['params'])} settings with {best}")


if __name__ == "__main__":
    main()
