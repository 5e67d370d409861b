"""Shows the progress of a study: a live view on a terminal, otherwise one line per finished trial."""

import contextlib
from collections.abc import Iterator, Mapping

from rich.live import Live

from ..experiment.file import Experiment
from ..experiment.parameters import Value
from ..formats import format_ended, format_number, format_params, format_spread
from ..study.observer import Observer, StudyStart
from ..trial import Assignment, EpochReport, TrialResult, TrialState
from .live_view import LiveObserver
from .output import console, print_note


@contextlib.contextmanager
def make_observer(experiment: Experiment) -> Iterator[Observer]:
    """Yield the observer that fits the output.

    Args:
        experiment: The study's experiment.
    """
    if console.is_terminal:
        live = LiveObserver(experiment, console)
        try:
            with Live(live, console=console, refresh_per_second=8, transient=True):
                yield live
        finally:
            live.print_failures()
    else:
        yield LineObserver(experiment)


class LineObserver:
    """Prints one line per finished trial.

    Args:
        experiment: The study's experiment.
    """

    def __init__(self, experiment: Experiment) -> None:
        self._experiment, self._n_executions = experiment, experiment.evaluation.n_executions
        self._metric = ""
        self._n_trials = 0
        self._n_finished = 0
        self._paused: set[int] = set()

    def on_study_start(self, start: StudyStart) -> None:
        """Print the study's name and its number of finished trials."""
        self._metric, self._n_finished, self._n_trials = start.metric, len(start.finished), start.n_trials
        wanted = f"all {self._n_finished}" if self._n_finished > self._n_trials else f"{self._n_finished} of {self._n_trials}"
        console.print(f"Study {start.study}: {wanted} trials finished")

    def on_trial_start(self, assignment: Assignment) -> None:
        """Print nothing."""
        self._paused.discard(assignment.number)

    def on_suggestion(self, number: int, params: Mapping[str, Value]) -> None:
        """Print nothing."""

    def on_epoch_end(self, report: EpochReport) -> None:
        """Print nothing."""

    def on_trial_retry(self, result: TrialResult) -> None:
        """Print the reason of a retry."""
        console.print(f"trial {result.number} is tried again: {result.reason}", markup=False)

    def on_trial_pause(self, result: TrialResult, params: Mapping[str, Value]) -> None:
        """Print the trial so far."""
        self._paused.add(result.number)
        self._print(result, "PAUSED", params)

    def on_trial_end(self, result: TrialResult, params: Mapping[str, Value], *, is_best: bool) -> None:
        """Print the trial."""
        self._n_finished += 1
        if result.state is TrialState.PRUNED and result.number in self._paused and result.ended_by != "user":  # it did not continue
            return
        self._print(result, result.state, params, " (best)" if is_best else "")

    def _print(self, result: TrialResult, state: str, params: Mapping[str, Value], mark: str = "") -> None:
        outcome = result.reason or ", ".join(self._measured(result))
        width = len(str(self._n_trials))
        ended = format_ended(self._experiment, result) if state == TrialState.PRUNED else ""
        has_several = self._n_executions > 1 and "executions" not in ended  # else they are in what ended it
        executions = f"{len(result.executions)} of {self._n_executions} executions, " if has_several else ""
        trained = "" if self._experiment.function else f"{executions}{len(result.history)} epochs, "
        epochs = f"{trained}{result.seconds:.1f} s"
        count = f"[{self._n_finished:>{width}}/{self._n_trials}]"
        parts = filter(None, [f"{outcome}{mark}", ended, epochs, format_params(params)])
        console.print(f"{count} trial {result.number} {state}: {'; '.join(parts)}", markup=False)

    def _measured(self, result: TrialResult) -> Iterator[str]:
        """Yield what the trial is compared by, and that it is beyond a limit."""
        known = result.measures
        if result.value is not None:
            yield f"{self._metric} {format_spread(result.value, result.standard_error)}"
        yield from (f"{name} {format_number(value)}" for name, value in self._experiment.compared(known).items())
        if beyond := [f"{name} = {format_number(self._experiment.limits[name])}" for name in self._experiment.beyond_limits(known)]:
            yield f"beyond the limit {' and '.join(beyond)}" + ("" if result.history else ", so that it was not trained")

    def on_stage(self, text: str) -> None:
        """Print the stage."""
        console.print(text)

    def on_note(self, text: str) -> None:
        """Print the sentence."""
        print_note(text)
