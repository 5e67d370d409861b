"""From raw rows to arrays, and from a model's outputs to answers; fitted on the training part only.

It is saved without pickle, so a kept model can be loaded from a stranger without running the stranger's code.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from ..errors import DataError, ExperimentError, nearest
from .arrays import Tasks, TrainingArrays, Tree, named, unnamed
from .column_transformer import build_transformer, columns_out, load_transformer, save_transformer
from .columns import ColumnType, Features, column_type, to_numbers, to_text
from .targets import Target, choose_targets, tasks_of

if TYPE_CHECKING:  # a kept model carries this file, and predicts without data sets and experiment files
    from ..experiment.sections import OutputSection, PreprocessingSection
    from .dataset import Dataset


@dataclass(frozen=True, kw_only=True)
class Preprocessor:
    """The fitted way from rows to arrays and from outputs to answers. `fit_preprocessor` makes it.

    Attributes:
        columns: Type of each feature column that is used, by name, in order; None if rows are arrays.
        inputs: Columns of each of the model's inputs, by the input's name; empty for one input of all columns.
        input_shape: Shape of one transformed row, by input name where there are several.
        targets: What each output predicts, by output name; an only output is named ``""``.
        transformer: The fitted `sklearn.compose.ColumnTransformer`; None if rows are arrays.
    """

    columns: Mapping[str, ColumnType] | None
    inputs: Mapping[str, tuple[str, ...]]
    input_shape: tuple[int, ...] | dict[str, tuple[int, ...]]
    targets: Mapping[str, Target]
    transformer: Any

    @property
    def target(self) -> str | dict[str, str]:
        """Name of the target column, by output name where there are several."""
        return unnamed({name: target.column for name, target in self.targets.items()})

    @property
    def task(self) -> Tasks:
        """What the target is, by output name where there are several."""
        return tasks_of(self.targets)

    @property
    def class_names(self) -> tuple[str, ...] | dict[str, tuple[str, ...]]:
        """The classes as text, in the order of the output's units; by output name where there are several."""
        return unnamed({name: target.class_names for name, target in self.targets.items()})

    @property
    def n_outputs(self) -> int | dict[str, int]:
        """Units of the output layer: 1, or the number of classes for multiclass; by output name where there are several."""
        return unnamed({name: target.n_outputs for name, target in self.targets.items()})

    @property
    def feature_names_out(self) -> tuple[str, ...]:
        """Names of the transformed features, such as ``age`` and ``sex=male``; empty if rows are arrays."""
        return tuple(name for _, name in self._columns_out)

    @property
    def _columns_out(self) -> list[tuple[str, str]]:
        """The transformed features in order, each with the column it comes from."""
        return [] if self.columns is None else columns_out(self.transformer, self.columns)

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

    def select(self, rows: Features) -> Features:
        """Leave out the columns that no input reads."""
        return rows if self.columns is None or not isinstance(rows, pd.DataFrame) else rows[list(self.columns)]

    def transform(self, rows: Features) -> Tree:
        """Turn raw rows into what the model reads.

        Args:
            rows: As for `check`.

        Returns:
            float32 ``(n_rows, *input_shape)``, by input name where there are several.

        Raises:
            DataError: As `check`.
        """
        checked = self.check(rows)
        transformed = np.ascontiguousarray(checked if self.transformer is None else self.transformer.transform(checked), dtype=np.float32)
        return transformed if not self.inputs else {name: transformed[:, places] for name, places in self._places().items()}

    def _places(self) -> dict[str, list[int]]:
        """Say where each input's features are among the transformed ones."""
        of_column: dict[str, list[int]] = {}
        for place, (column, _) in enumerate(self._columns_out):
            of_column.setdefault(column, []).append(place)
        return {name: [place for column in columns for place in of_column[column]] for name, columns in self.inputs.items()}

    def encode_target(self, target: pd.Series | pd.DataFrame) -> Tree:
        """Turn target values into what the losses compare with.

        Args:
            target: ``(n_rows,)``, or a table of all targets, without gaps.

        Returns:
            As `search.data.targets.Target.encode`, ``(n_rows, 1)``, by output name where there are several.

        Raises:
            DataError: If a value is none of the classes, or not a number in a regression.
        """
        columns = {name: target if isinstance(target, pd.Series) else target[of.column] for name, of in self.targets.items()}
        return unnamed({name: self.targets[name].encode(values) for name, values in columns.items()})

    def decode(self, outputs: Tree) -> pd.DataFrame:
        """Turn a model's outputs into answers.

        Args:
            outputs: ``(n_rows, 1)`` values or probabilities of the second class, or ``(n_rows, n_classes)`` probabilities;
                by output name where there are several.

        Returns:
            A table with the column ``prediction``, in the target's own type, and for classes ``probability_<class>``; where
            there are several outputs, ``<output>_prediction`` and ``<output>_probability_<class>``.

        Raises:
            DataError: If the outputs have another shape.
        """
        by_output = named(outputs)
        answers = [target.decode(by_output[name]).add_prefix(f"{name}_" if name else "") for name, target in self.targets.items()]
        return pd.concat(answers, axis="columns")

    def save(self, folder: Path) -> None:
        """Write it into a folder as ``preprocessor.json`` and, for tables, ``preprocessor.skops``."""
        folder.mkdir(parents=True, exist_ok=True)
        facts = {
            "columns": None if self.columns is None else dict(self.columns),
            "inputs": dict(self.inputs),
            "input_shape": self.input_shape,
            "targets": {name: target.to_dict() for name, target in self.targets.items()},
        }
        (folder / "preprocessor.json").write_text(json.dumps(facts, indent=2), encoding="utf-8")
        if self.transformer is not None:
            save_transformer(self.transformer, folder / "preprocessor.skops")

    @classmethod
    def load(cls, folder: Path) -> "Preprocessor":
        """Read what `save` wrote; its transforms are equal to the last bit.

        Raises:
            DataError: If a file is missing, damaged, or holds a type that we do not write.
        """
        try:
            facts = json.loads((folder / "preprocessor.json").read_text(encoding="utf-8"))
            if "targets" not in facts:  # written when there could be one input and one output only
                facts |= {"inputs": {}, "targets": {"": {**facts, "column": facts["target"]}}}
            return cls(
                columns=facts["columns"],
                inputs={name: tuple(columns) for name, columns in facts["inputs"].items()},
                input_shape=unnamed({name: tuple(shape) for name, shape in named(facts["input_shape"]).items()}),
                targets={name: Target.from_dict(target) for name, target in facts["targets"].items()},
                transformer=None if facts["columns"] is None else load_transformer(folder / "preprocessor.skops"),
            )
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


