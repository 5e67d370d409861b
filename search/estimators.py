"""Models with scikit-learn's interface, `fit` and `predict`: their outputs, and their storage without pickle.

This file is bundled with a saved model. It imports scikit-learn and skops where they are used, and never Keras.
"""

import importlib
import sys
from collections.abc import Iterable
from importlib.machinery import PathFinder
from pathlib import Path
from typing import Any

import numpy as np

from .errors import DataError

SUFFIX = ".skops"
"""File suffix of a saved estimator; a Keras model's is ``.keras``."""

_OUR_PACKAGE = "models"
_PLAIN_TYPES = ("numpy.dtype",)
"""Types that an estimator may contain besides classes and what skops trusts by default."""


def is_estimator(model: Any) -> bool:
    """Return whether a model has scikit-learn's interface and is not a Keras model."""
    keras: Any = sys.modules.get("keras")
    has_interface = callable(getattr(model, "fit", None)) and callable(getattr(model, "predict", None))
    return has_interface and not isinstance(model, type) and not (keras is not None and isinstance(model, keras.Model))


def as_matrix(features: Any) -> np.ndarray:
    """Convert features to scikit-learn's format.

    Args:
        features: ``(n_rows, *shape)``.

    Returns:
        float64 ``(n_rows, n_features)``, since with float32 some estimators compute in float32 and others do not.

    Raises:
        DataError: If there are several inputs.
    """
    if isinstance(features, dict):
        raise DataError(f"A model with scikit-learn's interface takes one input, but the data set has {', '.join(features)}; name one of them")
    return np.asarray(features, dtype=np.float64).reshape(len(features), -1)


def as_target(target: np.ndarray) -> np.ndarray:
    """Convert a target to scikit-learn's format: ``(n_rows, n_columns)``, of one column ``(n_rows,)``."""
    return target.ravel() if target.ndim < 2 or target.shape[1] == 1 else target


def has_probabilities(estimator: Any) -> bool:
    """Return whether an estimator predicts probabilities."""
    return hasattr(estimator, "predict_proba")


def outputs(estimator: Any, features: Any) -> np.ndarray:
    """Compute outputs in the format of a network for the same task.

    Args:
        estimator: A fitted estimator; a classifier's classes are 0 to n_classes - 1.
        features: ``(n_rows, *shape)``.

    Returns:
        Probabilities ``(n_rows, n_classes)`` if the estimator predicts them, else its predictions ``(n_rows, n_columns)``.
    """
    matrix = as_matrix(features)
    computed = estimator.predict_proba(matrix) if has_probabilities(estimator) else estimator.predict(matrix)
    return np.asarray(computed, dtype=np.float64).reshape(len(matrix), -1)


def count_parameters(estimator: Any) -> int:
    """Return the number of fitted coefficients and intercepts; 0 for an estimator without them, such as a tree.

    Args:
        estimator: A fitted estimator; for a pipeline its last step counts, for a search its best estimator.
    """
    estimator = getattr(estimator, "best_estimator_", estimator)
    if hasattr(estimator, "steps"):
        estimator = estimator.steps[-1][1]
    coefficients = next((names for names in (("coefs_", "intercepts_"), ("coef_", "intercept_")) if hasattr(estimator, names[0])), ())
    found = [getattr(estimator, name, ()) for name in coefficients]
    return sum(int(np.size(part)) for value in found for part in (value if isinstance(value, list | tuple) else [value]))


def save_estimator(estimator: Any, file: Path, builder: str) -> None:
    """Save an estimator in skops' format.

    Args:
        estimator: A fitted estimator.
        file: The new file, ending in ``.skops``.
        builder: Reference of the function that built the estimator; its package is trusted.

    Raises:
        DataError: If the estimator contains a type that `load_estimator` would refuse; the file is removed.
    """
    from skops.io import dump

    try:
        dump(estimator, file)
        _check(file, [builder])
    except BaseException:
        file.unlink(missing_ok=True)
        raise


def load_estimator(file: Path, modules: Iterable[str]) -> Any:
    """Load an estimator.

    Trusted are the classes of scikit-learn, and those of the package ``models`` and of the named modules' packages if these are
    in a folder of the user. No other installed package and no standard library is trusted, since an untrusted file may name any.

    Args:
        file: A file ending in ``.skops``.
        modules: Modules, or references, whose packages are the user's.

    Returns:
        The fitted estimator.

    Raises:
        DataError: If the file contains another type, or a package of the user cannot be imported.
    """
    from skops.io import load

    return load(file, trusted=_check(file, modules))


def own_modules(file: Path) -> tuple[str, ...]:
    """Return the modules of a file's classes that are neither scikit-learn's nor NumPy's, sorted."""
    from skops.io import get_untrusted_types

    found = {name.rpartition(".")[0] for name in get_untrusted_types(file=file)}
    return tuple(sorted(module for module in found if _package(module) not in ("sklearn", "numpy")))


def _check(file: Path, modules: Iterable[str]) -> list[str]:
    """Return the types of a file, or raise if one is not trusted."""
    from skops.io import get_untrusted_types

    found = get_untrusted_types(file=file)
    own = {_package(module) for module in (_OUR_PACKAGE, *modules) if _is_user_package(_package(module))}
    for name in found:
        if not _is_trusted(name, own):
            raise DataError(
                f"The estimator contains a {name}, which is not trusted; expected classes of scikit-learn, of the package models, or of the "
                "builder's package, which must be outside site-packages in a folder that Python imports from (PYTHONPATH)"
            )
    return list(found)


def _package(module: str) -> str:
    return module.partition(":")[0].partition(".")[0]


def _is_user_package(package: str) -> bool:
    """Return whether a package exists, and is neither installed nor in the standard library."""
    if package in sys.stdlib_module_names:
        return False
    spec = PathFinder.find_spec(package)
    places = [] if spec is None else [spec.origin or "", *(spec.submodule_search_locations or ())]
    return any(places) and not any(part in place for place in places for part in ("site-packages", "dist-packages"))


def _is_trusted(name: str, own: set[str]) -> bool:
    """Return whether a name is defined in a trusted package, and not only imported by one of its modules."""
    if name in _PLAIN_TYPES:
        return True
    module, _, attribute = name.rpartition(".")
    package = _package(module)
    if package != "sklearn" and package not in own:
        return False
    found = getattr(importlib.import_module(module), attribute, None)
    is_defined_there = _package(str(getattr(found, "__module__", ""))) == package
    return is_defined_there and (isinstance(found, type) or package in own)
