"""What the trial of a function knows of its study: ``trial.study``, which callbacks of Optuna's integrations ask for its direction."""

from collections.abc import Sequence
from typing import NoReturn

from optuna.study import StudyDirection

from ..errors import TrialError
from ..experiment.objectives import ObjectiveSection

_INSTEAD = {
    "stop": "end the search by [search.stop]",
    "enqueue_trial": "write [[search.first]], or perceptune enqueue",
    "set_user_attr": "note it by trial.set_user_attr",
}


class TrialStudy:
    """The name and the directions of a study.

    Args:
        name: The study's name.
        objectives: What the function returns.
    """

    def __init__(self, name: str, objectives: Sequence[ObjectiveSection]) -> None:
        self.study_name = name
        self.directions = [StudyDirection.MINIMIZE if of.direction == "minimize" else StudyDirection.MAXIMIZE for of in objectives]

    @property
    def direction(self) -> StudyDirection:
        """The direction of the only number that the function returns.

        Raises:
            TrialError: If it returns several.
        """
        if len(self.directions) > 1:
            raise TrialError(f"trial.study.direction is for one number, but the objective returns {len(self.directions)}; use directions")
        return self.directions[0]

    def __getattr__(self, name: str) -> NoReturn:
        instead = _INSTEAD.get(name, "read the study after its run, by search.load_study or perceptune trials")
        raise _NotOfTrialError(f"asks for trial.study.{name}, which a worker does not have, since it knows its own trial only; {instead}")


class _NotOfTrialError(TrialError, AttributeError):
    """An attribute of Optuna's studies that a trial here does not have; `hasattr` finds that it is absent."""
