"""From raw rows to arrays, and from a model's outputs to answers; fitted on the training part only.

It is saved without pickle, so a kept model can be loaded from a stranger without running the stranger's code.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from .arrays import Task, TrainingArrays
from .columns import Features, Kind, kind, to_numbers, to_text
from .errors import DataError

if TYPE_CHECKING:  # a kept model carries this file, and predicts without data sets and experiment files
    from .dataset import Dataset
    from .sections import PreprocessingSection

_TRUSTED = ["numpy.dtype"]
"""What a saved transformer may hold besides scikit-learn's own types, which skops trusts."""


@dataclass(frozen=True, kw_only=True)
class Preprocessor:
    """The fitted way from rows to arrays and from outputs to answers. `fit_preprocessor` makes it.

    Attributes:
        columns: Kind of each feature column, by name, in order; None if rows are arrays.
        input_shape: Shape of one transformed row.
        target: Name of the target.
        task: What the target is.
        classes: The target's values in their own type, in the order of the model's outputs; empty for regression.
        transformer: The fitted `sklearn.compose.ColumnTransformer`; None if rows are arrays.
    """

    columns: Mapping[str, Kind] | None
    input_shape: tuple[int, ...]
    target: str
    task: Task
    classes: tuple[bool | int | float | str, ...]
    transformer: Any

    @property
    def class_names(self) -> tuple[str, ...]:
        """The classes as text."""
        return tuple(str(value) for value in self.classes)

    @property
    def n_outputs(self) -> int:
        """Units of the output layer: 1, or the number of classes for multiclass."""
        return len(self.classes) if self.task == "multiclass" else 1

    @property
    def feature_names_out(self) -> tuple[str, ...]:
        """Names of the transformed features, such as ``age`` and ``sex=male``; empty if rows are arrays."""
        if self.columns is None:
            return ()
        text = _of_kind(self.columns, "text")
        encoder: Any = self.transformer.named_transformers_["text"][-1] if text else None
        if hasattr(encoder, "drop_idx_"):  # one-hot
            text = [f"{name}={value}" for name, values in zip(text, encoder.categories_, strict=True) for value in values]
        return (*_of_kind(self.columns, "numeric"), *text)

    def check(self, rows: Features) -> Features:
        """Check raw rows and bring them into the form that was fitted.

        Args:
            rows: A table with at least the feature columns, in any order, or an array ``(n_rows, *input_shape)``. Whole
                numbers for floats are fine, and so are gaps.

        Returns:
            The feature columns in order, float64 and text objects; or the array.

        Raises:
            DataError: If there are no rows, columns are missing, or one holds text where numbers belong.
        """
        if self.columns is None:
            return self._check_array(rows)
        if not isinstance(rows, pd.DataFrame):
            raise DataError(f"The rows are a {type(rows).__name__}; expected a table with the columns {', '.join(self.columns)}")
        missing = [name for name in self.columns if name not in rows.columns]
        if missing:
            raise DataError(f"The rows lack the columns {', '.join(missing)}; expected {', '.join(self.columns)}")
        if rows.empty:
            raise DataError("The table has no rows; expected at least one")
        checked = {name: to_numbers(rows[name], "The rows") if of == "numeric" else to_text(rows[name]) for name, of in self.columns.items()}
        # Text as objects: scikit-learn's imputer finds its gaps only there.
        return pd.DataFrame({name: pd.Series(values, dtype=values.dtype) for name, values in checked.items()}).set_index(rows.index)

    def transform(self, rows: Features) -> np.ndarray:
        """Turn raw rows into what the model reads.

        Args:
            rows: As for `check`.

        Returns:
            float32 ``(n_rows, *input_shape)``.

        Raises:
            DataError: As `check`.
        """
        checked = self.check(rows)
        transformed = checked if self.transformer is None else self.transformer.transform(checked)
        return np.ascontiguousarray(transformed, dtype=np.float32)

    def encode_target(self, target: pd.Series) -> np.ndarray:
        """Turn target values into what the loss compares with.

        Args:
            target: ``(n_rows,)``, without gaps.

        Returns:
            ``(n_rows, 1)``: float32 values for regression, float32 0 or 1 for binary (1 is the second class), int32 class
            numbers for multiclass.

        Raises:
            DataError: If a value is none of the classes, or not a number in a regression.
        """
        if self.task == "regression":
            return to_numbers(target, "The target").astype(np.float32).reshape(-1, 1)
        numbers = {value: number for number, value in enumerate(self.classes)}
        unknown = [value for value in target.unique().tolist() if value not in numbers]
        if unknown:
            raise DataError(f'The target "{self.target}" holds {unknown[0]!r}, which is none of the classes {", ".join(self.class_names)}')
        codes = np.array([numbers[value] for value in target], dtype=np.int32 if self.task == "multiclass" else np.float32)
        return codes.reshape(-1, 1)

    def answers(self, outputs: np.ndarray) -> pd.DataFrame:
        """Turn a model's outputs into answers.

        Args:
            outputs: ``(n_rows, 1)`` values or probabilities of the second class, or ``(n_rows, n_classes)`` probabilities.

        Returns:
            A table with the column ``prediction``, in the target's own type, and for classes ``probability_<class>``.

        Raises:
            DataError: If the outputs have another shape.
        """
        outputs = np.asarray(outputs)
        widths = {"regression": (1,), "binary": (1, 2), "multiclass": (len(self.classes),)}[self.task]
        if outputs.ndim != 2 or outputs.shape[1] not in widths:
            expected = " or ".join(f"(n_rows, {width})" for width in widths)
            raise DataError(f"The model's outputs have the shape {outputs.shape}; a {self.task} task needs {expected}")
        if self.task == "regression":
            return pd.DataFrame({"prediction": outputs[:, 0].astype(np.float64)})
        # Above and not at 0.5, as Keras' binary_accuracy counts.
        chosen = (outputs[:, 0] > 0.5).astype(int) if outputs.shape[1] == 1 else outputs.argmax(axis=1)
        probabilities = (np.hstack([1 - outputs, outputs]) if outputs.shape[1] == 1 else outputs).astype(np.float64)
        by_class = {f"probability_{name}": probabilities[:, number] for number, name in enumerate(self.class_names)}
        return pd.DataFrame({"prediction": pd.Series([self.classes[number] for number in chosen]), **by_class})

    def save(self, folder: Path) -> None:
        """Write it into a folder as ``preprocessor.json`` and, for tables, ``preprocessor.skops``."""
        folder.mkdir(parents=True, exist_ok=True)
        columns = None if self.columns is None else dict(self.columns)
        facts = {"columns": columns, "input_shape": self.input_shape, "target": self.target, "task": self.task, "classes": self.classes}
        (folder / "preprocessor.json").write_text(json.dumps(facts, indent=2), encoding="utf-8")
        if self.transformer is not None:
            from skops.io import dump

            dump(self.transformer, folder / "preprocessor.skops")

    @classmethod
    def load(cls, folder: Path) -> "Preprocessor":
        """Read what `save` wrote; its transforms are equal to the last bit.

        Raises:
            DataError: If a file is missing, damaged, or holds a type that we do not write.
        """
        try:
            facts = json.loads((folder / "preprocessor.json").read_text(encoding="utf-8"))
            transformer = None if facts["columns"] is None else _load_transformer(folder / "preprocessor.skops")
            input_shape, classes = tuple(facts.pop("input_shape")), tuple(facts.pop("classes"))
            return cls(**facts, input_shape=input_shape, classes=classes, transformer=transformer)
        except Exception as error:  # whatever skops finds in a file that is not ours
            raise DataError(f"{folder} holds no preprocessing that can be read: {type(error).__name__}: {error}") from error

    def _check_array(self, rows: Features) -> np.ndarray:
        if not isinstance(rows, np.ndarray) or rows.shape[1:] != self.input_shape:
            given = f"an array {rows.shape}" if isinstance(rows, np.ndarray) else f"a {type(rows).__name__}"
            raise DataError(f"The rows are {given}; expected an array (n_rows, {', '.join(map(str, self.input_shape))})")
        if not len(rows):
            raise DataError("The array has no rows; expected at least one")
        if not np.issubdtype(rows.dtype, np.number) or not np.isfinite(rows).all():
            raise DataError(f"The rows are an array of {rows.dtype} that holds something other than finite numbers; replace it")
        return rows


