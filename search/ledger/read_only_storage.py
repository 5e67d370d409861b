"""Joins all studies of a store to one Optuna storage, for programs such as optuna-dashboard. It refuses to write and takes no lease."""

import copy
import itertools
import logging
import threading
from collections.abc import Container
from dataclasses import dataclass, field
from typing import Any, NoReturn, final

from optuna.storages import BaseStorage
from optuna.study import StudyDirection
from optuna.study._frozen import FrozenStudy
from optuna.trial import FrozenTrial, TrialState

from ..errors import PerceptuneError, ReadOnlyStoreError
from ..experiment.file import parse_experiment
from .base import ReadableStudy, StudyReader
from .curves import with_curve

logger = logging.getLogger(__name__)

_TRIALS_PER_STUDY = 1_000_000
_METRIC_NAMES = "study:metric_names"
"""Optuna's attribute for the names of the objectives."""


@dataclass(frozen=True, eq=False)
class _JoinedStudy:
    """A study of the joined storage.

    Attributes:
        joined_id: Its id in the joined storage.
        name: Its name in the store; a renamed study has its first one in its journal.
        study: Where it is read from.
        metric: Name of the objective's metric.
        finished: Its finished trials by number, which do not change any more.
    """

    joined_id: int
    name: str
    study: ReadableStudy
    metric: str
    finished: dict[int, FrozenTrial] = field(default_factory=dict)

    def converted(self, trial: FrozenTrial) -> FrozenTrial:
        """Return a trial as the joined storage shows it."""
        if trial.number in self.finished:
            return self.finished[trial.number]
        shown = with_curve(trial, self.metric, self.joined_id * _TRIALS_PER_STUDY + trial.number)
        if trial.state.is_finished():
            self.finished[trial.number] = shown
        return shown


@final
class ReadOnlyStorage(BaseStorage):
    """All studies of a store, as they are at each call.

    Trials have their learning curves as intermediate values. A study that cannot be read is left out, with a warning.

    Args:
        reader: The ledgers.
    """

    def __init__(self, reader: StudyReader) -> None:
        self._reader = reader
        self._ids = itertools.count(1)
        self._studies: dict[str, _JoinedStudy] = {}
        self._warned: set[str] = set()
        self._lock = threading.Lock()

    def get_all_studies(self) -> list[FrozenStudy]:
        """Read the names and attributes of all studies."""
        with self._lock:
            names = self._reader.names()
            self._studies = {name: study for name, study in self._studies.items() if name in names}
            read = [self._read_study(name) for name in names]
        return sorted(study for study in read if study is not None)

    def get_all_trials(self, study_id: int, deepcopy: bool = True, states: Container[TrialState] | None = None) -> list[FrozenTrial]:
        """Read the trials of a study, in the order of their numbers."""
        joined = self._find(study_id)
        trials = joined.study.storage.get_all_trials(joined.study.study_id, deepcopy=False, states=states)
        shown = [joined.converted(trial) for trial in trials]
        return copy.deepcopy(shown) if deepcopy else shown

    def get_trial(self, trial_id: int) -> FrozenTrial:
        """Read one trial."""
        joined = self._find(trial_id // _TRIALS_PER_STUDY)
        storage, study_id = joined.study.storage, joined.study.study_id
        return joined.converted(storage.get_trial(storage.get_trial_id_from_study_id_trial_number(study_id, trial_id % _TRIALS_PER_STUDY)))

    def get_study_id_from_name(self, study_name: str) -> int:
        """Return the id of a study."""
        found = {study.study_name: study._study_id for study in self.get_all_studies()}
        return found[study_name]

    def get_study_name_from_id(self, study_id: int) -> str:
        """Return the name of a study."""
        return self._find(study_id).name

    def get_study_directions(self, study_id: int) -> list[StudyDirection]:
        """Return the direction of a study's objective."""
        joined = self._find(study_id)
        return joined.study.storage.get_study_directions(joined.study.study_id)

    def get_study_user_attrs(self, study_id: int) -> dict[str, Any]:
        """Read what a study has written about itself."""
        joined = self._find(study_id)
        return joined.study.storage.get_study_user_attrs(joined.study.study_id)

    def get_study_system_attrs(self, study_id: int) -> dict[str, Any]:
        """Read Optuna's attributes of a study, with the name of its objective."""
        joined = self._find(study_id)
        return joined.study.storage.get_study_system_attrs(joined.study.study_id) | {_METRIC_NAMES: [joined.metric]}

    def close(self) -> None:
        """Close all files and connections."""
        self._reader.close()

    def _refuse(self, *_arguments: Any, **_named: Any) -> NoReturn:
        """Refuse to write.

        Raises:
            ReadOnlyStoreError: Always.
        """
        raise ReadOnlyStoreError("Ledgers are only read here; studies are changed by the commands `run`, `rename` and `delete`")

    create_new_study = delete_study = set_study_user_attr = set_study_system_attr = _refuse
    create_new_trial = set_trial_param = set_trial_state_values = set_trial_intermediate_value = _refuse
    set_trial_user_attr = set_trial_system_attr = _refuse

    def _find(self, joined_id: int) -> _JoinedStudy:
        """Return a study that `get_all_studies` has read.

        Raises:
            KeyError: If there is none, or it was archived, renamed or deleted since.
        """
        with self._lock:
            found = next((study for study in self._studies.values() if study.joined_id == joined_id), None)
            if found is None or self._reader.open(found.name) is not found.study:
                raise KeyError(f"There is no study with the number {joined_id}")
            return found

    def _read_study(self, name: str) -> FrozenStudy | None:
        """Read a study's attributes; None if it is being created or deleted, or cannot be read."""
        try:
            study = self._reader.open(name)
            return None if study is None else self._joined_study(name, study)
        except KeyError:  # it was deleted meanwhile
            return None
        except PerceptuneError as error:
            if str(error) not in self._warned:
                self._warned.add(str(error))
                logger.warning("%s", error)
            return None

    def _joined_study(self, name: str, study: ReadableStudy) -> FrozenStudy | None:
        attributes = study.storage.get_study_user_attrs(study.study_id)
        if "experiment" not in attributes:
            return None
        joined = self._studies.get(name)
        if joined is None or joined.study is not study:
            metric = parse_experiment(attributes["experiment"], f'study "{name}"').objective.metric
            joined = self._studies[name] = _JoinedStudy(next(self._ids), name, study, metric)
        directions = study.storage.get_study_directions(study.study_id)
        system = study.storage.get_study_system_attrs(study.study_id) | {_METRIC_NAMES: [joined.metric]}
        return FrozenStudy(name, None, attributes, system, joined.joined_id, directions=directions)
