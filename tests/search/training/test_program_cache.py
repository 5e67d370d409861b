"""Trials that differ in values only are trained by one program."""

import numpy as np
import pytest

from search.experiment.settings import TrainingSettings
from search.training.context import TrainingContext
from search.training.program_cache import MOST_PROGRAMS, programs_of
from search.training.run import train_trial
from search.trial import Assignment
from tests.search.training.conftest import make_arrays, make_experiment

ARRAYS = make_arrays()


def train(experiment, tmp_path, seed=1, model=None, **settings):
    assignment = Assignment(
        number=0,
        params={},
        model_arguments={"dropout": 0.3, "normalization": True} if model is None else model,
        training=TrainingSettings(**({"epochs": 2} | settings)),
        seed=seed,
        is_prunable=False,
        keep_if_better_than=None,
        model_path=str(tmp_path / "models" / "0"),
    )
    return train_trial(TrainingContext(experiment, ARRAYS), assignment, lambda _: True)


def n_programs(experiment):
    return len(programs_of(TrainingContext(experiment, ARRAYS)))


VALUES = [{"seed": 2}, {"learning_rate": 0.1}, {"epochs": 3}, {"schedule": "cosine"}, {"model": {"dropout": 0.5, "normalization": True}}]


@pytest.mark.parametrize("changes", VALUES, ids=str)
def test_a_value_needs_no_program_of_its_own_and_changes_what_it_should(changes, tmp_path):
    experiment = make_experiment()
    first = train(experiment, tmp_path)
    second = train(experiment, tmp_path, **changes)
    assert n_programs(experiment) == 1
    assert second.history == train(make_experiment(), tmp_path, **changes).history  # by a program of its own
    assert second.history != first.history


@pytest.mark.parametrize("changes", [{"batch_size": 16}, {"optimizer": "sgd"}, {"model": {"normalization": True}}, {"loss": "hinge"}], ids=str)
def test_what_is_computed_otherwise_has_another_program(changes, tmp_path):
    experiment = make_experiment()
    train(experiment, tmp_path)
    train(experiment, tmp_path, **changes)
    assert n_programs(experiment) == 2


def test_a_builder_that_draws_its_architecture_has_a_program_for_each(tmp_path):
    experiment = make_experiment("random_regularizer")
    results = [train(experiment, tmp_path, seed=seed, model={}) for seed in (1, 2, 1)]
    assert n_programs(experiment) == 2
    assert results[0].history == results[2].history != results[1].history


def test_a_layer_that_does_not_tell_its_numbers_has_a_program_for_each(tmp_path):
    experiment = make_experiment("scaled")
    results = [train(experiment, tmp_path, model={"factor": factor}) for factor in (1.0, 3.0, 1.0)]
    assert n_programs(experiment) == 2
    assert results[0].history == results[2].history != results[1].history


def test_a_model_that_is_kept_does_not_change_with_later_trials(tmp_path):
    experiment = make_experiment()
    train(experiment, tmp_path)
    with np.load(tmp_path / "models" / "0.expected.npz") as kept:
        first = kept["outputs"]
    train(experiment, tmp_path, seed=9)
    train(experiment, tmp_path)
    with np.load(tmp_path / "models" / "0.expected.npz") as kept:
        np.testing.assert_array_equal(kept["outputs"], first)


def test_programs_that_are_not_used_are_given_up(tmp_path):
    experiment = make_experiment()
    for n_neurons in range(1, MOST_PROGRAMS + 3):
        train(experiment, tmp_path, epochs=1, model={"n_neurons": n_neurons, "dropout": 0.1})
    assert n_programs(experiment) == MOST_PROGRAMS
