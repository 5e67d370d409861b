"""One trial is trained from its assignment to its result."""

import os
import subprocess
import sys
from pathlib import Path

import keras
import numpy as np
import pytest

from search.errors import ExperimentError, UnknownReferenceError
from search.trial import TrialState
from tests.search.training import builders
from tests.search.training.conftest import check_builder, make_arrays, make_experiment
from tests.search.training.references import saved_outputs

TRAINERS = pytest.mark.parametrize("trainer", ["keras", "compiled"])


@TRAINERS
def test_the_saved_model_has_the_weights_of_the_best_epoch(train, trainer):
    arrays = make_arrays(n_train=40)
    result = train("dense", arrays, experiment={"trainer": trainer}, model={"n_neurons": 32}, epochs=60, patience=3, learning_rate=0.1)
    model = keras.models.load_model(result.model_path)
    model.compile(loss="binary_crossentropy")
    measured = model.evaluate(arrays.x_validation, arrays.y_validation, return_dict=True, verbose=0)
    assert result.state is TrialState.COMPLETE
    assert result.best_epoch == len(result.history) - 3 < 57
    assert result.value == result.history[result.best_epoch - 1]["val_loss"] == pytest.approx(measured["loss"], rel=1e-5)


def test_the_eager_trainer_runs_the_code_of_layers_at_each_step_and_computes_the_same(train):
    calls, curves = {}, {}
    for trainer in ("keras", "eager"):
        builders.Traced.n_traced = 0
        result = train("traced", experiment={"trainer": trainer}, epochs=3, batch_size=16)
        assert (result.state, result.trainer) == (TrialState.COMPLETE, trainer)
        calls[trainer], curves[trainer] = builders.Traced.n_traced, result.history
    assert calls["keras"] < calls["eager"] == 3 * 64 // 16
    for got, expected in zip(curves["eager"], curves["keras"], strict=True):
        assert got == pytest.approx(expected, rel=1e-4)


def test_a_model_that_is_no_better_is_not_saved(train, tmp_path):
    assert train(keep_if_better_than=0.0, epochs=1).model_path is None
    assert list(tmp_path.iterdir()) == []


def test_a_saved_model_has_its_outputs_beside_it_and_nothing_else(train, tmp_path):
    result = train(keep_if_better_than=100.0, epochs=1)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["auto.expected.npz", "auto.keras"]
    outputs = keras.models.load_model(result.model_path).predict(make_arrays().x_validation, verbose=0)
    np.testing.assert_allclose(outputs, saved_outputs(result)["outputs"], rtol=1e-5)


@TRAINERS
def test_a_report_that_returns_false_prunes_the_trial(train, trainer, tmp_path):
    result = train(report=lambda report: report.epoch < 2, experiment={"trainer": trainer})
    assert (result.state, len(result.history), result.model_path) == (TrialState.PRUNED, 2, None)
    assert result.value == min(metrics["val_loss"] for metrics in result.history)
    assert list(tmp_path.iterdir()) == []


@TRAINERS
def test_what_the_report_raises_is_not_the_trials_fault(train, trainer):
    def broken(report):
        raise BrokenPipeError("the coordinator is gone")

    with pytest.raises(BrokenPipeError):
        train(report=broken, experiment={"trainer": trainer})


@TRAINERS
def test_a_loss_of_nan_fails_the_trial_at_its_epoch(train, trainer):
    arrays = make_arrays("regression")
    result = train("overflowing", arrays, experiment={"trainer": trainer}, optimizer="sgd", learning_rate=50.0, batch_size=128)
    assert (result.state, result.value, result.best_epoch) == (TrialState.FAILED, None, 0)
    assert result.reason == f"{'loss' if np.isnan(result.history[-1]['loss']) else 'val_loss'} is NaN at epoch {len(result.history)}"
    assert len(result.history) < 5


