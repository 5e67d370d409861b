"""The live view of a study on a terminal: progress, best trial, running trials with their epochs, and the last finished ones."""

from collections import Counter, deque
from collections.abc import Mapping
from dataclasses import replace

from rich.console import Console, ConsoleOptions, Group, RenderableType, RenderResult
from rich.progress_bar import ProgressBar
from rich.spinner import Spinner
from rich.table import Table
from rich.text import Text

from ..experiment.file import Experiment
from ..experiment.parameters import Value
from ..formats import format_duration, format_params, format_spread
from ..study.observer import StudyStart
from ..trial import Assignment, EpochReport, TrialResult, TrialState
from .failures import Failures, failures_of
from .output import print_note
from .time_left import TimeLeft
from .trial_table import STYLES, TrialRow, rows_of, trial_table

_N_FINISHED_SHOWN = 8
_N_FAILURES_SHOWN, _FAILURE_LINES = 3, 3
_BAR_WIDTH = 60
_HEAD_LINES = 10
"""Lines of the screen for all but the rows of trials."""


class LiveObserver:
    """Holds the state of the live view, and draws it.

    Args:
        experiment: The study's experiment.
        console: Where notes are printed, above the view.
    """

    def __init__(self, experiment: Experiment, console: Console) -> None:
        self._experiment, self._objective, self._console = experiment, experiment.objective, console
        self._start: StudyStart | None = None
        self._stage = "Loading data"
        self._n_by_state: Counter[str] = Counter()
        self._running: dict[int, TrialRow] = {}
        self._paused: dict[int, TrialRow] = {}
        self._last: deque[TrialRow] = deque(maxlen=_N_FINISHED_SHOWN)
        self._best: TrialRow | None = None
        self._epochs: dict[int, int | None] = {}  # None if nobody knows how many there will be
        self._time = TimeLeft()
        self._spinner = Spinner("dots")
        self.failures: Failures | None = None

    def on_study_start(self, start: StudyStart) -> None:
        """Show the trials that have finished."""
        self._n_by_state = Counter(record.state.value for record in start.finished)
        rows = rows_of(start.finished, start.best, self._experiment)
        self._last.extend(rows[-_N_FINISHED_SHOWN:])
        self._paused = {row.number: row for row in rows_of(start.paused, None, self._experiment)}
        self._best = next((row for row in rows if row.is_best), None)
        self.failures = failures_of(start.finished, start.logs)
        self._start = start

    def on_trial_start(self, assignment: Assignment) -> None:
        """Add a row."""
        self._time.start()
        self._stage = "Searching"
        number = assignment.number
        epochs = self._epochs[number] = assignment.n_epochs if self._experiment.max_epochs else None
        self._paused.pop(number, None)
        execution = self._execution(len(assignment.executions) + 1)
        row = self._new_row(number, assignment.params, f"0/{epochs}" if epochs else "0", execution)
        parent = assignment.lineage.parent if assignment.lineage else None
        self._running[number] = row if parent is None else replace(row, parent=str(parent))

    def _new_row(self, number: int, params: Mapping[str, Value], epoch: str = "", execution: str = "") -> TrialRow:
        return TrialRow(number=number, state=TrialState.RUNNING, epoch=epoch, execution=execution, value=None, seconds=None, params=params)

    def on_suggestion(self, number: int, params: Mapping[str, Value]) -> None:
        """Show what a function has asked for."""
        self._running[number] = replace(self._running[number], params=params)

    def on_epoch_end(self, report: EpochReport) -> None:
        """Update the row."""
        epochs = self._epochs[report.number]
        if epochs:
            self._time.progress(report.number, (report.execution + report.epoch / epochs) / self._n_executions)
        value, execution = report.metrics.get(self._objective.metric), self._execution(report.execution + 1)
        row = self._running[report.number]
        self._running[report.number] = replace(
            row, epoch=f"{report.epoch}/{epochs}" if epochs else str(report.epoch), execution=execution, value=value
        )

    def on_trial_retry(self, result: TrialResult) -> None:
        """Remove the row and print the reason above the view."""
        del self._running[result.number]
        self._time.requeue(result.number)
        self._console.print(f"trial {result.number} is tried again: {result.reason}", markup=False)

    def on_trial_pause(self, result: TrialResult, params: Mapping[str, Value]) -> None:
        """Move the row to the paused ones."""
        running, epoch = self._running.pop(result.number), str(len(result.history))
        self._paused[result.number] = replace(running, state=TrialState.PAUSED, epoch=epoch, value=result.value, seconds=result.seconds)
        self._time.finish(result.number)

    def on_trial_end(self, result: TrialResult, params: Mapping[str, Value], *, is_best: bool) -> None:
        """Move the row to the finished ones."""
        running = self._running.pop(result.number, None) or self._paused.pop(result.number, None) or self._new_row(result.number, params)
        self._time.finish(result.number)
        self._n_by_state[result.state.value] += 1
        epoch, ended_by = str(len(result.history)), result.ended_by
        execution = self._execution(len(result.executions))
        row = replace(
            running, params=params, state=result.state.value, epoch=epoch, execution=execution, value=result.value, error=result.standard_error
        )
        known = result.measures
        measures, is_beyond = self._experiment.compared(known), bool(self._experiment.beyond_limits(known))
        row = replace(row, seconds=result.seconds, ended_by=ended_by, measures=measures, is_best=is_best, is_beyond=is_beyond)
        if is_best:
            self._best = row
        self._last.append(row)
        if result.reason and self.failures is not None:
            self.failures.add(result.number, result.reason, params, result.worker)

    @property
    def _n_executions(self) -> int:
        return self._experiment.evaluation.n_executions

    def _execution(self, number: int) -> str:
        """Return a cell of the column of executions; empty if trials have one."""
        return f"{number}/{self._n_executions}" if self._n_executions > 1 else ""

    def on_stage(self, text: str) -> None:
        """Set the stage."""
        self._stage = text

    def on_note(self, text: str) -> None:
        """Print the sentence above the view."""
        print_note(text, self._console)

    def print_failures(self) -> None:
        """Print why trials failed, to stay on the screen after the view."""
        for failures in self.failures.most_frequent if self.failures else ():
            self._console.print(str(failures), style="red", soft_wrap=False, markup=False)

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Draw the view for a screen of this size."""
        if self._start is None:
            yield Group(self._spinner_line(self._stage))
            return
        yield self._bar_line(self._start)
        yield self._spinner_line(self._stage_text(self._start))
        if self._best is not None:
            text = f"trial {self._best.number}: {format_params(self._best.params)}"
            value = (f"{self._start.metric} {format_spread(self._best.value, self._best.error)}", "bold green")
            yield Text.assemble("best ", value, f"  {text}", no_wrap=False, overflow="fold")
        failures = self.failures.most_frequent[:_N_FAILURES_SHOWN] if self.failures else []
        yield from (Text(str(failed), style="red", no_wrap=False, overflow="fold") for failed in failures)
        rows, n_hidden = self._rows(options.size.height - _HEAD_LINES - _FAILURE_LINES * len(failures))
        if rows:
            yield Text()
            yield trial_table(rows, self._objective.metric, self._names(rows), options.max_width, self._experiment.step)
        if n_hidden:
            yield Text(f"and {n_hidden} more that run", style="dim")

    def _names(self, rows: list[TrialRow]) -> list[str]:
        """Return the searched hyperparameters, and those that a function has asked for."""
        known = dict.fromkeys(self._start.searched if self._start else ())
        return list(known | dict.fromkeys(name for row in rows for name in row.params))

    def _bar_line(self, start: StudyStart) -> RenderableType:
        n_finished = self._n_by_state.total()
        counts = Text(f"{n_finished} of {start.n_trials} trials")
        for state, word in (("FAILED", "failed"), ("PRUNED", "pruned")):
            if self._n_by_state[state]:
                counts.append(", ").append(f"{self._n_by_state[state]} {word}", style=STYLES[state])
        if self._paused:
            counts.append(", ").append(f"{len(self._paused)} paused", style=STYLES["PAUSED"])
        line = Table.grid(padding=(0, 2, 0, 0))  # a row ends its line, which a bar alone does not
        line.add_column(max_width=30, no_wrap=True)
        line.add_column(max_width=_BAR_WIDTH, ratio=1)
        line.add_column(no_wrap=True)
        width = min(_BAR_WIDTH, max(10, self._console.width - len(start.study) - len(counts) - 6))
        line.add_row(Text(start.study, style="bold"), ProgressBar(total=start.n_trials, completed=n_finished, width=width), counts)
        return line

    def _stage_text(self, start: StudyStart) -> str:
        left = self._time.seconds_left(start.n_trials - self._n_by_state.total() - len(self._paused))
        about = "" if left is None else f", about {format_duration(left)} left"
        return f"{self._stage}: {format_duration(self._time.elapsed)} elapsed{about}"

    def _spinner_line(self, text: str) -> RenderableType:
        self._spinner.update(text=Text(text, style="dim"))
        return self._spinner

    def _rows(self, n_rows: int) -> tuple[list[TrialRow], int]:
        """Return the rows that the screen has space for, the running trials first, and how many running trials it has none for."""
        running = sorted(self._running.values(), key=lambda row: row.number)
        shown = running[: max(n_rows, 1)]
        n_left = max(0, n_rows - len(shown))
        best = self._best.number if self._best else None
        ended = [*reversed(list(self._paused.values())), *reversed(list(self._last))]  # copies: trials end meanwhile
        last = [replace(row, is_best=row.number == best) for row in ended][:n_left]
        if self._best is not None and last and not any(row.is_best for row in last):
            last = [*last[: n_left - 1], replace(self._best, is_best=True)]
        return [*shown, *last], len(running) - len(shown)
