"""On JAX one program serves trials that differ in values, and is traced once; `test_jax.py` runs this file."""

import keras
import numpy as np
import pytest

from search.training.compiled.base import EpochSizes
from search.training.compiled.runtime_values import Values
from tests.search.training.builders import Traced, ending_in
from tests.search.training.conftest import make_arrays, make_assignment, make_experiment, programs_of, train_trial
from tests.search.training.references import assert_same_curves

pytestmark = pytest.mark.skipif(keras.config.backend() != "jax", reason="for JAX")


def test_one_program_that_is_traced_once_gives_trials_that_differ_in_values_the_curves_of_fit(fit, tmp_path):
    experiment, arrays, traced = make_experiment("traced"), make_arrays(n_train=70), []
    given = []
    for number, weight_decay in enumerate([0.1, 0.01, 0.1]):  # the third like the first
        settings = {"batch_size": 16, "learning_rate": weight_decay / 10, "weight_decay": weight_decay}
        given.append(make_assignment(tmp_path / str(number), number=number, seed=7 + number % 2, training=settings))
    results = []
    Traced.n_traced = 0
    for assignment in given:
        results.append(train_trial(experiment, assignment, arrays))
        traced.append(Traced.n_traced)
    assert [(result.reason, result.trainer) for result in results] == [("", "compiled")] * 3
    assert len(programs_of(experiment, arrays)) == 1
    assert results[0].history == results[2].history != results[1].history
    references = [fit(experiment, assignment, arrays) for assignment in given]
    assert 0 < traced[0] == traced[2] < Traced.n_traced - traced[2]  # fit traces each trial for itself
    assert_same_curves(results, references)


def test_the_learning_rate_is_found_where_another_variable_has_its_value():
    from search.training.compiled.jax_epoch import build_epoch_program

    arrays, model = make_arrays(), ending_in((5,), 1)
    model.compile(keras.optimizers.SGD(1.0), "mean_squared_error")
    model.optimizer.build(model.trainable_variables)
    model.optimizer.iterations.assign(1)
    model.compute_metrics(arrays.x_train, arrays.y_train, model(arrays.x_train))
    before, training, validation = model.get_weights(), (arrays.x_train, arrays.y_train), (arrays.x_validation, arrays.y_validation)
    run = build_epoch_program(model, Values(model), EpochSizes(16, 32))
    orders, rates = np.arange(64, dtype=np.int32)[np.newaxis], np.zeros(1, np.float32)
    run(*(keras.tree.map_structure(keras.ops.convert_to_tensor, part) for part in (training, validation)), orders, rates, 1, 16)
    assert all(np.array_equal(*pair) for pair in zip(before, model.get_weights(), strict=True))
    assert int(model.optimizer.iterations) == 5
