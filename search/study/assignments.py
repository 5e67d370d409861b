"""Builds the assignments of trials from what the ledger knows of them."""

from collections.abc import Mapping
from dataclasses import replace

from ..experiment.file import Experiment
from ..experiment.lineage import Interval
from ..experiment.parameters import Value
from ..ledger import StudyView, lineage
from ..pruners import PausingPruner
from ..seeds import trial_seed
from ..trial import Assignment
from .model_retention import kept_executions, retention_threshold


def build_assignment(experiment: Experiment, ledger: StudyView, number: int, params: Mapping[str, Value]) -> Assignment:
    """Build the assignment of a trial, from which any worker can train it.

    Args:
        experiment: The experiment.
        ledger: The study.
        number: The trial's number.
        params: Its searched hyperparameters.

    Returns:
        The assignment of the trial's next attempt.
    """
    retry_state, evaluation = ledger.retry_state(number), experiment.evaluation
    training = experiment.space.training_settings(params)
    training = training.model_copy(update={"batch_size": retry_state.batch_size}) if retry_state.batch_size else training
    assignment = Assignment(
        number=number,
        params=params,
        model_arguments=experiment.space.model_arguments(params),
        training=training,
        seed=trial_seed(experiment.search.seed, number),
        is_prunable=experiment.pruner != "none",
        is_pausable=isinstance(ledger.study.pruner, PausingPruner),
        # Of equal trials of a reproducible search the first is the best, though it may end last.
        keep_if_better_than=None if experiment.search.reproducible else retention_threshold(ledger, experiment.n_kept_trials),
        model_path=str(ledger.folder.model_stem(number)),
        checkpoint_path=str(ledger.folder.checkpoint(number)),
        attempt=retry_state.attempt,
        obeys_limits=True,
        executions=kept_executions(ledger, number, training.batch_size) if evaluation.n_executions > 1 and retry_state.attempt > 1 else (),
    )
    return _in_lineage(assignment, ledger)


def with_earlier(assignment: Assignment, ledger: StudyView) -> Assignment:
    """Return a trial so that it needs no checkpoint: the trials that it continued are trained before it.

    Args:
        assignment: The trial.
        ledger: The study.
    """
    settings = ledger.experiment.space.training_settings
    earlier = lineage(ledger, assignment.number)[:-1]
    intervals = tuple(Interval(settings(record.params), place.last_epoch) for record, place in earlier)
    return replace(assignment, parent_checkpoint_path="", earlier=intervals)


def _in_lineage(assignment: Assignment, ledger: StudyView) -> Assignment:
    """Return a trial that continues another one, if it does, for a part of the epochs."""
    place = ledger.record(assignment.number).lineage
    if place is None:
        return assignment
    path = "" if place.parent is None else str(ledger.folder.checkpoint(place.parent))
    return replace(assignment, seed=place.seed, lineage=place, parent_checkpoint_path=path)
