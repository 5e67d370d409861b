"""Any model trains on JAX side by side with others of its architecture as Keras' own fit trains each alone."""

import keras
import numpy as np
import pytest

from search.training.compiled.device_data import Tensors
from search.training.context import TrainingContext
from search.training.vectorized.builders import build_copies
from tests.search.training.conftest import make_arrays, make_experiment
from tests.search.training.side_by_side import Side

pytestmark = pytest.mark.skipif(keras.config.backend() != "jax", reason="JAX vectorizes any model")


@pytest.fixture(scope="module", params=[("normalized_convolution", (6, 6, 1)), ("traced", (5,))], ids=["convolution", "dense"])
def case(request, tmp_path_factory):
    builder, shape = request.param
    experiment = make_experiment(builder, trainer="keras", metrics=["auc"])
    side = Side(experiment, make_arrays("binary", shape=shape), tmp_path_factory.mktemp("fit"))
    trials = [side.trial(number, {}, batch_size=16, optimizer="adam") for number in range(4)]
    return side, trials, build_copies(side.build(trials[0]), 4, TrainingContext(experiment, side.arrays), trials[0].training, Tensors())


def test_each_trains_as_alone_though_another_leaves_and_one_joins(case):
    side, (first, second, leaving, joining), population = case
    slots = {0: first, 1: second, 3: leaving}
    side.hold(population, slots)
    early = side.train(population, slots, [1, 2])
    side.hold(population, {3: joining})
    late = side.train(population, {0: first, 1: second}, [3])
    side.assert_as_fit(first, early[0] + late[0], population.weights(0))
    side.assert_as_fit(second, early[1] + late[1], population.weights(1))
    side.assert_as_fit(joining, side.train(population, {3: joining}, [1, 2, 3])[3], population.weights(3))


def test_a_slot_that_does_nothing_keeps_its_state(case):
    side, (first, second, *_), population = case
    side.hold(population, {0: first, 1: second})
    side.train(population, {0: first}, [1])
    for given, kept in zip(side.build(second).get_weights(), population.weights(1), strict=True):
        np.testing.assert_array_equal(kept, given)


def test_a_slot_without_numbers_spoils_no_other(case):
    side, (first, *_), population = case
    bad = side.trial(5, {}, batch_size=16, optimizer="adam", learning_rate=1e38)
    side.hold(population, {0: bad, 1: first})
    side.assert_as_fit(first, side.train(population, {0: bad, 1: first}, [1, 2, 3])[1])
