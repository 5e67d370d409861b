"""The arrays that a trial trains on, prepared once and shared by all workers through memory-mapped files."""

import dataclasses
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, TypeVar

import numpy as np

from .array_scaling import ArrayScaling
from .byte_rows import ByteRows
from .scaling import Scaling

Task = Literal["binary", "multiclass", "regression", "multilabel", "probabilities"]
"""What an output predicts; "multilabel" is several binary targets, each with a sigmoid unit, "probabilities" those of classes, a column each."""
OF_NUMBERS: frozenset[Task] = frozenset({"regression", "probabilities"})
"""Tasks whose targets are columns of numbers, and not of classes."""
Array = np.ndarray
Tree = Array | dict[str, Array]
"""One array, or arrays by the name of the model's input or output; the first axis is the row."""
Inputs = Tree | ByteRows
"""What a model receives: arrays, or the bytes of its only input, which are scaled when they are read."""

Weights = list[Array]
"""A copy of a model's weights, in Keras' order."""

Tasks = Task | Mapping[str, Task]
"""The task of the only target, or the task of each target by name."""

V = TypeVar("V")

_FACTS = "arrays.json"
_TREES = ("x_train", "y_train", "x_validation", "y_validation", "sample_weight", "initial")
"""The fields of `TrainingArrays` that may hold arrays."""


@dataclass(frozen=True, kw_only=True)
class TrainingArrays:
    """The preprocessed training and validation parts.

    Attributes:
        x_train: Features, float32, ``(n_train, *input_shape)``, such arrays by input name, or bytes.
        y_train: Targets, ``(n_train, 1)``: float32 for regression (scaled if it has a scaling), binary and multilabel (0 or 1), probabilities,
            int32 class numbers for multiclass; ``(n_train, n_targets)`` for several targets of one output; ``(n_train, n_steps, n_targets)`` for
            those of each step; or such arrays by output name.
        x_validation: Features, ``(n_validation, *input_shape)``.
        y_validation: Targets, ``(n_validation, 1)`` or ``(n_validation, n_targets)``.
        task: Task of the target, by output name where there are several.
        n_outputs: Units of the output layer: the number of classes for multiclass, else that of targets; by output name too.
        scalings: The scaling of each scaled target, by output name, a single one named ``""``. Defaults to none.
        vocabulary_size: Number of different words' numbers in the features; 0 if there are no words. Defaults to 0.
        sample_weight: Weight of each training row in the loss, float32, ``(n_train,)``; None if all count alike. Defaults to None.
        initial: Content of the file of weights that trials start from, uint8, ``(n_bytes,)``; None if there is none. Defaults to None.

    Raises:
        ValueError: If features, targets and weights have different numbers of rows, or none.
    """

    x_train: Inputs
    y_train: Tree
    x_validation: Inputs
    y_validation: Tree
    task: Tasks
    n_outputs: int | Mapping[str, int]
    scalings: Mapping[str, Scaling] = dataclasses.field(default_factory=dict)
    vocabulary_size: int = 0
    sample_weight: Array | None = None
    initial: Array | None = None

    def __post_init__(self) -> None:
        training = (self.x_train, self.y_train) if self.sample_weight is None else (self.x_train, self.y_train, self.sample_weight)
        for part, trees in (("training", training), ("validation", (self.x_validation, self.y_validation))):
            n_rows = {len(array) for tree in trees for array in by_name(tree).values()}
            if len(n_rows) != 1 or n_rows == {0}:
                raise ValueError(f"The {part} arrays must have the same number of rows, at least 1, but have {sorted(n_rows)}.")

    @property
    def input_shape(self) -> tuple[int, ...] | dict[str, tuple[int, ...]]:
        """The shape of one row, by input name where there are several."""
        return unnamed({name: array.shape[1:] for name, array in by_name(self.x_train).items()})

    @property
    def output_shape(self) -> tuple[int, ...] | dict[str, tuple[int, ...]]:
        """The shape of one row's output, ``(n_outputs,)`` or ``(n_steps, n_outputs)``, by output name where there are several."""
        units, targets = named(self.n_outputs), named(self.y_train)
        return unnamed({name: (*targets[name].shape[1:-1], n_units) for name, n_units in units.items()})

    @property
    def trees(self) -> dict[str, Inputs]:
        """The arrays by field, without those that there are not."""
        return {field: tree for field in _TREES if (tree := getattr(self, field)) is not None}

    @property
    def n_bytes(self) -> int:
        """Size of all arrays, of bytes as such."""
        return sum(array.nbytes for tree in self.trees.values() for array in by_name(tree).values())

    def save(self, folder: Path) -> None:
        """Write the arrays into a folder, one ``.npy`` file each."""
        folder.mkdir(parents=True, exist_ok=True)
        (folder / _FACTS).unlink(missing_ok=True)
        files: dict[str, Any] = {}
        for field, tree in self.trees.items():
            # Numbered, since an input's name may have characters that a file name cannot.
            names = {name: f"{field}_{number}.npy" for number, name in enumerate(named(tree))}
            for name, array in by_name(tree).items():
                path = folder / names[name]
                path.unlink(missing_ok=True)  # a process that has mapped the earlier file keeps reading its content
                np.save(path, array.values if isinstance(array, ByteRows) else array, allow_pickle=False)
            files[field] = names if isinstance(tree, dict) else names[""]
        scalings = {name: scaling.to_dict() for name, scaling in self.scalings.items()}
        facts = {"files": files, "task": self.task, "n_outputs": self.n_outputs, "scalings": scalings, "vocabulary_size": self.vocabulary_size}
        facts["bytes"] = {field: tree.scaling.to_dict() for field, tree in self.trees.items() if isinstance(tree, ByteRows)}
        # Last, so that a folder with this file is complete.
        (folder / _FACTS).write_text(json.dumps(facts), encoding="utf-8")

    @staticmethod
    def exist_in(folder: Path) -> bool:
        """Return whether a folder has arrays that were written completely."""
        return (folder / _FACTS).is_file()

    @classmethod
    def load(cls, folder: Path) -> "TrainingArrays":
        """Map the arrays of a folder into memory; changes to them stay in this process."""
        facts = json.loads((folder / _FACTS).read_text(encoding="utf-8"))
        trees: dict[str, Any] = {}
        for field, files in facts["files"].items():
            if isinstance(files, dict):
                trees[field] = {name: np.load(folder / file, mmap_mode="c") for name, file in files.items()}
            else:
                trees[field] = np.load(folder / files, mmap_mode="c")
        for field, scaling in facts.get("bytes", {}).items():  # an earlier version wrote float32
            trees[field] = ByteRows(trees[field], ArrayScaling.from_dict(scaling))
        scalings = {name: Scaling.from_dict(scaling) for name, scaling in facts.get("scalings", {}).items()}  # an earlier version scaled no target
        size = facts.get("vocabulary_size", 0)  # an earlier version knew no words
        return cls(task=facts["task"], n_outputs=facts["n_outputs"], scalings=scalings, vocabulary_size=size, **trees)


