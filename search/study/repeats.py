"""Trains trials again: one with its own seed, to the same curve, or some with new seeds, to see what luck had given them."""

import math
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import chain

from ..errors import StudyFailedError
from ..ledger import Ledger
from ..ledger.repeats import Repeat
from ..spread import Curve
from ..store import Store
from ..temporary_files import remove_abandoned
from ..trial import TrialResult, TrialState
from .confirmation import missing_repeats, train_missing
from .disk_space import disk_full_errors
from .removal import open_alone
from .repeated_training import RepeatOptions, Training, finished_trial, repeated_training
from .repeated_trials import RepeatedTrial, log_known_repeats, repeated_trials


@dataclass(frozen=True, kw_only=True)
class Reproduction:
    """A trial that was trained again with its own seed.

    Attributes:
        earlier: The result in the search.
        again: The result now.
    """

    earlier: TrialResult
    again: TrialResult

    @property
    def largest_difference(self) -> float | None:
        """The largest difference of any metric at any epoch that both trainings have, relative if the metric is above 1; None if there is none."""
        curves = zip(_curves(self.earlier), _curves(self.again), strict=False)
        pairs = chain.from_iterable(zip(before, after, strict=False) for before, after in curves)
        return max((_difference(before[name], after[name]) for before, after in pairs for name in before.keys() & after.keys()), default=None)

    @property
    def is_as_long(self) -> bool:
        """Whether both trainings have the same number of epochs, if the trial was not pruned."""
        lengths = zip(_curves(self.earlier), _curves(self.again), strict=False)
        return self.earlier.state is TrialState.PRUNED or all(len(before) == len(after) for before, after in lengths)


def _curves(result: TrialResult) -> list[Curve]:
    """Return the learning curve of each execution."""
    return [execution.history for execution in result.executions] or [result.history]


def _difference(before: float, after: float) -> float:
    if math.isnan(before) or math.isnan(after):
        return 0.0 if math.isnan(before) and math.isnan(after) else math.inf
    return 0.0 if before == after else abs(before - after) / max(1.0, abs(before))


def reproduce_trial(study: str, number: int, options: RepeatOptions | None = None, *, store: Store | None = None) -> Reproduction:
    """Train a finished trial again with its own seed; nothing is recorded.

    Args:
        study: The study's name.
        number: The trial's number.
        options: How it is trained. Defaults to `RepeatOptions`' defaults.
        store: The local store. Defaults to ``mlruns/`` in the working directory.

    Returns:
        Both results.

    Raises:
        StudyNotFoundError: If there is no such study, or no such finished trial.
        StudyBusyError: If another process runs the study.
        StudyChangedError: If the data or the code have changed.
    """
    store, options = store or Store(), options or RepeatOptions()
    with _opened(store, study) as ledger:
        earlier = finished_trial(ledger, number)
        with repeated_training(ledger, store, options) as training:
            n_executions = None if earlier.state is TrialState.FAILED else len(earlier.executions) or 1
            again_alone = Training(trial=number, repeat=0, epochs=options.epochs, n_executions=n_executions)
            [(_, again)] = training.run([again_alone])
        return Reproduction(earlier=earlier, again=again)


def repeat_trials(
    study: str,
    trials: Sequence[int] | int,
    n_repeats: int,
    options: RepeatOptions | None = None,
    *,
    store: Store | None = None,
    on_repeat: Callable[[Repeat], None] = lambda _repeat: None,
) -> tuple[list[RepeatedTrial], list[int]]:
    """Train trials again with other seeds until each has a number of repeats, and log those of the trials' own epochs to MLflow.

    Every repeat is recorded in the ledger when it ends; the same call continues after a kill. The study's trials and its
    champion stay as they are.

    Args:
        study: The study's name.
        trials: The trials' numbers; or how many of the best trials.
        n_repeats: Number of repeats of each trial, earlier ones of the same number of epochs included, at least 1.
        options: How they are trained. Defaults to `RepeatOptions`' defaults.
        store: The local store. Defaults to ``mlruns/`` in the working directory.
        on_repeat: Called after each repeat. Defaults to doing nothing.

    Returns:
        The trials in the given order, or the best first; and those that have no run in MLflow.

    Raises:
        InputError: As `reproduce_trial`, or if MLflow does not respond.
        StudyFailedError: If no trial of the study succeeded.
    """
    store, options = store or Store(), options or RepeatOptions()
    with _opened(store, study) as ledger:
        chosen = _numbers(ledger, trials)
        log_known_repeats(ledger, store.tracking_uri, chosen)  # fails before the training if the store does not respond
        if missing := missing_repeats(ledger, chosen, n_repeats, options.epochs):
            with repeated_training(ledger, store, options) as training:
                train_missing(training, missing, on_repeat)
        return repeated_trials(ledger, chosen, options.epochs), log_known_repeats(ledger, store.tracking_uri, chosen)


@contextmanager
def _opened(store: Store, study: str) -> Iterator[Ledger]:
    """Open a study alone, as a search does."""
    remove_abandoned()
    with disk_full_errors(store.root), open_alone(store, study) as ledger:
        yield ledger


def _numbers(ledger: Ledger, trials: Sequence[int] | int) -> list[int]:
    if not isinstance(trials, int):
        return [finished_trial(ledger, number).number for number in dict.fromkeys(trials)]
    best = [number for number, _ in ledger.ranking(trials)]
    if not best:
        raise StudyFailedError(f'Study "{ledger.name}" has no trial that succeeded, so there is none to train again')
    return best
