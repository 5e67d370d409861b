"""What is trained between the last trial and the champion's packaging: the best trials with new seeds, the best one on all rows."""

from collections.abc import Callable

from ..executors.base import Executor
from ..experiment.file import Experiment
from ..ledger import Ledger, StudyView
from .confirmation import confirm_best, is_confirmed
from .refit import is_refit_done, refit_best


def trains_champion(ledger: StudyView, experiment: Experiment) -> bool:
    """Return whether something is to be trained that follows the last trial."""
    return not (is_confirmed(ledger, experiment) and is_refit_done(ledger, experiment))


def train_champion(ledger: Ledger, experiment: Experiment, executor: Executor, on_stage: Callable[[str], None]) -> str:
    """Train what is missing; see `confirm_best` and `refit_best`.

    Args:
        ledger: The study; no other coordinator runs it.
        experiment: The experiment.
        executor: Started and checked if something is missing.
        on_stage: Called with what is being waited for.

    Returns:
        What a user should know about it; empty for nothing.
    """
    note = "" if is_confirmed(ledger, experiment) else confirm_best(ledger, experiment, executor, on_stage)
    if not is_refit_done(ledger, experiment):
        refit_best(ledger, experiment, executor, on_stage)
    return note
