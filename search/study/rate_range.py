"""Finds between which learning rates an experiment's models learn, by range tests of some models of its search space."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from ..errors import ExperimentError
from ..experiment.file import Experiment
from ..experiment.parameters import RANGE_TESTED, Value
from ..experiment.reference_checks import check_references
from ..formats import format_params
from ..user_code import user_code
from .drawn_models import draw_assignments, load_context

_N_RATES = 141  # 20 for a factor of 10
_N_SMOOTHED, _N_FIRST = 11, 20
"""Steps of which each smoothed loss is the mean, and those of the smallest rates, by which nothing is learnt yet."""
_BEGUN, _LEAST_FALL = 0.1, 0.05
"""The part of its whole fall after which the loss falls, and the least fall, as a part of the first loss."""


@dataclass(frozen=True)
class RangeTest:
    """The test of one model.

    Attributes:
        params: Its searched hyperparameters.
        rates: The learning rates, shape ``(n_steps,)``; fewer than asked for if the loss has diverged.
        losses: The smoothed loss at each.
    """

    params: Mapping[str, Value]
    rates: Sequence[float]
    losses: Sequence[float]

    @property
    def label(self) -> str:
        """The searched hyperparameters beside the learning rate."""
        return format_params({name: value for name, value in self.params.items() if name != "learning_rate"}) or "model"

    @property
    def falls_from(self) -> float | None:
        """The rate from which on the loss falls; None if it never does."""
        losses, place = np.array(self.losses), int(np.argmin(self.losses))
        fall = self.first - losses[place]
        if fall <= _LEAST_FALL * abs(self.first):
            return None
        before = np.flatnonzero(losses[: place + 1] > self.first - _BEGUN * fall)
        return self.rates[int(before[-1]) + 1 if len(before) else 0]

    @property
    def first(self) -> float:
        """The loss before anything is learnt."""
        return float(np.median(self.losses[:_N_FIRST]))

    @property
    def lowest_at(self) -> float:
        """The rate at which the loss is lowest, before it grows."""
        return self.rates[int(np.argmin(self.losses))]


@dataclass(frozen=True)
class RateRange:
    """What the tests of an experiment tell.

    Attributes:
        name: The experiment's name.
        tests: The tests.
        failures: Why other models could not be built or trained.
    """

    name: str
    tests: Sequence[RangeTest]
    failures: Sequence[str]

    @property
    def proposed(self) -> tuple[float, float] | None:
        """Lowest and highest learning rate to search, one digit each; None if no model's loss falls.

        They are the lowest rate from which on a model's loss falls, and the highest one at which a model's loss is lowest.
        """
        found = [(start, test.lowest_at) for test in self.tests if (start := test.falls_from) is not None]
        if not found:
            return None
        low, high = _one_digit(min(start for start, _ in found)), _one_digit(max(end for _, end in found))
        return (low, high) if low < high else (low / 10, high)


def find_rates(experiment: Experiment, n_models: int) -> RateRange:
    """Test models that are drawn from the search space of an experiment; nothing is stored.

    Args:
        experiment: The experiment, as `search.study.hp_space.with_hp_space` completes it.
        n_models: Models to test; one if only the learning rate is searched, or nothing is.

    Raises:
        InputError: If the experiment or its data cannot be used.
        ExperimentError: If no model can be trained.
    """
    if experiment.space.own_fit is not None:
        raise ExperimentError(f"{experiment.model} trains by its own fit(), which a range test does not call; let fit() ask for its learning rate")
    check_references(experiment)
    context = load_context(experiment)
    from ..training.failures import reason_of
    from ..training.preflight import check_builder
    from ..training.range_test import losses_by_rate

    check_builder(context)
    rates = np.geomspace(*RANGE_TESTED, _N_RATES).tolist()
    tests, failures = [], []
    n_different = n_models if set(experiment.space.searched) - {"learning_rate"} else 1
    for assignment in draw_assignments(experiment, n_different):
        try:
            with user_code():
                losses = losses_by_rate(context, assignment, rates)
        except Exception as error:  # whatever a builder, a layer or the device can raise
            failures.append(reason_of(error))
            continue
        tests.append(RangeTest(assignment.params, rates[: len(losses)], _smooth(losses)))
    if not tests:
        raise ExperimentError(f'model = "{experiment.model}": no model that was drawn from the space can be tested: {failures[0]}')
    return RateRange(experiment.name, tests, failures)


def _smooth(losses: Sequence[float]) -> list[float]:
    """Return the mean of each loss and those around it."""
    window = np.ones(_N_SMOOTHED)
    sums, counts = (np.convolve(values, window, mode="full")[_N_SMOOTHED // 2 :][: len(losses)] for values in (losses, np.ones(len(losses))))
    return [float(mean) for mean in sums / counts]


def _one_digit(rate: float) -> float:
    return float(f"{rate:.0e}") if math.isfinite(rate) else rate
