"""On JAX one program serves trials that differ in values, and is traced once; `test_jax.py` runs this file."""

import keras
import pytest

from tests.search.training.builders import Traced
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
