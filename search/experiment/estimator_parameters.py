"""Sets hyperparameters of an estimator as it is, such as a pipeline, by scikit-learn's names ``step__parameter``.

An experiment has text, numbers, true and false only: None, tuples, lists and dicts are written as Python writes them, such as "(10, 5)".
"""

import ast
from collections.abc import Iterable, Mapping
from typing import Any

from ..errors import ExperimentError, nearest
from ..redaction import one_line
from .session_source import literal
from .toml import to_toml

_WRAPPERS = {
    "SKLearnClassifier": "keras",
    "SKLearnRegressor": "keras",
    "SKLearnTransformer": "keras",
    "KerasClassifier": "scikeras",
    "KerasRegressor": "scikeras",
}
"""Classes by which scikit-learn trains networks, and the packages that have them."""


def parameter_names(estimator: Any) -> set[str]:
    """Return the names of an estimator's parameters, those of its steps as ``step__parameter``.

    Args:
        estimator: An estimator.

    Raises:
        ExperimentError: If it has no scikit-learn parameters, is one of Keras' wrappers or has one, or names columns.
    """
    if not callable(getattr(estimator, "get_params", None)):
        name = type(estimator).__name__
        raise ExperimentError(f"model is an object of {name}, which has no get_params(); derive {name} from sklearn.base.BaseEstimator")
    parameters = estimator.get_params()
    for part in (estimator, *parameters.values()):
        _check_no_wrapper(part)
        _check_no_names(part)
    return set(parameters)


def check_parameters(estimator: Any, given: Iterable[str], where: str) -> None:
    """Check that an estimator has these parameters.

    Args:
        estimator: An estimator.
        given: Names of parameters.
        where: Start of the error message, such as ``[space.model]``.

    Raises:
        ExperimentError: If it does not have one; or as `parameter_names`.
    """
    known = parameter_names(estimator)
    for name in sorted(set(given) - known):
        raise ExperimentError(f'{where}: {type(estimator).__name__} has no parameter "{name}"; {nearest(name, known)}')


def check_parameter_values(estimator: Any, values: Mapping[str, Iterable[object]], where: str) -> None:
    """Check values by scikit-learn's own constraints of each parameter; which ones exclude each other is left to the fit.

    Args:
        estimator: An estimator that `check_parameters` accepts.
        values: Possible values by parameter name, as an experiment has them.
        where: Start of the error message, such as ``[space.model]``.

    Raises:
        ExperimentError: With the first value that a parameter does not accept, and what it accepts.
    """
    for name, possible in values.items():
        for value in possible:
            try:
                copy, step = copy_with(estimator, {name: value}, 0), name.rpartition("__")[0]
                owner = copy.get_params()[step] if step else copy
                if hasattr(owner, "_parameter_constraints"):  # classes of others may have none
                    owner._validate_params()
            except (TypeError, ValueError, RuntimeError) as error:  # RuntimeError: it cannot be copied
                raise ExperimentError(f"{where}: {name} = {to_toml(value)}: {one_line(str(error))}") from None


def copy_with(estimator: Any, parameters: dict[str, Any], seed: int) -> Any:
    """Return an unfitted copy of an estimator with other parameters (`sklearn.base.clone`, `set_params`).

    Args:
        estimator: An estimator.
        parameters: Its parameters as an experiment has them, by name.
        seed: Its ``random_state``, and that of its steps, where it is None.
    """
    from sklearn.base import clone

    copy = clone(estimator).set_params(**{name: from_text(value) for name, value in parameters.items()})
    unseeded = [name for name, value in copy.get_params().items() if name.rpartition("__")[2] == "random_state" and value is None]
    return copy.set_params(**dict.fromkeys(unseeded, seed))


def to_text(value: Any) -> Any:
    """Return None, a plain tuple, list or dict as text, and any other value as it is."""
    text = literal(value) if value is None or isinstance(value, tuple | list | dict) else None
    return value if text is None else text


def from_text(value: Any) -> Any:
    """Return what `to_text` was given."""
    if not isinstance(value, str) or not (value == "None" or value.startswith(("(", "[", "{"))):
        return value
    try:
        return ast.literal_eval(value)
    except (ValueError, SyntaxError):  # other text, such as a regular expression
        return value


def _check_no_names(part: Any) -> None:
    """Check that a part of an estimator selects columns by number, since it gets a matrix."""
    if type(part).__name__ != "ColumnTransformer":
        return
    for _, _, columns in part.transformers:
        names = [column for column in (columns if isinstance(columns, list | tuple) else [columns]) if isinstance(column, str)]
        if names:
            raise ExperimentError(
                f'model has a ColumnTransformer of the column "{names[0]}", but its rows are a matrix without names; '
                "number the columns from 0, or leave what it does to preprocessing"
            )


def _check_no_wrapper(part: Any) -> None:
    """Check that an estimator, or one of its parts, is none of the classes by which scikit-learn trains networks."""
    name = next((of.__name__ for of in type(part).__mro__ if _WRAPPERS.get(of.__name__) == of.__module__.partition(".")[0]), None)
    if name is not None:
        raise ExperimentError(
            f"model has a {name}, which trains by Keras' own fit, without pruning and checkpoints; give the function in it as model instead, with "
            "(input_shape, n_outputs) for (X, y) and without compile(): its model_kwargs are arguments of that function, epochs and "
            "batch_size are training settings, and a scaler before it is preprocessing"
        )
