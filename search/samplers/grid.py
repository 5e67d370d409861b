"""A grid sampler that proposes every combination of finite parameters once, shuffled by the seed.

Optuna's GridSampler ends a study by `Study.stop`, which fails under ask and tell, counts trials of other samplers as its
own, and may repeat a combination that another worker is trying. This one compares hyperparameters and reports by
`is_exhausted` that no combination is left; it never ends a study.
"""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from optuna.distributions import BaseDistribution
from optuna.samplers import BaseSampler, RandomSampler

from ..errors import ExperimentError
from ..experiment.parameters import Searched, Value
from ..experiment.search_space import SearchSpace
from ..seeds import trial_seed
from .axes import Axis, axes_size, to_axes
from .history import past_trials

if TYPE_CHECKING:
    from optuna.study import Study
    from optuna.trial import FrozenTrial

MAX_SIZE, MAX_COUNTED = 1_000_000, 20_000
"""Combinations of a grid, and combinations of which those that may be proposed are counted, at most."""


class Grid:
    """All combinations of a finite space that may be proposed, at positions from 0.

    A hyperparameter that does not exist in a combination is at its first value, so that a combination has one position.

    Args:
        space: The space.
        seed: Seed of the order in which positions are proposed.
    """

    def __init__(self, space: SearchSpace, seed: int) -> None:
        self._space, self._axes = space, to_axes(space)
        self._shape = tuple(axis.n_values or 0 for axis in self._axes)
        order = np.random.default_rng(seed).permutation(axes_size(self._axes) or 0)
        self._order = order[self._is_possible()[order]]  # (size,)
        self.size = len(self._order)

    def positions(self, combinations: Iterable[Mapping[str, Value]]) -> set[int]:
        """Return the positions of combinations; one that lacks a parameter is skipped."""
        found = set()
        for params in combinations:
            if self._space.is_complete(params):
                indices = [axis.index(params[axis.name]) if axis.name in params else 0 for axis in self._axes]
                found.add(int(np.ravel_multi_index(indices, self._shape)) if self._axes else 0)
        return found

    def first_untried(self, positions: set[int]) -> dict[str, Value] | None:
        """Return the first combination at none of the given positions; None if none is left."""
        position = next((int(position) for position in self._order if int(position) not in positions), None)
        return None if position is None else self._params(position)

    def _params(self, position: int) -> dict[str, Value]:
        indices = np.unravel_index(position, self._shape) if self._axes else ()
        return self._space.existing({axis.name: axis.value(int(index)) for axis, index in zip(self._axes, indices, strict=True)})

    def _is_possible(self) -> NDArray[np.bool_]:
        """Return whether each position is that of a combination, and obeys the rules."""
        size = axes_size(self._axes) or 0
        is_possible = np.ones(size, bool)
        if not self._space.is_conditional and not self._space.rules:
            return is_possible
        indices = dict(zip(self._space, np.unravel_index(np.arange(size), self._shape), strict=True))
        axes, exists = {axis.name: axis for axis in self._axes}, dict[str, NDArray[np.bool_]]()
        for name in self._space:
            exists[name] = np.ones(size, bool)
            for condition in self._space.conditions.get(name, ()):
                wanted = [axes[condition.parent].index(value) for value in condition.values]
                exists[name] &= exists[condition.parent] & np.isin(indices[condition.parent], wanted)
            is_possible &= exists[name] | (indices[name] == 0)
        if self._space.rules:
            for position in np.flatnonzero(is_possible):
                is_possible[position] = self._space.obeys(self._params(int(position)))
        return is_possible


def is_finite(space: SearchSpace) -> bool:
    """Return whether a space has parameters, none of which is continuous."""
    return bool(space) and axes_size(to_axes(space)) is not None


def n_combinations(space: SearchSpace) -> int | None:
    """Return the number of combinations of a space; None if it is not finite, or too large to count those that its conditions and rules leave."""
    size = axes_size(to_axes(space))
    if size is None or not (space.is_conditional or space.rules):
        return size
    return Grid(space, 0).size if size <= MAX_COUNTED else None


class GridSampler(BaseSampler):
    """Proposes combinations that no trial of the study has; combinations of failed trials are not repeated.

    Once every combination has been proposed, ``is_exhausted`` is true and further proposals are random.

    Args:
        parameters: The searched parameters, each finite.
        seed: The study's seed, which shuffles the grid.

    Raises:
        ExperimentError: If a parameter is continuous, or there are more than 1,000,000 combinations.
    """

    def __init__(self, parameters: Mapping[str, Searched], seed: int) -> None:
        self._space = SearchSpace.of(parameters)
        check_finite(to_axes(self._space))
        self._grid = Grid(self._space, seed)
        self._seed = seed

    def is_exhausted(self, study: "Study") -> bool:
        """Return whether every combination has been proposed."""
        return len(self._grid.positions(params for _, params in past_trials(study))) == self._grid.size

    def infer_relative_search_space(self, study: "Study", trial: "FrozenTrial") -> dict[str, BaseDistribution]:
        """Return the whole space."""
        return dict(self._space.distributions)

    def sample_relative(self, study: "Study", trial: "FrozenTrial", search_space: dict[str, BaseDistribution]) -> dict[str, Any]:
        """Return the next combination; empty if none is left."""
        return self._grid.first_untried(self._grid.positions(params for _, params in past_trials(study, excluding=trial.number))) or {}

    def sample_independent(self, study: "Study", trial: "FrozenTrial", param_name: str, param_distribution: BaseDistribution) -> Any:
        """Return a random value once no combination is left."""
        return RandomSampler(seed=trial_seed(self._seed, trial.number)).sample_independent(study, trial, param_name, param_distribution)


def check_finite(axes: tuple[Axis, ...]) -> None:
    """Check that the axes form a finite grid of acceptable size.

    Raises:
        ExperimentError: If one is continuous, or there are more than 1,000,000 combinations.
    """
    for axis in axes:
        if axis.n_values is None:
            raise ExperimentError(
                f'A grid needs finite parameters, but "{axis.name}" is a float without step; '
                'give it a step, or write type = "categorical" with choices'
            )
    size = axes_size(axes)
    if size is not None and size > MAX_SIZE:
        raise ExperimentError(f'The grid has {size:,} combinations, more than {MAX_SIZE:,}; widen steps, drop choices, or use sampler "random"')
