"""A study of a function: it has neither a data set nor a model, and its best trial is its result."""

from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, nullcontext
from typing import final

from ..executors.base import Executor
from ..experiment.directions import direction_of
from ..experiment.file import Experiment
from ..ledger import Ledger
from ..tracking.base import Tracker
from .code_changes import code_notes
from .observer import Observer
from .report import write_study_report
from .start_notes import search_notes


@final
class FunctionSubject:
    """A function that trains what it likes and returns a number; see `search.study.subject.Subject`.

    Args:
        experiment: The experiment.
        ledger: The study.
        observer: Notified of progress.
    """

    dataset = None
    needs_workers = needs_ending = False

    def __init__(self, experiment: Experiment, ledger: Ledger, observer: Observer) -> None:
        self._experiment, self._ledger, self._observer = experiment, ledger, observer
        self.positive: Mapping[str, str] = {}

    def load(self) -> None:
        """Do nothing: the function loads its data."""

    def opened(self, executor: Executor) -> AbstractContextManager[None]:
        """Provide nothing."""
        return nullcontext()

    def notes(self, n_trials: int) -> Iterator[str]:
        """Yield what the user should know about the search's options and the code."""
        for objective in self._experiment.objectives:
            if objective.direction == "minimize" and direction_of(f"val_{objective.metric}") == "maximize":
                yield f'{objective.metric} is minimized, as is the default; if more is better, write direction = "maximize" in [objective]'
        yield from search_notes(self._ledger, self._experiment)
        yield from code_notes(self._experiment)

    def prepare(self) -> None:
        """Do nothing: the function loads its data."""

    def load_again(self, *, is_new: bool) -> None:
        """Do nothing."""

    def begin(self) -> None:
        """Do nothing."""

    def train_last(self, executor: Executor) -> None:
        """Do nothing."""

    def finish(self, tracker: Tracker) -> None:
        """Write the report."""
        self._observer.on_stage("Drawing plots")
        write_study_report(self._ledger)
