"""The rungs at which trials are paused, the end of paused trials, and of the checkpoints that others continue from."""

import shutil
from collections.abc import Collection

from ..experiment.file import Experiment
from ..ledger import Ledger
from ..pruners import PausingPruner, make_pruner
from ..tracking.base import Tracker
from .assignments import build_assignment
from .observer import Observer


def rungs_of(experiment: Experiment) -> tuple[int, ...]:
    """Return the epochs at which the pruner of an experiment may pause trials; none for one that pauses none, or by reference."""
    if experiment.pruner == "none" or ":" in experiment.pruner:
        return ()
    pruner = make_pruner(experiment.pruner, experiment.search.pruner_options, experiment.max_epochs)
    return pruner.rungs if isinstance(pruner, PausingPruner) else ()


def end_paused(
    experiment: Experiment, ledger: Ledger, *, tracker: Tracker, observer: Observer, numbers: Collection[int], ended_by: str = "pruner"
) -> None:
    """End paused trials as PRUNED, with their results so far.

    Args:
        experiment: The experiment.
        ledger: The study.
        tracker: It has started the study's run.
        observer: Notified of each.
        numbers: The trials; those that are not paused are left as they are.
        ended_by: What ends them, as `TrialResult.ended_by` names it. Defaults to the pruner, which lets them not continue.
    """
    for result in ledger.end_paused(numbers, ended_by):
        assignment = build_assignment(experiment, ledger, result.number, ledger.record(result.number).params)
        ledger.folder.checkpoint(result.number).unlink(missing_ok=True)
        tracker.start_trial(assignment)
        tracker.finish_trial(result)
        observer.on_trial_end(result, assignment.params, is_best=False)


def remove_all_checkpoints(ledger: Ledger) -> None:
    """Remove the checkpoints of a study that has ended and whose sampler has nothing more to propose."""
    if ledger.is_exhausted:
        shutil.rmtree(ledger.folder.checkpoints, ignore_errors=True)
