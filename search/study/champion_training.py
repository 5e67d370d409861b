"""What is trained between the last trial and the champion's packaging: the best trials with new seeds, the best one on all rows."""

from collections.abc import Callable

from ..experiment.file import Experiment
from ..ledger import StudyView
from .confirmation import confirm_best, is_confirmed
from .extended import is_best_restored, restore_best
from .refit import is_refit_done, refit_best
from .repeated_training import RepeatedTraining


def trains_champion(ledger: StudyView, experiment: Experiment) -> bool:
    """Return whether something is to be trained that follows the last trial."""
    is_best_there = is_refit_done(ledger, experiment) and is_best_restored(ledger, experiment)
    return not (is_confirmed(ledger, experiment) and is_best_there)


def train_champion(training: RepeatedTraining, on_stage: Callable[[str], None]) -> str:
    """Train what is missing; see `confirm_best`, `refit_best` and `restore_best`.

    Args:
        training: Trains trials of the study again; no other coordinator runs it.
        on_stage: Called with what is being waited for.

    Returns:
        What a user should know about it; empty for nothing.
    """
    note = "" if is_confirmed(training.ledger, training.experiment) else confirm_best(training, on_stage)
    if not is_refit_done(training.ledger, training.experiment):
        refit_best(training, on_stage)
    if not is_best_restored(training.ledger, training.experiment):
        note = "; ".join(filter(None, [note, restore_best(training, on_stage)]))
    return note
