"""Population-based training (Jaderberg et al. 2017, https://arxiv.org/abs/1711.09846): exploit by truncation, explore by perturbing or resampling.

A trial is one member of the population for one interval of epochs, and continues the trial of the interval before. The next generation is
proposed once all trials of a generation have ended, so that members are compared after the same number of epochs, and what is proposed follows
from the seed and the values, whatever the number of workers.
"""

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Any

import numpy as np
from optuna.distributions import BaseDistribution
from optuna.samplers import BaseSampler, RandomSampler
from optuna.study import StudyDirection
from optuna.trial import FrozenTrial, TrialState
from pydantic import Field

from ..errors import ExperimentError
from ..experiment.parameters import CategoricalParameter, IntParameter, Searched, Value
from ..experiment.search_space import SearchSpace
from ..seeds import trial_seed
from .history import all_trials
from .lineage import Lineage, lineage_of, to_attributes

if TYPE_CHECKING:
    from optuna.study import Study

FACTORS = (0.8, 1.2)
"""By one of which a setting is multiplied."""
Generation = Mapping[int, FrozenTrial]
"""The trials of an interval by the number of the member."""


def exploit(member: int, ranked: Sequence[int], n_members: int, n_replaced: int, random: np.random.Generator) -> int:
    """Return the member that one continues: itself, or one of the best if it is among the worst or has failed.

    Args:
        member: The member.
        ranked: The members that have not failed, the best first, at least one.
        n_members: All members.
        n_replaced: How many are the worst, and how many the best.
        random: Chooses one of the best.
    """
    best, worst = ranked[:n_replaced], ranked[max(n_replaced, n_members - n_replaced) :]
    return member if member in ranked and member not in worst else int(random.choice(best))


def explore(params: Mapping[str, Value], space: SearchSpace, resample_probability: float, random: np.random.Generator) -> dict[str, Value]:
    """Return changed settings: each is drawn anew from its range, or else perturbed.

    A number is multiplied by 0.8 or 1.2, and stays within its range and on its steps; a choice becomes the one before or behind it.

    Args:
        params: The settings.
        space: Their ranges and choices.
        resample_probability: Probability that a setting is drawn anew, 0 to 1.
        random: Draws.
    """
    drawn = space.draw(random)
    is_resampled = {name: random.random() < resample_probability for name in space}
    return {name: drawn[name] if is_resampled[name] else _perturbed(params[name], of, random) for name, of in space.items()}


def _perturbed(value: Any, parameter: Searched, random: np.random.Generator) -> Value:
    if isinstance(parameter, CategoricalParameter):
        index = parameter.choices.index(value) + int(random.choice((-1, 1)))
        return parameter.choices[min(max(index, 0), len(parameter.choices) - 1)]
    changed = float(value) * float(random.choice(FACTORS))
    if parameter.step is not None and not parameter.log:
        changed = parameter.low + parameter.step * round((changed - parameter.low) / parameter.step)
    changed = min(max(changed, parameter.low), parameter.largest)
    return round(changed) if isinstance(parameter, IntParameter) else changed


