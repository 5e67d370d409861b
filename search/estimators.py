"""Models with scikit-learn's interface, `fit` and `predict`: what they answer, and how they are kept without pickle.

A kept model carries this file. It imports scikit-learn and skops where they are used, and never Keras.
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
"""Of the file of a kept estimator; a Keras model's is ``.keras``."""

_OUR_PACKAGE = "models"
_PLAIN_TYPES = ("numpy.dtype",)
"""What an estimator may hold besides classes, and what skops trusts by itself."""


def is_estimator(model: Any) -> bool:
    """Say whether a model trains and predicts by scikit-learn's interface and is none of Keras'."""
    keras: Any = sys.modules.get("keras")
    has_interface = callable(getattr(model, "fit", None)) and callable(getattr(model, "predict", None))
    return has_interface and not isinstance(model, type) and not (keras is not None and isinstance(model, keras.Model))


def as_matrix(features: Any) -> np.ndarray:
    """Write features as scikit-learn reads them.

    Args:
        features: ``(n_rows, *shape)``.

    Returns:
        float64 ``(n_rows, n_features)``: some estimators would compute in float32 else, others not.

    Raises:
        DataError: If there are several inputs.
    """
    if isinstance(features, dict):
        raise DataError(f"A model with scikit-learn's interface takes one input, but the data set has {', '.join(features)}; name one of them")
    return np.asarray(features, dtype=np.float64).reshape(len(features), -1)


def has_probabilities(estimator: Any) -> bool:
    """Say whether a fitted estimator can tell how sure it is."""
    return hasattr(estimator, "predict_proba")


def outputs(estimator: Any, features: Any) -> np.ndarray:
    """Compute what a network of the same task would.

    Args:
        estimator: A fitted one; a classifier's classes are the numbers from 0.
        features: ``(n_rows, *shape)``.

    Returns:
        Probabilities ``(n_rows, n_classes)`` where it has them, else what it predicts, ``(n_rows, 1)``.
    """
    matrix = as_matrix(features)
    computed = estimator.predict_proba(matrix) if has_probabilities(estimator) else estimator.predict(matrix)
    return np.asarray(computed, dtype=np.float64).reshape(len(matrix), -1)


def count_parameters(estimator: Any) -> int:
    """Count the fitted coefficients and intercepts; 0 where it has none, as a tree.

    Args:
        estimator: A fitted one; of a pipeline the last step is counted, of a search the best estimator.
    """
    estimator = getattr(estimator, "best_estimator_", estimator)
    if hasattr(estimator, "steps"):
        estimator = estimator.steps[-1][1]
    coefficients = next((names for names in (("coefs_", "intercepts_"), ("coef_", "intercept_")) if hasattr(estimator, names[0])), ())
    found = [getattr(estimator, name, ()) for name in coefficients]
    return sum(int(np.size(part)) for value in found for part in (value if isinstance(value, list | tuple) else [value]))


def save_estimator(estimator: Any, file: Path, builder: str) -> None:
    """Write an estimator in skops' format.

    Args:
        estimator: A fitted one.
        file: Where to, ending in ``.skops``.
        builder: Reference of the function that built it, whose package is trusted.

    Raises:
        DataError: If it holds what `load_estimator` would refuse; the file is removed then.
    """
    from skops.io import dump

    try:
        dump(estimator, file)
        _check(file, [builder])
    except BaseException:
        file.unlink(missing_ok=True)
        raise


def load_estimator(file: Path, modules: Iterable[str]) -> Any:
    """Read an estimator.

    Trusted are the classes of scikit-learn, and those of the package ``models`` and of the named modules' packages if these lie
    in a folder of the user's own; nothing that is installed or comes with Python, as a file from a stranger might name it.

    Args:
        file: Ending in ``.skops``.
        modules: Modules, or references, whose packages are the user's own.

    Returns:
        The fitted estimator.

    Raises:
        DataError: If the file holds something else, or a package of the user's own cannot be imported.
    """
    from skops.io import load

    return load(file, trusted=_check(file, modules))


def own_modules(file: Path) -> tuple[str, ...]:
    """Name the modules of the classes in a file that are neither scikit-learn's nor NumPy's, sorted."""
    from skops.io import get_untrusted_types

    found = {name.rpartition(".")[0] for name in get_untrusted_types(file=file)}
    return tuple(sorted(module for module in found if _package(module) not in ("sklearn", "numpy")))


def _check(file: Path, modules: Iterable[str]) -> list[str]:
    """Return the types of a file to trust; raise if one is not to be trusted."""
    from skops.io import get_untrusted_types

    found = get_untrusted_types(file=file)
    own = {_package(module) for module in (_OUR_PACKAGE, *modules) if _is_user_package(_package(module))}
    for name in found:
        if not _is_trusted(name, own):
            raise DataError(
                f"The estimator holds a {name}, which is not trusted; expected classes of scikit-learn, of the package models, or of the builder's "
                "own package, which must lie outside site-packages in a folder that Python imports from (PYTHONPATH)"
            )
    return list(found)


def _package(module: str) -> str:
    return module.partition(":")[0].partition(".")[0]


def _is_user_package(package: str) -> bool:
    """Say whether a package is there, not part of Python and not installed."""
    if package in sys.stdlib_module_names:
        return False
    spec = PathFinder.find_spec(package)
    places = [] if spec is None else [spec.origin or "", *(spec.submodule_search_locations or ())]
    return any(places) and not any(part in place for place in places for part in ("site-packages", "dist-packages"))


def _is_trusted(name: str, own: set[str]) -> bool:
    """Say whether a name leads to what a trusted package itself defines: not to what one of its modules imports."""
    if name in _PLAIN_TYPES:
        return True
    module, _, attribute = name.rpartition(".")
    package = _package(module)
    if package != "sklearn" and package not in own:
        return False
    found = getattr(importlib.import_module(module), attribute, None)
    is_defined_there = _package(str(getattr(found, "__module__", ""))) == package
    return is_defined_there and (isinstance(found, type) or package in own)
