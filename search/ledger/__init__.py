"""The ledger: the durable record of a study."""

from .journal_file import is_cut_off
from .journal_file import repair as repair_journal
from .ledger import Ledger
from .opening import abandon, attend, begin_or_continue, read, study_names
from .record import INTERRUPTED, Again, TrialRecord
from .view import StudyView

__all__ = [
    "INTERRUPTED",
    "Again",
    "Ledger",
    "StudyView",
    "TrialRecord",
    "abandon",
    "attend",
    "begin_or_continue",
    "is_cut_off",
    "read",
    "repair_journal",
    "study_names",
]
