"""The ledger by itself: a line that was cut off, trials that nobody runs."""

from ..ledger import is_cut_off, repair_journal
from ..trial import TrialState
from .finding import Case, Finding


def examine(case: Case) -> list[Finding]:
    """Find trials without an owner; whoever owned them held the lock that is held here."""
    found = [
        Finding("trial without an owner", f"trial {number}", "RUNNING, but no process runs it", "put back, or ended if its result was written")
        for number, record in case.records.items()
        if record.state is TrialState.RUNNING
    ]
    journal = case.ledger.folder.journal
    if journal.exists() and is_cut_off(journal):
        found.insert(0, Finding("half a line", str(journal), "the last line was not written to its end", "cut off"))
    return found


def repair(case: Case, findings: list[Finding]) -> None:
    """Cut off the half line, and settle the trials as the next run of the study would."""
    if case.ledger.folder.journal.exists():
        repair_journal(case.ledger.folder.journal)
    case.ledger.recover_trials(case.ledger.experiment.executor.max_retries)
