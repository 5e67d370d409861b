"""The shared part of samplers whose trials are intervals of trainings: each trial continues another one, from its checkpoint."""

from abc import abstractmethod
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple, final

from optuna.distributions import BaseDistribution
from optuna.samplers import BaseSampler, RandomSampler
from optuna.trial import FrozenTrial

from ..errors import ExperimentError
from ..experiment.lineage import Lineage
from ..experiment.parameters import Searched, Value
from ..experiment.search_space import SearchSpace
from ..seeds import trial_seed
from .history import all_trials, past_trials
from .lineage import lineage_of, to_attributes

if TYPE_CHECKING:
    from optuna.study import Study


class Part(NamedTuple):
    """A trial with its place in a training."""

    trial: FrozenTrial
    lineage: Lineage


class IntervalSampler(BaseSampler):
    """Writes into each trial that it proposes which epochs of which training it trains.

    Args:
        parameters: The searched training settings.
        seed: The study's seed.
    """

    def __init__(self, parameters: Mapping[str, Searched], seed: int) -> None:
        self._space, self._seed = SearchSpace.of(parameters), seed

    @property
    @abstractmethod
    def epochs(self) -> list[int]:
        """Epochs of each trial until all trainings are at their end."""

    @abstractmethod
    def propose(self, study: "Study", parts: list[Part], number: int) -> tuple[Lineage, dict[str, Value]] | None:
        """Return the place of the next trial and its settings; None if there is none now.

        Args:
            study: The study.
            parts: The trials so far.
            number: The number of the next one.
        """

    @final
    def is_exhausted(self, study: "Study") -> bool:
        """Return whether there is no place for another trial now: all trainings are at their end, or all run."""
        return self.propose(study, self._parts(study), len(all_trials(study))) is None

    def infer_relative_search_space(self, study: "Study", trial: FrozenTrial) -> dict[str, BaseDistribution]:
        """Return the whole space."""
        return dict(self._space.distributions)

    def sample_relative(self, study: "Study", trial: FrozenTrial, search_space: dict[str, BaseDistribution]) -> dict[str, Any]:
        """Return the settings of the next trial, and write its place into it.

        Raises:
            ExperimentError: If there is no place for it.
        """
        proposed = self.propose(study, self._parts(study, excluding=trial.number), trial.number)
        if proposed is None:
            raise ExperimentError(f"trial {trial.number} has nothing to continue: all trainings run, or are at their end")
        lineage, params = proposed
        for key, value in to_attributes(lineage).items():
            study._storage.set_trial_system_attr(trial._trial_id, key, value)
        return params

    def sample_independent(self, study: "Study", trial: FrozenTrial, param_name: str, param_distribution: BaseDistribution) -> Any:
        """Return a random value; nothing asks for one."""
        return RandomSampler(seed=trial_seed(self._seed, trial.number)).sample_independent(study, trial, param_name, param_distribution)

    def _parts(self, study: "Study", excluding: int | None = None) -> list[Part]:
        """Return the trials without one that is being proposed, and without those whose proposal was interrupted."""
        others = (trial for trial, params in past_trials(study, excluding) if self._space.is_complete(params))
        return [Part(trial, lineage) for trial in others if (lineage := lineage_of(trial)) is not None]
