"""A search on few validation rows says what its best accuracy is worth."""

import numpy as np
import pytest

from search.study.optimism import largest_optimism, optimism_note


@pytest.mark.parametrize(("n_rows", "n_trials"), [(67, 40), (500, 10), (200, 100)])
def test_the_optimism_is_that_of_equal_models(n_rows, n_trials):
    accuracies = np.random.default_rng(0).binomial(n_rows, 0.5, (20_000, n_trials)) / n_rows
    assert largest_optimism(n_rows, n_trials) == pytest.approx((accuracies.max(axis=1) - 0.5).mean(), rel=0.03)


def test_few_rows_for_many_trials_are_told():
    [note] = optimism_note("val_accuracy", 67, 40)
    assert note.startswith("67 validation rows give val_accuracy to ± 0.06 only")
    assert "up to 0.13 better than it is" in note


@pytest.mark.parametrize(("metric", "n_rows", "n_trials"), [("val_accuracy", 10_000, 40), ("val_loss", 67, 40), ("val_accuracy", 67, 1)])
def test_enough_rows_one_trial_and_other_metrics_need_no_note(metric, n_rows, n_trials):
    assert not list(optimism_note(metric, n_rows, n_trials))
