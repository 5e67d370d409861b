"""Finds out, before a study continues, whether the user's code has changed since it ran last."""

import logging
from collections.abc import Mapping
from pathlib import Path

from ..errors import StudyChangedError
from ..experiment.code_versions import keep
from ..experiment.file import Experiment
from ..experiment.source_code import digest, own_files, referenced_modules
from ..ledger import Ledger
from ..redaction import shorten

logger = logging.getLogger(__name__)

_ATTRIBUTE = "code"
_N_NAMED = 4


def check_code(ledger: Ledger, experiment: Experiment, *, accept_code: bool) -> None:
    """Check that builder, loader, callbacks and what they import are those that the study ran with, record them and keep a copy.

    A study without a record, which is new or of an earlier version, gets one.

    Args:
        ledger: The study.
        experiment: The experiment.
        accept_code: Whether to continue with changed code, log a warning and record it.

    Raises:
        StudyChangedError: If the code has changed and is not accepted. Comments, docstrings and layout may change.
    """
    files = own_files(referenced_modules(experiment))
    current = {module: digest(file) for module, file in files.items()}
    with ledger.lock():
        recorded: Mapping[str, str] | None = ledger.attribute(_ATTRIBUTE)
        changed = sorted(name for name in {*current, *(recorded or {})} if current.get(name) != (recorded or {}).get(name))
        if recorded is not None and changed:
            what = _describe(changed, files)
            if not accept_code:
                raise StudyChangedError(
                    f'Study "{ledger.name}" was started with other code: {what} changed since; start another study with --fresh, give this one '
                    "its own name with --study, or continue with the changed code with --accept-code"
                )
            logger.warning('Study "%s" continues with other code than its earlier trials: %s changed', ledger.name, what)
        if changed or recorded is None:
            ledger.set_attribute(_ATTRIBUTE, current)
        keep(files, ledger.folder.code)


def _describe(modules: list[str], files: Mapping[str, Path]) -> str:
    """Name the files of changed modules; of one that is not used any more, where it was."""
    named = [_short(files[name]) if name in files else f"{name.replace('.', '/')}.py" for name in modules[:_N_NAMED]]
    n_more = len(modules) - len(named)
    text = shorten(", ".join(named), 200) + (f" and {n_more} more" if n_more else "")
    return text + (" has" if len(modules) == 1 else " have")


def _short(file: Path) -> str:
    return str(file.relative_to(Path.cwd()) if file.is_relative_to(Path.cwd()) else file)
