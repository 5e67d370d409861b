"""Keeps the models of a study's best trials on disk, within its quota, and removes all other models and old checkpoints."""

import itertools
import logging
from collections.abc import Collection, Iterator
from pathlib import Path

from ..experiment.file import Experiment
from ..ledger import StudyView, continued
from ..store import StudyFolder
from ..trial import TrialResult

logger = logging.getLogger(__name__)


def retention_threshold(ledger: StudyView, n_kept: int) -> float | None:
    """Return the value that a trial must beat for its model to be kept.

    Args:
        ledger: The study.
        n_kept: Number of trials whose models are kept.

    Returns:
        The value of `Experiment.ranked_by` of the worst trial whose model is kept; None while fewer than ``n_kept`` are, and with several
        objectives, where a worse trial may be kept for another one.
    """
    if len(ledger.directions) > 1:
        return None
    ranking = ledger.search_ranking(n_kept)
    return ranking[-1][1] if len(ranking) == n_kept else None


def kept_trials(ledger: StudyView, n_kept: int) -> list[int]:
    """Return the finished trials whose models are kept, the best first: the best ones and those of the Pareto front."""
    best = (number for number, _ in ledger.search_ranking(n_kept))
    return list(dict.fromkeys([*best, *ledger.front]))


def kept_executions(ledger: StudyView, number: int, batch_size: int | str) -> tuple[TrialResult, ...]:
    """Return the first executions of a trial that its next attempt need not train again: they are recorded, and their models are here.

    Args:
        ledger: The study.
        number: The trial's number.
        batch_size: The batch size of the next attempt.
    """
    recorded, models = ledger.executions(number, batch_size), ledger.folder.execution_models(number)
    n_kept = next(index for index in itertools.count() if index not in models)
    return tuple(recorded[:n_kept])


def remove_models(ledger: StudyView, experiment: Experiment) -> None:
    """Remove the models of all but the best trials, those of the Pareto front, and unfinished ones, which may be writing or go on with them.

    Args:
        ledger: The study.
        experiment: The experiment, with the number of trials whose models are kept and their quota.
    """
    found = _files(ledger.folder.models)  # before reading the running trials: a trial that another coordinator starts later has no file here
    unfinished = ledger.unfinished
    ranking = kept_trials(ledger, experiment.n_kept_trials)
    ledger.folder.models.mkdir(parents=True, exist_ok=True)
    for path in set(found) & set(stray_models(ledger.folder, {*ranking, *unfinished})):
        path.unlink(missing_ok=True)
    if (quota := experiment.search.disk_quota_bytes) is not None:
        _remove_checkpoints_beyond(quota, ledger)
        first = [ledger.best[0]] if ledger.best else []  # which the trials that were trained again may have shown
        _keep_within(quota, ledger.folder, list(dict.fromkeys(number for number in [*first, *ranking] if number not in unfinished)))


def remove_checkpoints(ledger: StudyView) -> None:
    """Remove the checkpoints of finished trials that no trial continues; those of unfinished trials are needed for their next attempts."""
    for path in stray_checkpoints(ledger):
        path.unlink(missing_ok=True)


def stray_checkpoints(ledger: StudyView) -> list[Path]:
    """Return the checkpoints of finished trials that no trial of a population continues."""
    paths = _files(ledger.folder.checkpoints)  # before reading the trials: one that another coordinator starts later has no file here
    needed = {str(number) for number in (*ledger.unfinished, *continued(ledger))} if paths else set()
    return [path for path in paths if path.name.partition(".")[0] not in needed]


def stray_models(folder: StudyFolder, kept: Collection[int]) -> Iterator[Path]:
    """Yield the model files that belong to none of the given trials."""
    names = {str(number) for number in kept}
    return (path for path in _files(folder.models) if _trial_of(path) not in names)


def _trial_of(path: Path) -> str:
    """Return the number of the trial that a model belongs to, given that of the trial or of an execution."""
    return path.name.partition(".")[0].partition("-")[0]


def _remove_checkpoints_beyond(quota: int, ledger: StudyView) -> None:
    """Remove checkpoints of paused trials, the least promising first, until the rest fits into the quota; such a trial would begin anew."""
    folder = ledger.folder
    for number in ledger.paused_by_promise():
        if _size(folder.models) + _size(folder.checkpoints) <= quota:
            return
        folder.checkpoint(number).unlink(missing_ok=True)


def _keep_within(quota: int, folder: StudyFolder, ranking: list[int]) -> None:
    """Remove the worst models until the rest fits into the quota; the best one always stays."""
    while (used := _size(folder.models) + _size(folder.checkpoints)) > quota:
        kept = [number for number in ranking if folder.models_of(number)]
        if len(kept) < 2:
            logger.warning(
                "%s: the best model and the checkpoints need %d bytes, more than search.disk_quota_bytes = %d; they are kept",
                folder.root,
                used,
                quota,
            )
            return
        for path in _files(folder.models):
            if _trial_of(path) == str(kept[-1]):
                path.unlink(missing_ok=True)


def _files(folder: Path) -> list[Path]:
    return sorted(folder.iterdir()) if folder.is_dir() else []


def _size(folder: Path) -> int:
    return sum(path.stat().st_size for path in _files(folder))
