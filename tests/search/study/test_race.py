"""All trials get the first execution, the promising ones the others, and one that is worse than the best beyond chance stops."""

import pytest

from search.experiment.objectives import ObjectiveSection
from search.study.race import REDUCTIONS, Measured, is_worse
from search.study.race import goes_on as goes_on_measured

MAXIMIZE = ObjectiveSection(metric="val_accuracy", direction="maximize")
MINIMIZE = ObjectiveSection(metric="val_loss", direction="minimize")


def goes_on(number, values, objective, n_executions, losses=None):
    """Ask with equal losses unless they are given by trial."""
    known = losses or {}
    trials = {trial: [Measured(value, known.get(trial, 0.0)) for value in of_trial] for trial, of_trial in values.items()}
    return goes_on_measured(number, trials, objective, n_executions)


@pytest.mark.parametrize(("objective", "sign"), [(MAXIMIZE, 1), (MINIMIZE, -1)])
def test_the_best_first_executions_go_on(objective, sign):
    values = {number: [sign * number / 100] for number in range(2 * REDUCTIONS[0])}
    going_on = [number for number in values if goes_on(number, values, objective, 5)]
    assert going_on == [2 * REDUCTIONS[0] - 2, 2 * REDUCTIONS[0] - 1]


def test_the_first_trial_goes_on_and_of_equal_ones_the_earlier():
    assert goes_on(3, {3: [0.5]}, MAXIMIZE, 5)
    assert [goes_on(number, {0: [0.5], 1: [0.5], 2: [0.5]}, MAXIMIZE, 5) for number in range(3)] == [True, False, False]


def test_of_equal_values_the_smaller_loss_goes_on():
    values, losses = {number: [0.7] for number in range(4)}, {0: 0.6, 1: 0.5, 2: 0.4, 3: 0.7}
    assert [goes_on(number, values, MAXIMIZE, 5, losses) for number in values] == [False, False, True, False]


def test_a_trial_that_is_worse_than_the_best_on_the_same_executions_stops():
    best = [0.80, 0.70, 0.90, 0.75, 0.85]
    others = {number: [0.3, 0.3] for number in range(10, 20)}  # so that the rank stops none of these
    values = {0: best, 1: [value - 0.1 for value in best[:2]], 2: [0.81, 0.60], **others}
    assert not goes_on(1, values, MAXIMIZE, 5)
    assert goes_on(2, values, MAXIMIZE, 5)  # worse on average, but not on each: it may be chance


def test_after_the_second_execution_the_better_half_goes_on():
    values = {number: [0.9, 0.5 + number / 10] for number in range(4)}
    assert [goes_on(number, values, MAXIMIZE, 5) for number in values] == [False, False, True, True]
    assert [goes_on(number, values, MINIMIZE, 5) for number in values] == [True, True, False, False]


@pytest.mark.parametrize(
    ("differences", "expected"),
    [([-0.1, -0.1], True), ([0.0, 0.0], False), ([0.1, 0.2], False), ([-0.1, -0.01], False), ([-0.10, -0.11, -0.09], True)],
)
def test_differences_beyond_chance(differences, expected):
    from scipy.stats import ttest_1samp

    assert is_worse(differences) is expected
    if len(set(differences)) > 1:
        assert (ttest_1samp(differences, 0, alternative="less").pvalue < 0.1) == expected
