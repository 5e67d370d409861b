"""Decides where the callbacks of a trial write: into the study's folder, or into a folder that the experiment file allows.

It creates no folder and no callback. A callback is a user's code: only the paths among its arguments are checked.
"""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..errors import ExperimentError
from ..secret_values import is_secret_name, variable_of
from .file import Experiment

FOLDER = "callbacks"
_NAMES = frozenset({"filepath", "path", "filename", "file", "dir", "logdir", "folder", "directory"})
_FILE_SUFFIXES = frozenset({".csv", ".tsv", ".txt", ".log", ".json", ".jsonl", ".yaml", ".db", ".parquet", ".npz", ".h5", ".keras", ".png", ".svg"})


@dataclass(frozen=True)
class CallbackPaths:
    """The paths that one trial's callbacks write to.

    Attributes:
        study_folder: The study's folder, absolute.
        trial: The trial's number; of several executions "<trial>-<execution>".
        allowed: Further folders that they may write to, from ``executor.callback_folders``.
    """

    study_folder: Path
    trial: int | str
    allowed: Sequence[str]

    def place(self, name: str, given: Any, where: str) -> Any:
        """Fill in the trial and the study's folder, and place each path.

        Args:
            name: The argument's name.
            given: The argument: text, or a table or list that may hold texts.
            where: The callback, for messages, such as ``callbacks[0]``.

        Returns:
            The argument with paths that only this trial uses.

        Raises:
            ExperimentError: If a path leads to another folder, or all trials would share it.
        """
        if isinstance(given, Mapping):
            return {key: self.place(str(key), value, f"{where}.{name}") for key, value in given.items()}
        if isinstance(given, list):
            return [self.place(name, value, where) for value in given]
        if not isinstance(given, str) or is_secret_name(name):
            return given
        # Not str.format: Keras' own "{epoch:02d}" and "{val_loss:.2f}" are filled in later.
        text = given.replace("{trial}", str(self.trial)).replace("{study_folder}", str(self.study_folder))
        return str(self._place(name, given, Path(os.path.expanduser(text)), where)) if is_path(name) or _is_like_file(text) else text

    def _place(self, name: str, given: str, path: Path, where: str) -> Path:
        shown = f'{where}.{name} = "{given}"'
        if str(path).startswith("~"):
            raise ExperimentError(f'{shown}: the home folder is not known; write a path without "~"')
        if ".." in path.parts:
            raise ExperimentError(f"{shown} leads out of the study's folder; write a path without \"..\", which lies in the study's folder")
        if "{trial}" not in given:
            if path.is_absolute():
                raise ExperimentError(f"{shown}: all trials would write there; put {{trial}}, the trial's number, into it")
            return self.study_folder / FOLDER / str(self.trial) / path
        if not path.is_absolute():
            return self.study_folder / FOLDER / path
        folders = [self.study_folder, *(Path(folder).expanduser().absolute() for folder in self.allowed)]
        if not any(path.resolve().is_relative_to(folder.resolve()) for folder in folders):
            raise ExperimentError(
                f"{shown} lies outside the study's folder; write a relative path, which lies in it, or name the folder in "
                f'[executor] callback_folders = ["{path.parent}"]'
            )
        return path


def is_path(name: str) -> bool:
    """Return whether an argument of this name is a path, such as "log_dir"."""
    return name.rpartition("_")[2] in _NAMES


def check_paths(experiment: Experiment, study_folder: Path) -> None:
    """Check the paths among the arguments of all callbacks; values of environment variables are checked when they are used.

    Args:
        experiment: The experiment.
        study_folder: The study's folder.

    Raises:
        ExperimentError: If a path leads to another folder, or all trials would share it.
    """
    paths = CallbackPaths(study_folder.absolute(), 0, experiment.executor.callback_folders)
    for number, callback in enumerate(experiment.callbacks):
        for name, value in callback.arguments.items():
            if variable_of(value) is None:
                paths.place(name, value, f"callbacks[{number}]")


def _is_like_file(text: str) -> bool:
    path = Path(text)
    if "://" in text or "\n" in text:
        return False
    try:
        is_in_folder = path.is_absolute() and len(path.parts) > 2 and Path(*path.parts[:2]).is_dir()
    except OSError:  # the system knows no such long names
        return False
    return ".." in path.parts or path.parts[:1] == ("~",) or path.suffix.lower() in _FILE_SUFFIXES or is_in_folder
