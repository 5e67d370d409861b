"""Trials that differ in values only are trained by one program."""

import numpy as np
import pytest

from search.training.program_cache import MOST_PROGRAMS
from tests.search.training.conftest import make_arrays, make_assignment, make_experiment, program_names, programs_of, train_trial
from tests.search.training.references import saved_outputs

ARRAYS = make_arrays()
MODEL = {"dropout": 0.3, "normalization": True}


def assignment(folder="models", seed=1, model=None, **settings):
    return make_assignment(f"{folder}/model", seed=seed, model_arguments=MODEL if model is None else model, training={"epochs": 2} | settings)


def n_programs(experiment):
    return len(programs_of(experiment, ARRAYS))


VALUES = [{"seed": 2}, {"learning_rate": 0.1}, {"epochs": 3}, {"schedule": "cosine"}, {"model": MODEL | {"dropout": 0.5}}]


@pytest.mark.slow
def test_values_need_no_program_of_their_own_and_change_what_they_should(tmp_path):
    experiment = make_experiment()
    first = train_trial(experiment, assignment(tmp_path), ARRAYS)
    outputs = saved_outputs(first)["outputs"]
    for number, change in enumerate(VALUES):
        assert train_trial(experiment, assignment(tmp_path / str(number), **change), ARRAYS).history != first.history
    every_change = {name: value for change in VALUES for name, value in change.items()}
    last = train_trial(experiment, assignment(tmp_path / "last", **every_change), ARRAYS)
    assert n_programs(experiment) == 1
    assert last.history == train_trial(make_experiment(), assignment(tmp_path / "alone", **every_change), ARRAYS).history
    np.testing.assert_array_equal(saved_outputs(first)["outputs"], outputs)  # the saved model does not change with later trials
    again = train_trial(experiment, assignment(tmp_path), ARRAYS)
    np.testing.assert_array_equal(saved_outputs(again)["outputs"], outputs)


@pytest.mark.parametrize("changes", [{"batch_size": 16}, {"optimizer": "sgd"}, {"model": {"normalization": True}}, {"loss": "hinge"}], ids=str)
def test_what_is_computed_otherwise_has_another_program(changes):
    experiment = make_experiment()
    assert program_names(experiment, ARRAYS, [assignment(), assignment(**changes)]) == ["compiled"] * 2
    assert n_programs(experiment) == 2


@pytest.mark.slow
@pytest.mark.parametrize(
    ("builder", "changes"),
    [("random_regularizer", [{"seed": 2, "model": {}}, {"model": {}}]), ("scaled", [{"model": {"factor": 3.0}}, {"model": {"factor": 1.0}}])],
    ids=["a builder that draws its architecture", "a layer whose configuration lacks its numbers"],
)
def test_models_that_differ_in_more_than_values_have_a_program_each(builder, changes, tmp_path):
    experiment = make_experiment(builder)
    other, first = (assignment(tmp_path, **change) for change in changes)
    results = [train_trial(experiment, given, ARRAYS) for given in (first, other, first)]
    assert n_programs(experiment) == 2
    assert results[0].history == results[2].history != results[1].history


def test_programs_that_are_not_used_are_given_up():
    experiment = make_experiment()
    given = [assignment(model={"n_neurons": n_neurons, "dropout": 0.1}) for n_neurons in range(1, MOST_PROGRAMS + 3)]
    assert program_names(experiment, ARRAYS, given) == ["compiled"] * len(given)
    assert n_programs(experiment) == MOST_PROGRAMS
