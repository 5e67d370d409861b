"""Hides messages that a backend's compiled code prints during its import.

A champion bundles this file.
"""

import contextlib
import os
import re
import sys
import tempfile
from collections.abc import Iterator

_OF_BACKEND = re.compile(rb"(?m)^(?:WARNING: All log messages before absl::|[IWE]\d{4} \d\d:\d\d:\d|To enable the following instructions).*\n?")
"""Lines that TensorFlow and its libraries print when they are imported."""


@contextlib.contextmanager
def quiet_backend(*, keeps_others: bool = False) -> Iterator[None]:
    """Redirect this process' standard error to a temporary file, except under ``--debug``.

    TensorFlow prints several lines before it reads its settings, so the file descriptor is redirected. Python exceptions
    are not affected.

    Args:
        keeps_others: Whether lines that are not the backend's are printed at the end of the block. Defaults to False.
    """
    if os.environ.get("PERCEPTUNE_DEBUG"):
        yield
        return
    sys.stderr.flush()
    kept = os.dup(2)
    try:
        with tempfile.TemporaryFile() as hidden:
            os.dup2(hidden.fileno(), 2)
            try:
                yield
            finally:
                sys.stderr.flush()
                os.dup2(kept, 2)
                if keeps_others:
                    hidden.seek(0)
                    os.write(2, _OF_BACKEND.sub(b"", hidden.read()))
    finally:
        os.close(kept)
