"""Replaces a file in one step, so that no reader ever finds a part of it."""

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path


@contextlib.contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Yield the path of a temporary file, and rename that file to ``path`` at the end of the block.

    Args:
        path: The file to create or replace; its folder must exist.

    Yields:
        ``<stem>.<process id>.unfinished<suffix>`` in the same folder; the suffix is that of ``path``, since many writers choose
        the format by it. If the block raises, the temporary file is removed and ``path`` is left as it was.
    """
    temporary = path.with_name(f"{path.stem}.{os.getpid()}.unfinished{path.suffix}")
    try:
        yield temporary
        os.replace(temporary, path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def write_bytes(path: Path, content: bytes) -> None:
    """Create or replace a file in one step.

    Args:
        path: The file; its folder is created if it is missing.
        content: The new content.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with replacing(path) as temporary:
        temporary.write_bytes(content)
