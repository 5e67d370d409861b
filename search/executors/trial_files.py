"""Carries a trial's files between the coordinator and nodes that share no disk with it: checkpoints, kept models, what callbacks write.

A file is named by its path on the coordinator's disk; a trial on a node has a folder of its own in place of the study's.
"""

import os
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from ..trial import Assignment, TrialResult

FileContents = Mapping[str, bytes]
"""Contents by the file's path on the coordinator's disk."""


def read_checkpoint(assignment: Assignment) -> FileContents:
    """Read a trial's checkpoint.

    Args:
        assignment: The trial.

    Returns:
        The file, or nothing if there is none.
    """
    path = Path(assignment.checkpoint_path)
    return {str(path): path.read_bytes()} if assignment.checkpoint_path and path.is_file() else {}


def write_file(path: Path, content: bytes) -> None:
    """Write a file that is never there in part.

    Args:
        path: The file; its folder is made.
        content: What it is to hold.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f"{path.name}.unfinished")
    unfinished.write_bytes(content)
    os.replace(unfinished, path)


class TrialFolder:
    """A folder on a node in place of the study's, for one trial.

    Args:
        assignment: The trial, as the coordinator gave it out.
        files: What it is given with.

    Attributes:
        assignment: The trial, with its paths in this folder.
    """

    def __init__(self, assignment: Assignment, files: FileContents) -> None:
        self._given = assignment
        self._study = Path(assignment.model_path).parents[1]
        self._root = Path(tempfile.mkdtemp(prefix="perceptune-"))
        for path, content in files.items():
            write_file(self._here(path), content)
        self.assignment = replace(
            assignment,
            model_path=str(self._here(assignment.model_path)),
            checkpoint_path=str(self._here(assignment.checkpoint_path)) if assignment.checkpoint_path else "",
        )
        self._checkpoint_time = self._written_at()

    def new_checkpoint(self) -> FileContents:
        """Return the checkpoint if it was written since the last call."""
        earlier, self._checkpoint_time = self._checkpoint_time, self._written_at()
        if self._checkpoint_time == earlier:
            return {}
        return {self._given.checkpoint_path: Path(self.assignment.checkpoint_path).read_bytes()}

    def finish(self, result: TrialResult) -> tuple[TrialResult, FileContents]:
        """Collect what the trial wrote, and remove the folder.

        Args:
            result: How it ended, with the model's path in this folder.

        Returns:
            The result with the coordinator's path, and all files but the checkpoint.
        """
        checkpoint = Path(self.assignment.checkpoint_path)
        paths = [path for path in self._root.rglob("*") if path.is_file() and path != checkpoint]
        files = {self._there(path): path.read_bytes() for path in paths}
        shutil.rmtree(self._root)
        if result.model_path:
            result = replace(result, model_path=self._there(Path(result.model_path)))
        return result, files

    def _here(self, path: str) -> Path:
        return self._root / Path(path).relative_to(self._study)

    def _there(self, path: Path) -> str:
        return str(self._study / path.relative_to(self._root))

    def _written_at(self) -> int:
        path = Path(self.assignment.checkpoint_path)
        return path.stat().st_mtime_ns if self.assignment.checkpoint_path and path.is_file() else 0
