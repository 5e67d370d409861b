"""Calls a function of an experiment in a process of its own, which imports the backend; this process stays without it."""

import sys
import traceback
from collections.abc import Mapping
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from ..errors import ExperimentError, InputError, TrialError
from ..experiment.file import Experiment
from ..experiment.references import resolve
from ..python_process import PythonProcess, last_line
from ..redaction import one_line, redact_output, shorten

_ENTRY = f"{__name__}:serve"
_QUIET = {"TF_CPP_MIN_LOG_LEVEL": "3"}


def call_with_backend(function: str, experiment: Experiment, environment: Mapping[str, str] | None = None) -> Any:
    """Return what a function returns for an experiment.

    Args:
        function: The function's reference; it takes the experiment.
        experiment: The experiment.
        environment: Further variables of the process. Defaults to none.

    Raises:
        ExperimentError: If the function raises.
        InputError: If the process ends.
    """
    process = PythonProcess(_ENTRY, {**_QUIET, **(environment or {})})
    try:
        process.send((sys.path, function, experiment))
        is_returned, reply = process.receive()
    except EOFError:
        ended = f"the process that builds models ended with {process.exit_reason}: {last_line(Path(process.log))}"
        raise InputError(f'model = "{experiment.model}": {ended}') from None
    finally:
        process.close(is_idle=False)
        process.join()
    if not is_returned:
        raise ExperimentError(reply)
    return reply


def serve(pipe: Connection) -> None:
    """Reply to one request.

    Args:
        pipe: Gets ``sys.path``, the function's reference and an `Experiment`. Is sent whether the function has returned, and what it has, or the
            text of its error.
    """
    redact_output()
    path, function, experiment = pipe.recv()
    sys.path[:] = path
    experiment.remember_secrets()
    try:
        pipe.send((True, resolve(function)(experiment)))
    except InputError as error:
        pipe.send((False, str(error)))
    except TrialError as error:
        pipe.send((False, f'model = "{experiment.model}": {error}'))
    except Exception as error:  # whatever the user's module raises
        traceback.print_exc()
        pipe.send((False, f'model = "{experiment.model}": {type(error).__name__}: {shorten(one_line(str(error)), 300)}'))
