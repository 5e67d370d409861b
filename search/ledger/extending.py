"""Makes a study from an earlier one whose search space, objectives or limits were edited, with all trials that are still valid.

The earlier study is archived, as by ``--fresh``. Its trials keep their numbers, and so their seeds, results and models.
"""

import contextlib
import os
import shutil
from collections.abc import Callable, Collection, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from optuna.trial import FrozenTrial

from ..errors import ExperimentError, StudyNotFoundError
from ..experiment.file import Experiment
from ..experiment.first_trials import to_params
from ..experiment.parameters import Value
from ..experiment.population import SAMPLERS
from ..experiment.settings import CONSTANTS, TrainingSettings
from ..store import StudyFolder
from .base import OpenedStudy
from .changes import can_be_extended, changes_between, named_changes
from .copying import copy_trial, enqueued_again, is_left_out, left_out
from .record import FIXED, REPEAT, as_ended, was_proposed
from .revaluing import check_recorded, has_same_weights, is_valued_alike, revalued
from .spans import RUN
from .view import CONFIRMED, StudyView
from .visible_trials import EXCLUDED

EXTENDS = "extends"
"""The attribute of a study that was made from another one, a dict with the fields of `Extension`."""
_KEPT_ATTRIBUTES = ("dataset", "initial", "code", "pruner", "learnt_from")
"""What is known of the study's data and code (if they have changed too, that is found as in any study that continues), and of its trials."""


class Extension(NamedTuple):
    """What a study was made from.

    Attributes:
        study: The archived study.
        n_trials: Its trials, those that were taken over and those that were not: as many as this study began with.
        n_kept: Trials that were taken over.
        n_before: Trials that the archived study shows.
        edits: What was edited, for messages.
        run_ids: MLflow's runs of the archived study and of those that it was made from.
        fingerprint: The experiment's; empty in studies of an earlier version.
    """

    study: str
    n_trials: int
    n_kept: int
    n_before: int
    edits: str
    run_ids: list[str]
    fingerprint: str = ""


def may_lack_models(view: StudyView) -> bool:
    """Return whether a trial may have become the best one after its model was removed: trials before it were left out or excluded."""
    return extension_of(view) is not None or view.attribute(EXCLUDED) is not None


def extension_of(view: StudyView) -> Extension | None:
    """Return what a study was made from; None if it was made from none."""
    written = view.attribute(EXTENDS)
    return None if written is None else Extension(**written)


def check_extensible(view: StudyView, experiment: Experiment) -> bool:
    """Return whether an experiment differs from a study's, and in nothing but its search space and what trials are compared by.

    Raises:
        ExperimentError: If the study is of a function, its trials follow from what was edited, as those of a reproducible study and of a population
            do, no trial is in the other space, or what is compared now was not recorded.
    """
    changes = changes_between(view.experiment, experiment)
    if not changes or not can_be_extended(changes):  # opening it says what is wrong
        return False
    if experiment.function is not None:
        raise ExperimentError(
            f'Study "{view.name}" is of a function, which asks for its hyperparameters itself, so that it cannot be extended; '
            "start another study with --fresh, or give this one its own name with --study"
        )
    if of_intervals := next((of.search.sampler for of in (view.experiment, experiment) if of.search.sampler in SAMPLERS), None):
        raise ExperimentError(
            f'Study "{view.name}": trials of sampler "{of_intervals}" follow from what was edited; start another study with --fresh'
        )
    if experiment.search.reproducible:
        raise ExperimentError(f'Study "{view.name}" is reproducible: its trials follow from what was edited; start another study with --fresh')
    check_recorded(view.records(), experiment)
    records = [record for record in view.records() if record.is_finished]
    after = experiment.without_secrets()
    if records and not any(was_proposed(_copy(trial, view.experiment, after)) for trial in view.study.get_trials(deepcopy=False)):
        raise ExperimentError(
            f'Study "{view.name}": none of its {len(records)} trials is valid after the edit ({named_changes(changes)}), so that there is '
            "nothing to keep; start another study with --fresh, or give this one its own name with --study"
        )
    return True


def take_over(source: StudyView, opened: OpenedStudy, folder: StudyFolder, experiment: Experiment, read: Callable[[str], StudyView]) -> None:
    """Fill a new study that nobody else uses yet; one that was filled partly, by a killed process, is filled.

    Args:
        source: The archived study.
        opened: The new study.
        folder: Its folder.
        experiment: Its experiment.
        read: Opens a study for reading, by its name: those that the archived one was made from.
    """
    after = experiment.without_secrets()
    found = _with_earlier(source, read)
    copies = [_copy(trial, before, after) for trial, before in found.trials]
    n_kept = sum(map(was_proposed, copies))
    edits = named_changes(changes_between(source.experiment, experiment))
    extension = Extension(source.name, len(copies), n_kept, len(source.records()), edits, found.run_ids, after.fingerprint)
    opened.study.set_user_attr(EXTENDS, extension._asdict())
    same = {number for number, ((trial, _), copy) in enumerate(zip(found.trials, copies, strict=True)) if has_same_weights(trial, copy)}
    for earlier in reversed(found.folders):
        _copy_files(earlier, folder, same)
    for name, value in _kept_attributes(source, after).items():
        opened.study.set_user_attr(name, value)
    for copy in copies[len(opened.study.get_trials(deepcopy=False)) :]:
        opened.study.add_trial(copy)


