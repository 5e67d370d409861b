"""The disk against the ledger: models of the best trials, checkpoints of unfinished ones, and nothing besides."""

from pathlib import Path

from ..study.model_retention import stray_models
from .finding import Case, Finding

_UNFINISHED = ".unfinished."


def examine(case: Case) -> list[Finding]:
    """Find models and checkpoints of no live or best trial, and files that were never finished."""
    ledger, folder = case.ledger, case.ledger.folder
    n_kept = ledger.attribute("keep_models") or ledger.experiment.search.keep_models
    unfinished = sorted(folder.models.glob(f"*{_UNFINISHED}*")) + sorted(folder.checkpoints.glob(f"*{_UNFINISHED}*"))
    models = [path for path in stray_models(folder, [number for number, _ in ledger.ranking(n_kept)]) if path not in unfinished]
    live = {str(number) for number in case.records.keys() - case.results.keys()}
    checkpoints = [path for path in sorted(folder.checkpoints.glob("*")) if path.name.partition(".")[0] not in live and path not in unfinished]
    return [
        *(_stray("leftover temporary file", path, "its writer was killed") for path in unfinished),
        *(_stray("stray model", path, f"it is of none of the {n_kept} best trials") for path in models),
        *(_stray("stray checkpoint", path, "its trial has ended, or there is none") for path in checkpoints),
    ]


def repair(case: Case, findings: list[Finding]) -> None:
    """Remove the files."""
    for finding in findings:
        Path(finding.subject).unlink(missing_ok=True)


def _stray(kind: str, path: Path, text: str) -> Finding:
    return Finding(kind, str(path), text, "removed")
