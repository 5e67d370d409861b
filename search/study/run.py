"""Runs a study from an experiment to a registered champion, and continues one that was begun.

This file puts the parts in order: everything the user may have got wrong is checked before the first trial.
"""

import contextlib
from collections.abc import Iterator
from pathlib import Path

from .. import ledger as ledgers
from ..champion.promotion import is_promoted, promote
from ..data.arrays import TrainingArrays
from ..data.dataset import Dataset, load_dataset
from ..data.preprocessing import fit_preprocessor, prepare
from ..data.targets import choose_targets, tasks_of
from ..errors import StudyChangedError
from ..executors.base import Executor
from ..executors.registry import make_executor
from ..experiment.file import Experiment, load_experiment
from ..ledger import Ledger, StudyView
from ..pruners import make_pruner
from ..samplers import make_sampler
from ..store import Store
from ..tracking.background import BackgroundTracker
from ..tracking.base import StudyRecord, Tracker
from ..tracking.mlflow_tracker import MlflowTracker
from ..training.metrics import check_objective
from ..trial import Assignment, TrialResult
from . import disk_space
from .loop import SearchLoop, assign
from .observer import Observer, SilentObserver
from .summary import StudySummary, outcome_of, summarize


def run_study(
    experiment: Experiment | str | Path,
    *,
    study: str | None = None,
    fresh: bool = False,
    store: Store | None = None,
    observer: Observer | None = None,
) -> StudySummary:
    """Search until the study has the experiment's number of trials, and register its best model.

    Args:
        experiment: The experiment, its file, or the stem of a file in ``experiments/``.
        study: The study's name. Defaults to the experiment's.
        fresh: Whether to begin another study instead of continuing the one of that name. Defaults to False.
        store: The local store. Defaults to ``mlruns/`` in the working directory.
        observer: Who is told of progress. Defaults to nobody.

    Returns:
        The best trial, its test metrics and where its model is registered.

    Raises:
        InputError: If the experiment, the data or the study's name cannot be used; nothing has run then.
        StudyFailedError: If no trial succeeded, or too many failed one after another.
        DiskFullError: If there is no room for what is to be written; the same call continues when there is.
        KeyboardInterrupt: After Ctrl-C, when everything is in order for continuing.
    """
    if not isinstance(experiment, Experiment):
        experiment = load_experiment(experiment)
    store, observer = store or Store(), observer or SilentObserver()
    with disk_space.watched(store.root), _opened(store, study or experiment.name, experiment, fresh) as ledger:
        executor = make_executor(experiment.executor, ledger.folder.logs, store.programs)
        try:
            if ledger.n_finished < experiment.search.n_trials:
                executor.start(experiment, ledger.folder.arrays)  # it imports the backend while this process goes on
            _Run(experiment, _load(experiment, ledger), ledger, store, observer).run(executor)
        finally:
            executor.close()
        return summarize(ledger)


def _load(experiment: Experiment, ledger: Ledger) -> Dataset:
    """Load the data and give the ledger its sampler and pruner; what does not fit together is told here."""
    dataset = load_dataset(experiment.data)
    check_objective(experiment.objective, tasks_of(choose_targets(dataset, experiment.outputs)), experiment.outputs)
    sampler = make_sampler(experiment.search, experiment.space.searched, experiment.search.n_trials)
    ledger.use(sampler, make_pruner(experiment.search, _max_epochs(experiment)))
    with ledger.lock():
        _check_data(ledger, dataset)
        ledger.set_attribute("dataset", dataset.fingerprint)
    return dataset


