"""Trains the best trials of a search again with new seeds, before one of them is named the best."""

import shutil
import statistics
from collections.abc import Callable, Sequence

from ..errors import WorkerError
from ..executors.base import Executor
from ..experiment.file import Experiment
from ..formats import format_spread
from ..ledger import Ledger, StudyView
from ..ledger.repeats import Repeat, read_repeats, write_repeat
from ..seeds import trial_seed
from ..trial import Failure
from .repeated_training import RepeatedTraining, Training
from .repeated_trials import repeated_trials

N_REPEATS = 3
"""Trainings of each trial with new seeds, as many as ``perceptune confirm`` has by default."""


def is_confirmed(ledger: StudyView, experiment: Experiment) -> bool:
    """Return whether nothing is to be trained again: not asked for, no trial has succeeded, or it was done after the last trial."""
    return not experiment.champion.confirm or ledger.best is None or ledger.confirmed is not None


def confirm_best(ledger: Ledger, experiment: Experiment, executor: Executor, on_stage: Callable[[str], None]) -> str:
    """Train the best trials again, and rank them by what they have with the new seeds. A killed search goes on with the repeats it has.

    Args:
        ledger: The study; no other coordinator runs it.
        experiment: The experiment.
        executor: Started and checked.
        on_stage: Called with what is being waited for.

    Returns:
        What came of it, as a sentence.

    Raises:
        WorkerError: If a training's worker died again and again.
    """
    found = [number for number, _ in ledger.ranking(experiment.champion.confirm)]
    known = {(repeat.trial, repeat.index) for repeat in _own(ledger)}
    missing = [Training(trial=number, repeat=index) for number in found for index in range(1, N_REPEATS + 1) if (number, index) not in known]
    if missing:
        on_stage(f"Training the best {len(found)} trials again with new seeds")
        shutil.rmtree(ledger.folder.repeats, ignore_errors=True)  # no callback finds what an earlier training has left
        train_missing(ledger, RepeatedTraining(experiment, ledger, executor), missing)
    ranked = _ranked(ledger, experiment, found)
    ledger.confirm(ranked)
    return _conclusion(ledger, experiment, ranked[0], found[0])


def train_missing(
    ledger: Ledger, training: RepeatedTraining, missing: Sequence[Training], on_repeat: Callable[[Repeat], None] = lambda _repeat: None
) -> None:
    """Train trials again, and record every repeat when it ends.

    Args:
        ledger: The study.
        training: Trains them.
        missing: What to train.
        on_repeat: Called after each repeat. Defaults to doing nothing.

    Raises:
        WorkerError: If a training's worker died again and again.
    """
    for done, result in training.run(missing):
        if result.failure in (Failure.LOST, Failure.HUNG):
            raise WorkerError(f"Trial {done.trial} could not be trained again: {result.reason}; the same command tries once more")
        seed = trial_seed(ledger.experiment.search.seed, done.trial, done.repeat)
        repeat = Repeat(trial=done.trial, index=done.repeat, seed=seed, epochs=done.epochs, result=result)
        write_repeat(ledger, repeat)
        on_repeat(repeat)


def _own(ledger: StudyView) -> list[Repeat]:
    """Return the repeats of the trials' own numbers of epochs."""
    return [repeat for repeat in read_repeats(ledger) if repeat.epochs is None]


def _ranked(ledger: StudyView, experiment: Experiment, found: Sequence[int]) -> list[int]:
    """Return trials in the order of their mean with the new seeds, the best first; those whose repeats all FAILED last."""
    metric, repeats = experiment.ranked_by.metric, _own(ledger)
    sign = -1 if experiment.ranked_by.direction == "maximize" else 1
    values = {number: [repeat.metrics[metric] for repeat in repeats if repeat.trial == number and metric in repeat.metrics] for number in found}
    means = {number: sign * statistics.fmean(of_trial) if of_trial else float("inf") for number, of_trial in values.items()}
    return sorted(found, key=means.__getitem__)


def _conclusion(ledger: StudyView, experiment: Experiment, best: int, earlier: int) -> str:
    of_best, of_earlier = (f"{format_spread(trial.mean, trial.standard_error)}" for trial in repeated_trials(ledger, [best, earlier]))
    metric = experiment.objective.metric
    if best == earlier:
        return f"with {N_REPEATS} new seeds trial {best} stays the best: {metric} {of_best}"
    return f"with {N_REPEATS} new seeds trial {best} is the best: {metric} {of_best}; trial {earlier}, the best before, has {of_earlier}"
