"""Transfers a trial's files between the coordinator and nodes that share no disk with it: checkpoints, kept models, files of callbacks.

A file is named by its path on the coordinator's disk; on a node, a trial has a folder of its own in place of the study's.
"""

import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from ..atomic_file import write_bytes
from ..temporary_files import temporary_prefix
from ..trial import Assignment, TrialResult

FileContents = Mapping[str, bytes]
"""Contents by the file's path on the coordinator's disk."""


def read_checkpoint(assignment: Assignment) -> FileContents:
    """Read a trial's checkpoint, and that of the trial that it continues.

    Args:
        assignment: The trial.

    Returns:
        The files that exist.
    """
    paths = (Path(path) for path in (assignment.checkpoint_path, assignment.parent_checkpoint_path) if path)
    return {str(path): path.read_bytes() for path in paths if path.is_file()}


def write_files(files: FileContents) -> None:
    """Write files, each in one step.

    Args:
        files: Contents by path; missing folders are created.
    """
    for path, content in files.items():
        write_bytes(Path(path), content)


class TrialFolder:
    """A node's folder for one trial, in place of the study's folder.

    Args:
        submitted: The trial, with the coordinator's paths.
        root: The folder on the node.

    Attributes:
        assignment: The trial, with its paths in this folder.
    """

    def __init__(self, submitted: Assignment, root: Path) -> None:
        self._submitted = submitted
        self._study = Path(submitted.model_path).parents[1]
        self._root = root
        self._checkpoint_time = 0
        self._sent: set[Path] = set()
        names = ("model_path", "checkpoint_path", "parent_checkpoint_path")
        on_node: dict[str, Any] = {name: str(self._to_node(path)) for name in names if (path := getattr(submitted, name))}
        self.assignment = replace(submitted, **on_node)

    @classmethod
    def create(cls, submitted: Assignment, files: FileContents) -> "TrialFolder":
        """Create a temporary folder with a trial's files.

        Args:
            submitted: The trial, with the coordinator's paths.
            files: Its files.
        """
        folder = cls(submitted, Path(tempfile.mkdtemp(prefix=temporary_prefix())))
        write_files({str(folder._to_node(path)): content for path, content in files.items()})
        folder._checkpoint_time = folder._written_at()
        return folder

    def new_checkpoint(self) -> FileContents:
        """Return the checkpoint if it was written since the last call."""
        earlier, self._checkpoint_time = self._checkpoint_time, self._written_at()
        if self._checkpoint_time in (0, earlier):  # an execution that has ended has removed its own
            return {}
        return {self._submitted.checkpoint_path: Path(self.assignment.checkpoint_path).read_bytes()}

    def new_models(self) -> FileContents:
        """Return the models that were saved since the last call, those of executions that have ended."""
        folder = Path(self.assignment.model_path).parent
        found = [path for path in folder.glob("*") if path not in self._sent and ".unfinished." not in path.name]
        self._sent.update(found)
        return {self._to_coordinator(path): path.read_bytes() for path in found}

    def finish(self, result: TrialResult) -> tuple[TrialResult, FileContents]:
        """Read the files that the trial wrote, and remove the folder.

        Args:
            result: The trial's result, with the model's path in this folder.

        Returns:
            The result with the coordinator's path, and all files but the checkpoint and the models that `new_models` has returned.
        """
        checkpoints = [Path(path) for path in (self.assignment.checkpoint_path, self.assignment.parent_checkpoint_path) if path]
        paths = [path for path in self._root.rglob("*") if path.is_file() and path not in (*checkpoints, *self._sent)]
        files = {self._to_coordinator(path): path.read_bytes() for path in paths}
        shutil.rmtree(self._root)
        if result.model_path:
            result = replace(result, model_path=self._to_coordinator(Path(result.model_path)))
        return result, files

    def _to_node(self, path: str) -> Path:
        return self._root / Path(path).relative_to(self._study)

    def _to_coordinator(self, path: Path) -> str:
        return str(self._study / path.relative_to(self._root))

    def _written_at(self) -> int:
        path = Path(self.assignment.checkpoint_path)
        return path.stat().st_mtime_ns if self.assignment.checkpoint_path and path.is_file() else 0
