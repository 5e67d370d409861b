"""The target that each output of a model predicts: its column, task, classes and scaling; encodes targets and decodes outputs.

A champion bundles this file, so it imports neither data sets nor experiment files.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Self

import numpy as np
import pandas as pd

from ..errors import DataError, TrialError
from .arrays import Array, Task, Tasks, named, unnamed
from .columns import to_numbers
from .probabilities import check_probabilities
from .scaling import Scaling


@dataclass(frozen=True, kw_only=True)
class Target:
    """The target of one output.

    Attributes:
        columns: Name of the target column, or of each column that the output predicts, in the order of its units.
        task: "binary", "multiclass", "regression", "multilabel" for several binary columns, or "probabilities" for a column of each class.
        classes: Values of the target, in its own type and in the order of the output's units, the positive class of a binary
            target, or of all labels, last; the names of the columns for probabilities; empty for regression.
        scaling: The scaling of a regression's target; None if the model predicts the target itself. Defaults to None.
        n_steps: Steps of a sequence that each have an output, whose columns follow each other, all of the first step first; 0 for one output
            a row. Defaults to 0.
    """

    columns: tuple[str, ...]
    task: Task
    classes: tuple[bool | int | float | str, ...] = ()
    scaling: Scaling | None = None
    n_steps: int = 0

    @property
    def column(self) -> str:
        """Name of the target column, or of all columns with commas between them, of steps the first and the last one."""
        return f"{self.columns[0]} to {self.columns[-1]}" if self.n_steps else ", ".join(self.columns)

    @property
    def class_names(self) -> tuple[str, ...]:
        """The classes as text."""
        return tuple(str(value) for value in self.classes)

    @property
    def positive(self) -> str | None:
        """The positive class of a binary target, which precision, recall, F1 score and AUC are about; else None."""
        return self.class_names[-1] if self.task == "binary" else None

    @property
    def n_outputs(self) -> int:
        """Units of the output: the number of classes for multiclass, else that of columns, of one step."""
        return len(self.classes) if self.task == "multiclass" else len(self.columns) // max(1, self.n_steps)

    @property
    def shape(self) -> tuple[int, ...]:
        """Shape of a row of the output: ``(n_outputs,)``, or ``(n_steps, n_outputs)``."""
        return (self.n_steps, self.n_outputs) if self.n_steps else (self.n_outputs,)

    def select(self, targets: Mapping[str, pd.Series] | pd.DataFrame) -> pd.Series | pd.DataFrame:
        """Return the values of the target among all targets: ``(n_rows,)``, or a table of several columns."""
        return targets[self.columns[0]] if len(self.columns) == 1 else pd.DataFrame({column: targets[column] for column in self.columns})

    def encode(self, values: pd.Series | pd.DataFrame) -> Array:
        """Encode target values for the loss.

        Args:
            values: As `select` returns them, without gaps.

        Returns:
            ``(n_rows, n_columns)``, or ``(n_rows, n_steps, n_columns_of_a_step)``: float32 values for regression, scaled if there is a
            scaling; float32 0 or 1 for binary and multilabel (1 is the positive class); int32 class numbers for multiclass; float32 probabilities.

        Raises:
            DataError: If a value is none of the classes, or not a number in a regression, or a row is none of probabilities.
        """
        if self.task == "probabilities":
            return check_probabilities(pd.DataFrame(values))
        if self.task == "regression":
            numbers = self._by_step(self.numbers(values))
            return (numbers if self.scaling is None else self.scaling.scale(numbers)).astype(np.float32).reshape(len(numbers), *self.shape)
        return self._by_step(np.column_stack([self._codes(column, name) for name, column in self._by_column(values).items()]))

    def numbers(self, values: pd.Series | pd.DataFrame) -> Array:
        """Return the values of a regression's target, float64, ``(n_rows,)``, or ``(n_rows, n_columns)`` of several columns."""
        numbers = [to_numbers(column, "The target") for column in self._by_column(values).values()]
        return numbers[0] if len(numbers) == 1 else np.column_stack(numbers)

    def fit_scaling(self, values: pd.Series | pd.DataFrame, *, is_log: bool) -> Scaling:
        """Return the scaling of a regression's values, each column by itself, but all steps alike."""
        numbers = self.numbers(values)
        return Scaling.fit(numbers.reshape(-1, self.n_outputs) if self.n_steps else numbers, log=is_log)

    def _by_step(self, values: Array) -> Array:
        """Return values ``(n_rows, n_columns)`` as ``(n_rows, n_steps, n_columns_of_a_step)``, if there are steps."""
        return values.reshape(len(values), *self.shape) if self.n_steps else values

    def _by_column(self, values: pd.Series | pd.DataFrame) -> dict[str, pd.Series]:
        return {self.columns[0]: values} if isinstance(values, pd.Series) else {column: values[column] for column in self.columns}

    def _codes(self, values: pd.Series, column: str) -> Array:
        codes_by_value = {value: number for number, value in enumerate(self.classes)}
        unknown = [value for value in values.unique().tolist() if value not in codes_by_value]
        if unknown:
            raise DataError(f'The target "{column}" holds {unknown[0]!r}, which is none of the classes {", ".join(self.class_names)}')
        return np.array([codes_by_value[value] for value in values], dtype=np.int32 if self.task == "multiclass" else np.float32)

    def decode(self, outputs: Array) -> pd.DataFrame:
        """Decode an output into predictions.

        Args:
            outputs: ``(n_rows, n_columns)`` values or probabilities of the positive class, or ``(n_rows, n_classes)`` probabilities; of steps
                ``(n_rows, *shape)``.

        Returns:
            A table with the column ``prediction``, in the target's own type and units, and for classes ``probability_<class>``; of several
            columns ``<column>_prediction`` and ``<column>_probability_<class>``, unless they are the probabilities of classes.

        Raises:
            DataError: If the outputs have another shape.
        """
        outputs = np.asarray(outputs)
        widths = (1, 2) if self.task == "binary" else (self.n_outputs,)
        shapes = [(*self.shape[:-1], width) for width in widths]
        if outputs.shape[1:] not in shapes:
            expected = " or ".join(f"({', '.join(map(str, ('n_rows', *shape)))})" for shape in shapes)
            raise DataError(f"The model's outputs have the shape {outputs.shape}; a {self.task} task needs {expected}")
        if self.task == "regression":
            values = outputs.astype(np.float64)
            names = ["prediction"] if len(self.columns) == 1 else [f"{column}_prediction" for column in self.columns]
            values = values if self.scaling is None else self.scaling.invert(values)
            return pd.DataFrame(values.reshape(len(values), len(self.columns)), columns=names)
        if self.task == "multilabel":
            outputs = outputs.reshape(len(outputs), len(self.columns))
            labels = [self._decode_classes(outputs[:, [number]]).add_prefix(f"{column}_") for number, column in enumerate(self.columns)]
            return pd.concat(labels, axis="columns")
        return self._decode_classes(outputs)

    def _decode_classes(self, outputs: Array) -> pd.DataFrame:
        # Above and not at 0.5, as Keras' binary_accuracy counts.
        chosen = (outputs[:, 0] > 0.5).astype(int) if outputs.shape[1] == 1 else outputs.argmax(axis=1)
        probabilities = (np.hstack([1 - outputs, outputs]) if outputs.shape[1] == 1 else outputs).astype(np.float64)
        by_class = {f"probability_{name}": probabilities[:, number] for number, name in enumerate(self.class_names)}
        return pd.DataFrame({"prediction": pd.Series([self.classes[number] for number in chosen]), **by_class})

    def to_dict(self) -> dict[str, Any]:
        """Return the target as values that JSON can write."""
        return asdict(self)

    @classmethod
    def from_dict(cls, facts: Mapping[str, Any]) -> Self:
        """Return the target that `to_dict` wrote."""
        scaling = facts.get("scaling")  # an earlier version scaled no target
        scaling = None if scaling is None else Scaling.from_dict(scaling)
        columns = facts.get("columns") or [facts["column"]]  # an earlier version had one column only
        return cls(columns=tuple(columns), task=facts["task"], classes=tuple(facts["classes"]), scaling=scaling, n_steps=facts.get("n_steps", 0))


