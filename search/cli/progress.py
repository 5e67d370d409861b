"""Shows the progress of a study: a live table on a terminal, otherwise one line per finished trial."""

import contextlib
import time
from collections.abc import Iterator

from rich.console import Group
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from ..experiment.file import ObjectiveSection
from ..study.observer import Observer
from ..trial import Assignment, EpochReport, TrialResult
from .output import console, format_number, format_params


@contextlib.contextmanager
def make_observer(objective: ObjectiveSection) -> Iterator[Observer]:
    """Yield the observer that fits the output.

    Args:
        objective: The study's objective.
    """
    if console.is_terminal:
        live = LiveObserver(objective)
        with Live(get_renderable=live.render, console=console, refresh_per_second=8, transient=True):
            yield live
    else:
        yield LineObserver()


class LineObserver:
    """Prints one line per finished trial."""

    def __init__(self) -> None:
        self._metric = ""
        self._n_trials = 0
        self._n_finished = 0
        self._params: dict[int, str] = {}

    def on_study_start(self, study: str, *, metric: str, n_finished: int, n_trials: int, best: tuple[int, float] | None) -> None:
        """Print the study's name and its number of finished trials."""
        self._metric, self._n_finished, self._n_trials = metric, n_finished, n_trials
        console.print(f"Study {study}: {n_finished} of {n_trials} trials finished")

    def on_trial_start(self, assignment: Assignment) -> None:
        """Store the trial's hyperparameters."""
        self._params[assignment.number] = format_params(assignment.params)

    def on_epoch_end(self, report: EpochReport) -> None:
        """Print nothing."""

    def on_trial_retry(self, result: TrialResult) -> None:
        """Print the reason of a retry."""
        console.print(f"trial {result.number} is tried again: {result.reason}", markup=False)

    def on_trial_end(self, result: TrialResult, *, is_best: bool) -> None:
        """Print the trial."""
        self._n_finished += 1
        params = self._params.pop(result.number)
        outcome = result.reason or f"{self._metric} {format_number(result.value)}"
        mark = " (best)" if is_best else ""
        width = len(str(self._n_trials))
        epochs = f"{len(result.history)} epochs, {result.seconds:.1f} s"
        count = f"[{self._n_finished:>{width}}/{self._n_trials}]"
        console.print(f"{count} trial {result.number} {result.state}: {outcome}{mark}; {epochs}; {params}", markup=False)

    def on_stage(self, text: str) -> None:
        """Print the stage."""
        console.print(text)

    def on_note(self, text: str) -> None:
        """Print the sentence."""
        console.print(f"Note: {text}", markup=False)


class LiveObserver:
    """Holds the state of the live table.

    Args:
        objective: The study's objective.
    """

    def __init__(self, objective: ObjectiveSection) -> None:
        self._objective = objective
        self._study, self._metric = "", objective.metric
        self._stage = "Loading the data"
        self._n_trials = 1
        self._n_at_start = 0
        self._n_finished = 0
        self._first_started: float | None = None
        self._best: tuple[int, float] | None = None
        self._running: dict[int, tuple[Assignment, EpochReport | None]] = {}

    def on_study_start(self, study: str, *, metric: str, n_finished: int, n_trials: int, best: tuple[int, float] | None) -> None:
        """Set the counts."""
        self._study, self._metric, self._n_trials, self._best = study, metric, n_trials, best
        self._n_finished = self._n_at_start = n_finished

    def on_trial_start(self, assignment: Assignment) -> None:
        """Add a row."""
        self._first_started = self._first_started or time.monotonic()
        self._stage = "Searching"
        self._running[assignment.number] = (assignment, None)

    def on_epoch_end(self, report: EpochReport) -> None:
        """Update the row."""
        assignment, _ = self._running[report.number]
        self._running[report.number] = (assignment, report)

    def on_trial_retry(self, result: TrialResult) -> None:
        """Remove the row and print the reason above the table."""
        del self._running[result.number]
        console.print(f"trial {result.number} is tried again: {result.reason}", markup=False)

    def on_trial_end(self, result: TrialResult, *, is_best: bool) -> None:
        """Remove the row and print failures above the table."""
        self._n_finished += 1
        del self._running[result.number]
        if is_best and result.value is not None:
            self._best = (result.number, result.value)
        if result.reason:
            console.print(f"trial {result.number} FAILED: {result.reason}", markup=False)

    def on_stage(self, text: str) -> None:
        """Set the stage."""
        self._stage = text

    def on_note(self, text: str) -> None:
        """Print the sentence above the table."""
        console.print(f"Note: {text}", markup=False)

    def render(self) -> Group:
        """Draw the table."""
        best = f"best {self._metric} {format_number(self._best[1])} (trial {self._best[0]})" if self._best else "no value yet"
        left = self._seconds_left()
        time_left = f", about {_duration(left)} left" if left is not None else ""
        head = Text(f"{self._study}  {self._n_finished} of {self._n_trials} trials, {best}{time_left}")
        table = Table("trial", "epoch", self._objective.metric, "hyperparameters", box=None)
        for number, (assignment, report) in sorted(self._running.items()):
            value = report.metrics.get(self._objective.metric) if report else None
            epoch = f"{report.epoch if report else 0}/{assignment.training.epochs}"
            table.add_row(str(number), epoch, format_number(value), format_params(assignment.params))
        bar = ProgressBar(total=self._n_trials, completed=self._n_finished, width=60)
        return Group(head, bar, table if self._running else Text(self._stage))

    def _seconds_left(self) -> float | None:
        n_done = self._n_finished - self._n_at_start
        if not n_done or self._first_started is None:
            return None
        return (time.monotonic() - self._first_started) / n_done * max(0, self._n_trials - self._n_finished)


def _duration(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min {rest} s" if minutes else f"{rest} s"
