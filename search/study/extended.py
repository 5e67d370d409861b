"""A study that was edited, or of which trials were excluded: what was kept, and its best trial's model."""

from collections.abc import Callable
from pathlib import Path

from .. import ledger as ledgers
from ..champion.promotion import has_models, is_promoted
from ..errors import ChampionError
from ..experiment.file import Experiment
from ..formats import format_number
from ..ledger import StudyView
from ..spread import SAME
from ..training.model.saving import move_model
from .repeated_training import RepeatedTraining, Training


def extension_note(ledger: StudyView) -> str:
    """Return what was taken over, the first time that the study runs; empty otherwise."""
    extension = ledgers.extension_of(ledger)
    if extension is None or ledger.attribute("parent_run_id") is not None:
        return ""
    kept = f"{extension.n_kept} trials are kept that are valid after the edit ({extension.edits})"
    return f'{kept}; "{extension.study}" has all {extension.n_before}'


def is_best_restored(ledger: StudyView, experiment: Experiment) -> bool:
    """Return whether the best trial's model need not be trained again: it is here, or follows from another training, or is registered."""
    if not ledgers.may_lack_models(ledger) or experiment.needs_refit or ledger.best is None:
        return True
    return has_models(ledger, ledger.best[0]) or is_promoted(ledger)


def restore_best(training: RepeatedTraining, on_stage: Callable[[str], None]) -> str:
    """Train the best trial again with its own seed, since its model was not kept when it was not the best one, and keep the model.

    Args:
        training: Trains trials of the study again; no other coordinator runs it. A trial has succeeded.
        on_stage: Called with what is being waited for.

    Returns:
        A sentence if its value is another one now: it may be trained for longer by another objective. Empty otherwise.

    Raises:
        ChampionError: If it cannot be trained.
    """
    ledger = training.ledger
    [(number, _)] = ledger.ranking(1)
    known = ledger.find(number).value
    on_stage(f"Training trial {number} again, whose model was not kept")
    [(_, result)] = training.run([Training(trial=number, repeat=0, is_kept=True)])
    made = [Path(trained.model_path) for trained in result.executions or (result,) if trained.model_path]
    if not made:
        raise ChampionError(f"Trial {number} could not be trained again: {result.reason}; the same command tries again")
    for path in made:  # such as 12.keras, or 12-0.keras of an execution
        _, separator, execution = path.stem.partition("-")
        move_model(path, ledger.folder.models / f"{number}{separator}{execution}{path.suffix}")
    if known is None or result.value is None or abs(known - result.value) <= SAME:
        return ""
    metric = training.experiment.objective.metric
    return f"trial {number} has {metric} {format_number(result.value)} after it was trained again, {format_number(known)} as it was recorded"
