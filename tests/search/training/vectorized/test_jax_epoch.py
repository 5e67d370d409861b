"""Any model trains on JAX together with others of its architecture as Keras' own `fit` trains each alone."""

import keras
import numpy as np
import pytest

from search.training.compiled.device_data import Tensors
from search.training.vectorized.builders import build_copies
from tests.search.training.conftest import make_arrays, make_experiment
from tests.search.training.population_comparison import Comparison

pytestmark = pytest.mark.skipif(keras.config.backend() != "jax", reason="JAX vectorizes any model; test_jax.py runs this file")


@pytest.fixture(scope="module")
def case(fit):
    experiment = make_experiment("normalized_convolution")
    comparison = Comparison(experiment, make_arrays("binary", 70, shape=(6, 6, 1)), fit)
    trials = [comparison.trial(number, {}, batch_size=16, optimizer="adam") for number in range(3)]
    return comparison, trials, build_copies(comparison.build(trials[0]), 4, comparison.context, trials[0].training, Tensors())


def test_each_trains_as_alone_though_another_leaves_and_one_joins(case):
    comparison, (first, leaving, joining), population = case
    slots = {0: first, 3: leaving}
    comparison.hold(population, slots)
    early = comparison.train(population, slots, [1, 2])
    comparison.hold(population, {3: joining})
    late = comparison.train(population, {0: first}, [3])
    comparison.assert_as_fit(first, early[0] + late[0], population.weights(0))
    comparison.assert_as_fit(joining, comparison.train(population, {3: joining}, [1, 2, 3])[3], population.weights(3))


def test_a_slot_that_does_nothing_keeps_its_state(case):
    comparison, (first, second, *_), population = case
    comparison.hold(population, {0: first, 1: second})
    comparison.train(population, {0: first}, [1])
    for given, kept in zip(comparison.build(second).get_weights(), population.weights(1), strict=True):
        np.testing.assert_array_equal(kept, given)


def test_a_slot_without_numbers_spoils_no_other(case):
    comparison, (first, *_), population = case
    bad = comparison.trial(5, {}, batch_size=16, optimizer="adam", learning_rate=1e38)
    comparison.hold(population, {0: bad, 1: first})
    comparison.assert_as_fit(first, comparison.train(population, {0: bad, 1: first}, [1, 2, 3])[1])
