"""The ledger: the durable record of a study."""

from .ledger import Ledger
from .opening import abandon, begin_or_continue, read, study_names
from .record import INTERRUPTED, Again, TrialRecord

__all__ = ["INTERRUPTED", "Again", "Ledger", "TrialRecord", "abandon", "begin_or_continue", "read", "study_names"]
