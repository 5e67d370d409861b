"""Checkpoints of a running trial: one file, from which another process goes on where this one was killed.

It reads and writes files and knows no Keras: a trainer gives and takes its state as arrays. Whatever is wrong with a file
or its folder costs the checkpoint and never the trial.
"""

import json
import logging
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from ...atomic_file import replacing
from ...data.arrays import Array
from ...experiment.file import Experiment
from ...trial import Assignment

_log = logging.getLogger(__name__)
_VERSION = 1


class Trainer(Protocol):
    """What computes the epochs of a trial, between two of them."""

    def get_weights(self) -> list[Array]:
        """Return the weights of the trial's model, as its `keras.Model.get_weights` does."""
        ...

    def get_state(self) -> list[Array]:
        """Return all that an epoch changes, in the shapes of the trial's own model: weights, random states, the optimizer's variables."""
        ...

    def set_state(self, arrays: list[Array]) -> None:
        """Take what `get_state` returned, perhaps of another trainer."""
        ...


@dataclass(frozen=True)
class Checkpoint:
    """Where a trial stood at the end of an epoch.

    Attributes:
        course: What is known of its epochs; plain values.
        state: The trainer's.
        best_weights: Those of the best epoch; None if there is nothing to restore, or the state has them.
    """

    course: Mapping[str, Any]
    state: list[Array]
    best_weights: list[Array] | None


class Checkpoints:
    """The checkpoint of one trial, of which there is one file or none.

    A file of another trial, experiment or backend is none. It does not matter how often the trial was given out.

    Args:
        experiment: The experiment, for how often a checkpoint is written.
        assignment: The trial, for where.
    """

    def __init__(self, experiment: Experiment, assignment: Assignment) -> None:
        # A callback has a state of its own, which Keras cannot save.
        is_kept = bool(assignment.checkpoint_path) and not experiment.callbacks and experiment.executor.checkpoint_seconds > 0
        self._path = Path(assignment.checkpoint_path) if is_kept else None
        self._experiment, self._assignment = experiment, assignment
        self._noted_at = time.monotonic()

    @property
    def is_due(self) -> bool:
        """Whether the last one, or the trial's start, was long enough ago."""
        return self._path is not None and time.monotonic() - self._noted_at >= self._experiment.executor.checkpoint_seconds

    def read(self) -> Checkpoint | None:
        """Return the trial's checkpoint; None if there is none, or what is there cannot be used."""
        if self._path is None or not self._path.exists():
            return None
        try:
            # NumPy does not close a damaged file that it has opened itself.
            with self._path.open("rb") as opened, np.load(opened, allow_pickle=False) as file:
                about = json.loads(file["about"].tobytes())
                state, best = (_numbered(file, name) for name in ("state", "best"))
        except Exception as error:  # whatever NumPy makes of a damaged file
            _log.warning("trial %d starts again: %s cannot be read: %s", self._assignment.number, self._path, error)
            return None
        if about.get("identity") != self._identity():
            _log.warning("trial %d starts again: %s is of another trial", self._assignment.number, self._path)
            return None
        return Checkpoint(about["course"], state, best or None)

    def write(self, checkpoint: Checkpoint) -> None:
        """Put a checkpoint in the place of the last one; a full disk is logged, and the last one stays."""
        self._noted_at = time.monotonic()
        if self._path is None:
            return
        about = json.dumps({"identity": self._identity(), "course": checkpoint.course}).encode()
        arrays = _named("state", checkpoint.state) | _named("best", checkpoint.best_weights or [])
        try:
            _replace(self._path, {"about": np.frombuffer(about, np.uint8)} | arrays)
        except OSError as error:
            _log.warning("trial %d has no new checkpoint: %s", self._assignment.number, error)

    def _identity(self) -> dict[str, Any]:
        """Say whose checkpoint it is, as JSON gives it back."""
        import keras

        trial = self._assignment
        identity = {
            "version": _VERSION,
            "backend": keras.config.backend(),
            "experiment": self._experiment.fingerprint,
            "number": trial.number,
            "seed": trial.seed,
            "model_arguments": dict(trial.model_arguments),
            "training": trial.training.model_dump(),
        }
        return dict(json.loads(json.dumps(identity)))


def _replace(path: Path, arrays: Mapping[str, Any]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with replacing(path) as unfinished, unfinished.open("wb") as file:
        np.savez(file, **arrays)


def _named(name: str, arrays: Iterable[Array]) -> dict[str, Array]:
    return {f"{name}.{index}": array for index, array in enumerate(arrays)}


def _numbered(file: Mapping[str, Array], name: str) -> list[Array]:
    """Return the arrays of that name in order."""
    n = sum(key.startswith(f"{name}.") for key in file)
    return [_typed(file[f"{name}.{index}"]) for index in range(n)]


def _typed(array: Array) -> Array:
    """NumPy's files know bfloat16 only as two bytes."""
    if array.dtype.kind != "V":
        return array
    import ml_dtypes

    return array.view(ml_dtypes.bfloat16)
