"""Runs or continues a study, from an experiment to a registered champion.

Everything that the user may have got wrong is checked before the first trial.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from .. import ledger as ledgers
from ..data.positive_class import with_class
from ..errors import StoreUnavailableError
from ..executors.base import Executor
from ..executors.registry import make_executor
from ..experiment.file import Experiment, load_experiment
from ..ledger import Ledger
from ..redaction import redact
from ..reports import import_libraries
from ..store import Store
from ..temporary_files import remove_abandoned
from ..tracking.background import BackgroundTracker
from ..tracking.base import StudyRecord, Tracker
from ..tracking.mlflow_tracker import MlflowTracker
from ..tracking.sqlite_store import has_run
from ..trial import Assignment, TrialResult
from . import disk_space
from .assignments import build_assignment
from .code_changes import check_code
from .ending import Ending
from .extended import extension_note
from .first_trials import FirstTrial, enqueue, first_trials, note_learnt
from .hp_space import with_hp_space
from .loop import SearchLoop, keeps_workers
from .observer import Observer, SilentObserver, StudyStart
from .pausing import end_paused, remove_all_checkpoints
from .preparation import check_written, set_samplers
from .renaming import close_archived
from .repeated_trials import log_known_repeats
from .subject import Subject
from .subjects import make_subject
from .summary import StudySummary, outcome_of, summarize, with_champion
from .tested_rates import with_tested_rates


def run_study(
    experiment: Experiment | str | Path,
    *,
    study: str | None = None,
    fresh: bool = False,
    extend: bool = False,
    accept_code: bool = False,
    store: Store | None = None,
    observer: Observer | None = None,
) -> StudySummary:
    """Search until the study has the experiment's number of trials, and register its best model.

    Args:
        experiment: The experiment, its file, or the stem of a file in ``experiments/``.
        study: The study's name. Defaults to the experiment's.
        fresh: Whether to archive an existing study of that name and start another. Defaults to False.
        extend: Whether to continue a study although the experiment's ``[space]`` was edited, with all trials that are in it. Defaults to False.
        accept_code: Whether to continue a study although the code of its builder, loader, callbacks, loss or metrics has changed. Defaults to False.
        store: The local store. Defaults to ``mlruns/`` in the working directory.
        observer: Notified of progress. Defaults to one that shows nothing.

    Returns:
        The best trial, its test metrics and the URI of its registered model.

    Raises:
        InputError: If the experiment, the data or the study's name cannot be used; no trial has run then.
        StudyFailedError: If no trial succeeded, or too many failed one after another.
        DiskFullError: If a disk is full; the same call continues once it has free space.
        KeyboardInterrupt: After Ctrl-C, once the study can be continued.
    """
    experiment = experiment if isinstance(experiment, Experiment) else load_experiment(experiment)
    store, observer = store or Store(), observer or SilentObserver()
    experiment = with_hp_space(experiment, store, observer.on_note)
    remove_abandoned()
    _ = store.tracking_uri  # refused before anything is written
    name = experiment.name if study is None else study
    experiment = with_tested_rates(experiment, store, name, observer.on_note, fresh=fresh)
    check_written(experiment, store.study(name).root)
    with disk_space.disk_full_errors(store.root), ledgers.opened_for_run(store, name, experiment, fresh=fresh, extend=extend) as ledger:
        modules = check_code(ledger, experiment, accept_code=accept_code)
        _run_opened(experiment, ledger, store, observer, make_executor(experiment.executor, ledger.folder.logs, store.programs, modules))
        return with_champion(summarize(ledger), store.tracking_uri)


def _run_opened(experiment: Experiment, ledger: Ledger, store: Store, observer: Observer, executor: Executor) -> None:
    first = first_trials(experiment, store, ledger)
    try:
        subject = make_subject(experiment, ledger, store, observer)
        if is_started := ledger.n_finished < experiment.search.n_trials or subject.needs_workers:
            executor.start(experiment, ledger.folder.arrays)  # workers import the backend while this process continues
        subject.load()
        set_samplers(ledger, experiment)
        _Run(experiment, subject, ledger, store, observer, first).run(executor, is_started=is_started)
    finally:
        executor.close()


class _Run:
    """One run of a study in this process."""

    def __init__(self, experiment: Experiment, subject: Subject, ledger: Ledger, store: Store, observer: Observer, first: list[FirstTrial]) -> None:
        self._experiment, self._subject = experiment, subject
        self._ledger = ledger
        self._store, self._first = store, first
        self._observer = observer
        self._executor: Executor
        self._is_started = self._is_checked = False
        self._tracker: Tracker = BackgroundTracker(MlflowTracker(store.tracking_uri, store.artifacts))
        self._n_trials = experiment.search.n_trials

    def run(self, executor: Executor, *, is_started: bool) -> None:
        """Run the missing trials, and end this process' part in the study as `Ending` describes.

        Args:
            executor: Trains the trials.
            is_started: Whether it is started.
        """
        self._executor, self._is_started = executor, is_started
        self._ledger.wait_for_promotion()
        self._show(extension_note(self._ledger))
        interrupted = self._ledger.recover_trials(self._experiment.executor.max_retries)
        metric = with_class(self._experiment.objective.metric, self._subject.positive)
        self._observer.on_study_start(StudyStart.of(self._ledger, metric, self._n_trials))
        is_missing = self._ledger.n_finished < self._n_trials or self._subject.needs_workers
        if not is_missing and not interrupted and self._is_tracked and not self._subject.needs_ending:
            self._end(Ending.NOTHING_RAN)
            return
        with self._subject.opened(self._executor):
            if is_missing:
                self._prepare_training()
            elif self._subject.needs_ending:
                self._subject.prepare()
                self._subject.begin()
            self._start_tracking()
            try:
                self._search()
            except BaseException:  # Ctrl-C too
                try:
                    self._leave(is_over=False)
                except StoreUnavailableError as outage:  # it must not hide what ended the search
                    self._observer.on_note(str(outage))
                raise
            self._leave(is_over=True)

    def _prepare_training(self) -> None:
        """Prepare the data and connect to MLflow while the workers start, then check in a worker what trials call."""
        for note in self._subject.notes(self._n_trials):
            self._observer.on_note(note)
        self._subject.prepare()
        self._observer.on_stage("Starting workers")
        self._subject.load_again(is_new=not self._ledger.n_finished)
        self._tracker.open()
        import_libraries()  # while the workers import the backend
        for note in self._executor.check(self._observer.on_stage):
            self._observer.on_note(note)
        self._is_checked = True
        self._subject.begin()
        for note in enqueue(self._ledger, self._first):
            self._observer.on_note(note)
        note_learnt(self._ledger, self._experiment)
        self._observer.on_stage("Searching")

    @property
    def _is_tracked(self) -> bool:
        """Whether the store that is in use has the whole study; it may be another one than before, or may have been removed."""
        return self._ledger.is_tracked and self._has_run and self._ledger.attribute("tracking_store") in (None, redact(self._store.tracking_uri))

    @property
    def _has_run(self) -> bool:
        return has_run(self._store.tracking_uri, self._ledger.attribute("parent_run_id"))

    def _start_tracking(self) -> None:
        with self._ledger.lock():  # one coordinator starts the study's run, the others continue it
            earlier = self._ledger.attribute("parent_run_id")
            run_id = self._tracker.start_study(
                StudyRecord(
                    study=self._ledger.name,
                    experiment=self._experiment.without_secrets(),
                    dataset=self._subject.dataset,
                    n_trials=self._n_trials,
                    n_workers=self._executor.n_workers,
                    parent_run_id=earlier,
                    result_of=self._ledger.result,
                    finished=self._finished_trials,
                    positive=self._subject.positive,
                    is_shared=self._ledger.is_shared,
                    asked=tuple(self._ledger.searched),
                )
            )
            facts: dict[str, Any] = {"parent_run_id": run_id, "n_trials": self._n_trials, "keep_models": self._experiment.n_kept_trials}
            facts |= {"pruner": self._experiment.pruner, "tracked": None, "tracking_store": redact(self._store.tracking_uri)}
            facts["stop"] = self._experiment.search.stop.model_dump(mode="json", exclude_defaults=True)
            if earlier not in (None, run_id) and self._ledger.attribute("champion"):
                facts["champion"] = None  # its registry was lost with the store: it is registered again
            for name, value in facts.items():
                self._ledger.set_attribute(name, value)
        self._show(close_archived(self._store, self._ledger))

    def _finished_trials(self) -> Iterator[tuple[Assignment, TrialResult]]:
        for record in reversed(self._ledger.records()):
            if record.result is not None:
                yield build_assignment(self._experiment, self._ledger, record.number, record.params), record.result

    def _search(self) -> None:
        try:
            reason = SearchLoop(self._experiment, self._ledger, self._executor, self._tracker, self._observer, self._n_trials).run()
            if reason:
                self._observer.on_stage(f"Ended with {self._ledger.n_finished + len(self._ledger.paused)} of {self._n_trials} trials: {reason}")
        except BaseException:  # Ctrl-C too
            self._executor.close()
            raise
        if not keeps_workers(self._experiment, self._ledger):
            self._executor.close()
        self._tracker.pause_all()
        if not self._has_run:  # the store was removed in mid-run: all runs are written anew
            self._observer.on_note(f"{redact(self._store.tracking_uri)} has lost the study's runs: they are written anew from the ledger")
            self._tracker.open()
            self._start_tracking()

    def _leave(self, *, is_over: bool) -> None:
        """Requeue the trials that did not end, and end this process' part in a study that is over, or was stopped by Ctrl-C or an error."""
        try:
            self._tracker.pause_all()  # before another coordinator continues a trial
        finally:
            self._ledger.release_trials()
            if not self._ledger.acquire_ending(wait=is_over):
                self._end(Ending.OTHERS_CONTINUE)
            else:
                self._end(Ending.COMPLETE if is_over else Ending.INTERRUPTED)

    def _end(self, ending: Ending) -> None:
        match ending:
            case Ending.NOTHING_RAN | Ending.OTHERS_CONTINUE:
                self._executor.close()
            case Ending.INTERRUPTED:
                self._tracker.finish_study(outcome_of(self._ledger, is_complete=False))
            case Ending.COMPLETE:
                try:
                    self._end_paused()
                    if self._ledger.best is not None:
                        self._finish()
                except BaseException:  # Ctrl-C too
                    self._end(Ending.INTERRUPTED)
                    raise
                self._tracker.finish_study(outcome_of(self._ledger, is_complete=True))
                log_known_repeats(self._ledger, self._store.tracking_uri)  # those of a store that was lost
                self._ledger.set_attribute("tracked", self._ledger.n_finished)

    def _end_paused(self) -> None:
        if paused := self._ledger.paused:
            self._observer.on_stage(f"Paused trials, {len(paused)}, end as PRUNED")
            end_paused(self._experiment, self._ledger, tracker=self._tracker, observer=self._observer, numbers=paused)
        remove_all_checkpoints(self._ledger)

    def _finish(self) -> None:
        if self._subject.needs_workers:
            self._check_executor()
            self._subject.train_last(self._executor)
        self._executor.close()
        self._subject.finish(self._tracker)

    def _check_executor(self) -> None:
        """Start the workers if they were not needed before: another coordinator has run trials that were asked for later."""
        if self._is_checked:
            return
        if not self._is_started:
            self._executor.start(self._experiment, self._ledger.folder.arrays)
        self._subject.prepare()
        self._executor.check(self._observer.on_stage)

    def _show(self, note: str) -> None:
        if note:
            self._observer.on_note(note)
