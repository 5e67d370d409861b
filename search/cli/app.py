"""The command line: registers the commands and reports errors as one line and an exit status.

Exit status 0: success, 1: failure, 2: invalid input, 130: interrupted.
"""

import errno
import logging
import os
import signal
import sys
import traceback
from collections.abc import Sequence
from types import FrameType
from typing import Annotated

import typer

from ..errors import InputError, PerceptuneError, SearchPausedError
from ..redaction import RedactingFormatter, one_line, redact, redacted_output, shorten, shorten_words
from . import (
    champion,
    comparison,
    control,
    dashboard,
    data,
    doctor,
    evaluation,
    init,
    inspection,
    learning_rate,
    management,
    models,
    plan,
    refinement,
    repeats,
    run,
    schedule,
    schema,
    studies,
    tensorboard,
    ui,
)

MESSAGE_LENGTH = 480
"""Characters of a message at most; a user's code may raise a megabyte."""
_INTERRUPTED = "interrupted; the same command continues"

app = typer.Typer(
    name="perceptune",
    help="Experiment tracking and hyperparameter search for Keras models.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
_SEARCHING, _RESULTS = (
    (run, control, init, models, data, plan, learning_rate),
    (studies, comparison, schedule, refinement, repeats, champion, evaluation, inspection),
)
for group in (*_SEARCHING, *_RESULTS, management, doctor, ui, dashboard, tensorboard, schema):
    group.register(app)
for command in app.registered_commands:  # whole: the list of commands would cut it
    command.short_help = (getattr(command.callback, "__doc__", None) or "").partition("\n")[0]


def _print_version(is_wanted: bool) -> None:
    if is_wanted:
        from importlib.metadata import version

        typer.echo(f"perceptune {version('perceptune')}")
        raise typer.Exit


@app.callback()
def options(
    *,
    debug: Annotated[bool, typer.Option("--debug", help="Show tracebacks and log messages.")] = False,
    version: Annotated[bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version.")] = False,
) -> None:
    """Handle the options before a command."""
    # An environment variable, so that child processes inherit it.
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "0" if debug else "2")
    handler = logging.StreamHandler()
    handler.setFormatter(RedactingFormatter("%(levelname)s %(name)s: %(message)s"))
    logging.basicConfig(level=logging.DEBUG if debug else logging.WARNING, handlers=[handler])
    if debug:
        os.environ["PERCEPTUNE_DEBUG"] = "1"


def run_app(arguments: Sequence[str]) -> int:
    """Run one command.

    Args:
        arguments: The command line without the program's name.

    Returns:
        The exit status.
    """
    signal.signal(signal.SIGTERM, _interrupt)  # shut down as after Ctrl-C
    try:
        with redacted_output():
            status = app(list(arguments), standalone_mode=False) or 0
        return _fail(130, _INTERRUPTED) if status == 130 else int(status)  # typer's status after a KeyboardInterrupt
    except InputError as error:
        return _fail(2, str(error))
    except typer.TyperException as error:
        return _fail(2, error.format_message() if hasattr(error, "format_message") else str(error))
    except (KeyboardInterrupt, typer.Abort):
        return _fail(130, _INTERRUPTED)
    except SearchPausedError as error:
        return _fail(130, str(error))
    except PerceptuneError as error:
        _show_traceback()
        return _fail(1, str(error))
    except OSError as error:
        _show_traceback()
        if error.errno == errno.ENAMETOOLONG:  # such a name comes from the user only
            return _fail(2, f'"{error.filename}" is too long for the name of a file; give a shorter one')
        return _fail(1, _describe(error, is_search="run" in arguments))
    except Exception as error:
        _show_traceback()
        return _fail(1, f"{type(error).__name__}: {error} (this is a fault of perceptune; --debug before the command shows the traceback)")


_ADVICE = {
    errno.EACCES: "let this user read and write it",
    errno.EPERM: "let this user read and write it",
    errno.EROFS: "run in a folder that can be written",
    errno.ENOENT: "it was removed, or never there: put it where it was, or start a new study with --fresh",
    errno.EMFILE: "raise the limit of open files, such as by ulimit -n 1024",
    errno.ENFILE: "close other programs: the system has no more open files to give",
}


def _describe(error: OSError, *, is_search: bool) -> str:
    """Return what the system refused, and what to do about it."""
    where = f"{error.filename}: " if error.filename else ""
    advice = _ADVICE.get(error.errno or 0, "see that the disk and the folder are there")
    continues = is_search and error.errno != errno.ENOENT
    return f"{where}{error.strerror or error}; {advice}{'. Finished trials are kept, and the same command continues' if continues else ''}"


def _fail(status: int, message: str) -> int:
    print(f"perceptune: {shorten(shorten_words(one_line(redact(message))), MESSAGE_LENGTH)}", file=sys.stderr)
    return status


def _show_traceback() -> None:
    """Print the traceback under ``--debug``."""
    if os.environ.get("PERCEPTUNE_DEBUG"):
        print(redact(traceback.format_exc()), file=sys.stderr)


def _interrupt(_signal: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt
