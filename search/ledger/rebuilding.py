"""Writes a damaged journal anew: from the lines of it that can be read, and from what is known of its trials elsewhere."""

import contextlib
import shutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import optuna
from optuna.distributions import BaseDistribution, CategoricalDistribution, IntDistribution
from optuna.storages import JournalStorage
from optuna.storages.journal import BaseJournalBackend
from optuna.trial import FrozenTrial, create_trial
from optuna.trial import TrialState as OptunaState

from ..errors import DamagedLedgerError
from ..experiment.file import Experiment, parse_experiment
from ..experiment.lineage import Lineage
from ..experiment.parameters import Value
from ..samplers.lineage import to_attributes
from ..seeds import execution_seed, trial_seed
from ..store import Store
from ..trial import TrialResult, TrialState
from .journal_checksum import checksum_path
from .journal_file import parse_line
from .journal_store import JournalStore, open_storage
from .objectives import constraints_of, values_of
from .record import ATTRIBUTE, IMPORTED, execution_key, to_attribute, to_record

_CREATE_STUDY, _CREATE_TRIAL, _LAST_OPERATION = 0, 4, 9
_STATES = {TrialState.COMPLETE: OptunaState.COMPLETE, TrialState.PRUNED: OptunaState.PRUNED, TrialState.FAILED: OptunaState.FAIL}


@dataclass(frozen=True)
class KnownStudy:
    """What is known of a study.

    Attributes:
        attributes: The study's attributes, the experiment among them.
        trials: Hyperparameters and result of finished trials by number. Defaults to none.
        lineages: What trials of a population continue, by number. Defaults to none.
    """

    attributes: Mapping[str, Any]
    trials: Mapping[int, tuple[Mapping[str, Value], TrialResult]] = field(default_factory=dict)
    lineages: Mapping[int, Lineage] = field(default_factory=dict)


def rebuild(store: Store, name: str, find_known: Callable[[KnownStudy], KnownStudy], keep: Callable[[Path], Path]) -> None:
    """Write a study's damaged journal anew.

    Args:
        store: The local store, without a database.
        name: The study's name.
        find_known: Returns what is known elsewhere, given what the journal still has.
        keep: Copies the damaged journal to where it is kept.

    Raises:
        StudyBusyError: If another process runs the study.
        DamagedLedgerError: If neither the journal nor another place has the study's experiment; nothing is changed then.
    """
    folder, release = store.study(name), JournalStore(store).lock(name)
    try:
        attributes, trials = _salvage(folder.journal)
        known = find_known(KnownStudy(attributes))
        attributes = {**known.attributes, **attributes}
        if "experiment" not in attributes:
            raise DamagedLedgerError(f'Nothing is left of the ledger of study "{name}", and MLflow has no run of it; start a new study with --fresh')
        experiment = parse_experiment(attributes["experiment"], f'study "{name}"')
        rebuilt = _merge(experiment, trials, known.trials)
        for number, trial in enumerate(rebuilt):
            if number in known.lineages and trial.params:
                trial.system_attrs = trial.system_attrs | to_attributes(known.lineages[number])
        folder.root.mkdir(exist_ok=True)  # the whole folder may have been removed
        temporary = folder.root / "journal.unfinished.log"
        temporary.unlink(missing_ok=True)
        temporary.touch(mode=0o600)
        _write(temporary, name, experiment, attributes, rebuilt)
        if folder.journal.exists():
            keep(folder.journal)
        shutil.move(temporary, folder.journal)
        shutil.move(checksum_path(temporary), checksum_path(folder.journal))
    finally:
        release()


class _Lines(BaseJournalBackend):
    """Yields the readable lines of a journal, with lines in place of those that created a study or a trial and are lost."""

    def __init__(self, content: bytes) -> None:
        parsed = (parse_line(line) for line in content.splitlines())
        self._logs = list(_completed(log for log in parsed if log is not None and log.get("op_code") in range(_LAST_OPERATION + 1)))
        self.is_open = False

    def read_logs(self, log_number_from: int) -> Iterator[dict[str, Any]]:
        return iter(self._logs[log_number_from:] if self.is_open else ())

    def append_logs(self, logs: list[dict[str, Any]]) -> None:
        raise NotImplementedError


def _completed(logs: Iterator[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    n_trials, has_study = 0, False
    for log in logs:
        if not has_study and log["op_code"] != _CREATE_STUDY:
            yield {"op_code": _CREATE_STUDY, "worker_id": "", "study_name": "", "directions": [1]}
        has_study = True
        trial = log.get("trial_id", -1)
        while isinstance(trial, int) and n_trials <= trial < n_trials + 1000:  # the lines of a trial have its id, the line that creates it has none
            yield {"op_code": _CREATE_TRIAL, "worker_id": "", "study_id": 0, "datetime_start": None}
            n_trials += 1
        n_trials += log["op_code"] == _CREATE_TRIAL
        yield {"worker_id": "", **log}


def _salvage(journal: Path) -> tuple[dict[str, Any], list[FrozenTrial]]:
    """Return the study's attributes and its trials, as far as the lines of a journal can be read."""
    lines = _Lines(journal.read_bytes() if journal.is_file() else b"")
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    storage = JournalStorage(lines)
    lines.is_open = True
    while True:
        try:
            studies = storage.get_all_studies()
        except Exception:  # noqa: S112 - whatever Optuna raises for a line that lacks something; the next call begins behind it
            continue
        break
    if not studies:
        return {}, []
    return dict(studies[0].user_attrs), storage.get_all_trials(studies[0]._study_id)


def _merge(
    experiment: Experiment,
    trials: list[FrozenTrial],
    known: Mapping[int, tuple[Mapping[str, Value], TrialResult]],
) -> list[FrozenTrial]:
    """Return all trials in the order of their numbers; one of which nothing is known is FAILED without a result, and does not count."""
    space, distributions = experiment.space.searched, _distributions(experiment, trials)
    merged, results = (
        [],
        {trial.number: record.result for trial in trials if space.is_complete((record := to_record(trial)).params)},
    )
    for number in range(max([len(trials) - 1, *known]) + 1):
        salvaged = trials[number] if number < len(trials) else None
        if number in known and _is_better(known[number][1], results.get(number)):
            merged.append(_to_trial(experiment, distributions, *known[number]))
        elif salvaged is None or (IMPORTED not in salvaged.user_attrs and salvaged.state.is_finished() and not results.get(number)):
            merged.append(create_trial(state=OptunaState.FAIL))
        else:
            merged.append(salvaged)
    return merged


def _is_better(known: TrialResult, salvaged: TrialResult | None) -> bool:
    """Return whether a trial's result from elsewhere replaces the one in the damaged journal, which may have been changed."""
    if salvaged is None:
        return True
    is_same = (salvaged.state, salvaged.value, [*map(dict, salvaged.history)]) == (known.state, known.value, [*map(dict, known.history)])
    return not is_same and len(known.history) >= len(salvaged.history)


def _distributions(experiment: Experiment, trials: list[FrozenTrial]) -> dict[str, BaseDistribution]:
    """Return the ranges and choices of hyperparameters: those of the space, and those that a function has asked for in what is left."""
    asked = {name: of for trial in trials for name, of in trial.distributions.items()} if experiment.function else {}
    return asked | experiment.space.searched.distributions


def _read(params: Mapping[str, Value], distributions: Mapping[str, BaseDistribution]) -> dict[str, Value]:
    """Return the hyperparameters of a function's trial, which are known as texts, as far as their ranges or choices are known."""
    found: dict[str, Value] = {}
    for name, distribution in distributions.items():
        with contextlib.suppress(KeyError, ValueError):  # the trial does not have it, or not as it is asked for now
            match distribution:
                case CategoricalDistribution(choices=choices):
                    found[name] = {str(choice): choice for choice in choices}[str(params[name])]
                case _:
                    found[name] = (int if isinstance(distribution, IntDistribution) else float)(str(params[name]))
    return found


def _to_trial(experiment: Experiment, distributions: Mapping[str, BaseDistribution], params: Mapping[str, Value], result: TrialResult) -> FrozenTrial:
    params = _read(params, distributions) if experiment.function else params
    metric, is_complete = experiment.objective.metric, result.state is TrialState.COMPLETE
    steps = {step: epoch[metric] for step, epoch in enumerate(result.history, start=1) if metric in epoch}
    seed = trial_seed(experiment.search.seed, result.number)
    attributes = {ATTRIBUTE: to_attribute(result, seed, result.finished)}
    for index, execution in enumerate(result.executions):
        attributes[execution_key(index)] = to_attribute(execution, execution_seed(seed, index), execution.finished) | {"batch_size": None}
    trial = create_trial(
        state=_STATES[result.state],
        values=values_of(result, experiment) if is_complete else None,
        params=dict(params),
        distributions={name: distributions[name] for name in params},
        user_attrs=attributes,
        system_attrs=constraints_of(result, experiment),
        intermediate_values=steps if experiment.pruner != "none" else {},
    )
    trial.datetime_start = datetime.fromtimestamp(result.finished - result.seconds)
    trial.datetime_complete = datetime.fromtimestamp(result.finished)
    return trial


def _write(journal: Path, name: str, experiment: Experiment, attributes: Mapping[str, Any], trials: list[FrozenTrial]) -> None:
    storage, original = open_storage(journal), name.partition(".")[0]  # the archived study "diabetes.1" is named "diabetes" in its journal
    study = optuna.create_study(storage=storage, study_name=original, directions=[objective.direction for objective in experiment.objectives])
    for trial in trials:
        storage.create_new_trial(storage.get_study_id_from_name(original), trial)
    for key, value in attributes.items():
        study.set_user_attr(key, value)  # last: after these lines the checksum is written
