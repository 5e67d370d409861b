"""Dense networks that differ in all that they may differ in train together as Keras' own `fit` trains each alone."""

import math
from dataclasses import replace

import numpy as np
import pytest

from search.training.compiled.device_data import Tensors
from search.training.dense.stack import Size, read_stack
from search.training.vectorized.builders import SlotSpec, build_dense_population
from tests.search.training.conftest import make_arrays, make_experiment
from tests.search.training.data_shapes import with_scaled_target
from tests.search.training.population_comparison import Comparison

pytestmark = pytest.mark.slow
SIZE = Size((0, 3), 24, ("elu", "exponential", "relu", "sigmoid", "tanh"))
TRIALS = [
    ({"n_hidden": 3, "n_neurons": 20, "activation": "relu"}, 32),
    ({"n_hidden": 0, "n_neurons": 7, "activation": "tanh"}, 16),
    ({"n_hidden": 1, "n_neurons": 7, "activation": "sigmoid"}, 100),
    ({"n_hidden": 2, "n_neurons": 13, "activation": "elu"}, 13),
]
CASES = {
    "adam, binary": ("binary", ["auc"], {"optimizer": "adam"}, False),
    "rmsprop, regression": ("regression", ["rmse", "r2"], {"optimizer": "rmsprop", "momentum": 0.5}, False),
    "nadam, multiclass, by XLA": ("multiclass", ["top_k_categorical_accuracy"], {"optimizer": "nadam", "weight_decay": 0.01, "clipnorm": 0.5}, True),
}


@pytest.fixture(scope="module", params=CASES)
def case(request, fit):
    """Return the trials with their references, and a population with one slot more than trials."""
    task, metrics, settings, is_xla = CASES[request.param]
    experiment = make_experiment("models.mlp:build_mlp", metrics=metrics)
    arrays = make_arrays(task, 70)
    comparison = Comparison(experiment, with_scaled_target(arrays) if task == "regression" else arrays, fit)
    trials = [comparison.trial(number, arguments, batch_size=batch_size, **settings) for number, (arguments, batch_size) in enumerate(TRIALS)]
    stack = read_stack(comparison.build(trials[0]))
    slots = SlotSpec(SIZE, len(trials) + 1, rows_per_step=16, is_xla=is_xla)
    return comparison, trials, build_dense_population(slots, stack, comparison.context, trials[0].training, Tensors())


def test_each_trains_as_alone(case):
    comparison, trials, population = case
    slots = dict(enumerate(trials, start=1))  # the first one stays empty
    comparison.hold(population, slots)
    for slot, curve in comparison.train(population, slots, range(1, comparison.epochs + 1)).items():
        comparison.assert_as_fit(slots[slot], curve, population.weights(slot))


def test_one_leaves_and_another_joins_in_its_slot(case):
    comparison, (staying, leaving, joining, _), population = case
    comparison.hold(population, {0: staying, 1: leaving})
    first = comparison.train(population, {0: staying, 1: leaving}, [1])
    comparison.hold(population, {1: joining})
    alone = comparison.train(population, {1: joining}, [1])  # the other waits
    both = [comparison.train(population, {0: staying, 1: joining}, [epoch]) for epoch in (2, 3)]
    comparison.assert_as_fit(staying, [*first[0], *(curves[0][0] for curves in both)])
    # The second one has done the epochs 1, 2 and 3 too.
    comparison.assert_as_fit(joining, [*alone[1], *(curves[1][0] for curves in both)], population.weights(1))


def test_a_slot_without_numbers_spoils_no_other(case):
    comparison, trials, population = case
    settings = trials[0].training.model_dump() | {"learning_rate": 1e30}
    bad = comparison.trial(9, {"n_hidden": 2, "n_neurons": 5, "activation": "exponential"}, **settings)
    slots = {0: bad, 1: trials[3], 4: bad}
    comparison.hold(population, slots)
    curves = comparison.train(population, slots, range(1, comparison.epochs + 1))
    assert not math.isfinite(curves[0][-1]["loss"])
    comparison.assert_as_fit(trials[3], curves[1])
    comparison.hold(population, {0: trials[2]})
    comparison.assert_as_fit(trials[2], comparison.train(population, {0: trials[2]}, range(1, comparison.epochs + 1))[0])


def test_the_weights_of_a_slot_are_those_of_the_model_that_was_written_into_it(case):
    comparison, trials, population = case
    comparison.hold(population, dict(enumerate(trials)))
    comparison.train(population, {4: trials[0]}, [1])  # the other slots do nothing
    for slot, trial in enumerate(trials):
        for given, kept in zip(comparison.build(trial).get_weights(), population.weights(slot), strict=True):
            np.testing.assert_array_equal(kept, given)


def test_networks_of_no_hidden_layer_on_inputs_so_wide_that_they_are_validated_in_parts(fit):
    arrays = make_arrays("regression", 70, (15000,))
    arrays = replace(arrays, x_validation=arrays.x_train, y_validation=arrays.y_train)
    comparison = Comparison(make_experiment("models.mlp:build_mlp"), arrays, fit)
    trials = [comparison.trial(number, {"n_hidden": 0, "n_neurons": 4 + number}, batch_size=16, learning_rate=1e-4) for number in range(2)]
    slots = SlotSpec(Size((0, 0), 8, ("relu",)), 5, rows_per_step=16, is_xla=False)
    population = build_dense_population(slots, read_stack(comparison.build(trials[0])), comparison.context, trials[0].training, Tensors())
    comparison.hold(population, dict(enumerate(trials)))
    for slot, curve in comparison.train(population, dict(enumerate(trials)), [1, 2, 3]).items():
        comparison.assert_as_fit(trials[slot], curve, population.weights(slot))