def fit_preprocessor(dataset: "Dataset", section: "PreprocessingSection", outputs: "Mapping[str, OutputSection] | None" = None) -> Preprocessor:
    """Fit preprocessing on the training part of a data set.

    Numeric columns have their gaps filled and are scaled; text columns get their most frequent value in gaps and are
    encoded. Arrays pass through as float32.

    Args:
        dataset: The data set.
        section: ``[preprocessing]`` of the experiment.
        outputs: ``[outputs]`` of the experiment. Defaults to one output of the only target.

    Returns:
        The fitted preprocessor.

    Raises:
        DataError: If a column cannot be used.
        ExperimentError: If an input or an output names a column that the data set has not.
    """
    features, targets = dataset.train.features, choose_targets(dataset, outputs or {})
    inputs = {name: tuple(columns) for name, columns in section.inputs.items()}
    if isinstance(features, np.ndarray):
        if inputs:
            raise ExperimentError(f'preprocessing.inputs: the rows of data set "{dataset.name}" are arrays without columns; leave inputs out')
        return Preprocessor(columns=None, inputs={}, input_shape=features.shape[1:], targets=targets, transformer=None)
    columns = {name: column_type(features[name], dataset.name) for name in _used(list(features.columns), inputs, dataset.name)}
    rows = Preprocessor(columns=columns, inputs={}, input_shape=(), targets=targets, transformer=None).check(features)
    transformer = build_transformer(columns, section)
    n_features = transformer.fit_transform(rows).shape[1]
    fitted = Preprocessor(columns=columns, inputs=inputs, input_shape=(n_features,), targets=targets, transformer=transformer)
    return replace(fitted, input_shape={name: (len(places),) for name, places in fitted._places().items()}) if inputs else fitted


def _used(columns: list[str], inputs: Mapping[str, Sequence[str]], dataset: str) -> list[str]:
    """Return the columns that inputs name, all of them where there are no inputs, in the data set's order."""
    for name, chosen in inputs.items():
        for column in chosen:
            if column not in columns:
                raise ExperimentError(f'preprocessing.inputs.{name}: data set "{dataset}" has no column "{column}"; {nearest(column, columns)}')
    return [column for column in columns if not inputs or any(column in chosen for chosen in inputs.values())]


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
        task=preprocessor.task,
        n_outputs=preprocessor.n_outputs,
    )