def fit_preprocessor(dataset: "Dataset", section: "PreprocessingSection") -> Preprocessor:
    """Fit preprocessing on the training part of a data set.

    Numeric columns have their gaps filled and are scaled; text columns get their most frequent value in gaps and are
    encoded. Arrays pass through as float32.

    Args:
        dataset: The data set.
        section: ``[preprocessing]`` of the experiment.

    Returns:
        The fitted preprocessor.

    Raises:
        DataError: If a column cannot be used.
    """
    train = dataset.train
    by_name = {str(value): value for value in train.target.unique().tolist()}
    facts: dict[str, Any] = {"target": dataset.target, "task": dataset.task, "classes": tuple(by_name[name] for name in dataset.class_names)}
    if isinstance(train.features, np.ndarray):
        return Preprocessor(columns=None, input_shape=train.features.shape[1:], transformer=None, **facts)
    columns = {str(name): kind(train.features[name], dataset.name) for name in train.features}
    rows = Preprocessor(columns=columns, input_shape=(), transformer=None, **facts).check(train.features)
    transformer = _build_transformer(columns, section)
    n_features = transformer.fit_transform(rows).shape[1]
    return Preprocessor(columns=columns, input_shape=(n_features,), transformer=transformer, **facts)


def prepare(dataset: "Dataset", preprocessor: Preprocessor) -> TrainingArrays:
    """Turn the training and validation parts into arrays.

    Args:
        dataset: The data set.
        preprocessor: Fitted on it.

    Returns:
        The arrays.

    Raises:
        DataError: If the validation part has other kinds of values than the training part.
    """
    return TrainingArrays(
        x_train=preprocessor.transform(dataset.train.features),
        y_train=preprocessor.encode_target(dataset.train.target),
        x_validation=preprocessor.transform(dataset.validation.features),
        y_validation=preprocessor.encode_target(dataset.validation.target),
        task=dataset.task,
        n_outputs=preprocessor.n_outputs,
    )


def _of_kind(columns: Mapping[str, Kind], wanted: Kind) -> list[str]:
    return [name for name, of in columns.items() if of == wanted]


def _build_transformer(columns: Mapping[str, Kind], section: "PreprocessingSection") -> Any:
    from sklearn import impute, preprocessing
    from sklearn.compose import ColumnTransformer
    from sklearn.pipeline import make_pipeline

    scaler: Sequence[Any] = {"standard": [preprocessing.StandardScaler()], "minmax": [preprocessing.MinMaxScaler()], "none": []}[section.numeric]
    encoder = {
        "onehot": preprocessing.OneHotEncoder(handle_unknown="ignore", sparse_output=False),
        "ordinal": preprocessing.OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=-1),
    }[section.categorical]
    numeric = make_pipeline(impute.SimpleImputer(strategy=section.missing), *scaler)
    text = make_pipeline(impute.SimpleImputer(strategy="most_frequent"), encoder)
    named = [("numeric", numeric, _of_kind(columns, "numeric")), ("text", text, _of_kind(columns, "text"))]
    return ColumnTransformer([entry for entry in named if entry[2]], sparse_threshold=0)


def _load_transformer(file: Path) -> Any:
    from skops.io import load

    return load(file, trusted=_TRUSTED)
