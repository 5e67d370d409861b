"""The target that each output of a model predicts: its column, task and classes; encodes targets and decodes outputs.

A champion bundles this file, so it imports neither data sets nor experiment files.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Self

import numpy as np
import pandas as pd

from ..errors import DataError, ExperimentError, TrialError, nearest
from .arrays import Array, Task, Tasks, named, unnamed
from .columns import to_numbers

if TYPE_CHECKING:
    from ..experiment.sections import OutputSection
    from .dataset import Dataset


@dataclass(frozen=True, kw_only=True)
class Target:
    """The target of one output.

    Attributes:
        column: Name of the target column.
        task: "binary", "multiclass" or "regression".
        classes: Values of the target, in its own type and in the order of the output's units; empty for regression.
    """

    column: str
    task: Task
    classes: tuple[bool | int | float | str, ...] = ()

    @property
    def class_names(self) -> tuple[str, ...]:
        """The classes as text."""
        return tuple(str(value) for value in self.classes)

    @property
    def n_outputs(self) -> int:
        """Units of the output: 1, or the number of classes for multiclass."""
        return len(self.classes) if self.task == "multiclass" else 1

    def encode(self, values: pd.Series) -> Array:
        """Encode target values for the loss.

        Args:
            values: ``(n_rows,)``, without gaps.

        Returns:
            ``(n_rows, 1)``: float32 values for regression, float32 0 or 1 for binary (1 is the second class), int32 class
            numbers for multiclass.

        Raises:
            DataError: If a value is none of the classes, or not a number in a regression.
        """
        if self.task == "regression":
            return to_numbers(values, "The target").astype(np.float32).reshape(-1, 1)
        numbers = {value: number for number, value in enumerate(self.classes)}
        unknown = [value for value in values.unique().tolist() if value not in numbers]
        if unknown:
            raise DataError(f'The target "{self.column}" holds {unknown[0]!r}, which is none of the classes {", ".join(self.class_names)}')
        codes = np.array([numbers[value] for value in values], dtype=np.int32 if self.task == "multiclass" else np.float32)
        return codes.reshape(-1, 1)

    def decode(self, outputs: Array) -> pd.DataFrame:
        """Decode an output into predictions.

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

    def to_dict(self) -> dict[str, Any]:
        """Return the target as values that JSON can write."""
        return asdict(self)

    @classmethod
    def from_dict(cls, facts: Mapping[str, Any]) -> Self:
        """Return the target that `to_dict` wrote."""
        return cls(column=facts["column"], task=facts["task"], classes=tuple(facts["classes"]))


def tasks_of(targets: Mapping[str, Target]) -> Tasks:
    """Return the task of the only output, or the tasks by output name."""
    return unnamed({name: target.task for name, target in targets.items()})


def choose_targets(dataset: "Dataset", outputs: Mapping[str, "OutputSection"]) -> dict[str, Target]:
    """Return the target of each output.

    Args:
        dataset: The data set.
        outputs: ``[outputs]`` of the experiment; empty for one output of the only target.

    Returns:
        Targets by output name, in the order of the experiment; a single output is named ``""``.

    Raises:
        ExperimentError: If the data set has no such target, or has several and the experiment does not name the one to predict.
    """
    by_column = {column: _target(dataset, column, task) for column, task in dataset.tasks.items()}
    if not outputs:
        if len(by_column) > 1:
            first = next(iter(by_column))
            raise ExperimentError(
                f'outputs: data set "{dataset.name}" has the targets {", ".join(by_column)}; add a table for each output, named as the model '
                f'names it, such as [outputs.{first}] with target = "{first}"'
            )
        return {"": next(iter(by_column.values()))}
    chosen = [by_column[_column(dataset, by_column, name, section)] for name, section in outputs.items()]
    return dict(zip(outputs, chosen, strict=True)) if len(chosen) > 1 else {"": chosen[0]}


def _column(dataset: "Dataset", known: Mapping[str, Target], output: str, section: "OutputSection") -> str:
    """Return the target column of one output."""
    if section.target is None:
        if output in known or len(known) == 1:
            return output if output in known else next(iter(known))
        raise ExperimentError(f'outputs.{output}: target is missing; data set "{dataset.name}" has the targets {", ".join(known)}')
    if section.target not in known:
        choices = nearest(section.target, known)
        raise ExperimentError(f'outputs.{output}.target = "{section.target}": data set "{dataset.name}" has no such target; {choices}')
    return section.target


def _target(dataset: "Dataset", column: str, task: Task) -> Target:
    by_name = {str(value): value for value in dataset.train.targets[column].unique().tolist()}
    names = dataset.class_names[column] if isinstance(dataset.class_names, Mapping) else dataset.class_names
    return Target(column=column, task=task, classes=tuple(by_name[name] for name in names))


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
