"""Makes a study of scikit-learn's `GridSearchCV` or `RandomizedSearchCV`: its estimator, space, folds and objective. Its own fit is not called."""

import math
from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
from optuna.distributions import FloatDistribution, IntDistribution

from ..errors import ExperimentError, nearest
from ..estimators import has_probabilities

_METRICS: Mapping[str, str] = {
    "accuracy": "val_accuracy",
    "neg_log_loss": "val_loss",
    "neg_mean_absolute_error": "val_mean_absolute_error",
    "neg_mean_absolute_percentage_error": "val_mean_absolute_percentage_error",
    "neg_mean_squared_error": "val_mean_squared_error",
    "neg_mean_squared_log_error": "val_mean_squared_logarithmic_error",
    "neg_root_mean_squared_error": "val_root_mean_squared_error",
    "r2": "val_r2_score",
    "roc_auc": "val_auc",
    "roc_auc_ovr": "val_auc",
    **{name: f"val_{name}" for name in ("f1_macro", "precision_macro", "recall_macro", "balanced_accuracy", "matthews_corrcoef")},
}
"""Metrics by scikit-learn's names of scores."""
_OF_ONE_CLASS: Mapping[str, str] = {"average_precision": "pr_auc", "f1": "f1_score", "precision": "precision", "recall": "recall"}
"""The same of scores of the class 1, which may be another one than the positive class of a study."""
_FOLDS: Mapping[str, str] = {"KFold": "shuffled", "StratifiedKFold": "stratified"}
_USUAL_FOLDS = 5
_INSTEAD = "write a study with that estimator as model, space and evaluation"


class StudyArguments(NamedTuple):
    """Arguments of `Study` that an object of scikit-learn may stand for.

    Attributes:
        model: The model, or the object.
        space: The space.
        objective: The objective.
        sections: Further tables of an experiment file.
    """

    model: Any
    space: Any
    objective: Any
    sections: dict[str, Any]


def from_search_cv(given: StudyArguments) -> StudyArguments:
    """Return what a search of scikit-learn stands for, if the model is one; else what is given.

    Each trial is trained on all folds, and the best one once more on the rows of all of them, as by scikit-learn. Features and targets are
    not scaled. An objective and entries of sections that are given too have precedence.

    Args:
        given: The arguments.

    Raises:
        ExperimentError: If it is another search, a part of it has no counterpart, or a space is given too.
    """
    classes = {of.__name__ for of in type(given.model).__mro__ if of.__module__.startswith("sklearn.model_selection")}
    if "BaseSearchCV" not in classes:
        return given
    search, name = given.model, type(given.model).__name__
    if classes.isdisjoint({"GridSearchCV", "RandomizedSearchCV"}):
        raise ExperimentError(f"model is a {name}; expected GridSearchCV or RandomizedSearchCV, or {_INSTEAD}")
    if given.space is not None:
        raise ExperimentError(f"space is that of the {name}; leave it out")
    if search.refit not in (True, False):
        raise ExperimentError(f"refit is {search.refit!r}; expected True: the best trial is that of the objective, and is trained once more")
    is_grid = "GridSearchCV" in classes
    space = _space_of(search.param_grid if is_grid else search.param_distributions, "param_grid" if is_grid else "param_distributions")
    sections = {
        "search": _grid_of(space) if is_grid else _random_of(search),
        "evaluation": {**_evaluation_of(search.cv), "race": False},
        "preprocessing": {"numeric": "none", "target": "none", "arrays": "none"},
        "champion": {"ensemble": "none"},
    }
    others = {key: given.sections.get(key, {}) for key in sections}
    merged = {key: {**sections[key], **table} if isinstance(table, Mapping) else table for key, table in others.items()}
    objective = _metric_of(search) if given.objective is None else given.objective
    return StudyArguments(search.estimator, {"model": space}, objective, {**given.sections, **merged})


def _space_of(given: Any, where: str) -> dict[str, Any]:
    """Return a space of one dict of lists and distributions."""
    if isinstance(given, list) and len(given) == 1:
        [given] = given
    if not isinstance(given, Mapping | list):
        raise ExperimentError(f"{where} is {type(given).__name__}; expected a dict of lists or distributions by the parameter's name")
    if not isinstance(given, Mapping):
        raise ExperimentError(f"{where} is a list of {len(given)} dicts; a study has one space: run a study for each dict, or {_INSTEAD}")
    return {name: _parameter(values, f"{where}: {name}") for name, values in given.items()}


def _parameter(values: Any, where: str) -> Any:
    """Return a list as choices, and a distribution of SciPy as one of Optuna."""
    if not hasattr(values, "rvs"):
        if not isinstance(values, list | tuple | range | np.ndarray):
            raise ExperimentError(f"{where} is {values!r}; expected a list of values, such as [{values!r}]")
        return {"type": "categorical", "choices": [value.item() if isinstance(value, np.generic) else value for value in values]}
    kind = getattr(getattr(values, "dist", None), "name", type(values).__name__)
    if kind not in ("uniform", "loguniform", "reciprocal", "randint"):
        raise ExperimentError(f"{where} is the distribution {kind}; expected a list, or uniform, loguniform or randint of scipy.stats")
    low, high = values.support()
    return IntDistribution(int(low), int(high)) if kind == "randint" else FloatDistribution(float(low), float(high), log=kind != "uniform")


def _grid_of(space: Mapping[str, Any]) -> dict[str, Any]:
    return {"sampler": "grid", "n_trials": math.prod(len(entry["choices"]) for entry in space.values())}


def _random_of(search: Any) -> dict[str, Any]:
    seed = search.random_state
    if seed is not None and not isinstance(seed, int | np.integer):
        raise ExperimentError(f"random_state is {type(seed).__name__}; expected a whole number, the seed of the study")
    return {"sampler": "random", "n_trials": search.n_iter} | ({} if seed is None else {"seed": int(seed)})


def _evaluation_of(cv: Any) -> dict[str, Any]:
    """Return the folds of a number of them, or of a splitter that divides by chance or by class."""
    if cv is None or isinstance(cv, int):
        return {"folds": _USUAL_FOLDS if cv is None else cv}
    kind = _FOLDS.get(type(cv).__name__)
    if kind is None:
        raise ExperimentError(
            f'cv is {type(cv).__name__}; expected a number of folds, KFold or StratifiedKFold; evaluation has kinds "group" and "time"'
        )
    return {"folds": cv.n_splits, "kind": kind}


def _metric_of(search: Any) -> str:
    from sklearn.base import is_classifier

    scoring = search.scoring
    if scoring is None:
        scoring = "accuracy" if is_classifier(search.estimator) else "r2"
    if isinstance(scoring, str) and (metric := _OF_ONE_CLASS.get(scoring)):
        raise ExperimentError(
            f'scoring = "{scoring}" is that of the class 1, and a study\'s {metric} that of its positive class; give objective="val_{metric}", '
            'and which class is meant, such as split={"positive": 1}'
        )
    if not isinstance(scoring, str) or scoring not in _METRICS:
        given = f'"{scoring}"; {nearest(scoring, _METRICS)}' if isinstance(scoring, str) else f"{type(scoring).__name__}; expected one name"
        raise ExperimentError(f"scoring is {given}; or leave it out, and give a metric of the task as objective")
    if scoring == "neg_log_loss" and not has_probabilities(search.estimator):
        name = type(search.estimator).__name__
        raise ExperimentError(f'scoring = "{scoring}" needs probabilities, but {name} has no predict_proba; choose "accuracy", or another estimator')
    return _METRICS[scoring]
