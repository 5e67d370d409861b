"""Checkpoints of a running trial: one file, from which another process continues after this one was killed.

This module reads and writes arrays and knows no Keras. A file that cannot be read or written costs the checkpoint and never
the trial.
"""

import json
import logging
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from ...atomic_file import replacing
from ...data.arrays import Array
from ...errors import TrialError
from ...experiment.file import Experiment
from ...redaction import mask
from ...trial import Assignment

_log = logging.getLogger(__name__)
_VERSION = 1
_OWN = ("best_epoch", "_best_value", "seconds")
"""What a trial does not inherit from the one that it continues."""


class Checkpointable(Protocol):
    """A trial's training whose state can be saved and restored between two epochs."""

    def get_weights(self) -> list[Array]:
        """Return the weights of the trial's model, as its `keras.Model.get_weights` does."""
        ...

    def get_state(self) -> list[Array]:
        """Return everything that an epoch changes, in the shapes of the trial's own model: weights, random states, optimizer variables."""
        ...

    def set_state(self, arrays: list[Array]) -> None:
        """Restore what `get_state` returned, of this trainer or another one."""
        ...


@dataclass(frozen=True)
class Checkpoint:
    """The state of a trial at the end of an epoch.

    Attributes:
        course: The record of its epochs, as plain values.
        state: The trainer's state.
        best: Weights or state of the best epoch; None if none are to be restored, or if the state holds them.
    """

    course: Mapping[str, Any]
    state: list[Array]
    best: list[Array] | None


class Checkpoints:
    """Reads and writes the checkpoint of one trial, which is one file.

    A file of another trial, experiment or backend is ignored. A retry of the same trial uses the file of the attempt before.

    Args:
        experiment: The experiment, for the interval between checkpoints.
        assignment: The trial, for the path.
    """

    def __init__(self, experiment: Experiment, assignment: Assignment) -> None:
        # Callbacks have state that Keras cannot save.
        is_enabled = bool(assignment.checkpoint_path) and not experiment.callbacks and experiment.executor.checkpoint_seconds > 0
        self._path = Path(assignment.checkpoint_path) if is_enabled else None
        self._experiment, self._assignment = experiment, assignment
        self._written_at = time.monotonic()

    @property
    def is_due(self) -> bool:
        """Whether the interval has passed since the last checkpoint or the start of the trial."""
        return self._path is not None and time.monotonic() - self._written_at >= self._experiment.executor.checkpoint_seconds

    def read(self) -> Checkpoint | None:
        """Return the trial's checkpoint, or None if no usable one exists."""
        if self._path is None or not self._path.exists():
            return None
        try:
            identity, checkpoint = _read(self._path)
        except Exception as error:  # NumPy raises many types for a damaged file
            _log.warning("trial %d starts again: %s cannot be read: %s", self._assignment.number, self._path, error)
            return None
        if identity != self._identity():
            _log.warning("trial %d starts again: %s is of another trial", self._assignment.number, self._path)
            return None
        return checkpoint

    def find(self, trainer: Checkpointable, n_epochs: int) -> Checkpoint | None:
        """Return the checkpoint from which a trial goes on: its own, or that of the trial that it continues; None if it begins.

        Of another trial it has all but the best epoch and the time, since the value is that of the trial's own epochs.

        Args:
            trainer: Has the trial's model as it was built.
            n_epochs: The last epoch of the trial; a checkpoint of that epoch is not used, as only the result was lost.

        Raises:
            TrialError: If the checkpoint of the trial that this one continues cannot be used.
        """
        checkpoint = self.read()
        if checkpoint is not None and not _fits(checkpoint, trainer):
            _log.warning("trial %d starts again: its checkpoint has other variables", self._assignment.number)
            checkpoint = None
        if checkpoint is not None and len(checkpoint.course["history"]) < n_epochs:
            return checkpoint
        if not self._assignment.parent_checkpoint_path:
            return None
        parent = self._read_parent()
        if not _fits(parent, trainer):
            raise TrialError(f"the checkpoint that it continues has other variables: {self._assignment.parent_checkpoint_path}")
        return replace(parent, course={key: value for key, value in parent.course.items() if key not in _OWN}, best=None)

    def _read_parent(self) -> Checkpoint:
        """Return the checkpoint of the trial that this one continues, which has another number, and may have other settings.

        Raises:
            TrialError: If it cannot be read, or is not of this training.
        """
        path = Path(self._assignment.parent_checkpoint_path)
        try:
            identity, checkpoint = _read(path)
        except Exception as error:  # NumPy raises many types for a damaged file
            raise TrialError(f"the checkpoint that it continues cannot be read: {error}") from error
        if any(identity.get(key) != value for key, value in self._identity().items() if key not in ("number", "training")):
            raise TrialError(f"the checkpoint that it continues is of another training: {path}")
        return checkpoint

    def write(self, checkpoint: Checkpoint) -> None:
        """Replace the last checkpoint; on a full disk log a warning and keep the last one."""
        self._written_at = time.monotonic()
        if self._path is None:
            return
        about = json.dumps({"identity": self._identity(), "course": checkpoint.course}).encode()
        arrays = _named("state", checkpoint.state) | _named("best", checkpoint.best or [])
        try:
            _replace(self._path, {"about": np.frombuffer(about, np.uint8)} | arrays)
        except OSError as error:
            _log.warning("trial %d has no new checkpoint: %s", self._assignment.number, error)

    def _identity(self) -> dict[str, Any]:
        """Return what a checkpoint must share with the trial that reads it, as JSON restores it."""
        import keras

        trial = self._assignment
        identity = {
            "version": _VERSION,
            "backend": keras.config.backend(),
            "experiment": self._experiment.fingerprint,
            "number": trial.number,
            "seed": trial.seed,
            "model_arguments": mask(trial.model_arguments, keeps_references=False),
            "training": mask(trial.training.model_dump(), keeps_references=False),
        }
        return dict(json.loads(json.dumps(identity)))


def _fits(checkpoint: Checkpoint, trainer: Checkpointable) -> bool:
    return [array.shape for array in checkpoint.state] == [array.shape for array in trainer.get_state()]


def _read(path: Path) -> tuple[Mapping[str, Any], Checkpoint]:
    """Return what a file says of its trial, and the checkpoint."""
    # NumPy does not close a damaged file that it has opened itself.
    with path.open("rb") as opened, np.load(opened, allow_pickle=False) as file:
        about = json.loads(file["about"].tobytes())
        state, best = (_numbered(file, name) for name in ("state", "best"))
    return about.get("identity", {}), Checkpoint(about["course"], state, best or None)


def _replace(path: Path, arrays: Mapping[str, Any]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with replacing(path) as unfinished, unfinished.open("wb") as file:
        np.savez(file, **arrays)


def _named(name: str, arrays: Iterable[Array]) -> dict[str, Array]:
    return {f"{name}.{index}": array for index, array in enumerate(arrays)}


def _numbered(file: Mapping[str, Array], name: str) -> list[Array]:
    """Return the arrays of a name in order."""
    n = sum(key.startswith(f"{name}.") for key in file)
    return [_typed(file[f"{name}.{index}"]) for index in range(n)]


def _typed(array: Array) -> Array:
    """Return an array in its own dtype: NumPy's files store bfloat16 as raw bytes."""
    if array.dtype.kind != "V":
        return array
    import ml_dtypes

    return array.view(ml_dtypes.bfloat16)
