"""Trains the best trial once more, on all rows that its executions were trained and measured on: one model instead of one for each fold."""

import statistics
from collections.abc import Callable
from pathlib import Path

from ..champion.promotion import has_models, is_promoted
from ..errors import ChampionError
from ..experiment.file import Experiment
from ..ledger import StudyView
from ..training.model.saving import move_model
from .repeated_training import RepeatedTraining, Training


def is_refit_done(ledger: StudyView, experiment: Experiment) -> bool:
    """Return whether nothing is to be trained: not asked for, no trial has succeeded, the best trial's model is there, or registered."""
    return not experiment.needs_refit or ledger.best is None or has_models(ledger, ledger.best[0]) or is_promoted(ledger)


def refit_best(training: RepeatedTraining, on_stage: Callable[[str], None]) -> None:
    """Train the best trial on the rows of all folds, and keep the model. A cosine schedule ends with the last of its epochs.

    Args:
        training: Trains trials of the study again; no other coordinator runs it. A trial has succeeded.
        on_stage: Called with what is being waited for.

    Raises:
        ChampionError: If it cannot be trained.
    """
    ledger = training.ledger
    [(number, _)] = ledger.ranking(1)
    epochs = _n_epochs(ledger, number)
    on_stage(f"Training trial {number} on all rows, {epochs} epochs")
    [(_, refitted)] = training.run([Training(trial=number, repeat=0, epochs=epochs, is_refit=True)])
    if refitted.model_path is None:
        raise ChampionError(
            f"Trial {number} could not be trained on all rows: {refitted.reason}; the same command tries again, or start another study with "
            'ensemble = "folds" in [champion]'
        )
    made = Path(refitted.model_path)
    move_model(made, ledger.folder.refitted_model(number, made.suffix))


def _n_epochs(ledger: StudyView, number: int) -> int:
    """Return the median of the executions' own best epochs; that of their mean curve for a trial that was restored without their curves."""
    result, executions = ledger.result(number), ledger.executions(number)
    common = result.best_epoch if result else 1
    has_curves = all(len(execution.history) >= common for execution in executions)
    return round(statistics.median(execution.best_epoch for execution in executions)) if has_curves else common
