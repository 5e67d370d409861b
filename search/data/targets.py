"""The target that each output of a model predicts: its column, task, classes and scaling; encodes targets and decodes outputs.

A champion bundles this file, so it imports neither data sets nor experiment files.
"""

import json
from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Self

import numpy as np
import pandas as pd

from ..errors import DataError, ExperimentError, TrialError, nearest
from .arrays import Array, Task, Tasks, named, unnamed
from .columns import to_numbers
from .scaling import Scaling

if TYPE_CHECKING:
    from ..experiment.sections import OutputSection
    from .dataset import Dataset


ScalingName = Literal["standard", "log", "none"]
"""How the target of a regression is scaled: mean 0 and standard deviation 1, so its logarithm, or not at all."""


@dataclass(frozen=True, kw_only=True)
class Target:
    """The target of one output.

    Attributes:
        columns: Name of the target column, or of each column that the output predicts, in the order of its units.
        task: "binary", "multiclass", "regression", or "multilabel" for several binary columns.
        classes: Values of the target, in its own type and in the order of the output's units, the positive class of a binary
            target, or of all labels, last; empty for regression.
        scaling: The scaling of a regression's target; None if the model predicts the target itself. Defaults to None.
    """

    columns: tuple[str, ...]
    task: Task
    classes: tuple[bool | int | float | str, ...] = ()
    scaling: Scaling | None = None

    @property
    def column(self) -> str:
        """Name of the target column, or of all columns with commas between them."""
        return ", ".join(self.columns)

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
        """Units of the output: the number of classes for multiclass, else that of columns."""
        return len(self.classes) if self.task == "multiclass" else len(self.columns)

    def select(self, targets: Mapping[str, pd.Series] | pd.DataFrame) -> pd.Series | pd.DataFrame:
        """Return the values of the target among all targets: ``(n_rows,)``, or a table of several columns."""
        return targets[self.columns[0]] if len(self.columns) == 1 else pd.DataFrame({column: targets[column] for column in self.columns})

    def encode(self, values: pd.Series | pd.DataFrame) -> Array:
        """Encode target values for the loss.

        Args:
            values: As `select` returns them, without gaps.

        Returns:
            ``(n_rows, n_columns)``: float32 values for regression, scaled if there is a scaling; float32 0 or 1 for binary and multilabel (1 is
            the positive class); int32 class numbers for multiclass.

        Raises:
            DataError: If a value is none of the classes, or not a number in a regression.
        """
        if self.task == "regression":
            numbers = self.numbers(values)
            return (numbers if self.scaling is None else self.scaling.scale(numbers)).astype(np.float32).reshape(-1, len(self.columns))
        return np.column_stack([self._codes(column, name) for name, column in self._by_column(values).items()])

    def numbers(self, values: pd.Series | pd.DataFrame) -> Array:
        """Return the values of a regression's target, float64, ``(n_rows,)``, or ``(n_rows, n_columns)`` of several columns."""
        numbers = [to_numbers(column, "The target") for column in self._by_column(values).values()]
        return numbers[0] if len(numbers) == 1 else np.column_stack(numbers)

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
            outputs: ``(n_rows, n_columns)`` values or probabilities of the positive class, or ``(n_rows, n_classes)`` probabilities.

        Returns:
            A table with the column ``prediction``, in the target's own type and units, and for classes ``probability_<class>``; of several
            columns ``<column>_prediction`` and ``<column>_probability_<class>``.

        Raises:
            DataError: If the outputs have another shape.
        """
        outputs = np.asarray(outputs)
        widths = (1, 2) if self.task == "binary" else (self.n_outputs,)
        if outputs.ndim != 2 or outputs.shape[1] not in widths:
            expected = " or ".join(f"(n_rows, {width})" for width in widths)
            raise DataError(f"The model's outputs have the shape {outputs.shape}; a {self.task} task needs {expected}")
        if self.task == "regression":
            values = outputs.astype(np.float64)
            names = ["prediction"] if len(self.columns) == 1 else [f"{column}_prediction" for column in self.columns]
            return pd.DataFrame(values if self.scaling is None else self.scaling.invert(values), columns=names)
        if self.task == "multilabel":
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
        return cls(columns=tuple(columns), task=facts["task"], classes=tuple(facts["classes"]), scaling=scaling)


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


def choose_targets(dataset: "Dataset", outputs: Mapping[str, "OutputSection"], scaling: ScalingName = "none") -> dict[str, Target]:
    """Return the target of each output.

    Args:
        dataset: The data set.
        outputs: ``[outputs]`` of the experiment; empty for one output of the only target, or of all that one output can predict.
        scaling: ``target`` of ``[preprocessing]``: how targets of regressions are scaled, fitted on the training part.
            Defaults to "none".

    Returns:
        Targets by output name, in the order of the experiment; a single output is named ``""``.

    Raises:
        ExperimentError: If the data set has no such target; has several that one output cannot predict, or of which the experiment does not
            name the one to predict; or if the logarithm of a target does not exist.
    """
    if not outputs:
        if not fit_one_output(dataset, dataset.tasks):
            first = next(iter(dataset.tasks))
            raise ExperimentError(
                f'outputs: data set "{dataset.name}" has the targets {", ".join(dataset.tasks)}; add a table for each output, named as the model '
                f'names it, such as [outputs.{first}] with target = "{first}"'
            )
        return {"": _target(dataset, tuple(dataset.tasks), scaling)}
    chosen = [_target(dataset, _columns(dataset, name, section), scaling) for name, section in outputs.items()]
    return dict(zip(outputs, chosen, strict=True)) if len(chosen) > 1 else {"": chosen[0]}


def _columns(dataset: "Dataset", output: str, section: "OutputSection") -> tuple[str, ...]:
    """Return the target columns of one output."""
    known = dataset.tasks
    if section.target is None:
        if output in known or len(known) == 1:
            return (output if output in known else next(iter(known)),)
        raise ExperimentError(f'outputs.{output}: target is missing; data set "{dataset.name}" has the targets {", ".join(known)}')
    columns = (section.target,) if isinstance(section.target, str) else tuple(section.target)
    for column in columns:
        if column not in known:
            raise ExperimentError(f'outputs.{output}.target = "{column}": data set "{dataset.name}" has no such target; {nearest(column, known)}')
    if not fit_one_output(dataset, columns):
        given = ", ".join(f"{column} ({', '.join([known[column], *_class_names(dataset, column)])})" for column in columns)
        raise ExperimentError(
            f"outputs.{output}.target: an output of several targets needs numbers (regression), or binary ones of the same classes, "
            f"but these are {given}; name one, or the class that is the positive one of all labels, such as positive = 'yes' of the loader"
        )
    return columns


def fit_one_output(dataset: "Dataset", columns: Collection[str]) -> bool:
    """Return whether one output can predict some targets of a data set: a single one, several numbers, or binary ones of the same classes."""
    kinds = {(dataset.tasks[column], _class_names(dataset, column)) for column in columns}
    return len(columns) == 1 or (len(kinds) == 1 and next(iter(kinds))[0] != "multiclass")


def _class_names(dataset: "Dataset", column: str) -> tuple[str, ...]:
    return tuple(dataset.class_names[column] if isinstance(dataset.class_names, Mapping) else dataset.class_names)


def _target(dataset: "Dataset", columns: tuple[str, ...], scaling: ScalingName) -> Target:
    column, task = columns[0], dataset.tasks[columns[0]]
    if task == "regression":
        target = Target(columns=columns, task=task)
        return target if scaling == "none" else replace(target, scaling=_fit_scaling(dataset, target, is_log=scaling == "log"))
    by_name = {str(value): value for value in dataset.train.targets[column].unique().tolist()}
    classes = tuple(by_name[name] for name in _class_names(dataset, column))
    return Target(columns=columns, task=task if len(columns) == 1 else "multilabel", classes=classes)


def _fit_scaling(dataset: "Dataset", target: Target, *, is_log: bool) -> Scaling:
    parts = {"train": dataset.train, "validation": dataset.validation, "test": dataset.test}
    for name, part in parts.items() if is_log else ():
        for column in target.columns:
            smallest = to_numbers(part.targets[column], f'data set "{dataset.name}", {name} part').min()
            if smallest <= -1:
                raise ExperimentError(
                    f'preprocessing.target = "log": the target "{column}" is {smallest:g} in the {name} part, but log(1 + target) needs values '
                    'above -1; use "standard"'
                )
    return Scaling.fit(target.numbers(target.select(dataset.train.targets)), log=is_log)


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
