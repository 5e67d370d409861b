"""Targets and predictions of the rows of one part, in a file of bounded size: what plots and comparisons of models need.

It does not keep the rows' features.
"""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import numpy as np

from . import fact_arrays
from .arrays import Array, Task
from .targets import Target

MOST_ROWS = 10_000
"""Rows that are kept at most: a random choice, the same for every model."""
MOST_CLASSES = 20
"""Classes at most whose probabilities are kept."""

CHAMPION = "champion.npz"
"""The file of a champion's predictions."""


def chosen_rows(n_rows: int) -> Array | slice:
    """Return which of the rows are kept: all, or `MOST_ROWS` of them by chance, in their order."""
    return slice(None) if n_rows <= MOST_ROWS else np.sort(np.random.default_rng(0).permutation(n_rows)[:MOST_ROWS])


@dataclass(frozen=True, kw_only=True)
class OutputPredictions:
    """Targets and predictions of one output; every array has a row of the part as its first axis.

    Attributes:
        column: Name of the target, or names of several with commas between.
        columns: Names of several targets; empty for one. Defaults to none.
        n_steps: Steps of a sequence that the targets are of, all of the first step first; 0 for targets of rows. Defaults to 0.
        task: Task of the target.
        classes: The classes as text, in the order of their numbers; empty for regression.
        truth: Values in the target's own units, or class numbers, ``(n_rows,)``; of several targets ``(n_rows, n_columns)``.
        predicted: Predictions, of the same kind and shape.
        shares: Probabilities: the target's own, ``(n_rows, n_classes)``, whose largest is the class in ``truth``; else None.
        score: Binary and multilabel: probability or score of the positive class; None if the model has neither.
        has_probabilities: Whether the model has probabilities of classes.
        own: Probability of the row's own class, of labels ``(n_rows, n_columns)``; None without probabilities.
        confidence: Probability of the predicted class; None without probabilities.
        place: How many classes have a larger probability than the row's own; None without probabilities.
        probabilities: ``(n_rows, n_classes)``; None for a binary task, without probabilities, and for more than `MOST_CLASSES` classes.
        loss: Loss of each row, without regularisation; None if the loss is not a mean over rows.
    """

    column: str
    columns: tuple[str, ...] = ()
    n_steps: int = 0
    task: Task
    classes: tuple[str, ...] = ()
    truth: Array
    predicted: Array
    shares: Array | None = None
    score: Array | None = None
    has_probabilities: bool = False
    own: Array | None = None
    confidence: Array | None = None
    place: Array | None = None
    probabilities: Array | None = None
    loss: Array | None = None

    def choose(self, rows: Array | slice) -> Self:
        """Return some of the rows."""
        values = {field.name: getattr(self, field.name) for field in dataclasses.fields(self)}
        chosen: dict[str, Any] = {name: value[rows] for name, value in values.items() if isinstance(value, Array)}
        return dataclasses.replace(self, **chosen)

    @property
    def numbers(self) -> tuple[Array, Array] | None:
        """The numbers whose differences are errors: of the target and of the model, of one shape; None if the model's are not kept."""
        if self.shares is None:
            return self.truth, self.predicted
        return None if self.probabilities is None else (self.shares, self.probabilities)

    def by_column(self) -> "dict[str, OutputPredictions]":
        """Return the predictions of each of several targets by its name, without losses; those of a single one are named ``""``.

        Of steps, which count like rows, a target is named by its column of the first step.
        """
        task: Task = "binary" if self.task == "multilabel" else self.task
        found: dict[str, OutputPredictions] = {}
        n_columns = len(self.columns) // max(1, self.n_steps)
        for number, name in enumerate(self.columns[:n_columns]):
            target = Target(columns=(name,), task=task, classes=self.classes)
            truth, predicted = (array[:, number::n_columns].ravel() for array in (self.truth, self.predicted))
            score = None if self.score is None else self.score[:, number::n_columns].ravel()
            found[name] = of_numbers(target, truth, predicted, None) if score is None else of_classes(target, truth, predicted, _both(score), None)
        return found or {"": self}


