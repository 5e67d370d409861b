"""Transforms raw rows into arrays and a model's outputs into predictions; fitted on the training part only.

It is saved without pickle, so that loading a stranger's model runs none of the stranger's code.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from ..errors import DataError, lacking, listed
from .array_scaling import ArrayScaling
from .arrays import Tasks, Tree, named, unnamed
from .column_transformer import columns_out, load_transformer, save_transformer, transform_table
from .columns import ColumnType, Features, to_numbers, to_text
from .scaling import Scaling
from .tables.dates import expand, part_name, to_dates
from .targets import Target, targets_from, tasks_of
from .value_range import ValueRange


@dataclass(frozen=True)
class DateColumn:
    """How a column of dates becomes numbers.

    Attributes:
        format: Python's format of dates given as text, or "ISO8601".
        parts: Names of `search.data.tables.dates.PARTS` that became features.
    """

    format: str
    parts: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Preprocessor:
    """The fitted transformation of rows and outputs. `search.data.fitting.fit_preprocessor` makes it.

    Attributes:
        columns: Type of each feature column that is used, by name, in order; None if rows are arrays.
        inputs: Columns of each of the model's inputs, by the input's name; empty for one input of all columns.
        input_shape: Shape of one transformed row, by input name where there are several.
        targets: What each output predicts, by output name; a single output is named ``""``.
        transformer: The fitted `sklearn.compose.ColumnTransformer`; None if rows are arrays.
        dates: Format and parts of each column of dates. Defaults to none.
        gaps: Texts that stand for a missing value; blanks around text are removed first. None changes no text, as before version 0.2.
        value_range: The range of the training part's values if rows are arrays. Defaults to None.
        array_scaling: The scaling of rows that are arrays; None if they pass as they are. Defaults to None.
    """

    columns: Mapping[str, ColumnType] | None
    inputs: Mapping[str, tuple[str, ...]]
    input_shape: tuple[int, ...] | dict[str, tuple[int, ...]]
    targets: Mapping[str, Target]
    transformer: Any
    dates: Mapping[str, DateColumn] = field(default_factory=dict)
    gaps: tuple[str, ...] | None = None
    value_range: ValueRange | None = None
    array_scaling: ArrayScaling | None = None

    @property
    def target(self) -> str | dict[str, str]:
        """Name of the target column, by output name where there are several."""
        return unnamed({name: target.column for name, target in self.targets.items()})

    @property
    def task(self) -> Tasks:
        """The task, by output name where there are several."""
        return tasks_of(self.targets)

    @property
    def scalings(self) -> dict[str, Scaling]:
        """The scaling of each scaled target, by output name; a single output is named ``""``."""
        return {name: target.scaling for name, target in self.targets.items() if target.scaling is not None}

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
    def feature_columns(self) -> tuple[str, ...]:
        """The column that each transformed feature comes from; empty if rows are arrays."""
        return tuple(column for column, _ in self._columns_out)

    @property
    def _columns_out(self) -> list[tuple[str, str]]:
        """The transformed features in order, each with the column it comes from."""
        return [] if self.columns is None else columns_out(self.transformer, self.columns, self.date_features)

    @property
    def date_features(self) -> dict[str, list[str]]:
        """The numeric features that each column of dates becomes, by column."""
        return {name: [part_name(name, part) for part in date.parts] for name, date in self.dates.items()}

    def check(self, rows: Features) -> Features:
        """Check raw rows and convert them to the columns and types that were fitted.

        Args:
            rows: A table with at least the feature columns, in any order, or an array ``(n_rows, *input_shape)``. Whole
                numbers in place of floats are allowed, and so are gaps.

        Returns:
            The feature columns in order: float64, dates, and text objects; or the array.

        Raises:
            DataError: If there are no rows, columns are missing, a numeric column holds text, or one of dates no date.
        """
        return self._check_array(rows) if self.columns is None else self._check_table(rows, self.columns)

    def check_range(self, rows: Features, where: str) -> None:
        """Check that an array is on the scale of the training part; see `search.data.value_range.ValueRange.check`."""
        if isinstance(rows, np.ndarray) and self.value_range is not None:
            self.value_range.check(rows, where)

    def select(self, rows: Features) -> Features:
        """Return the rows with only the columns that an input reads."""
        return rows if self.columns is None or not isinstance(rows, pd.DataFrame) else rows[list(self.columns)]

    def transform(self, rows: Features) -> Tree:
        """Transform raw rows into the model's inputs.

        Args:
            rows: As for `check`.

        Returns:
            float32 ``(n_rows, *input_shape)``, by input name where there are several.

        Raises:
            DataError: As `check`.
        """
        return self.transform_checked(self.check(rows))

    def transform_checked(self, checked: Features) -> Tree:
        """Transform what `check` returned; otherwise as `transform`."""
        if isinstance(checked, np.ndarray):
            return self.by_input(checked if self.array_scaling is None else self.array_scaling.apply(checked))
        return self.by_input(transform_table(self.transformer, self.expand_dates(checked)))

    def by_input(self, transformed: np.ndarray) -> Tree:
        """Return transformed features ``(n_rows, n_features)`` as float32, by input name where there are several."""
        transformed = np.ascontiguousarray(transformed, dtype=np.float32)
        return transformed if not self.inputs else {name: transformed[:, chosen] for name, chosen in self.positions().items()}

    def expand_dates(self, checked: pd.DataFrame) -> pd.DataFrame:
        """Return checked rows with numbers in place of dates."""
        parts = [pd.DataFrame(expand(checked[name], date.parts)) for name, date in self.dates.items()]
        return pd.concat([checked.drop(columns=list(self.dates)), *parts], axis="columns") if parts else checked

    def positions(self) -> dict[str, list[int]]:
        """Return the positions of each input's features among the transformed ones."""
        by_column: dict[str, list[int]] = {}
        for position, (column, _) in enumerate(self._columns_out):
            by_column.setdefault(column, []).append(position)
        return {name: [position for column in columns for position in by_column[column]] for name, columns in self.inputs.items()}

    def encode_target(self, target: pd.Series | pd.DataFrame) -> Tree:
        """Encode target values for the losses.

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
        """Decode a model's outputs into predictions.

        Args:
            outputs: ``(n_rows, 1)`` values or probabilities of the positive class, or ``(n_rows, n_classes)`` probabilities;
                by output name where there are several.

        Returns:
            A table with the column ``prediction``, in the target's own type and units, and for classes ``probability_<class>``; where
            there are several outputs, ``<output>_prediction`` and ``<output>_probability_<class>``.

        Raises:
            DataError: If the outputs have another shape.
        """
        by_output = named(outputs)
        if set(self.targets) == {""}:
            return self.targets[""].decode(by_output[""])
        predictions = [target.decode(by_output[name]).add_prefix(f"{name}_") for name, target in self.targets.items()]
        return pd.concat(predictions, axis="columns")

    def save(self, folder: Path) -> None:
        """Write it into a folder as ``preprocessor.json`` and, for tables, ``preprocessor.skops``."""
        folder.mkdir(parents=True, exist_ok=True)
        facts = {
            "columns": None if self.columns is None else dict(self.columns),
            "inputs": dict(self.inputs),
            "input_shape": self.input_shape,
            "targets": {name: target.to_dict() for name, target in self.targets.items()},
            "dates": {name: asdict(date) for name, date in self.dates.items()},
            "gaps": self.gaps,
            "value_range": None if self.value_range is None else self.value_range.to_dict(),
            "array_scaling": None if self.array_scaling is None else self.array_scaling.to_dict(),
        }
        (folder / "preprocessor.json").write_text(json.dumps(facts, indent=2), encoding="utf-8")
        if self.transformer is not None:
            save_transformer(self.transformer, folder / "preprocessor.skops")

    @classmethod
    def load(cls, folder: Path) -> "Preprocessor":
        """Load what `save` wrote; it transforms rows equally to the last bit.

        Raises:
            DataError: If a file is missing or damaged, or has a type that `save` does not write.
        """
        try:
            facts = json.loads((folder / "preprocessor.json").read_text(encoding="utf-8"))
            transformer = None if facts["columns"] is None else load_transformer(folder / "preprocessor.skops")
            return cls._from_facts(facts, transformer)
        except Exception as error:  # whatever skops raises for a foreign file
            raise DataError(f"{folder} holds no preprocessing that can be read: {type(error).__name__}: {error}") from error

    @classmethod
    def _from_facts(cls, facts: dict[str, Any], transformer: Any) -> "Preprocessor":
        return cls(
            columns=facts["columns"],
            inputs={name: tuple(columns) for name, columns in facts.get("inputs", {}).items()},  # an earlier version had one input only
            input_shape=unnamed({name: tuple(shape) for name, shape in named(facts["input_shape"]).items()}),
            targets=targets_from(facts),
            transformer=transformer,
            dates={name: DateColumn(date["format"], tuple(date["parts"])) for name, date in facts.get("dates", {}).items()},
            gaps=None if facts.get("gaps") is None else tuple(facts["gaps"]),
            value_range=None if facts.get("value_range") is None else ValueRange(**facts["value_range"]),
            array_scaling=None if facts.get("array_scaling") is None else ArrayScaling.from_dict(facts["array_scaling"]),
        )

    def _check_array(self, rows: Features) -> np.ndarray:
        if not isinstance(rows, np.ndarray) or rows.shape[1:] != self.input_shape:
            given = f"an array {rows.shape}" if isinstance(rows, np.ndarray) else f"a {type(rows).__name__}"
            raise DataError(f"The rows are {given}; expected an array (n_rows, {', '.join(map(str, self.input_shape))})")
        if not len(rows):
            raise DataError("The array has no rows; expected at least one")
        if not np.issubdtype(rows.dtype, np.number) or not np.isfinite(rows).all():
            raise DataError(f"The rows are an array of {rows.dtype} with values that are not finite numbers; replace them")
        return rows

    def _check_table(self, rows: Features, columns: Mapping[str, ColumnType]) -> pd.DataFrame:
        if not isinstance(rows, pd.DataFrame):
            raise DataError(f"The rows are a {type(rows).__name__}; expected a pandas DataFrame with the columns {', '.join(columns)}")
        if lack := lacking(columns, rows.columns):
            raise DataError(f"The rows {lack}; expected {listed(list(columns))}")
        if rows.empty:
            raise DataError("The table has no rows; expected at least one")
        # Text as objects: scikit-learn's imputer finds its gaps only there.
        checked = {name: self._check_column(self._without_gap_words(rows[name]), of) for name, of in columns.items()}
        typed = {name: pd.Series(values, rows.index, dtype=object) if values.dtype == object else values for name, values in checked.items()}
        return pd.DataFrame(typed, index=rows.index)

    def _check_column(self, column: pd.Series, of: ColumnType) -> np.ndarray:
        if of == "date":
            return to_dates(column, self.dates[str(column.name)].format, "The rows").to_numpy()
        return to_numbers(column, "The rows") if of == "numeric" else to_text(column)

    def _without_gap_words(self, column: pd.Series) -> pd.Series:
        """Return a column without blanks around text, and with gaps in place of words for them."""
        if self.gaps is None or not (column.dtype == object or isinstance(column.dtype, pd.StringDtype)):
            return column
        stripped = column.astype(object).map(lambda value: value.strip() if isinstance(value, str) else value, na_action="ignore")
        return stripped.mask(stripped.isin([*self.gaps, ""]))
