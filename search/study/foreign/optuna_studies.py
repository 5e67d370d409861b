"""Reads an Optuna study from a database or a journal file."""

import warnings
from pathlib import Path
from typing import TYPE_CHECKING

from ...errors import InputError, nearest
from ...redaction import redact
from .base import ForeignStudy, ForeignTrial

if TYPE_CHECKING:
    from optuna.storages import BaseStorage


_SQLITE = "sqlite:///"


def read_optuna(url: str, name: str | None) -> ForeignStudy:
    """Read a study.

    Args:
        url: URL of a database, or the path of a journal file.
        name: The study's name; None if there is one only.

    Raises:
        InputError: If the storage cannot be read, has no such study, or the study has several objectives.
    """
    import optuna

    optuna.logging.set_verbosity(optuna.logging.WARNING)
    if url.startswith(_SQLITE) and not Path(url.removeprefix(_SQLITE)).is_file():  # SQLite would create it
        raise InputError(f"{url}: there is no file {url.removeprefix(_SQLITE)}; correct the path")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of experimental storages
        try:
            storage = optuna.storages.get_storage(url) if "://" in url else _journal(Path(url))
            names = optuna.get_all_study_names(storage)
        except Exception as error:  # whatever the database's driver raises
            raise InputError(f"{redact(url)} is no Optuna storage that can be read: {type(error).__name__}: {redact(str(error))}") from None
    chosen = name or (names[0] if len(names) == 1 else None)
    if chosen not in names:
        given = "name one with --name" if name is None else f'there is no study "{name}"'
        raise InputError(f"{redact(url)} has {len(names)} studies; {given}: {nearest(name or '', names)}")
    study = optuna.load_study(study_name=chosen, storage=storage)
    if len(study.directions) > 1:
        raise InputError(f'The Optuna study "{chosen}" has {len(study.directions)} objectives; expected one')
    complete = study.get_trials(deepcopy=False, states=(optuna.trial.TrialState.COMPLETE,))
    trials = [ForeignTrial(str(trial.number), trial.params, trial.value) for trial in complete if trial.value is not None]
    return ForeignStudy(trials, study.direction.name.lower())


def _journal(path: Path) -> "BaseStorage":
    from optuna.storages import JournalStorage
    from optuna.storages.journal import JournalFileBackend

    if not path.is_file():
        raise FileNotFoundError(f"there is no file {path}")
    return JournalStorage(JournalFileBackend(str(path)))