@pytest.mark.parametrize(
    ("builder", "reason"),
    [
        ("failing", "ValueError: n_neurons=-1 must be positive"),
        ("out_of_memory", "out of memory: Unable to allocate 7 TiB"),
        ("exhausted", "out of memory: RESOURCE_EXHAUSTED: Out of memory while trying to allocate 7 bytes"),
        ("not_a_model", "tests.search.training.builders:not_a_model returned int, expected keras.Model, or what has scikit-learn's fit and predict"),
    ],
)
def test_an_error_of_the_builder_is_the_trials_reason(train, builder, reason):
    result = train(builder)
    assert (result.state, result.reason) == (TrialState.FAILED, reason)
    assert (result.n_parameters, result.device, result.trainer, result.history) == (0, "cpu", "compiled", ())


@pytest.mark.parametrize(
    ("task", "activation", "reason"),
    [
        ("regression", "tanh", 'the last layer\'s activation "tanh" gives values of -1 to 1, but the target has -'),
        ("binary", "linear", "the outputs are no probabilities (logits?), but the loss binary_crossentropy needs them"),
    ],
)
def test_a_trial_whose_output_layer_cannot_give_the_target_fails(train, task, activation, reason):
    result = train("ending_in", make_arrays(task), model={"activation": activation})
    assert (result.state, result.history) == (TrialState.FAILED, ())
    assert result.reason.startswith(reason)


def test_an_interrupt_passes_through(train):
    with pytest.raises(KeyboardInterrupt):
        train("interrupted")


def test_the_same_seed_gives_the_same_result_and_another_seed_another(train):
    first, second, other = (train(model={"dropout": 0.3}, seed=seed).history for seed in (1, 1, 2))
    assert first == second
    assert first[0]["loss"] != pytest.approx(other[0]["loss"], rel=1e-3)


def test_a_binary_task_may_have_two_softmax_outputs(train):
    result = train("two_softmax_outputs", experiment={"metric": "val_accuracy"}, epochs=20, learning_rate=0.2)
    assert result.state is TrialState.COMPLETE
    assert result.value > 0.9


def test_a_metric_that_needs_one_output_is_refused_for_two(train):
    reason = train("two_softmax_outputs", experiment={"metric": "val_auc"}).reason
    assert reason == 'metric "auc" needs a model with one sigmoid output, but it has 2 outputs; use accuracy or loss'


def test_memory_mapped_arrays_are_trained_on(train, tmp_path):
    arrays = make_arrays()
    arrays.save(tmp_path / "arrays")
    assert train(arrays=type(arrays).load(tmp_path / "arrays"), epochs=2).history == train(arrays=arrays, epochs=2).history


@pytest.mark.parametrize(
    ("experiment", "error", "message"),
    [
        ({"builder": "denze"}, UnknownReferenceError, 'did you mean "dense"'),
        ({"builder": "NOT_A_FUNCTION"}, ExperimentError, "function"),
        ({"space": {"model": {"n_neuron": 3}}}, ExperimentError, 'did you mean "n_neurons"'),
        ({"metric": "val_acuracy"}, ExperimentError, 'did you mean "val_accuracy"'),
    ],
)
def test_a_builder_that_cannot_be_called_is_refused_before_training(experiment, error, message):
    with pytest.raises(error, match=message):
        check_builder(make_experiment(**experiment), make_arrays())


def test_a_builder_that_can_be_called_is_accepted():
    check_builder(make_experiment(space={"model": {"n_neurons": 3}}), make_arrays())


@pytest.mark.slow
def test_compiled_training_on_another_backend_is_refused():
    program = """
import pytest
from search.errors import ExperimentError
from search.training.trainers import choose_trainer
from tests.search.training import builders
from tests.search.training.conftest import check_builder, make_arrays, make_experiment
from tests.search.training.references import saved_outputs
assert choose_trainer(make_experiment()) == "keras"
with pytest.raises(ExperimentError, match="needs the backend tensorflow or jax, but Keras runs on numpy"):
    choose_trainer(make_experiment(trainer="compiled"))
"""
    environment = os.environ | {"KERAS_BACKEND": "numpy", "PYTHONPATH": str(Path.cwd())}
    done = subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_a_coordinator_may_import_it_without_keras():
    program = "import sys, search.training.run; sys.exit(bool({'keras', 'tensorflow'} & sys.modules.keys()))"
    assert subprocess.run([sys.executable, "-c", program], env=os.environ | {"PYTHONPATH": str(Path.cwd())}, check=False).returncode == 0
