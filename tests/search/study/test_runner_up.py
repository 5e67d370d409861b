"""The best trial is compared with the second best on the executions of both."""

import pytest
from scipy.stats import ttest_rel

from search.experiment.file import load_experiment
from search.spread import paired_t_test
from search.study.runner_up import RunnerUp, compare_executions


@pytest.mark.parametrize("pair", [([0.8, 0.7, 0.9], [0.7, 0.72, 0.8]), ([0.1, 0.2, 0.31, 0.4], [0.2, 0.3, 0.4, 0.6])])
def test_the_paired_test_is_scipys(pair):
    mean, lower_tail = paired_t_test([own - other for own, other in zip(*pair, strict=True)])
    assert lower_tail == pytest.approx(ttest_rel(*pair, alternative="less").pvalue)
    assert mean == pytest.approx(sum(pair[0]) / len(pair[0]) - sum(pair[1]) / len(pair[1]))


def test_equal_differences_leave_no_doubt():
    assert paired_t_test([0.0, 0.0]) == (0.0, 0.5)
    assert paired_t_test([0.5, 0.5]) == (0.5, 1.0)
    assert paired_t_test([-0.5, -0.5]) == (-0.5, 0.0)


@pytest.mark.parametrize(("second", "is_better"), [([0.5, 1.00000003, 0.75], None), ([0.5, 0.75, 0.75], True), ([0.75, 1.0, 0.75], False)])
@pytest.mark.parametrize("direction", ["maximize", "minimize"])
def test_means_that_differ_by_rounding_only_are_equal(direction, second, is_better):
    changes = [f"objective.metric={'val_accuracy' if direction == 'maximize' else 'val_loss'}", f"objective.direction={direction}"]
    found = compare_executions(7, [0.75, 0.75, 0.75], second, load_experiment("diabetes", changes))
    assert found.is_better == (is_better if is_better is None or direction == "maximize" else not is_better)
    assert found.text("val_accuracy").startswith("trial 7; the best one is equal") == (is_better is None)


def test_the_text_says_which_one_is_better():
    of = {"trial": 7, "p_value": 0.25}
    assert RunnerUp(difference=0.011, is_better=True, **of).text("val_accuracy") == "trial 7; the best one is better by 1.1 points (p = 0.25)"
    assert RunnerUp(difference=-0.2, is_better=False, **of).text("val_loss") == "trial 7; the best one is worse by 0.2 (p = 0.25)"
    assert RunnerUp(difference=0.0, is_better=None, **of).text("val_loss") == "trial 7; the best one is equal"
