"""Trains the best trials of a search again with new seeds, before one of them is named the best."""

import itertools
import math
import statistics
from collections.abc import Callable, Sequence

from ..champion.promotion import has_models
from ..errors import WorkerError
from ..experiment.file import Experiment
from ..formats import format_spread
from ..ledger import StudyView
from ..ledger.repeats import Repeat, read_repeats, write_confirmed, write_repeat
from ..seeds import trial_seed
from ..spread import comparable, mean_and_error
from ..trial import Failure
from .repeated_training import RepeatedTraining, Training

N_REPEATS = 3
"""Trainings of each trial with new seeds, as many as ``perceptune confirm`` has by default."""


def is_confirmed(ledger: StudyView, experiment: Experiment) -> bool:
    """Return whether nothing is to be trained again: not asked for, no trial has succeeded, or it was done after the last trial."""
    return not experiment.champion.confirm or ledger.best is None or ledger.confirmed is not None


def confirm_best(training: RepeatedTraining, on_stage: Callable[[str], None]) -> str:
    """Train the best trials again, and rank them by what they have with the new seeds. A killed search goes on with the repeats it has.

    Args:
        training: Trains trials of the study again; no other coordinator runs it.
        on_stage: Called with what is being waited for.

    Returns:
        What came of it, as a sentence.

    Raises:
        WorkerError: If a training's worker died again and again.
    """
    ledger, experiment = training.ledger, training.experiment
    best = [number for number, _ in ledger.search_ranking(experiment.champion.confirm)]
    found = [number for number in best if experiment.needs_refit or has_models(ledger, number)] or best[:1]  # the quota may have removed some
    if missing := missing_repeats(ledger, found, N_REPEATS):
        about, n_done = f"Training the best {len(found)} trials again with new seeds", itertools.count(1)
        on_stage(about)
        train_missing(training, missing, lambda _: on_stage(f"{about}: {next(n_done)} of {len(missing)}"))
    ranked = _ranked(ledger, experiment, found)
    write_confirmed(ledger, best, ranked)
    return _conclusion(ledger, experiment, ranked[0], found[0])


def missing_repeats(ledger: StudyView, trials: Sequence[int], n_repeats: int, epochs: int | None = None) -> list[Training]:
    """Return the trainings that trials lack until each has a number of repeats.

    Args:
        ledger: The study.
        trials: The trials' numbers.
        n_repeats: Number of repeats of each.
        epochs: The number of epochs of the repeats. Defaults to each trial's own.
    """
    known = {(repeat.trial, repeat.index) for repeat in read_repeats(ledger) if repeat.epochs == epochs}
    wanted = [(number, index) for number in trials for index in range(1, n_repeats + 1)]
    return [Training(trial=number, repeat=index, epochs=epochs) for number, index in wanted if (number, index) not in known]


def train_missing(training: RepeatedTraining, missing: Sequence[Training], on_repeat: Callable[[Repeat], None] = lambda _repeat: None) -> None:
    """Train trials again, and record every repeat when it ends.

    Args:
        training: Trains trials of a study again.
        missing: What to train.
        on_repeat: Called after each repeat. Defaults to doing nothing.

    Raises:
        WorkerError: If a training's worker died again and again.
    """
    for done, result in training.run(missing):
        if result.failure in (Failure.LOST, Failure.HUNG):
            raise WorkerError(f"Trial {done.trial} could not be trained again: {result.reason}; the same command tries once more")
        seed = trial_seed(training.experiment.search.seed, done.trial, done.repeat)
        repeat = Repeat(trial=done.trial, index=done.repeat, seed=seed, epochs=done.epochs, result=result)
        write_repeat(training.ledger, repeat)
        on_repeat(repeat)


def _values(ledger: StudyView, experiment: Experiment, number: int) -> list[float]:
    """Return what a trial has with the new seeds in the metric that ranks trials."""
    metric = experiment.ranked_by.metric
    repeats = [repeat for repeat in read_repeats(ledger) if (repeat.trial, repeat.epochs) == (number, None) and repeat.index <= N_REPEATS]
    return [repeat.result.best_metrics[metric] for repeat in repeats if metric in repeat.result.best_metrics]


def _ranked(ledger: StudyView, experiment: Experiment, trials: Sequence[int]) -> list[int]:
    """Return trials in the order of their mean with the new seeds, the best first; those whose repeats all FAILED last."""
    sign = -1 if experiment.ranked_by.direction == "maximize" else 1
    values = {number: _values(ledger, experiment, number) for number in trials}
    means = {number: sign * comparable(statistics.fmean(of_trial)) if of_trial else math.inf for number, of_trial in values.items()}
    return sorted(trials, key=means.__getitem__)


def _conclusion(ledger: StudyView, experiment: Experiment, best: int, earlier: int) -> str:
    values = [_values(ledger, experiment, number) for number in (best, earlier)]
    of_best, of_earlier = (format_spread(*mean_and_error(of_trial)) if of_trial else "no value" for of_trial in values)
    metric = experiment.ranked_by.metric
    if best == earlier:
        return f"with {N_REPEATS} new seeds trial {best} stays the best: {metric} {of_best}"
    return f"with {N_REPEATS} new seeds trial {best} is the best: {metric} {of_best}; trial {earlier}, the best before, has {of_earlier}"
