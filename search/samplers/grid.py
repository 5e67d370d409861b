"""A grid sampler that proposes every combination of finite parameters once, shuffled by the seed.

Optuna's GridSampler ends a study by `Study.stop`, which fails under ask and tell, counts trials of other samplers as its
own, and may repeat a combination that another worker is trying. This one compares hyperparameters and reports by
`is_exhausted` that no combination is left; it never ends a study.
"""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from optuna.distributions import BaseDistribution
from optuna.samplers import BaseSampler, RandomSampler

from ..errors import ExperimentError
from ..experiment.parameters import Searched, Value
from ..seeds import trial_seed
from .axes import Axis, axes_size, to_axes
from .history import past_trials

if TYPE_CHECKING:
    from optuna.study import Study
    from optuna.trial import FrozenTrial

MAX_SIZE = 1_000_000


class Grid:
    """All combinations along finite axes, at positions from 0.

    Args:
        axes: The axes, all finite.
        seed: Seed of the order in which positions are proposed.
    """

    def __init__(self, axes: tuple[Axis, ...], seed: int) -> None:
        self._axes = axes
        self._shape = tuple(axis.n_values or 0 for axis in axes)
        self.size = axes_size(axes) or 0
        self._order = np.random.default_rng(seed).permutation(self.size)  # (size,)

    def positions(self, combinations: Iterable[Mapping[str, Value]]) -> set[int]:
        """Return the positions of combinations; one that lacks a parameter is skipped."""
        found = set()
        for params in combinations:
            if all(axis.name in params for axis in self._axes):
                found.add(int(np.ravel_multi_index([axis.index(params[axis.name]) for axis in self._axes], self._shape)) if self._axes else 0)
        return found

    def first_untried(self, positions: set[int]) -> dict[str, Value] | None:
        """Return the first combination at none of the given positions; None if none is left."""
        position = next((int(position) for position in self._order if int(position) not in positions), None)
        if position is None:
            return None
        indices = np.unravel_index(position, self._shape) if self._axes else ()
        return {axis.name: axis.value(int(index)) for axis, index in zip(self._axes, indices, strict=True)}


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
        self._axes = to_axes(parameters)
        check_finite(self._axes)
        self._grid = Grid(self._axes, seed)
        self._seed = seed

    def is_exhausted(self, study: "Study") -> bool:
        """Return whether every combination has been proposed."""
        return len(self._grid.positions(params for _, params in past_trials(study))) == self._grid.size

    def infer_relative_search_space(self, study: "Study", trial: "FrozenTrial") -> dict[str, BaseDistribution]:
        """Return the whole space."""
        return {axis.name: axis.distribution for axis in self._axes}

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
