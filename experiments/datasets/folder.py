"""The folder of data files: the one that PERCEPTUNE_DATA names, ~/.cache/perceptune by default."""

import os
from pathlib import Path


def data_folder() -> Path:
    """Return the folder of data files, which need not exist."""
    return Path(os.environ.get("PERCEPTUNE_DATA") or "~/.cache/perceptune").expanduser()


def find(name: str, source: str = "", *, is_folder: bool = False) -> Path:
    """Return a data file, or a folder of such files.

    Args:
        name: Absolute, or relative to the working directory, or to the folder of data files.
        source: Where to get the file, for the message. Defaults to nothing.
        is_folder: Whether it is a folder. Defaults to False.

    Returns:
        The first file that exists.

    Raises:
        FileNotFoundError: If there is no such file; the message names the file, the folder and where to get it.
    """
    given = Path(name).expanduser()
    for candidate in (given, data_folder() / given):
        if candidate.is_dir() if is_folder else candidate.is_file():
            return candidate
    origin = f"get it from {source}, put it there" if source else "give its path"
    kind = "folder" if is_folder else "file"
    raise FileNotFoundError(f'There is no {kind} "{name}", neither here nor in {data_folder()}; {origin}, or name its folder in PERCEPTUNE_DATA')
