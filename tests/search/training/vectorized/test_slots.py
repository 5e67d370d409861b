"""Trials on threads train together in one population, each as Keras' own `fit` trains it alone."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import keras
import pytest

from search.training import concurrency
from search.training.vectorized.lockstep import LOCKSTEP
from search.training.vectorized.population import Population
from search.trial import TrialState
from tests.search.training.conftest import (
    choose_capacity,
    make_arrays,
    make_assignment,
    make_experiment,
    program_names,
    programs_of,
    train_trial,
)
from tests.search.training.dense.test_planner import SPACE
from tests.search.training.references import assert_same_curves

TRIALS = [  # depth, width, activation, batch size, learning rate
    *((3, 20, "relu", 32, 0.1), (0, 7, "tanh", 16, 0.5), (1, 7, "sigmoid", 100, 0.3)),
    *((2, 13, "elu", 16, 1e30), (1, 20, "relu", 16, 0.2)),
]
SETTINGS = {"epochs": 6, "patience": 2, "optimizer": "sgd", "momentum": 0.9}
ON_TENSORFLOW = keras.config.backend() == "tensorflow"


def assignments(folder, **changes):
    for number, (n_hidden, n_neurons, activation, batch_size, learning_rate) in enumerate(TRIALS):
        arguments = {"n_hidden": n_hidden, "n_neurons": n_neurons, "activation": activation}
        training = SETTINGS | changes | {"batch_size": batch_size, "learning_rate": learning_rate}
        yield make_assignment(folder / str(number), number=number, seed=number, params=arguments, model_arguments=arguments, training=training)


def experiment_of():
    return make_experiment("models.mlp:build_mlp", space=SPACE, search={"n_trials": 20})


def train_together(experiment, arrays, given, n_slots):
    programs_of(experiment, arrays).slots.n_slots = n_slots

    def train(assignment):
        with LOCKSTEP.trial():
            return train_trial(experiment, assignment, arrays)

    with ThreadPoolExecutor(n_slots) as threads:
        return list(threads.map(train, given))


@pytest.mark.slow
def test_more_trials_than_slots_end_as_they_do_alone(fit, tmp_path, monkeypatch):
    arrays, n_at_once, run_epoch = make_arrays(n_train=70), [], Population.run_epoch
    monkeypatch.setattr(Population, "run_epoch", lambda *given: n_at_once.append(len(given[1])) or run_epoch(*given))
    alone = [fit(experiment_of(), assignment, arrays) for assignment in assignments(tmp_path)]
    together = train_together(experiment_of(), arrays, assignments(tmp_path), 3)
    assert {result.trainer for result in together if result.value is not None} == {"population"}
    assert max(n_at_once) == 3
    assert [result.state for result in alone] == [TrialState.COMPLETE] * 3 + [TrialState.FAILED, TrialState.COMPLETE]
    assert len({len(result.history) for result in alone}) > 1
    for expected, got in zip(alone, together, strict=True):
        assert (got.number, got.state, got.reason, got.best_epoch) == (expected.number, expected.state, expected.reason, expected.best_epoch)
    assert_same_curves(together, alone, abs=1e-5, nan_ok=True)


@pytest.mark.slow
def test_trials_one_after_the_other_share_what_the_backend_has_for_networks_of_any_size(fit, tmp_path):
    experiment, arrays = experiment_of(), make_arrays(n_train=70)
    given = [assignment for assignment in assignments(tmp_path) if assignment.training.learning_rate < 1]
    shared = [train_trial(experiment, assignment, arrays) for assignment in given]
    programs = programs_of(experiment, arrays)
    assert {result.trainer for result in shared} == {"elastic" if ON_TENSORFLOW else "population"}
    assert len(programs) + len(programs.slots.populations) == 1
    assert_same_curves(shared, [fit(experiment, assignment, arrays) for assignment in given], abs=1e-5)


@pytest.mark.slow
def test_trials_of_other_values_share_one_population(fit, tmp_path):
    experiment, arrays = experiment_of(), make_arrays("multiclass")
    settings = {"optimizer": "rmsprop", "epochs": 3, "learning_rate": 0.02}
    values = [
        {"momentum": 0.9, "rho": 0.5, "weight_decay": 0.2, "label_smoothing": 0.4},
        {"momentum": 0.5, "rho": 0.99, "weight_decay": 0.01, "label_smoothing": 0.1, "shuffle": False, "batch_size": "all"},
    ]
    first, *_ = assignments(tmp_path)
    given = [
        replace(first, number=number, seed=number, training=first.training.model_copy(update=settings | value)) for number, value in enumerate(values)
    ]
    together = train_together(experiment, arrays, given, 2)
    assert [(result.reason, result.trainer) for result in together] == [("", "population")] * 2
    assert len(programs_of(experiment, arrays).slots.populations) == 1
    assert_same_curves(together, [fit(experiment, assignment, arrays) for assignment in given], abs=1e-5)


for_jax = pytest.mark.skipif(ON_TENSORFLOW, reason="JAX vectorizes any model; test_jax.py runs this test")


def names_and_populations(folder, builder, task="binary", arguments=None, **settings):
    """Return the programs that two trials of a fixed model and different seeds would be trained by, and the number of their populations."""
    experiment, arrays = make_experiment(builder), make_arrays(task)
    first, second, *_ = assignments(folder, epochs=3, patience=0)
    training = first.training.model_copy(update={"optimizer": "sgd", "momentum": 0.0, "learning_rate": 0.01} | settings)
    programs_of(experiment, arrays).slots.n_slots = 2
    given = [replace(trial, model_arguments=arguments or {}, training=training) for trial in (first, second)]
    return program_names(experiment, arrays, given), len(programs_of(experiment, arrays).slots.populations)


COPIES = (["compiled"] * 2, 0) if ON_TENSORFLOW else (["population"] * 2, 1)
FIXED = [
    *(("binary", {"optimizer": "adafactor"}), ("regression", {"loss": "root_mean_squared_error"})),
    *(("binary", {"loss": "dice"}), ("binary", {"loss": "tversky"}), ("binary", {"class_weight": "balanced"})),
]


@pytest.mark.parametrize(("task", "settings"), FIXED, ids=lambda given: str(next(iter(given.values()))) if isinstance(given, dict) else "")
def test_networks_that_padding_would_change_are_not_padded(task, settings, tmp_path):
    assert names_and_populations(tmp_path, "dense", task, **settings) == COPIES


@for_jax
def test_models_that_differ_by_their_seed_have_populations_of_their_own(tmp_path):
    assert names_and_populations(tmp_path, "random_regularizer") == (["population"] * 2, 2)


@for_jax
@pytest.mark.parametrize(("builder", "arguments"), [("scaled", {"factor": 3.0}), ("subclassed", None)])
def test_a_model_that_a_clone_would_change_has_no_population(builder, arguments, tmp_path):
    assert names_and_populations(tmp_path, builder, arguments=arguments) == (["compiled"] * 2, 0)


def test_populations_share_the_data_on_the_device(tmp_path):
    experiment, arrays = experiment_of(), make_arrays()
    programs_of(experiment, arrays).slots.n_slots = 2
    given = [next(assignments(tmp_path, optimizer=optimizer, momentum=0.0)) for optimizer in ("sgd", "adam")]
    assert program_names(experiment, arrays, given) == ["population"] * 2
    one, other = programs_of(experiment, arrays).slots.populations
    assert one.data[0][0] is other.data[0][0]


@pytest.mark.slow
def test_a_population_that_fails_is_given_up_and_the_next_trial_finds_all_slots_free(tmp_path, monkeypatch):
    experiment, arrays = experiment_of(), make_arrays()
    given = list(assignments(tmp_path, epochs=2))[:2]
    with monkeypatch.context() as context:
        context.setattr(Population, "load", lambda *_: 1 / 0)  # a slot that cannot hold a trial: it trains alone
        (alone,) = train_together(experiment, arrays, given[:1], 2)
        assert (alone.reason, alone.trainer) == ("", "elastic" if ON_TENSORFLOW else "compiled")
    assert [(result.reason, result.trainer) for result in train_together(experiment, arrays, given, 2)] == [("", "population")] * 2
    (population,) = programs_of(experiment, arrays).slots.populations
    monkeypatch.setattr(population, "_run", lambda *_: 1 / 0)
    assert [result.reason for result in train_together(experiment, arrays, given[:1], 2)] == ["ZeroDivisionError: division by zero"]
    assert [(result.reason, result.trainer) for result in train_together(experiment, arrays, given, 2)] == [("", "population")] * 2


def test_on_a_cpu_one_trial_is_trained_at_a_time():
    assert choose_capacity(experiment_of(), make_arrays()) == 1


@pytest.mark.slow
def test_the_number_of_slots_is_measured(monkeypatch, tmp_path):
    """On a CPU, as if it were a GPU: what is measured is real."""
    experiment, arrays = experiment_of(), make_arrays()
    monkeypatch.setattr(concurrency, "device_name", lambda: "gpu:0")
    monkeypatch.setattr(concurrency, "SIZES", (2,))
    monkeypatch.setattr(concurrency, "LEAST_GAIN", 1e9)  # over a trial alone
    assert choose_capacity(experiment, arrays) == programs_of(experiment, arrays).slots.n_slots == 1
    monkeypatch.setattr(concurrency, "LEAST_GAIN", 0.0)
    assert choose_capacity(experiment, arrays) == programs_of(experiment, arrays).slots.n_slots == 2
    assert train_together(experiment, arrays, list(assignments(tmp_path, epochs=1))[:1], 2)[0].trainer == "population"
    monkeypatch.setattr(concurrency, "TRIALS_PART", 0.05)  # one of 20
    assert choose_capacity(experiment, arrays) == 1
    monkeypatch.setattr(concurrency, "TRIALS_PART", 1.0)
    monkeypatch.setattr(concurrency, "MEMORY_PART", 0.0)
    assert choose_capacity(experiment, arrays) == 1
