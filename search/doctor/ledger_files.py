"""Checks the file of a ledger before it is opened, and writes a damaged one anew from its lines and from MLflow."""

import contextlib
import re
import shutil
from pathlib import Path

from .. import ledger as ledgers
from ..errors import DamagedLedgerError, InputError, StudyNotFoundError
from ..experiment.file import parse_experiment
from ..ledger import KnownStudy
from ..store import Store
from ..tracking.descriptions import user_tags
from ..tracking.mlflow_connection import mlflow_session, reading
from ..tracking.mlflow_lookup import existing_run
from ..tracking.mlflow_results import find_study_run, read_attributes, read_lineages, read_trials
from ..tracking.sqlite_store import exists, is_local
from .files import free_path
from .finding import Case, Finding, lost_trial

_FROM_MLFLOW = "written anew from MLflow"


def finding_of(store: Store, name: str, error: InputError) -> Finding:
    """Return the finding of a ledger that cannot be opened.

    Args:
        store: The local store.
        name: The study's name.
        error: What was raised when it was opened.
    """
    folder = store.study(name)
    if isinstance(error, StudyNotFoundError):
        return Finding("lost study", str(folder.root), "MLflow has the study, whose folder was removed", f"its ledger is {_FROM_MLFLOW}")
    if not isinstance(error, DamagedLedgerError):
        return Finding("unreadable ledger", str(folder.journal), str(error))
    return Finding("damaged ledger", str(folder.journal), str(error), _remedy(store, name))


def is_in_mlflow(store: Store, name: str) -> bool:
    """Return whether MLflow has the experiment of a study whose folder was removed; a server may have studies of other stores.

    Args:
        store: The local store.
        name: The study's name.
    """
    is_removed = not store.ledger and not store.study(name).root.exists() and re.fullmatch(r"[\w.-]+", name)
    return bool(is_removed) and is_local(store.tracking_uri) and "experiment" in _known_to_mlflow(store, name, KnownStudy({})).attributes


def find_lost_trials(case: Case) -> list[Finding]:
    """Find trials that MLflow has with their results, and the ledger, which had them first, does not: it was cut."""
    if case.store.ledger:
        return []
    lost = sorted({number for run in case.runs if (number := lost_trial(case, run)) is not None})
    if not lost:
        return []
    text = f"MLflow has {len(lost)} finished trials that the ledger has lost, the first is trial {lost[0]}"
    return [Finding("lost trials", str(case.ledger.folder.journal), text, _remedy(case.store, case.ledger.name))]


def _remedy(store: Store, name: str) -> str:
    return f"written anew from its lines and MLflow; a copy of the old file is in {store.study(name).removed}"


def repair(store: Store, name: str) -> None:
    """Write a damaged ledger anew; a copy of it is kept.

    Args:
        store: The local store.
        name: The study's name.

    Raises:
        StudyBusyError: If another process runs the study.
        InputError: If nothing is left of the study, or MLflow is unavailable.
    """

    def keep(journal: Path) -> Path:
        return Path(shutil.copy2(journal, free_path(store.study(name).removed, journal.name)))

    ledgers.rebuild(store, name, lambda salvaged: _known_to_mlflow(store, name, salvaged), keep)


def _known_to_mlflow(store: Store, name: str, salvaged: KnownStudy) -> KnownStudy:
    if not exists(store.tracking_uri):
        return KnownStudy({})
    with reading(store.tracking_uri) as client, mlflow_session():
        run = existing_run(client, salvaged.attributes.get("parent_run_id"))
        # Earlier versions left the archived study "diabetes.1" the name "diabetes" in MLflow.
        # A server may have studies of that name of other users.
        user = user_tags()["mlflow.user"] if store.tracking_uri.startswith("http") else None
        names = () if run else dict.fromkeys((name, name.partition(".")[0]))
        run = run or next(filter(None, (find_study_run(client, known, _runs_of_others(store, name), user) for known in names)), None)
        if run is None:
            return KnownStudy({})
        attributes = read_attributes(client, run)
        experiment = parse_experiment(salvaged.attributes.get("experiment") or attributes["experiment"], f'study "{name}"')
        return KnownStudy(attributes, read_trials(client, run, experiment), read_lineages(client, run))


def _runs_of_others(store: Store, name: str) -> set[str]:
    """Return the runs of the other studies whose ledgers can be read."""
    runs = set()
    for other in ledgers.study_names(store):
        if other != name:
            try:
                with contextlib.closing(ledgers.read(store, other)) as view:
                    runs.add(view.attribute("parent_run_id"))
            except InputError:
                continue
    return {run for run in runs if run}