@dataclass(frozen=True, kw_only=True)
class Predictions:
    """Targets and predictions of a part.

    Attributes:
        n_rows: Number of rows of the part; at most `MOST_ROWS` of them are kept.
        outputs: By output name; a single output is named ``""``.
        loss: Loss of each kept row, the weighted sum over all outputs; None if it is not a mean over rows.
    """

    n_rows: int
    outputs: Mapping[str, OutputPredictions]
    loss: Array | None = None

    @classmethod
    def of(cls, outputs: Mapping[str, OutputPredictions], loss: Array | None) -> Self:
        """Return the predictions of a part, of which the rows to keep are chosen.

        Args:
            outputs: Those of all rows, by output name.
            loss: Loss of each row; None if it is not a mean over rows.
        """
        n_rows = len(next(iter(outputs.values())).truth)
        rows = chosen_rows(n_rows)
        return cls(n_rows=n_rows, outputs={name: of.choose(rows) for name, of in outputs.items()}, loss=None if loss is None else loss[rows])

    @property
    def n_kept(self) -> int:
        """Number of rows that are kept."""
        return len(next(iter(self.outputs.values())).truth)

    def save(self, path: Path) -> None:
        """Write them into an ``.npz`` file, whose folder is created."""
        facts: dict[str, Any] = {"n_rows": self.n_rows, "outputs": {}}
        arrays: dict[str, Any] = {} if self.loss is None else {"loss": self.loss}
        for name, output in self.outputs.items():
            values = {field.name: getattr(output, field.name) for field in dataclasses.fields(output)}
            facts["outputs"][name] = {key: value for key, value in values.items() if not isinstance(value, Array | None)}
            arrays |= {f"{name}.{key}": value for key, value in values.items() if isinstance(value, Array)}
        fact_arrays.save(path, facts, arrays)

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read what `save` wrote."""
        facts, arrays = fact_arrays.load(path)
        outputs = {
            name: OutputPredictions(
                **of | {"classes": tuple(of["classes"]), "columns": tuple(of.get("columns", ()))},
                **{key.removeprefix(f"{name}."): arrays[key] for key in arrays if _is_of(key, name)},
            )
            for name, of in facts["outputs"].items()
        }
        return cls(n_rows=facts["n_rows"], outputs=outputs, loss=arrays.get("loss"))


def of_numbers(target: Target, truth: Array, predicted: Array, loss: Array | None) -> OutputPredictions:
    """Return the predictions of a regression.

    Args:
        target: The target.
        truth: Values in the target's own units, ``(n_rows,)``, or ``(n_rows, n_columns)`` of several columns.
        predicted: As many predictions.
        loss: As in `OutputPredictions`.
    """
    columns = target.columns if len(target.columns) > 1 else ()
    predicted = np.asarray(predicted).reshape(np.shape(truth))
    facts: dict[str, Any] = {"column": target.column, "columns": columns, "n_steps": target.n_steps, "task": target.task}
    return OutputPredictions(truth=truth, predicted=predicted, loss=loss, **facts)


def of_classes(target: Target, truth: Array, predicted: Array, probabilities: Array | None, loss: Array | None) -> OutputPredictions:
    """Return the predictions of a classifier.

    Args:
        target: The target.
        truth: Class numbers, ``(n_rows,)``.
        predicted: Class numbers, ``(n_rows,)``.
        probabilities: ``(n_rows, n_classes)``; None if the model has none.
        loss: As in `OutputPredictions`.
    """
    facts: dict[str, Any] = {"column": target.column, "task": target.task, "classes": target.class_names, "loss": loss}
    truth, predicted = truth.astype(np.int32), predicted.astype(np.int32)
    if probabilities is not None:
        own = np.take_along_axis(probabilities, truth[:, np.newaxis], axis=1)
        facts |= {"has_probabilities": True, "own": own[:, 0], "place": (probabilities > own).sum(axis=1).astype(np.int32)}
        facts["confidence"] = np.take_along_axis(probabilities, predicted[:, np.newaxis], axis=1)[:, 0]
        if target.task == "binary":
            facts["score"] = probabilities[:, 1]
        elif len(target.classes) <= MOST_CLASSES:
            facts["probabilities"] = probabilities
    return OutputPredictions(truth=truth, predicted=predicted, **facts)


def of_labels(target: Target, truth: Array, probabilities: Array, loss: Array | None) -> OutputPredictions:
    """Return the predictions of several labels.

    Args:
        target: The target.
        truth: 1 for the positive class, else 0, ``(n_rows, n_columns)``.
        probabilities: Those of the positive class, ``(n_rows, n_columns)``.
        loss: As in `OutputPredictions`.
    """
    return OutputPredictions(
        column=target.column,
        columns=target.columns,
        n_steps=target.n_steps,
        task=target.task,
        classes=target.class_names,
        truth=truth.astype(np.int32),
        predicted=(probabilities > 0.5).astype(np.int32),
        score=probabilities,
        has_probabilities=True,
        own=np.where(truth == 1, probabilities, 1 - probabilities),
        loss=loss,
    )


def of_probabilities(target: Target, truth: Array, probabilities: Array, loss: Array | None) -> OutputPredictions:
    """Return the predictions of probabilities of classes.

    Args:
        target: The target.
        truth: The target's probabilities, ``(n_rows, n_classes)``.
        probabilities: Those of the model, of the same shape.
        loss: As in `OutputPredictions`.
    """
    found = of_classes(target, truth.argmax(axis=1), probabilities.argmax(axis=1), probabilities, loss)
    return dataclasses.replace(found, shares=truth)


def of_outputs(target: Target, values: Any, output: Array, loss: Array | None) -> OutputPredictions:
    """Return the predictions of a network.

    Args:
        target: The target.
        values: Its values, as `Target.select` returns them.
        output: The model's output, ``(n_rows, n_units)``.
        loss: As in `OutputPredictions`.
    """
    decoded = target.decode(output)
    match target.task:
        case "regression":
            return of_numbers(target, target.numbers(values), decoded.to_numpy(), loss)
        case "multilabel":
            truth = target.encode(values)
            return of_labels(target, truth.reshape(len(truth), -1), output.reshape(len(output), -1), loss)
        case "probabilities":
            return of_probabilities(target, target.encode(values), np.asarray(output, np.float64), loss)
    predicted = decoded.pop("prediction")
    numbers, chosen = (target.encode(column).ravel() for column in (values, predicted))
    return of_classes(target, numbers, chosen, decoded.to_numpy(), loss)


def _both(score: Array) -> Array:
    """Return the probabilities of both classes, ``(n_rows, 2)``, of those of the positive one."""
    return np.stack([1 - score, score], axis=1)


def _is_of(key: str, output: str) -> bool:
    """Return whether an array is of an output; names of outputs may contain dots."""
    return key.rpartition(".")[0] == output and "." in key
