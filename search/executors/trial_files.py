"""Transfers a trial's files between the coordinator and nodes that share no disk with it: checkpoints, kept models, files of callbacks.

A file is named by its path on the coordinator's disk; on a node, a trial has a folder of its own in place of the study's.
"""

import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from ..atomic_file import write_bytes
from ..temporary_files import temporary_prefix
from ..trial import Assignment, TrialResult

FileContents = Mapping[str, bytes]
"""Contents by the file's path on the coordinator's disk."""


def read_checkpoint(assignment: Assignment) -> FileContents:
    """Read a trial's checkpoint.

    Args:
        assignment: The trial.

    Returns:
        The file, or nothing if it does not exist.
    """
    path = Path(assignment.checkpoint_path)
    return {str(path): path.read_bytes()} if assignment.checkpoint_path and path.is_file() else {}


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
        checkpoint_path = str(self._to_node(submitted.checkpoint_path)) if submitted.checkpoint_path else ""
        self.assignment = replace(submitted, model_path=str(self._to_node(submitted.model_path)), checkpoint_path=checkpoint_path)

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
        checkpoint = Path(self.assignment.checkpoint_path)
        paths = [path for path in self._root.rglob("*") if path.is_file() and path != checkpoint and path not in self._sent]
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
