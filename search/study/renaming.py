"""Renames a study in the ledger, in MLflow and in the model registry, and a study that was archived in MLflow."""

import contextlib
import logging
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from .. import ledger as ledgers
from ..errors import InputError, PerceptuneError
from ..ledger import Ledger, StudyView
from ..store import Store
from ..tracking.base import StudyRecord
from ..tracking.mlflow_tracker import MlflowTracker
from ..tracking.study_runs import StudyRuns, find_study_runs, is_name_of_others, log_report, rename_runs, rename_versions
from .removal import open_alone
from .report import write_study_report
from .summary import outcome_of

if TYPE_CHECKING:
    from mlflow import MlflowClient


logger = logging.getLogger(__name__)


def rename_study(store: Store, name: str, new: str) -> str | None:
    """Rename a study; MLflow first, so that a renaming that was interrupted can be repeated.

    Args:
        store: The local store.
        name: The study's name.
        new: The new name.

    Returns:
        The new URI of its champion; None if none is registered.

    Raises:
        StudyNotFoundError: If the study does not exist.
        StudyBusyError: If another process runs it.
        InputError: If the new name is not valid or in use, or MLflow does not respond.
    """
    ledgers.check_new_name(store, new)
    with open_alone(store, name) as ledger:
        champion = ledger.attribute("champion")
        tracked = find_study_runs(store.tracking_uri, ledger.attribute("parent_run_id"))
        if tracked is not None:
            client, found = tracked
            if is_name_of_others(client, found, new):
                raise InputError(f'The model registry has a model "{new}" already, of another study; choose another name')
            moved = rename_versions(client, found, new)
            if champion is not None:
                champion = {**champion, "model_uri": moved.get(champion["model_uri"]) or _renamed_before(found, new, champion)}
                ledger.set_attribute("champion", champion)
            rename_runs(client, found, new, champion["model_uri"] if champion else None)
        ledgers.rename(ledger, store, new)
    _renew_report(store, new, tracked)
    return None if champion is None else str(champion["model_uri"])


def _renamed_before(found: StudyRuns, name: str, champion: Mapping[str, Any]) -> str:
    """Return the URI of a champion whose version an interrupted renaming has renamed; else the one it has."""
    named = [version for version in found.versions if version.name == name and version.tags.get("perceptune.trial") == str(champion["trial"])]
    newest = max(named, key=lambda version: int(version.version), default=None)
    return str(champion["model_uri"]) if newest is None else f"models:/{name}/{newest.version}"


def _renew_report(store: Store, name: str, tracked: "tuple[MlflowClient, StudyRuns] | None") -> None:
    """Write the report of a renamed study again, if it has one, here and in MLflow; the study is renamed even if that fails."""
    try:
        with contextlib.closing(ledgers.read(store, name)) as view:
            if view.folder.report.is_dir():
                path = write_study_report(view)
                if tracked is not None:
                    log_report(*tracked, path)
    except (PerceptuneError, OSError) as error:
        logger.warning('The report of study "%s" has its earlier name still: %s', name, error)


def close_archived(store: Store, ledger: Ledger) -> str:
    """Rename the runs of the study that was archived for a new one, as the ledger has renamed it, and end those that a killed process left.

    Its versions stay in the registered model that the new study continues.

    Args:
        store: The local store.
        ledger: The new study.

    Returns:
        Why that was not done; empty if it was, or if no study was archived.
    """
    name = ledger.opened.archived_as or _extended(ledger)  # it was archived by a process that was killed
    if name is None or name not in ledgers.study_names(store):
        return ""
    archived = ledgers.read(store, name)
    try:
        tracked = find_study_runs(store.tracking_uri, archived.attribute("parent_run_id"))
        if tracked is not None:
            rename_runs(*tracked, name)
            MlflowTracker(store.tracking_uri, store.artifacts).end_abandoned(_record(archived), outcome_of(archived, is_complete=False))
    except PerceptuneError as error:
        return f'MLflow still shows the archived study "{name}" as "{ledger.name}": {error}'
    finally:
        archived.close()
    return ""


def _record(archived: StudyView) -> StudyRecord:
    return StudyRecord(
        study=archived.name,
        experiment=archived.experiment.without_secrets(),
        dataset=None,
        n_trials=archived.attribute("n_trials"),
        n_workers=1,
        parent_run_id=archived.attribute("parent_run_id"),
        result_of=archived.result,
    )


def _extended(ledger: Ledger) -> str | None:
    extension = ledgers.extension_of(ledger)
    return None if extension is None else extension.study
