"""What a trial trains on: plain arrays, prepared once and shared by all workers through memory-mapped files."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np

Task = Literal["binary", "multiclass", "regression"]
Array = np.ndarray
Tree = Array | dict[str, Array]
"""One array, or arrays by the name of the model's input or output; the first axis is the row."""

_TREES = ("x_train", "y_train", "x_validation", "y_validation")


@dataclass(frozen=True, kw_only=True)
class TrainingArrays:
    """The preprocessed training and validation parts.

    Attributes:
        x_train: Features, float32, ``(n_train, *input_shape)``, or such arrays by input name.
        y_train: Targets, ``(n_train, 1)``: float32 for regression and binary (0 or 1), int32 class numbers for multiclass.
        x_validation: Features, ``(n_validation, *input_shape)``.
        y_validation: Targets, ``(n_validation, 1)``.
        task: What the target is.
        n_outputs: Units of the output layer: 1, or the number of classes for multiclass.
    """

    x_train: Tree
    y_train: Tree
    x_validation: Tree
    y_validation: Tree
    task: Task
    n_outputs: int

    @property
    def input_shape(self) -> tuple[int, ...] | dict[str, tuple[int, ...]]:
        """The shape of one row, by input name where there are several."""
        if isinstance(self.x_train, dict):
            return {name: array.shape[1:] for name, array in self.x_train.items()}
        return self.x_train.shape[1:]

    def save(self, folder: Path) -> None:
        """Write the arrays into a folder, one ``.npy`` file each."""
        folder.mkdir(parents=True, exist_ok=True)
        index: dict[str, list[str] | None] = {}
        for field in _TREES:
            tree = getattr(self, field)
            index[field] = list(tree) if isinstance(tree, dict) else None
            for name, array in (tree.items() if isinstance(tree, dict) else [("", tree)]):
                np.save(folder / f"{field}.{name}.npy", array)
        facts = {"trees": index, "task": self.task, "n_outputs": self.n_outputs}
        (folder / "arrays.json").write_text(json.dumps(facts), encoding="utf-8")

    @classmethod
    def load(cls, folder: Path) -> "TrainingArrays":
        """Map the arrays of a folder into memory, read-only."""
        facts = json.loads((folder / "arrays.json").read_text(encoding="utf-8"))
        trees: dict[str, Tree] = {}
        for field, names in facts["trees"].items():
            loaded = {name: np.load(folder / f"{field}.{name}.npy", mmap_mode="r") for name in names or [""]}
            trees[field] = loaded if names else loaded[""]
        return cls(task=facts["task"], n_outputs=facts["n_outputs"], **trees)