def _kept_attributes(source: StudyView, after: Experiment) -> dict[str, Any]:
    """Return what is known of the study and its trials; repeats have values of the objective, so that they are of no use to another one."""
    known = source.study.user_attrs.items()
    kept = {name: value for name, value in known if name in (*_KEPT_ATTRIBUTES, EXCLUDED) or name.startswith(f"{RUN} ")}
    if is_valued_alike(source.experiment, after):
        of_repeats = (CONFIRMED, f"{REPEAT} ")
        kept |= {name: value for name, value in known if name.startswith(of_repeats)}
    return kept


class _Found(NamedTuple):
    trials: list[tuple[FrozenTrial, Experiment]]
    folders: list[StudyFolder]
    run_ids: list[str]


def _with_earlier(source: StudyView, read: Callable[[str], StudyView]) -> _Found:
    """Return the trials of a study with their experiments; those that it did not take over itself are of the study that it was made from."""
    own = [(trial, source.experiment) for trial in source.study.get_trials(deepcopy=False)]
    run_ids = [str(run) for run in [source.attribute("parent_run_id")] if run]
    extension = extension_of(source)
    if extension is None:
        return _Found(own, [source.folder], run_ids)
    with contextlib.suppress(StudyNotFoundError), contextlib.closing(read(extension.study)) as view:
        if view.attribute("parent_run_id") in extension.run_ids:  # another study has the name if the archived one was deleted
            earlier = _with_earlier(view, read)
            first = [of if is_left_out(mine[0]) else mine for mine, of in zip(own, earlier.trials, strict=False)]
            return _Found(first + own[len(first) :], [source.folder, *earlier.folders], run_ids + earlier.run_ids)
    return _Found(own, [source.folder], run_ids + extension.run_ids)


def params_in(before: Experiment, after: Experiment, params: Mapping[str, Value]) -> dict[str, Value] | None:
    """Return the hyperparameters that a trial of one space has in another one, with which it would be the same trial; None if there are none.

    A hyperparameter that was not searched has the value that it had in all trials.

    Args:
        before: The experiment of the trial.
        after: The experiment with the other space.
        params: The trial's searched hyperparameters.
    """
    settings = before.space.training_settings(params)
    known: dict[str, Any] = {**_as_used(settings), **before.space.model_arguments(params), **params}
    space = after.space.searched
    given = space.existing({name: known[name] for name in space if not isinstance(known.get(name, []), list)})
    if not space.is_complete(given):
        return None
    try:
        found = to_params(space, given) if given else {}
    except ValueError:
        return None
    is_same = _as_used(after.space.training_settings(found)) == _as_used(settings) and after.space.model_arguments(
        found
    ) == before.space.model_arguments(params)
    return found if is_same else None


def _as_used(settings: TrainingSettings) -> dict[str, Any]:
    """Return settings with the optimizer's own constants in place of those that are left out."""
    own = {name: defaults.get(settings.optimizer) for name, defaults in CONSTANTS.items() if getattr(settings, name) is None}
    return {**dict(settings), **own}


def _copy(trial: FrozenTrial, before: Experiment, after: Experiment) -> FrozenTrial:
    """Return a trial as one of the other experiment; what only takes its number if it is none of it."""
    if not trial.params and FIXED in trial.system_attrs:
        with contextlib.suppress(ValueError):
            return enqueued_again(trial, to_params(after.space.searched, trial.system_attrs[FIXED]))
        return left_out()
    if is_left_out(trial) or not before.space.searched.is_complete(trial.params):
        return left_out()  # its process was killed while it was proposed
    trial = as_ended(trial)
    params, valued = params_in(before, after, trial.params), revalued(trial, before, after)
    return left_out() if params is None or valued is None else copy_trial(valued, params, after.space.searched)


def _copy_files(source: StudyFolder, target: StudyFolder, numbers: Collection[int]) -> None:
    """Copy preprocessing, code and start weights, and link the models of some trials, which are not written again."""
    for folder, own in ((source.preprocessor, target.preprocessor), (source.code, target.code)):
        if folder.is_dir():
            shutil.copytree(folder, own, dirs_exist_ok=True)
    if source.initial.is_file():
        shutil.copyfile(source.initial, target.initial)
    target.models.mkdir(parents=True, exist_ok=True)
    for path in source.models.glob("*.*"):
        number = path.stem.partition("-")[0]  # as in 12.keras, or 12-0.keras of an execution
        if not number.isdigit() or int(number) in numbers:
            _link(path, target.models / path.name)


def _link(path: Path, target: Path) -> None:
    target.unlink(missing_ok=True)
    try:
        os.link(path, target)
    except OSError:  # a file system without links
        shutil.copyfile(path, target)


def newest_archived(names: list[str], name: str) -> str | None:
    """Return the newest of a study's archived ones, ``<name>.1``, ``<name>.2`` ...; None if there is none."""
    numbers = [int(other.rpartition(".")[2]) for other in names if other.rpartition(".")[0] == name and other.rpartition(".")[2].isdigit()]
    return f"{name}.{max(numbers)}" if numbers else None
