import math

import pytest

from experiments.benchmarks.figures import compare_distributions, curve_difference, ratio, summarize
from experiments.benchmarks.measuring import Measurement


def search(seconds=1.0, seed=0, **curves):
    """One search; the curves by ``t<number>``."""
    numbered = {int(name[1:]): curve for name, curve in curves.items()}
    return Measurement(seed=seed, n_trials=2, seconds=seconds, process_seconds=2 * seconds, peak_bytes=1_000, curves=numbered)


def test_the_ratio_is_the_median_over_repeats_of_their_seconds_over_ours():
    theirs = [search(4.0, 0), search(30.0, 1), search(6.0, 3)]
    ours = [search(2.0, 0), search(3.0, 1), search(1.0, 2), search(2.0, 3)]
    assert ratio(theirs, ours) == 3
    assert ratio(theirs[:1], ours[1:]) is None


def test_curves_are_compared_after_averaging_over_repeats():
    ours = [search(t0=(1.0, 2.0)), search(t0=(3.0, 2.0))]
    recipe = [search(t0=(2.0, 1.0)), search(t0=(2.0, 2.0))]
    assert curve_difference(ours, recipe) == 0.25  # (2, 2) against (2, 1.5)


def test_trials_that_are_not_finite_are_left_out_of_the_comparison():
    ours, recipe = [search(t0=(1.0,), t1=(math.nan,))], [search(t0=(1.5,), t1=(2.0,))]
    assert curve_difference(ours, recipe) == 0.5
    assert curve_difference(ours, [search(t1=(2.0,))]) is None


def test_distributions_are_equal_within_two_standard_errors():
    near = compare_distributions([search(t0=(9.0, 1.0)), search(t0=(9.0, 3.0))], [search(t0=(9.0, 2.0)), search(t0=(9.0, 4.0))])
    assert near == {"mean_difference": -1, "standard_error": pytest.approx(2**0.5), "is_within_two": True, "n_seeds": 2}
    far = compare_distributions([search(t0=(1.0,)), search(t0=(1.1,))], [search(t0=(2.0,)), search(t0=(2.1,))])
    assert not far["is_within_two"]


def test_one_seed_is_too_few_to_compare_distributions():
    assert compare_distributions([search(t0=(1.0,))], [search(t0=(1.0,))]) is None


def test_the_summary_has_medians_ratios_and_best_values():
    measured = {"iris": {"optuna_tensorflow": [search(8.0, t0=(2.0, 1.0))], "perceptune": [search(2.0, t0=(0.5, 3.0))], "limit": [search(1.0)]}}
    figures = summarize(measured)["iris"]
    assert figures["perceptune"]["seconds_per_trial"] == 1
    assert figures["perceptune"]["trials_per_minute"] == 60
    assert figures["perceptune"]["best_value"] == 0.5
    assert figures["ratio"] == {"optuna_tensorflow": 4, "limit": 0.5}
    assert "best_value" not in figures["limit"]


def test_curves_are_compared_with_those_of_the_recipe():
    measured = {"iris": {"optuna_tensorflow": [search(t0=(1.0,))], "keras_tuner": [search(t0=(2.0,))], "perceptune": [search(t0=(1.5,))]}}
    figures = summarize(measured)["iris"]
    assert [figures[name].get("curve_difference") for name in measured["iris"]] == [None, 1, 0.5]
