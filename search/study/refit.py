"""Trains the best trial once more, on all rows that its executions were trained and measured on: one model instead of one for each fold."""

import shutil
import statistics
from collections.abc import Callable
from pathlib import Path

from ..champion.promotion import has_models, is_promoted
from ..errors import ChampionError
from ..executors.base import Executor
from ..experiment.file import Experiment
from ..ledger import Ledger, StudyView
from ..training.model.saving import expected_path
from .repeated_training import RepeatedTraining, Training


def is_refit_done(ledger: StudyView, experiment: Experiment) -> bool:
    """Return whether nothing is to be trained: not asked for, no trial has succeeded, the best trial's model is there, or registered."""
    return not experiment.needs_refit or ledger.best is None or has_models(ledger, ledger.best[0]) or is_promoted(ledger)


def refit_best(ledger: Ledger, experiment: Experiment, executor: Executor, on_stage: Callable[[str], None]) -> None:
    """Train the best trial for its number of epochs on the rows of all folds, and keep the model. A cosine schedule ends with these epochs.

    Args:
        ledger: The study; no other coordinator runs it.
        experiment: The experiment.
        executor: Started and checked.
        on_stage: Called with what is being waited for.

    Raises:
        ChampionError: If it cannot be trained.
        StudyFailedError: If no trial has succeeded.
    """
    assert ledger.best is not None  # noqa: S101 - for mypy
    number, _ = ledger.best
    executions = ledger.executions(number)  # each with its own best epoch
    epochs = max(1, round(statistics.median(execution.best_epoch for execution in executions)))
    on_stage(f"Training trial {number} on all rows, {epochs} epochs")
    shutil.rmtree(ledger.folder.repeats, ignore_errors=True)
    training = RepeatedTraining(experiment, ledger, executor)
    [(_, refitted)] = training.run([Training(trial=number, repeat=0, epochs=epochs, is_refit=True)])
    if refitted.model_path is None:
        raise ChampionError(
            f"Trial {number} could not be trained on all rows: {refitted.reason}; the same command tries again, or start another study with "
            'ensemble = "folds" in [champion]'
        )
    made, kept = Path(refitted.model_path), ledger.folder.refitted_model(number, Path(refitted.model_path).suffix)
    expected_path(made).replace(expected_path(kept))  # the model last: it shows that both are there
    made.replace(kept)
