"""Transforms raw rows into arrays and a model's outputs into predictions; fitted on the training part only.

It is saved without pickle, so that loading a stranger's model runs none of the stranger's code.
"""

import json
from collections.abc import Mapping, Sequence
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
from .tables.dates import DateColumn, expand, part_name, to_dates
from .targets import Target, targets_from, tasks_of
from .tokens import TokenColumn
from .value_range import ValueRange


@dataclass(frozen=True, kw_only=True)
class Preprocessor:
    """The fitted transformation of rows and outputs. `search.data.fitting.fit_preprocessor` makes it.

    Attributes:
        columns: Type of each feature column that is used, by name, in order; None if rows are arrays.
        inputs: Columns of each of the model's inputs, by the input's name; empty for one input of all columns.
        input_shape: Shape of one transformed row, by input name where there are several.
        targets: What each output predicts, by output name; a single output is named ``""``.
        transformer: The fitted `sklearn.compose.ColumnTransformer`; None if rows are arrays, or all columns are tokens.
        dates: Format and parts of each column of dates. Defaults to none.
        gaps: Texts that stand for a missing value; blanks around text are removed first. None changes no text, as before version 0.2.
        value_range: The range of the training part's values if rows are arrays. Defaults to None.
        tokens: How each column of words becomes numbers, whose features follow the transformer's. Defaults to none.
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
    tokens: Mapping[str, TokenColumn] = field(default_factory=dict)
    array_scaling: ArrayScaling | None = None

    @property
    def target(self) -> str | dict[str, str]:
        """Name of the target column, or names of columns with commas between; by output name where there are several outputs."""
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
        """Units of the output layer: the number of classes for multiclass, else that of columns; by output name where there are several."""
        return unnamed({name: target.n_outputs for name, target in self.targets.items()})

    @property
    def output_shape(self) -> tuple[int, ...] | dict[str, tuple[int, ...]]:
        """Shape of a row of the output, by output name where there are several."""
        return unnamed({name: target.shape for name, target in self.targets.items()})

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
        if self.columns is None:
            return []
        others = {name: of for name, of in self.columns.items() if name not in self.tokens}
        words = [(name, f"{name} #{number}") for name, of in self.tokens.items() for number in range(of.n_tokens)]
        return [*columns_out(self.transformer, others, self.date_features), *words]

    @property
    def vocabulary_size(self) -> int:
        """Number of different words' numbers in the columns of tokens, of several columns the largest; 0 if there are none."""
        return max((of.vocabulary_size for of in self.tokens.values()), default=0)

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
        parts = [] if self.transformer is None else [transform_table(self.transformer, self.expand_dates(checked))]
        return self.by_input(self.with_tokens(parts, checked))

    def with_tokens(self, transformed: Sequence[np.ndarray], checked: pd.DataFrame) -> np.ndarray:
        """Return transformed features with the numbers of words of checked rows after them."""
        parts = [*transformed, *(of.encode(checked[name]) for name, of in self.tokens.items())]
        return np.hstack(parts) if len(parts) > 1 else parts[0]

    def by_input(self, transformed: np.ndarray) -> Tree:
        """Return transformed features ``(n_rows, n_features)`` as float32, by input name where there are several."""
        transformed = np.ascontiguousarray(transformed, dtype=np.float32)
        return transformed if not self.inputs else {name: transformed[:, chosen] for name, chosen in self.positions().items()}

    def expand_dates(self, checked: pd.DataFrame) -> pd.DataFrame:
        """Return checked rows with numbers in place of dates, and without words, which the transformer does not read."""
        parts = [pd.DataFrame(expand(checked[name], date.parts)) for name, date in self.dates.items()]
        others = checked.drop(columns=[*self.dates, *self.tokens]) if self.dates or self.tokens else checked
        return pd.concat([others, *parts], axis="columns") if parts else others

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
            As `search.data.targets.Target.encode`, ``(n_rows, n_columns)``, by output name where there are several.

        Raises:
            DataError: If a value is none of the classes, or not a number in a regression.
        """
        columns = {name: target if isinstance(target, pd.Series) else of.select(target) for name, of in self.targets.items()}
        return unnamed({name: self.targets[name].encode(values) for name, values in columns.items()})

    def decode(self, outputs: Tree) -> pd.DataFrame:
        """Decode a model's outputs into predictions.

        Args:
            outputs: ``(n_rows, n_columns)`` values or probabilities of the positive class, or ``(n_rows, n_classes)`` probabilities;
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
            "tokens": {name: of.to_dict() for name, of in self.tokens.items()},
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
            is_table = facts["columns"] is not None and set(facts["columns"]) != set(facts.get("tokens", ()))
            transformer = load_transformer(folder / "preprocessor.skops") if is_table else None
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
            tokens={name: TokenColumn.from_dict(of) for name, of in facts.get("tokens", {}).items()},
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
            advice = "; give its to_pandas()" if hasattr(rows, "to_pandas") else ""
            raise DataError(f"The rows are a {type(rows).__name__}; expected a pandas DataFrame with the columns {', '.join(columns)}{advice}")
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
