"""The content of a table's file, decompressed."""

import bz2
import gzip
import lzma
import zipfile
import zlib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

_OPENERS: Mapping[str, Callable[[Path], Any]] = {".gz": gzip.open, ".bz2": bz2.open, ".xz": lzma.open}
COMPRESSED = (*_OPENERS, ".zip")
SUFFIXES = (".csv", ".tsv", ".txt", ".data", ".dat", ".parquet")


def is_parquet(path: Path) -> bool:
    """Return whether a file is Parquet by its name."""
    return path.suffix.lower() == ".parquet"


def read_bytes(path: Path) -> bytes:
    """Return a file's content, decompressed by its suffix.

    Raises:
        ValueError: If it cannot be decompressed.
        OSError: If it cannot be read.
    """
    suffix = path.suffix.lower()
    try:
        if suffix == ".zip":
            return _only_member(path)
        if suffix in _OPENERS:
            with _OPENERS[suffix](path) as file:
                return bytes(file.read())
    except (EOFError, zipfile.BadZipFile, lzma.LZMAError, zlib.error, gzip.BadGzipFile) as error:
        raise ValueError(f"it cannot be decompressed: {error}") from None
    return path.read_bytes()


def _only_member(path: Path) -> bytes:
    with zipfile.ZipFile(path) as archive:
        names = [name for name in archive.namelist() if not name.endswith("/")]
        if len(names) != 1:
            raise ValueError(f"it holds {len(names)} files; expected one")
        return archive.read(names[0])