def fold_folder(folder: Path, fold: int | None) -> Path:
    """Return the folder of a fold's files inside that of a study's; None is the whole training part."""
    return folder if fold is None else folder / f"fold-{fold}"


def load_folds(folder: Path, n_folds: int, *, with_all_rows: bool = False) -> list[TrainingArrays]:
    """Map the arrays of each fold into memory.

    Args:
        folder: The folder of a study's arrays.
        n_folds: Number of folds; 1 for the data set's own validation part.
        with_all_rows: Whether the arrays whose training part has the rows of all folds follow, if there are several. Defaults to False.
    """
    chosen = [None] if n_folds == 1 else [*range(n_folds), *([None] if with_all_rows else [])]
    return [TrainingArrays.load(fold_folder(folder, fold)) for fold in chosen]


def by_name(tree: Inputs) -> dict[str, Array | ByteRows]:
    """Return inputs or targets by name; see `named`."""
    arrays: Mapping[str, Array | ByteRows] | Array | ByteRows = tree
    return named(arrays)


def named(tree: V | Mapping[str, V]) -> dict[str, V]:
    """Return values by name; a single value is named ``""``."""
    return dict(tree) if isinstance(tree, Mapping) else {"": tree}


def unnamed(values: Mapping[str, V]) -> V | dict[str, V]:
    """Undo `named`: return a single value itself, and several by name."""
    return values[""] if "" in values else dict(values)
