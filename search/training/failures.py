"""Classifies what went wrong in a trial, and writes it as one line."""

from ..errors import DivergedError, OverdueError, TrialError
from ..redaction import one_line, redact, shorten
from ..trial import Failure

REASON_LENGTH = 500
"""Characters of a trial's reason at most."""
_OUT_OF_MEMORY = ("ResourceExhausted", "RESOURCE_EXHAUSTED", "OutOfMemory", "out of memory", "OOM when allocating")


def classify(error: Exception) -> Failure:
    """Return the kind of failure of a trial that raised an exception."""
    if isinstance(error, DivergedError):
        return Failure.NAN
    if isinstance(error, OverdueError):
        return Failure.TIMEOUT
    is_memory = isinstance(error, MemoryError) or any(sign in f"{type(error).__name__} {error}" for sign in _OUT_OF_MEMORY)
    return Failure.OUT_OF_MEMORY if is_memory else Failure.ERROR


def reason_of(error: Exception) -> str:
    """Return in one line, without secrets, why a trial failed.

    Args:
        error: What the builder, a layer, the backend or this package raised.

    Returns:
        At most `REASON_LENGTH` characters. The message of a `TrialError` needs no type.
    """
    message = one_line(redact(str(error)))
    if isinstance(error, TrialError):
        text = message
    elif classify(error) is Failure.OUT_OF_MEMORY:
        text = f"out of memory: {message}"
    else:
        text = f"{type(error).__name__}: {message}"
    return shorten(text, REASON_LENGTH)