class PopulationSampler(BaseSampler):
    """Proposes the trials of a population, one generation after the other.

    Args:
        parameters: The searched training settings.
        seed: The study's seed.
        n_epochs: Epochs of the whole training.
        population: Number of members. Defaults to 8.
        interval_epochs: Epochs after which members are compared. Defaults to a fifth of n_epochs, rounded up.
        quantile: The part of the members that are replaced by as many of the best, above 0, at most 0.5. Defaults to 0.25.
        resample_probability: Probability that a setting of a replaced member is drawn anew, and not perturbed. Defaults to 0.25.

    Raises:
        ExperimentError: If there is a single interval.
    """

    def __init__(
        self,
        parameters: Mapping[str, Searched],
        seed: int,
        n_epochs: int,
        *,
        population: Annotated[int, Field(ge=4)] = 8,
        interval_epochs: Annotated[int, Field(ge=1)] | None = None,
        quantile: Annotated[float, Field(gt=0, le=0.5)] = 0.25,
        resample_probability: Annotated[float, Field(ge=0, le=1)] = 0.25,
    ) -> None:
        self._space, self._seed, self._n_epochs = SearchSpace.of(parameters), seed, n_epochs
        self.n_members = population
        self.interval_epochs = interval_epochs or math.ceil(n_epochs / 5)
        self._n_replaced = max(1, int(population * quantile))
        self._resample_probability = resample_probability
        if self.interval_epochs >= n_epochs:
            raise ExperimentError(
                f"[search.sampler_options]: interval_epochs = {self.interval_epochs}: members are compared between intervals, but the whole "
                f"training has {n_epochs} epochs (space.training.epochs); write fewer, or more epochs"
            )

    @property
    def n_generations(self) -> int:
        """Number of intervals of the whole training."""
        return math.ceil(self._n_epochs / self.interval_epochs)

    @property
    def n_trials(self) -> int:
        """Number of trials until all members are trained to their end."""
        return self.n_members * self.n_generations

    def is_exhausted(self, study: "Study") -> bool:
        """Return whether no member can continue now: the last interval is proposed, or a generation is still trained."""
        return self._next(self._generations(study)) is None

    def infer_relative_search_space(self, study: "Study", trial: FrozenTrial) -> dict[str, BaseDistribution]:
        """Return the whole space."""
        return dict(self._space.distributions)

    def sample_relative(self, study: "Study", trial: FrozenTrial, search_space: dict[str, BaseDistribution]) -> dict[str, Any]:
        """Return the settings of the next member, and write what it continues into its trial."""
        generations, random = self._generations(study, excluding=trial.number), np.random.default_rng(trial_seed(self._seed, trial.number))
        place = self._next(generations)
        if place is None:
            raise ExperimentError('search.sampler = "pbt" has a place for no more trials; wait for those that run')
        lineage, params = self._propose(*place, generations, trial.number, random, study.direction)
        for key, value in to_attributes(lineage).items():
            study._storage.set_trial_system_attr(trial._trial_id, key, value)
        return params

    def sample_independent(self, study: "Study", trial: FrozenTrial, param_name: str, param_distribution: BaseDistribution) -> Any:
        """Return a random value; nothing asks for one."""
        return RandomSampler(seed=trial_seed(self._seed, trial.number)).sample_independent(study, trial, param_name, param_distribution)

    def _propose(
        self, generation: int, member: int, generations: Sequence[Generation], number: int, random: np.random.Generator, direction: StudyDirection
    ) -> tuple[Lineage, dict[str, Value]]:
        first = generation * self.interval_epochs
        epochs = {"first_epoch": first + 1, "last_epoch": min(first + self.interval_epochs, self._n_epochs)}
        if not generation:
            seed = trial_seed(self._seed, number)
            return Lineage(generation=0, member=member, parent=None, seed=seed, **epochs), self._space.draw(random)
        before = generations[generation - 1]
        chosen = exploit(member, _ranked(before, direction), self.n_members, self._n_replaced, random)
        parent = before[chosen]
        params = dict(parent.params) if chosen == member else explore(parent.params, self._space, self._resample_probability, random)
        inherited = lineage_of(parent)
        seed = inherited.seed if inherited else trial_seed(self._seed, parent.number)
        return Lineage(generation=generation, member=member, parent=parent.number, seed=seed, **epochs), params

    def _next(self, generations: Sequence[Generation]) -> tuple[int, int] | None:
        """Return generation and member of the next trial; None if there is none now."""
        if not generations:
            return 0, 0
        last = generations[-1]
        if missing := [member for member in range(self.n_members) if member not in last]:
            return len(generations) - 1, missing[0]
        are_finished = all(trial.state.is_finished() for trial in last.values())
        can_continue = any(trial.state is TrialState.COMPLETE for trial in last.values())
        return (len(generations), 0) if are_finished and can_continue and len(generations) < self.n_generations else None

    def _generations(self, study: "Study", excluding: int | None = None) -> list[Generation]:
        """Return the generations so far, without a trial that is being proposed, and without those that were never proposed to the end."""
        found: list[Generation] = []
        for trial in all_trials(study):
            lineage = lineage_of(trial)
            if lineage and trial.number != excluding and self._space.is_complete(trial.params):
                found += [{} for _ in range(lineage.generation + 1 - len(found))]
                found[lineage.generation] = {**found[lineage.generation], lineage.member: trial}
        return found


def _ranked(generation: Generation, direction: StudyDirection) -> list[int]:
    """Return the members whose trials are complete, the best first."""
    sign = 1 if direction is StudyDirection.MINIMIZE else -1
    values = {member: sign * trial.value for member, trial in generation.items() if trial.state is TrialState.COMPLETE and trial.value is not None}
    return sorted(values, key=lambda member: (values[member], member))
