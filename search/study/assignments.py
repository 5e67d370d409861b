"""Builds the assignments of trials, from which any worker can train them."""

from collections.abc import Mapping

from ..experiment.file import Experiment
from ..experiment.parameters import Value
from ..ledger import StudyView
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
    return Assignment(
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
