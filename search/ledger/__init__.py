"""The ledger: the durable record of a study."""

from .attempts import RetryState
from .extending import Extension, extension_of, may_lack_models
from .journal_file import has_incomplete_line
from .journal_file import repair as repair_journal
from .ledger import Ledger
from .lineages import continued, lineage, places_of
from .opening import (
    check_new_name,
    create_or_continue,
    delete,
    discard,
    is_running,
    open_all,
    open_for_repair,
    open_to_examine,
    opened_for_run,
    read,
    rename,
    requests_to,
    study_names,
)
from .rebuilding import KnownStudy, rebuild
from .record import TrialRecord, further_metrics
from .spans import run_seconds
from .view import StudyView
from .visible_trials import EXCLUDED

__all__ = [
    "EXCLUDED",
    "Extension",
    "KnownStudy",
    "Ledger",
    "RetryState",
    "StudyView",
    "TrialRecord",
    "check_new_name",
    "continued",
    "create_or_continue",
    "delete",
    "discard",
    "extension_of",
    "further_metrics",
    "has_incomplete_line",
    "is_running",
    "lineage",
    "may_lack_models",
    "open_all",
    "open_for_repair",
    "open_to_examine",
    "opened_for_run",
    "places_of",
    "read",
    "rebuild",
    "rename",
    "repair_journal",
    "requests_to",
    "run_seconds",
    "study_names",
]
