"""Checks the ledger: an incomplete line in its journal, running trials without a process."""

from ..ledger import has_incomplete_line, repair_journal
from ..trial import TrialState
from .finding import Case, Finding


def examine(case: Case) -> list[Finding]:
    """Find an incomplete line, and running trials: this process holds the ledger, so no other process runs them."""
    found = [
        Finding("trial without an owner", f"trial {number}", "RUNNING, but no process runs it", "requeued, or ended if its result was written")
        for number, record in case.records.items()
        if record.state is TrialState.RUNNING
    ]
    journal = case.ledger.folder.journal
    if journal.exists() and has_incomplete_line(journal):
        found.insert(0, Finding("incomplete line", str(journal), "the last line was not written to its end", "removed"))
    return found


def repair(case: Case, findings: list[Finding]) -> None:
    """Remove the incomplete line, and recover the trials as the next run of the study would."""
    if case.ledger.folder.journal.exists():
        repair_journal(case.ledger.folder.journal)
    case.ledger.recover_trials(case.ledger.experiment.executor.max_retries)
