"""Checks a study's files: only models of its best trials and checkpoints of its unfinished trials belong there.

It deletes nothing: what does not belong there is moved into the study's folder `removed/`.
"""

import itertools
import shutil
from pathlib import Path

from ..study.model_retention import kept_trials, stray_checkpoints, stray_models
from .finding import Case, Finding

_UNFINISHED = ".unfinished."


def examine(case: Case) -> list[Finding]:
    """Find models of other than the best trials, checkpoints of finished trials, and temporary files of killed writers."""
    ledger, folder = case.ledger, case.ledger.folder
    n_kept = ledger.attribute("keep_models") or ledger.experiment.n_kept_trials
    front = ", nor to the Pareto front" if len(ledger.directions) > 1 else ""
    unfinished = sorted(folder.models.glob(f"*{_UNFINISHED}*")) + sorted(folder.checkpoints.glob(f"*{_UNFINISHED}*"))
    kept = {*kept_trials(ledger, n_kept), *ledger.unfinished}
    models = [path for path in stray_models(folder, kept) if path not in unfinished]
    checkpoints = [path for path in stray_checkpoints(ledger) if path not in unfinished]
    return [
        *(_stray("leftover temporary file", path, "its writer was killed") for path in unfinished),
        *(_stray("stray model", path, f"it belongs to none of the {n_kept} best trials{front}") for path in models),
        *(_stray("stray checkpoint", path, "its trial has finished or does not exist") for path in checkpoints),
    ]


def repair(case: Case, findings: list[Finding]) -> None:
    """Move the files that were found."""
    for finding in findings:
        path = Path(finding.subject)
        if path.exists():
            shutil.move(path, free_path(case.ledger.folder.removed, path.name))


def free_path(folder: Path, name: str) -> Path:
    """Return the path of a new file in a folder, which is created: its name, with a number if there is such a file.

    Args:
        folder: The folder.
        name: The file's name.
    """
    folder.mkdir(parents=True, exist_ok=True)
    names = itertools.chain([name], (f"{Path(name).stem}.{number}{Path(name).suffix}" for number in itertools.count(1)))
    return next(path for path in (folder / name for name in names) if not path.exists())


def _stray(kind: str, path: Path, text: str) -> Finding:
    return Finding(kind, str(path), text, f"moved to {path.parents[1] / 'removed'}")
