"""Lets a study go on in an edited search space, with all its trials that are in it.

The study before is archived, as by ``--fresh``. The trials that are in the new space are those of the new study, with their numbers,
results and models; nothing of them is trained again but one of the best whose model was not kept.
"""

import contextlib
import os
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

from optuna.trial import FrozenTrial

from .. import ledger as ledgers
from ..errors import InputError
from ..experiment.file import Experiment
from ..experiment.first_trials import to_params
from ..experiment.parameters import Value
from ..formats import format_value
from ..ledger import Change, Ledger, StudyView
from ..ledger.copying import EXTENDS
from ..ledger.record import FIXED, IMPORTED
from ..store import Store, StudyFolder

_KEPT_ATTRIBUTES = ("dataset", "code", "baselines", "pruner")
"""What is known of the study's data and code: if they have changed too, that is found as in any study that continues."""
_N_NAMED = 4


@contextlib.contextmanager
def opened(store: Store, name: str, experiment: Experiment, *, fresh: bool, extend: bool, on_note: Callable[[str], None]) -> Iterator[Ledger]:
    """Open a study for running it during a block, as `search.ledger.opened_for_run` does.

    Args:
        store: The local store.
        name: The study's name.
        experiment: The experiment.
        fresh: Whether to archive an existing study and create another.
        extend: Whether to do so, and take its trials over, if the search space differs and nothing else does.
        on_note: Called with what was taken over, one sentence.
    """
    changes = _edits(store, name, experiment) if extend and not fresh else []
    with ledgers.opened_for_run(store, name, experiment, fresh=fresh or bool(changes)) as ledger:
        if changes:
            _begin(ledger, store, changes)
        if note := _take_over(ledger, store):
            on_note(note)
        yield ledger


def _edits(store: Store, name: str, experiment: Experiment) -> list[Change]:
    """Return what differs from the study, if nothing else than its search space; none if there is no such study.

    Raises:
        InputError: If the study is reproducible, so that its trials follow from its space.
    """
    if name not in ledgers.study_names(store):
        return []
    view = ledgers.read(store, name)
    try:
        changes = ledgers.changes_between(view.experiment, experiment)
        if not changes or not all(change.is_of_space for change in changes):  # opening it says what is wrong
            return []
        if experiment.search.reproducible:
            raise InputError(f'Study "{name}" is reproducible: its trials follow from its space; start another study with --fresh')
        return changes
    finally:
        view.close()


def _begin(ledger: Ledger, store: Store, changes: Sequence[Change]) -> None:
    """Note which study a new one extends, so that a killed process does no harm; `_take_over` does the rest."""
    name = ledger.opened.archived_as
    view = ledgers.read(store, str(name))
    try:
        ledger.set_attribute(EXTENDS, {"study": name, "n_trials": len(view.study.get_trials(deepcopy=False)), "edits": _named(changes)})
    finally:
        view.close()


def _take_over(ledger: Ledger, store: Store) -> str:
    """Take over the trials of the study that this one extends, unless it has them already, and return what was done."""
    written = ledger.attribute(EXTENDS)
    if written is None or len(ledger.study.get_trials(deepcopy=False)) >= written["n_trials"]:
        return ""
    source = ledgers.read(store, written["study"])
    try:
        trials = _trials(source, ledger.experiment)
        _copy_files(source.folder, ledger.folder)
        for name in _KEPT_ATTRIBUTES:
            if (value := source.attribute(name)) is not None and ledger.attribute(name) is None:
                ledger.set_attribute(name, value)
        ledger.add_copies(trials)
        n_before, n_kept = len(source.records()), len(ledger.records())
    finally:
        source.close()
    return f'{n_kept} of the {n_before} trials of "{written["study"]}" are in the edited search space ({written["edits"]}) and are kept'


def params_in(before: Experiment, after: Experiment, params: Mapping[str, Value]) -> dict[str, Value] | None:
    """Return the hyperparameters that a trial of one space has in another one, with which it would be the same trial; None if there are none.

    A hyperparameter that was not searched has the value that it had in all trials.

    Args:
        before: The experiment of the trial.
        after: The experiment with the other space.
        params: The trial's searched hyperparameters.
    """
    settings = before.space.training_settings(params)
    known = {**settings.model_dump(), **before.space.model_arguments(params), **params}
    space = after.space.searched
    given = space.existing({name: known[name] for name in space if not isinstance(known.get(name, []), list)})
    if not space.is_complete(given):
        return None
    try:
        found = to_params(space, given) if given else {}
    except ValueError:
        return None
    is_same = after.space.training_settings(found) == settings and after.space.model_arguments(found) == before.space.model_arguments(params)
    return found if is_same else None


def _trials(source: StudyView, experiment: Experiment) -> list[FrozenTrial]:
    """Return all trials of a study as those of an experiment with another space."""
    before, after = source.experiment, experiment.without_secrets()
    trials = source.study.get_trials(deepcopy=False)
    params = {trial.number: _params(before, after, trial) for trial in trials}
    again = _without_models(source, [number for number, found in params.items() if found is not None], experiment)
    space = after.space.searched
    return [
        ledgers.left_out() if (found := params[trial.number]) is None else ledgers.copy_trial(trial, found, space, is_again=trial.number in again)
        for trial in trials
    ]


def _params(before: Experiment, after: Experiment, trial: FrozenTrial) -> dict[str, Value] | None:
    given = trial.params or trial.system_attrs.get(FIXED, {})
    if not before.space.searched.is_complete(given) and IMPORTED not in trial.user_attrs:
        return None  # its process was killed while it was proposed, or it lacks what the sampler chooses
    return params_in(before, after, given)


def _without_models(source: StudyView, numbers: Sequence[int], experiment: Experiment) -> set[int]:
    """Return those of the best trials whose models were not kept."""
    ranked = [number for number, _ in source.search_ranking(len(source.records()) + 1) if number in set(numbers)][: experiment.n_kept_trials]
    return {number for number in ranked if len(source.folder.models_of(number)) < experiment.evaluation.n_executions}


def _copy_files(source: StudyFolder, target: StudyFolder) -> None:
    """Copy the preprocessing, and link the models, which are not written again."""
    for folder, own in ((source.preprocessor, target.preprocessor), (source.code, target.code)):
        if folder.is_dir():
            shutil.copytree(folder, own, dirs_exist_ok=True)
    target.models.mkdir(parents=True, exist_ok=True)
    for path in source.models.glob("*.*"):
        _link(path, target.models / path.name)


def _link(path: Path, target: Path) -> None:
    if target.exists():
        return
    try:
        os.link(path, target)
    except OSError:  # a file system without links
        shutil.copyfile(path, target)


def _named(changes: Sequence[Change]) -> str:
    shown = [f"{change.key.removeprefix('space.')} {_value(change.before)} → {_value(change.after)}" for change in changes[:_N_NAMED]]
    return ", ".join(shown) + (f" and {len(changes) - len(shown)} more" if len(changes) > len(shown) else "")


def _value(value: object) -> str:
    return "none" if value is None else format_value(value)
