"""What a source of trials returns, whichever tool has made it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class ForeignTrial:
    """A trial of another tool.

    Attributes:
        name: Its number or name there.
        params: Its hyperparameters, as they are written there.
        value: Its value.
    """

    name: str
    params: Mapping[str, Any]
    value: float


@dataclass(frozen=True)
class ForeignStudy:
    """The trials of a source.

    Attributes:
        trials: Those that are complete.
        direction: "minimize" or "maximize"; empty if the source does not say.
    """

    trials: list[ForeignTrial]
    direction: str = ""

    @property
    def names(self) -> set[str]:
        """The names of all hyperparameters."""
        return {name for trial in self.trials for name in trial.params}
