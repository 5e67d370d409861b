"""The errors that this package raises.

    PerceptuneError
    ├── InputError                  the user can fix it: exit status 2
    │   ├── ExperimentError         an experiment file or one of its values
    │   ├── UnknownReferenceError   "module:name" that does not import
    │   ├── MissingExtraError       an optional package that is not installed
    │   ├── DataError               a data set, or rows to predict
    │   ├── StudyNotFoundError      no study of that name
    │   ├── StudyBusyError          another process runs that study
    │   ├── ReadOnlyStoreError      the store's folder cannot be written
    │   ├── DamagedLedgerError      the ledger's file was cut, changed or removed
    │   └── StudyChangedError       the study was started with another experiment
    ├── TrialError                  one trial is bad, the study continues
    │   ├── DivergedError           its loss or metric is not finite
    │   ├── OverdueError            it exceeded its time limit
    │   └── TakenOverError          another coordinator runs it now
    ├── SearchPausedError           the search was asked to pause: exit status 130
    ├── StudyFailedError            no trial succeeded, or too many failed in a row: exit status 1
    ├── WorkerError                 workers cannot be started: exit status 1
    ├── LedgerError                 the ledger's server was lost: exit status 1
    ├── StoreUnavailableError       the tracking store is unavailable: exit status 1
    ├── DiskFullError               a disk is full: exit status 1
    └── ChampionError               a kept model does not reproduce its predictions: exit status 1

Each message says what was given, what was expected and how to fix it, in one line.
"""

import difflib
from collections.abc import Iterable, Sequence

_LISTED_LENGTH = 220


class PerceptuneError(Exception):
    """The base class of all errors of this package."""


class InputError(PerceptuneError):
    """The user's input cannot be used."""


class ExperimentError(InputError, ValueError):
    """An experiment file, or a value in it, is not valid."""


class UnknownReferenceError(InputError, ImportError):
    """A reference string "module:name" does not lead to an object."""


class MissingExtraError(InputError, ImportError):
    """An optional package is needed but not installed."""


class DataError(InputError, ValueError):
    """A data set, or a table of rows to predict, cannot be used."""


class SearchPausedError(PerceptuneError):
    """Another process has asked the search to pause; it can be continued."""


class StudyNotFoundError(InputError, LookupError):
    """No study has that name."""


class StudyBusyError(InputError, RuntimeError):
    """Another process runs that study."""


class ReadOnlyStoreError(InputError, PermissionError):
    """The store's folder cannot be written."""


class DamagedLedgerError(InputError, ValueError):
    """The file of a study's ledger was cut, changed or removed, and `doctor` can restore it."""


class StudyChangedError(InputError, ValueError):
    """The study was started with another experiment."""


class TrialError(PerceptuneError, RuntimeError):
    """A trial cannot be trained; the message becomes its reason."""


class DivergedError(TrialError):
    """A loss or the objective's metric of a trial is not a finite number."""


class OverdueError(TrialError):
    """A trial exceeded its time limit."""


class TakenOverError(TrialError):
    """Another coordinator of the study runs the trial now."""


class StudyFailedError(PerceptuneError, RuntimeError):
    """No trial of the study succeeded, or too many failed one after another."""


class WorkerError(PerceptuneError, RuntimeError):
    """Worker processes cannot be started or keep dying."""


class LedgerError(PerceptuneError, ConnectionError):
    """The server that holds the ledger is unavailable."""


class StoreUnavailableError(PerceptuneError, ConnectionError):
    """The tracking store is unavailable for now."""


class DiskFullError(PerceptuneError, OSError):
    """A disk is full."""


class ChampionError(PerceptuneError, RuntimeError):
    """A kept model does not load or does not reproduce its predictions."""


def nearest(given: str, valid: Iterable[str]) -> str:
    """List the valid names after the one most similar to the given name.

    Args:
        given: The name that is not valid.
        valid: The valid names.

    Returns:
        Text such as ``did you mean "relu"? Valid: elu, relu, tanh``; without the question where none is similar.
    """
    names = sorted(valid)
    close = most_similar(given, names)
    choices = f"Valid: {listed(names)}" if names else "There are none"
    return f'did you mean "{close}"? {choices}' if close else choices


def listed(names: Sequence[str]) -> str:
    """Return names separated by commas, as many as fit into a message."""
    text = ", ".join(names)
    return text if len(text) <= _LISTED_LENGTH else f"{text[:_LISTED_LENGTH].rpartition(', ')[0] or text[:_LISTED_LENGTH]}, ..."


def lacking(columns: Iterable[str], given: Iterable[object]) -> str:
    """Describe which columns a table lacks, each with the column that may have been meant by it.

    Args:
        columns: The expected columns.
        given: The table's columns.

    Returns:
        Text such as ``lack the columns bmi ("bmj": did you mean "bmi"?); they have age, bmj``; empty if none is missing.
    """
    expected, names = list(columns), list(map(str, given))
    others = [name for name in names if name not in expected]
    missing = [(name, most_similar(name, others)) for name in expected if name not in names]
    if not missing:
        return ""
    texts = [name if other is None else f'{name} ("{other}": did you mean "{name}"?)' for name, other in missing]
    return f"lack the columns {listed(texts)}; they have {listed(names)}"


def most_similar(given: str, names: Sequence[str]) -> str | None:
    """Return the name with the same letters, or the only one with the same beginning, or one that differs in few letters; else None."""
    plain = {_plain(name): name for name in names}
    key = _plain(given)
    swapped = [name for name in plain if sorted(name) == sorted(key)]  # difflib finds "adamax" nearer to "adma" than "adam"
    begun = [name for name in plain if min(len(name), len(key)) > 2 and (name.startswith(key) or key.startswith(name))]
    close = swapped or (begun if len(begun) == 1 else difflib.get_close_matches(key, plain, n=1))
    return plain[close[0]] if close else None


def _plain(name: str) -> str:
    return "".join(letter for letter in name.lower() if letter.isalnum())