class _Run:
    """One run of a study in this process."""

    def __init__(self, experiment: Experiment, dataset: Dataset, ledger: Ledger, store: Store, observer: Observer) -> None:
        self._experiment = experiment
        self._dataset = dataset
        self._ledger = ledger
        self._store = store
        self._observer = observer
        self._tracker: Tracker = BackgroundTracker(MlflowTracker(store.tracking_uri, store.artifacts))
        self._n_trials = experiment.search.n_trials

    def run(self, executor: Executor) -> None:
        self._ledger.wait_for_promotion()
        interrupted = self._ledger.catch_up(self._experiment.executor.max_retries)
        n_finished = self._ledger.n_finished
        self._observer.on_study_start(self._ledger.name, n_finished=n_finished, n_trials=self._n_trials, best=self._ledger.best)
        is_missing = n_finished < self._n_trials
        if not is_missing and not interrupted and self._ledger.is_tracked:
            return
        if is_missing:
            self._make_ready(executor)
        self._start_tracking(executor)
        self._search(executor)

    def _make_ready(self, executor: Executor) -> None:
        """Prepare the data and open the store while the workers start, and have the model checked."""
        with self._ledger.lock():
            # What the workers of another coordinator read is not written again.
            if not (self._ledger.has_others and TrainingArrays.are_in(self._ledger.folder.arrays)):
                self._prepare()
        self._observer.on_stage("Starting workers")
        self._tracker.open()
        executor.check()
        self._observer.on_stage("Searching")

    def _prepare(self) -> None:
        preprocessor = fit_preprocessor(self._dataset, self._experiment.preprocessing, self._experiment.outputs)
        preprocessor.save(self._ledger.folder.preprocessor)
        prepare(self._dataset, preprocessor).save(self._ledger.folder.arrays)

    def _start_tracking(self, executor: Executor) -> None:
        with self._ledger.lock():  # one coordinator begins the study's run, the others go on with it
            run_id = self._tracker.start_study(
                StudyRecord(
                    study=self._ledger.name,
                    experiment=self._experiment,
                    dataset=self._dataset,
                    n_trials=self._n_trials,
                    n_workers=executor.n_workers,
                    parent_run_id=self._ledger.attribute("parent_run_id"),
                    result_of=self._ledger.result,
                    finished=self._finished_trials,
                    is_shared=self._ledger.is_shared,
                )
            )
            facts = {"parent_run_id": run_id, "n_trials": self._n_trials, "keep_models": self._experiment.search.keep_models, "tracked": None}
            for name, value in facts.items():
                self._ledger.set_attribute(name, value)

    def _finished_trials(self) -> Iterator[tuple[Assignment, TrialResult]]:
        for record in reversed(self._ledger.records()):
            result = self._ledger.result(record.number)
            if result is not None:
                yield assign(self._experiment, self._ledger, record.number, record.params), result

    def _search(self, executor: Executor) -> None:
        is_complete = False
        try:
            reason = SearchLoop(self._experiment, self._ledger, executor, self._tracker, self._observer, self._n_trials).run()
            if reason:
                self._observer.on_stage(f"Ended with {self._ledger.n_finished} of {self._n_trials} trials: {reason}")
            executor.close()
            self._tracker.pause_all()
            is_complete = True
        finally:
            executor.close()
            self._leave(is_complete=is_complete)

    def _leave(self, *, is_complete: bool) -> None:
        """Hand over what did not end; the last coordinator ends the study."""
        try:
            self._tracker.pause_all()  # before another coordinator goes on with a trial
        finally:
            self._ledger.release()
            if self._ledger.leave(is_patient=is_complete):
                self._end(is_complete=is_complete)

    def _end(self, *, is_complete: bool) -> None:
        is_ended = False
        try:
            if is_complete:
                self._finish()
                is_ended = True
        finally:
            self._tracker.finish_study(outcome_of(self._ledger, is_complete=is_ended))
        if is_ended:
            self._ledger.set_attribute("tracked", self._ledger.n_finished)

    def _finish(self) -> None:
        """Register the best model if it is not, and draw the plots."""
        if self._ledger.best is None:
            return
        if not is_promoted(self._ledger):
            self._observer.on_stage("Packaging the best model")
            promote(self._ledger, self._experiment, self._store.tracking_uri, self._tracker.find_run_id)
        self._observer.on_stage("Drawing plots")
        write_study_report(self._ledger)


def write_study_report(ledger: StudyView) -> list[Path]:
    """Draw a study's plots into its folder.

    Args:
        ledger: The study.

    Returns:
        The HTML files.
    """
    from ..reports import write_report

    histories = {record.number: record.history for record in ledger.records() if record.history}
    return write_report(ledger.study, histories, ledger.experiment.objective.metric, ledger.folder.report)


def _max_epochs(experiment: Experiment) -> int:
    """The largest number of epochs of the space."""
    searched = experiment.space.searched_training.get("epochs")
    if searched is not None:
        return int(max(searched.extremes))
    return experiment.space.training_settings({name: parameter.extremes[0] for name, parameter in experiment.space.searched.items()}).epochs


@contextlib.contextmanager
def _opened(store: Store, name: str, experiment: Experiment, fresh: bool) -> Iterator[Ledger]:
    """Open the ledger; a study that fails before its first trial leaves nothing behind."""
    ledger = ledgers.create_or_continue(store, name, experiment, fresh=fresh)
    try:
        yield ledger
    except BaseException:  # Ctrl-C too
        if not ledger.records():
            ledgers.discard(ledger, store)
        raise
    finally:
        ledger.close()


def _check_data(ledger: StudyView, dataset: Dataset) -> None:
    fingerprint = ledger.attribute("dataset")
    if fingerprint not in (None, dataset.fingerprint):
        raise StudyChangedError(
            f'The data of study "{ledger.name}" have changed (fingerprint {fingerprint}, now {dataset.fingerprint}); '
            "begin another study with --fresh, or give this one its own name with --study"
        )