def tasks_of(targets: Mapping[str, Target]) -> Tasks:
    """Return the task of the only output, or the tasks by output name."""
    return unnamed({name: target.task for name, target in targets.items()})


def positive_classes(targets: Mapping[str, Target]) -> dict[str, str]:
    """Return the positive class of each binary target, by output name."""
    return {name: target.positive for name, target in targets.items() if target.positive is not None}


def read_targets(folder: Path) -> dict[str, Target]:
    """Return the targets of a saved preprocessor by output name, without scikit-learn; none if nothing is saved there.

    Args:
        folder: The folder that `search.data.preprocessing.Preprocessor.save` wrote.
    """
    file = folder / "preprocessor.json"
    return targets_from(json.loads(file.read_text(encoding="utf-8"))) if file.is_file() else {}


def targets_from(facts: Mapping[str, Any]) -> dict[str, Target]:
    """Return the targets in the content of ``preprocessor.json``."""
    if "targets" not in facts:  # saved by a version that had one input and one output only
        return {"": Target.from_dict({**facts, "columns": [facts["target"]]})}
    return {name: Target.from_dict(target) for name, target in facts["targets"].items()}


def named_outputs(model: Any, outputs: Any) -> dict[str, Any]:
    """Return a model's outputs by name.

    Args:
        model: A Keras model.
        outputs: The value it returned: an array, a dict, or a list in the order of its output layers.

    Returns:
        Outputs by name; a single one is named ``""``, even if the model names it.

    Raises:
        TrialError: If there are several outputs without names.
    """
    if isinstance(outputs, list | tuple):
        if not hasattr(model, "output_names"):
            raise TrialError(f"the model returns {len(outputs)} outputs without names; let it return a dict of outputs by name")
        outputs = dict(zip(model.output_names, outputs, strict=True))
    by_name = named(outputs)
    return by_name if len(by_name) > 1 else {"": next(iter(by_name.values()))}
