"""A study of models: its data set, and what becomes of its best model."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import final

from ..champion.package import Packager
from ..champion.promotion import Promotion, is_promoted
from ..data.arrays import TrainingArrays
from ..data.dataset import Dataset
from ..data.targets import Target, positive_classes
from ..executors.base import Executor
from ..experiment.file import Experiment
from ..ledger import Ledger
from ..store import Store
from ..tracking.base import Tracker
from .baselines import BaselineProcess
from .champion_training import train_champion, trains_champion
from .comparisons import compare_with_baselines
from .data_checks import check_loaded_again
from .initial_weights import keep_initial
from .observer import Observer
from .preparation import load_data, prepare_arrays, targets_of_study
from .repeated_training import RepeatedTraining
from .report import draw_study_plots, write_study_report
from .start_notes import start_notes


@final
class ModelSubject:
    """Models that are built and trained on a data set; see `search.study.subject.Subject`.

    Args:
        experiment: The experiment.
        ledger: The study.
        store: The local store.
        observer: Notified of progress.

    Attributes:
        dataset: The data set, from `load` on.
    """

    dataset: Dataset

    def __init__(self, experiment: Experiment, ledger: Ledger, store: Store, observer: Observer) -> None:
        self._experiment, self._ledger, self._store, self._observer = experiment, ledger, store, observer
        self._targets: Mapping[str, Target]
        self._baselines = BaselineProcess(ledger, experiment)
        self._packager: Packager
        self._executor: Executor
        self._is_loaded_again = False

    def load(self) -> None:
        """Load and check the data, and find the start weights; see `load_data` and `keep_initial`."""
        self.dataset = load_data(self._ledger, self._experiment)
        self._targets = targets_of_study(self._ledger, self.dataset, self._experiment)
        keep_initial(self._ledger, self._experiment, self._store.tracking_uri)

    @property
    def positive(self) -> Mapping[str, str]:
        """The positive class of each binary target, by output name."""
        return positive_classes(self._targets)

    @property
    def needs_workers(self) -> bool:
        """Whether the champion is to be trained once more."""
        return trains_champion(self._ledger, self._experiment)

    @property
    def needs_ending(self) -> bool:
        """Whether baselines are missing."""
        return self._baselines.are_missing

    @contextmanager
    def opened(self, executor: Executor) -> Iterator[None]:
        """Provide the processes that package the champion and measure baselines."""
        self._executor = executor
        with Packager(executor.start_process) as self._packager, self._baselines:
            yield

    def notes(self, n_trials: int) -> Iterator[str]:
        """Yield what the user should know about the data, the columns, the search's options and the code."""
        yield from start_notes(self._ledger, experiment=self._experiment, dataset=self.dataset, targets=self._targets, n_trials=n_trials)

    def prepare(self) -> None:
        """Write the arrays, unless the workers of another coordinator read them."""
        with self._ledger.lock():
            if not (self._ledger.has_other_coordinators and TrainingArrays.exist_in(self._ledger.folder.arrays)):
                prepare_arrays(self._ledger, self.dataset, self._experiment)

    def load_again(self, *, is_new: bool) -> None:
        """Start the process that packages the champion, which imports what it needs while the trials run, and loads the data of a new study."""
        self._packager.start()
        if is_new:
            self._packager.load(self._experiment.data, self._experiment.executor.load_timeout_seconds)
            self._is_loaded_again = True

    def begin(self) -> None:
        """Check that the loader has returned the same twice, and start the measuring of baselines."""
        if self._is_loaded_again:
            check_loaded_again(self._experiment.data, self.dataset.fingerprint, self._packager.fingerprint())
        self._baselines.start(self._executor.start_process, self.dataset.test)

    def train_last(self, executor: Executor) -> None:
        """Train what becomes the champion."""
        self._show(train_champion(RepeatedTraining(self._experiment, self._ledger, executor), self._observer.on_stage))

    def finish(self, tracker: Tracker) -> None:
        """Register the best model unless it is registered already, compare it with the baselines, and write the report."""
        plots = None
        if not is_promoted(self._ledger):
            self._observer.on_stage("Packaging the best model")
            with Promotion(self._ledger, self._experiment, self._packager, self.dataset) as promotion:
                self._observer.on_stage("Drawing plots")
                plots = draw_study_plots(self._ledger)  # meanwhile
                self._show(promotion.finish(self._store.tracking_uri, tracker.find_run_id))
        self._show(self._baselines.finish())
        compare_with_baselines(self._ledger)
        write_study_report(self._ledger, plots)

    def _show(self, note: str) -> None:
        if note:
            self._observer.on_note(note)
