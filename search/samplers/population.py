"""Population-based training (Jaderberg et al. 2017, https://arxiv.org/abs/1711.09846): exploit by truncation, explore by perturbing or resampling.

A trial is one member of the population for one interval of epochs, and continues the trial of the interval before. The next generation is
proposed once all trials of a generation have ended, so that members are compared after the same number of epochs, and what is proposed follows
from the seed and the values, whatever the number of workers.
"""

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Any

import numpy as np
from optuna.study import StudyDirection
from optuna.trial import TrialState
from pydantic import Field

from ..errors import ExperimentError
from ..experiment.lineage import Lineage
from ..experiment.parameters import CategoricalParameter, IntParameter, Searched, Value
from ..experiment.population import N_MEMBERS
from ..experiment.search_space import SearchSpace
from ..seeds import trial_seed
from .interval_sampler import IntervalSampler, Part

if TYPE_CHECKING:
    from optuna.study import Study

FACTORS = (0.8, 1.2)
"""By one of which a setting is multiplied."""

Generation = Mapping[int, Part]
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


class PopulationSampler(IntervalSampler):
    """Proposes the trials of a population, one generation after the other.

    Args:
        parameters: The searched training settings.
        seed: The study's seed.
        n_epochs: Epochs of the whole training.
        population: Number of members. Defaults to 8.
        interval_epochs: Epochs after which members are compared. Defaults to a fifth of n_epochs, rounded up.
        n_trials: Trials in total, which are at least the members of the first interval.
        quantile: The part of the members that are replaced by as many of the best, above 0, at most 0.5. Defaults to 0.25.
        resample_probability: Probability that a setting of a replaced member is drawn anew, and not perturbed. Defaults to 0.25.

    Raises:
        ExperimentError: If there is a single interval, or there are fewer trials than members.
    """

    def __init__(
        self,
        parameters: Mapping[str, Searched],
        seed: int,
        n_epochs: int,
        n_trials: int,
        *,
        population: Annotated[int, Field(ge=4)] = N_MEMBERS,
        interval_epochs: Annotated[int, Field(ge=1)] | None = None,
        quantile: Annotated[float, Field(gt=0, le=0.5)] = 0.25,
        resample_probability: Annotated[float, Field(ge=0, le=1)] = 0.25,
    ) -> None:
        super().__init__(parameters, seed)
        self._n_epochs = n_epochs
        self.n_members = population
        self.interval_epochs = interval_epochs or math.ceil(n_epochs / 5)
        self._n_replaced = max(1, int(population * quantile))
        self._resample_probability = resample_probability
        if self.interval_epochs >= n_epochs:
            raise ExperimentError(
                f"[search.sampler_options]: interval_epochs = {self.interval_epochs}: members are compared between intervals, but the whole "
                f"training has {n_epochs} epochs (space.training.epochs); write fewer, or more epochs"
            )
        if n_trials < population:
            raise ExperimentError(
                f"search.n_trials = {n_trials}: each of the {population} members (search.sampler_options.population) is a trial in each "
                f"interval; write {len(self.epochs)} for all intervals, or a smaller population"
            )

    @property
    def epochs(self) -> list[int]:
        """Epochs of each trial until all members are trained to their end."""
        firsts = range(0, self._n_epochs, self.interval_epochs)
        return [min(self.interval_epochs, self._n_epochs - first) for first in firsts for _ in range(self.n_members)]

    def propose(self, study: "Study", parts: list[Part], number: int) -> tuple[Lineage, dict[str, Value]] | None:
        """Return the settings of the next member; None while a generation is trained, and once all members are at their end."""
        generations = _by_generation(parts)
        place = self._next(generations)
        return None if place is None else self._place(*place, generations, number, study.direction)

    def _place(
        self, generation: int, member: int, generations: Sequence[Generation], number: int, direction: StudyDirection
    ) -> tuple[Lineage, dict[str, Value]]:
        random = np.random.default_rng(trial_seed(self._seed, number))
        if not generation:
            epochs = {"first_epoch": 1, "last_epoch": self.interval_epochs}
            return Lineage(generation=0, member=member, parent=None, seed=trial_seed(self._seed, number), **epochs), self._space.draw(random)
        before = generations[generation - 1]
        chosen = exploit(member, _ranked(before, direction), self.n_members, self._n_replaced, random)
        parent, above = before[chosen].trial, before[chosen].lineage
        params = dict(parent.params) if chosen == member else explore(parent.params, self._space, self._resample_probability, random)
        last = min(above.last_epoch + self.interval_epochs, self._n_epochs)
        epochs = {"first_epoch": above.last_epoch + 1, "last_epoch": last}
        return Lineage(generation=generation, member=member, parent=parent.number, seed=above.seed, **epochs), params

    def _next(self, generations: Sequence[Generation]) -> tuple[int, int] | None:
        """Return generation and member of the next trial; None if there is none now."""
        if not generations:
            return 0, 0
        last = generations[-1]
        if missing := [member for member in range(self.n_members) if member not in last]:
            return len(generations) - 1, missing[0]
        are_finished = all(part.trial.state.is_finished() for part in last.values())
        can_continue = any(part.trial.state is TrialState.COMPLETE and part.lineage.last_epoch < self._n_epochs for part in last.values())
        return (len(generations), 0) if are_finished and can_continue else None


def _by_generation(parts: list[Part]) -> list[Generation]:
    """Return the members of each generation; of two trials of one place the later one."""
    found: list[dict[int, Part]] = [{} for _ in range(max((part.lineage.generation + 1 for part in parts), default=0))]
    for part in parts:
        found[part.lineage.generation][part.lineage.member] = part
    return list[Generation](found)


def _ranked(generation: Generation, direction: StudyDirection) -> list[int]:
    """Return the members whose trials are complete, the best first."""
    sign = 1 if direction is StudyDirection.MINIMIZE else -1
    complete = {member: part.trial for member, part in generation.items() if part.trial.state is TrialState.COMPLETE}
    values = {member: sign * trial.value for member, trial in complete.items() if trial.value is not None}
    return sorted(values, key=lambda member: (values[member], member))
