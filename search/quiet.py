"""Hides messages that a backend's compiled code prints during its import.

A champion bundles this file.
"""

import contextlib
import os
import sys
import tempfile
from collections.abc import Iterator


@contextlib.contextmanager
def quiet_backend() -> Iterator[None]:
    """Redirect this process' standard error to a temporary file, except under ``--debug``.

    TensorFlow prints several lines before it reads its settings, so the file descriptor is redirected. Python exceptions
    are not affected.
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
