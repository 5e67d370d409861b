"""What is thought of hyperparameters before any trial: the values of ``prior``, as distributions around them.

The start of a search is near them: its first trial has these values, and of the following ones every second draws from the distributions.
"""

import numpy as np

from ..experiment.parameter_options import Prior
from ..experiment.parameters import Value
from ..experiment.search_space import SearchSpace
from .unit_space import Floats, UnitSpace

DEVIATIONS = {"weak": 0.3, "medium": 0.15, "strong": 0.05}
"""Standard deviation of a number around its prior, as a part of its range; and the probability that a choice is another one."""
_MANY = 100


class Priors:
    """The priors of a space.

    Args:
        space: The space.
        n_start: Trials at the start of the search, the first of which has the values.
    """

    def __init__(self, space: SearchSpace, n_start: int) -> None:
        self._space, self._unit, self._n_start = space, UnitSpace(space), n_start
        self._columns = {name: column for column, name in enumerate(space)}
        expected = {name: parameter.expected for name, parameter in space.items()}
        self._priors: dict[str, Prior] = {name: prior for name, prior in expected.items() if prior is not None}
        (self._centres,) = self._unit.place([{name: prior.value for name, prior in self._priors.items()}])

    def start(self, number: int, proposed: dict[str, Value], random: np.random.Generator) -> dict[str, Value]:
        """Return the hyperparameters of a trial, changed by the priors if it is one of the start.

        Args:
            number: How many were proposed before it, without those that a user has enqueued.
            proposed: What the sampler proposes for it.
            random: Random numbers.
        """
        if number >= self._n_start or number % 2 == 1:
            return proposed
        chosen = {name: prior.value for name, prior in self._priors.items()} if number == 0 else self._draw(random)
        joined = proposed | chosen
        given = joined if self._space.obeys(self._space.existing(joined)) else chosen  # the rest is then random
        return self._space.completed(given, random) or proposed

    def log_density(self, points: Floats) -> Floats:
        """Return the logarithm of the density of points, ``(n_points, n_axes)``; of what does not exist there it is 0, as without a prior."""
        total = np.zeros(len(points))
        for name, prior in self._priors.items():
            column = self._columns[name]
            distance, deviation = points[:, column] - self._centres[column], DEVIATIONS[prior.strength]
            if self._unit.is_choice[column]:
                n_choices = len(self._space[name].extremes)
                others = np.log(n_choices * deviation / max(1, n_choices - 1))
                density = np.where(np.abs(distance) < _SAME, np.log(n_choices * (1 - deviation)), others)
            else:
                density = -0.5 * np.square(distance / deviation) - np.log(deviation * np.sqrt(2 * np.pi))
            total += np.where(np.isnan(distance), 0.0, density)
        return total

    def _draw(self, random: np.random.Generator) -> dict[str, Value]:
        point = np.full(self._unit.n_axes, np.nan)
        for name, prior in self._priors.items():
            column, deviation = self._columns[name], DEVIATIONS[prior.strength]
            if self._unit.is_choice[column]:
                point[column] = random.random() if random.random() < deviation else self._centres[column]
            else:
                near = random.normal(self._centres[column], deviation, _MANY)  # half of them at least are inside, or at an end
                point[column] = near[(near >= 0) & (near < 1)][0]
        return self._unit.params(point)


_SAME = 1e-9
