"""Finds out, before a study continues, whether the user's code has changed since it ran last."""

import logging
from collections.abc import Iterator, Mapping
from pathlib import Path

from ..errors import StudyChangedError
from ..experiment.code_versions import keep
from ..experiment.file import Experiment
from ..experiment.kept_modules import KeptModule, read_modules
from ..experiment.packages import PACKAGES, ROOT
from ..experiment.source_code import computed_imports, digest, own_files, referenced_modules
from ..ledger import Ledger
from ..redaction import shorten

logger = logging.getLogger(__name__)

_ATTRIBUTE = "code"
_N_NAMED = 4


def check_code(ledger: Ledger, experiment: Experiment, *, accept_code: bool, is_recorded: bool = True) -> tuple[KeptModule, ...]:
    """Check that builder, loader, callbacks, losses and the like are those that the study ran with, record them and keep a copy.

    A study without a record, which is new or of an earlier version, gets one.

    Args:
        ledger: The study.
        experiment: The experiment.
        accept_code: Whether to continue with changed code, log a warning and record it.
        is_recorded: Whether anything is recorded and copied; not so for trials that are trained again. Defaults to True.

    Returns:
        The modules as they are now, for the workers.

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
        if is_recorded:
            if changed or recorded is None:
                ledger.set_attribute(_ATTRIBUTE, current)
            keep(files, ledger.folder.code)
    return read_modules(files)


def code_notes(experiment: Experiment) -> Iterator[str]:
    """Yield what a user should know about the code of an experiment: which modules import others by names that only running them shows."""
    for file in own_files(referenced_modules(experiment)).values():
        lines = [] if any(file.is_relative_to(ROOT / package) for package in PACKAGES) else computed_imports(file)
        if lines:
            yield (
                f"{_short(file)}, line {lines[0]}, imports a module by a computed name: a change of that module is not noticed, and "
                "the champion does not carry it; name it in an import statement"
            )


def _describe(modules: list[str], files: Mapping[str, Path]) -> str:
    """Name the files of changed modules; of one that is not used any more, where it was."""
    named = [_short(files[name]) if name in files else f"{name.replace('.', '/')}.py" for name in modules[:_N_NAMED]]
    n_more = len(modules) - len(named)
    text = shorten(", ".join(named), 200) + (f" and {n_more} more" if n_more else "")
    return text + (" has" if len(modules) == 1 else " have")


def _short(file: Path) -> str:
    return str(file.relative_to(Path.cwd()) if file.is_relative_to(Path.cwd()) else file)
