"""Prepares the data of a study: its targets, preprocessing and arrays. A study that has trials keeps what they were trained with."""

import os
from dataclasses import replace
from pathlib import Path

from ..data.arrays import TrainingArrays, fold_folder, named
from ..data.dataset import Dataset, load_dataset
from ..data.fitting import fit_preprocessor, prepare
from ..data.folds import folds, with_all_rows, without_group
from ..data.preprocessing import Preprocessor
from ..data.target_choice import choose_targets
from ..data.targets import Target, read_targets, tasks_of
from ..errors import ExperimentError, StudyChangedError
from ..experiment.callback_paths import check_paths
from ..experiment.file import Experiment
from ..experiment.population import SAMPLERS
from ..experiment.reference_checks import check_references
from ..experiment.settings import TrainingSettings
from ..ledger import Ledger, StudyView
from ..pruners import PausingPruner, make_pruner
from ..samplers import make_sampler
from ..training.metrics import check_metrics, check_ranking
from ..training.weights import check_class_weight
from .data_checks import check_validation
from .initial_weights import kept_initial
from .open_files import check_open_files


def check_written(experiment: Experiment, folder: Path) -> None:
    """Check what an experiment file says, as far as nothing needs to be imported for it, and that enough files can be opened.

    Args:
        experiment: The experiment.
        folder: The study's folder.

    Raises:
        ExperimentError: If a reference cannot be resolved, or a callback would write outside of the study's folder.
        InputError: If the limit of open files is too low.
    """
    n_workers = experiment.executor.n_workers
    check_open_files(n_workers if isinstance(n_workers, int) else os.cpu_count() or 1)
    check_references(experiment)
    check_paths(experiment, folder)


def set_samplers(ledger: Ledger, experiment: Experiment) -> None:
    """Set the sampler and the pruner of a study.

    Raises:
        ExperimentError: If one of them cannot be made, or cannot be used with the experiment.
    """
    sampler = make_sampler(
        experiment.search,
        experiment.space.searched,
        experiment.search.n_trials,
        len(experiment.objectives),
        n_epochs=experiment.max_epochs,
        is_growing=experiment.function is not None,
    )
    pruner = make_pruner(experiment.pruner, experiment.search.pruner_options, experiment.max_epochs)
    if isinstance(pruner, PausingPruner) and (obstacle := experiment.obstacle_to_pausing):  # one by reference
        raise ExperimentError(f'search.pruner = "{experiment.pruner}" pauses trials, which {obstacle}; choose another one')
    _check_trials(ledger, experiment)
    ledger.use(sampler, pruner)


def _check_trials(ledger: StudyView, experiment: Experiment) -> None:
    """Check that the trials so far are intervals of trainings if the next ones are, and whole trainings otherwise.

    Raises:
        ExperimentError: If they are not.
    """
    are_intervals = {record.lineage is not None for record in ledger.records() if record.is_finished}
    if are_intervals - {experiment.search.sampler in SAMPLERS}:
        before = "intervals of trainings" if True in are_intervals else "whole trainings"
        raise ExperimentError(
            f'The trials of study "{ledger.name}" are {before}, which those of search.sampler = "{experiment.search.sampler}" are not; '
            "write the sampler that it had, or start another study with --fresh"
        )


def load_data(ledger: Ledger, experiment: Experiment) -> Dataset:
    """Load the data of a study, and check that they fit the objective and are those that the study began with.

    Raises:
        InputError: If the loader fails or takes too long, or the data do not fit.
        StudyChangedError: If the data have changed.
    """
    dataset = load_dataset(experiment.data, experiment.executor.load_timeout_seconds)
    _check_data(ledger, dataset)
    targets = targets_of_study(ledger, dataset, experiment)
    check_metrics(experiment, tasks_of(targets))
    check_ranking(experiment, tasks_of(targets))
    check_class_weight(experiment, tasks_of(targets))
    for fold in folds(dataset, experiment.evaluation):
        check_validation(experiment, fold, targets)
    with ledger.lock():
        _check_data(ledger, dataset)
        for name, value in (("dataset", dataset.fingerprint), ("rows", dataset.kind)):
            if ledger.attribute(name) != value:
                ledger.set_attribute(name, value)
    return dataset


def targets_of_study(ledger: StudyView, dataset: Dataset, experiment: Experiment) -> dict[str, Target]:
    """Return the targets of a study by output name: those of its trials, if it has any, so that the metrics of all trials mean the same.

    Raises:
        ExperimentError: As `search.data.target_choice.choose_targets`.
    """
    stored = read_targets(ledger.folder.preprocessor) if ledger.records() else {}
    return stored or choose_targets(_whole(dataset, experiment), experiment.outputs, experiment.preprocessing.target)


def prepare_arrays(ledger: StudyView, dataset: Dataset, experiment: Experiment) -> None:
    """Write a study's preprocessing and arrays; the preprocessing of earlier trials stays, even if this version would fit another one.

    With folds there is one of both for each fold, in a folder of its own, beside those of all their rows.

    Raises:
        DataError: If the data cannot be used.
        ExperimentError: If an input or an output names a column that the data set does not have.
    """
    if experiment.evaluation.folds > 1:
        for number, fold in enumerate(folds(dataset, experiment.evaluation)):
            _prepare(ledger, fold, experiment, number)
    _prepare(ledger, _whole(dataset, experiment), experiment)


def _whole(dataset: Dataset, experiment: Experiment) -> Dataset:
    """Return the data set whose training part has all rows that models are trained on."""
    return with_all_rows(dataset) if experiment.evaluation.folds > 1 else dataset


def _prepare(ledger: StudyView, dataset: Dataset, experiment: Experiment, fold: int | None = None) -> None:
    folder = fold_folder(ledger.folder.preprocessor, fold)
    if ledger.records() and read_targets(folder):
        preprocessor = Preprocessor.load(folder)
    else:
        preprocessor = fit_preprocessor(dataset, without_group(experiment.preprocessing, experiment.evaluation), experiment.outputs)
        preprocessor.save(folder)
    replace(prepare(dataset, preprocessor), initial=kept_initial(ledger, experiment)).save(fold_folder(ledger.folder.arrays, fold))


def half_batch(ledger: StudyView, experiment: Experiment, settings: TrainingSettings) -> int:
    """Return half the rows of a trial's gradient step, which are at most those of the training part; 0 if it has one row only.

    Args:
        ledger: The study, whose arrays are prepared.
        experiment: The experiment.
        settings: The trial's training settings.
    """
    arrays = TrainingArrays.load(fold_folder(ledger.folder.arrays, 0 if experiment.evaluation.folds > 1 else None))
    n_train = len(next(iter(named(arrays.y_train).values())))
    return min(settings.batch_rows(n_train), n_train) // 2


def _check_data(ledger: StudyView, dataset: Dataset) -> None:
    fingerprint = ledger.attribute("dataset")
    if fingerprint not in (None, dataset.fingerprint):
        raise StudyChangedError(
            f'The data of study "{ledger.name}" have changed (fingerprint {fingerprint}, now {dataset.fingerprint}); '
            "start another study with --fresh, or give this one its own name with --study"
        )
