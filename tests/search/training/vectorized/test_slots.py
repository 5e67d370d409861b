"""Trials on threads train side by side in one population, each as Keras' own fit trains it alone."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import keras
import pytest

from search.experiment.settings import TrainingSettings
from search.training import concurrency
from search.training.context import TrainingContext
from search.training.program_cache import programs_of
from search.training.run import choose_capacity, train_trial
from search.training.vectorized.lockstep import LOCKSTEP
from search.training.vectorized.population import Population
from search.trial import Assignment, TrialState
from tests.search.training.conftest import make_arrays, make_experiment
from tests.search.training.dense.test_planner import SPACE

TRIALS = [  # depth, width, activation, batch size, learning rate
    *((3, 20, "relu", 32, 0.1), (0, 7, "tanh", 16, 0.5), (1, 7, "sigmoid", 100, 0.3)),
    *((2, 13, "elu", 16, 1e30), (3, 2, "tanh", 32, 0.03), (1, 20, "relu", 16, 0.2)),
]
SETTINGS = {"epochs": 8, "patience": 2, "optimizer": "sgd", "momentum": 0.9}


def assignments(folder, **changes):
    for number, (n_hidden, n_neurons, activation, batch_size, learning_rate) in enumerate(TRIALS):
        arguments = {"n_hidden": n_hidden, "n_neurons": n_neurons, "activation": activation}
        yield Assignment(
            number=number,
            params=arguments,
            model_arguments=arguments,
            training=TrainingSettings(**(SETTINGS | changes), batch_size=batch_size, learning_rate=learning_rate),
            seed=number,
            is_prunable=False,
            keep_if_better_than=None,
            model_path=str(folder / str(number)),
        )


def experiment_of(trainer):
    return make_experiment("models.mlp:build_mlp", trainer=trainer, space=SPACE, search={"n_trials": 20})


def train_together(experiment, arrays, given, n_slots):
    programs_of(TrainingContext(experiment, arrays)).slots.n_slots = n_slots

    def train(assignment):
        with LOCKSTEP.trial():
            return train_trial(TrainingContext(experiment, arrays), assignment, lambda _: True)

    with ThreadPoolExecutor(n_slots) as threads:
        return list(threads.map(train, given))


def test_more_trials_than_slots_end_as_they_do_alone(tmp_path, monkeypatch):
    arrays, n_at_once, run_epoch = make_arrays(), [], Population.run_epoch
    monkeypatch.setattr(Population, "run_epoch", lambda *given: n_at_once.append(len(given[1])) or run_epoch(*given))
    alone = [train_trial(TrainingContext(experiment_of("keras"), arrays), assignment, lambda _: True) for assignment in assignments(tmp_path)]
    together = train_together(experiment_of("auto"), arrays, assignments(tmp_path), 4)
    assert {result.trainer for result in together if result.value is not None} == {"population"}
    assert max(n_at_once) == 4
    assert [result.state for result in alone] == [TrialState.COMPLETE] * 3 + [TrialState.FAILED] + [TrialState.COMPLETE] * 2
    assert len({len(result.history) for result in alone}) > 1
    for expected, got in zip(alone, together, strict=True):
        assert (got.number, got.state, got.reason, got.best_epoch) == (expected.number, expected.state, expected.reason, expected.best_epoch)
        for expected_metrics, metrics in zip(expected.history, got.history, strict=True):
            assert metrics == pytest.approx(expected_metrics, rel=1e-4, abs=1e-5, nan_ok=True)


def test_one_by_one_they_share_what_the_backend_has_for_networks_of_any_size(tmp_path):
    experiment, arrays = experiment_of("auto"), make_arrays()
    given = [assignment for assignment in assignments(tmp_path) if assignment.training.learning_rate < 1]
    alone = [train_trial(TrainingContext(experiment_of("keras"), arrays), assignment, lambda _: True) for assignment in given]
    shared = [train_trial(TrainingContext(experiment, arrays), assignment, lambda _: True) for assignment in given]
    programs = programs_of(TrainingContext(experiment, arrays))
    assert {result.trainer for result in shared} == {{"tensorflow": "elastic", "jax": "population"}[keras.config.backend()]}
    assert len(programs) + len(programs.slots.populations) == 1
    for expected, got in zip(alone, shared, strict=True):
        assert len(got.history) == len(expected.history)
        for expected_metrics, metrics in zip(expected.history, got.history, strict=True):
            assert metrics == pytest.approx(expected_metrics, rel=1e-4, abs=1e-5)


VALUES = {
    "weight decay, smoothing": (
        "multiclass",
        {"optimizer": "adam"},
        [{"weight_decay": d, "label_smoothing": s} for d, s in ((0.2, 0.4), (0.01, 0.1))],
    ),
    "momentum": ("regression", {"optimizer": "rmsprop"}, [{"momentum": 0.9}, {"momentum": 0.5}]),
}


@pytest.mark.parametrize(("task", "settings", "values"), VALUES.values(), ids=VALUES)
def test_trials_of_other_values_sit_in_one_population(task, settings, values, tmp_path):
    experiment, arrays = experiment_of("auto"), make_arrays(task)
    settings |= {"epochs": 3, "momentum": 0.0, "learning_rate": 0.02}
    first, *_ = assignments(tmp_path)
    given = [
        replace(first, number=number, seed=number, training=first.training.model_copy(update=settings | value)) for number, value in enumerate(values)
    ]
    alone = [train_trial(TrainingContext(experiment_of("keras"), arrays), assignment, lambda _: True) for assignment in given]
    together = train_together(experiment, arrays, given, 2)
    assert [(result.reason, result.trainer) for result in together] == [("", "population")] * 2
    assert len(programs_of(TrainingContext(experiment, arrays)).slots.populations) == 1
    for expected, got in zip(alone, together, strict=True):
        for expected_metrics, metrics in zip(expected.history, got.history, strict=True):
            assert metrics == pytest.approx(expected_metrics, rel=1e-4, abs=1e-5)


def assert_as_fit(builder, task, folder, arguments=None, **settings):
    """Train two trials of a fixed model at once and by fit, compare their curves, and return the trainers."""
    arrays = make_arrays(task)
    first, second, *_ = assignments(folder, epochs=3, patience=0)
    training = first.training.model_copy(update={"optimizer": "sgd", "momentum": 0.0, "learning_rate": 0.01} | settings)
    given = [replace(trial, model_arguments=arguments or {}, training=training) for trial in (first, second)]
    alone = [train_trial(TrainingContext(make_experiment(builder, trainer="keras"), arrays), trial, lambda _: True) for trial in given]
    together = train_together(make_experiment(builder), arrays, given, 2)
    assert [result.reason for result in together] == ["", ""]
    for expected, got in zip(alone, together, strict=True):
        for expected_metrics, metrics in zip(expected.history, got.history, strict=True):
            assert metrics == pytest.approx(expected_metrics, rel=1e-4, abs=1e-5)
    return {result.trainer for result in together}


COPIES = {"tensorflow": {"compiled"}, "jax": {"population"}}[keras.config.backend()]
FIXED = [
    *(("binary", {"optimizer": "adafactor"}), ("regression", {"loss": "root_mean_squared_error"})),
    *(("binary", {"loss": "dice"}), ("binary", {"loss": "tversky"})),
]


@pytest.mark.parametrize(("task", "settings"), FIXED, ids=lambda given: str(next(iter(given.values()))) if isinstance(given, dict) else "")
def test_networks_that_padding_would_change_are_not_padded(task, settings, tmp_path):
    assert assert_as_fit("dense", task, tmp_path, **settings) == COPIES


def test_models_that_differ_by_their_seed_sit_in_populations_of_their_own(tmp_path):
    assert assert_as_fit("random_regularizer", "binary", tmp_path) == COPIES


@pytest.mark.parametrize(("builder", "arguments"), [("scaled", {"factor": 3.0}), ("subclassed", None)])
def test_a_model_that_a_clone_would_change_has_no_population(builder, arguments, tmp_path):
    assert assert_as_fit(builder, "binary", tmp_path, arguments) == {"compiled"}


def test_populations_share_the_data_on_the_device(tmp_path):
    experiment, arrays = experiment_of("auto"), make_arrays()
    for optimizer in ("sgd", "adam"):
        train_together(experiment, arrays, list(assignments(tmp_path, epochs=1, optimizer=optimizer, momentum=0.0))[:1], 2)
    one, other = programs_of(TrainingContext(experiment, arrays)).slots.populations
    assert one.data[0][0] is other.data[0][0]


def test_a_trial_that_a_slot_cannot_hold_trains_alone_and_the_next_finds_all_slots_free(tmp_path, monkeypatch):
    experiment, arrays = experiment_of("auto"), make_arrays()
    given = list(assignments(tmp_path, epochs=2))[:2]
    with monkeypatch.context() as context:
        context.setattr(Population, "load", lambda *_: 1 / 0)
        (alone,) = train_together(experiment, arrays, given[:1], 2)
        assert (alone.reason, alone.trainer) == ("", {"tensorflow": "elastic", "jax": "compiled"}[keras.config.backend()])
    assert [(result.reason, result.trainer) for result in train_together(experiment, arrays, given, 2)] == [("", "population")] * 2


def test_a_population_that_cannot_be_computed_is_given_up(tmp_path, monkeypatch):
    experiment, arrays = experiment_of("auto"), make_arrays()
    given = list(assignments(tmp_path, epochs=2))[:2]
    assert train_together(experiment, arrays, given[:1], 2)[0].trainer == "population"
    (population,) = programs_of(TrainingContext(experiment, arrays)).slots.populations
    monkeypatch.setattr(population, "_run", lambda *_: 1 / 0)
    assert [result.reason for result in train_together(experiment, arrays, given[:1], 2)] == ["ZeroDivisionError: division by zero"]
    assert [(result.reason, result.trainer) for result in train_together(experiment, arrays, given, 2)] == [("", "population")] * 2


def test_on_a_cpu_one_trial_is_trained_at_a_time():
    assert choose_capacity(TrainingContext(experiment_of("auto"), make_arrays())) == 1


def test_the_number_of_slots_is_measured(monkeypatch, tmp_path):
    """On a CPU, as if it were a GPU: what is measured is real."""
    experiment, arrays = experiment_of("auto"), make_arrays()
    monkeypatch.setattr(concurrency, "device_name", lambda: "gpu:0")
    monkeypatch.setattr(concurrency, "SIZES", (2,))
    monkeypatch.setattr(concurrency, "LEAST_GAIN", 1e9)  # over a trial alone
    assert choose_capacity(TrainingContext(experiment, arrays)) == programs_of(TrainingContext(experiment, arrays)).slots.n_slots == 1
    monkeypatch.setattr(concurrency, "LEAST_GAIN", 0.0)
    assert choose_capacity(TrainingContext(experiment, arrays)) == programs_of(TrainingContext(experiment, arrays)).slots.n_slots == 2
    assert train_together(experiment, arrays, list(assignments(tmp_path, epochs=1))[:1], 2)[0].trainer == "population"
    monkeypatch.setattr(concurrency, "TRIALS_PART", 0.05)  # one of 20
    assert choose_capacity(TrainingContext(experiment, arrays)) == 1
    monkeypatch.setattr(concurrency, "TRIALS_PART", 1.0)
    monkeypatch.setattr(concurrency, "MEMORY_PART", 0.0)
    assert choose_capacity(TrainingContext(experiment, arrays)) == 1
