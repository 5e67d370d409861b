"""Keeps what a backend's compiled code prints while it is imported off the terminal."""

import contextlib
import os
import sys
import tempfile
from collections.abc import Iterator


@contextlib.contextmanager
def quiet_backend() -> Iterator[None]:
    """Send this process' standard error into a temporary file; under ``--debug`` leave it alone.

    TensorFlow writes several lines there before any of its settings is read, so only the file descriptor helps. What
    Python raises passes through.
    """
    if os.environ.get("PERCEPTUNE_DEBUG"):
        yield
        return
    sys.stderr.flush()
    kept = os.dup(2)
    try:
        with tempfile.TemporaryFile() as hidden:
            os.dup2(hidden.fileno(), 2)
            yield
    finally:
        sys.stderr.flush()
        os.dup2(kept, 2)
        os.close(kept)
