"""Both trainers compute the same."""

from dataclasses import replace
from pathlib import Path

import keras
import numpy as np
import pytest

from search.data.arrays import TrainingArrays
from search.experiment.settings import TrainingSettings
from search.training.batching import epoch_order
from search.training.compiled.program import Program
from search.training.context import TrainingContext
from search.training.model.building import build_model
from search.training.program_cache import Programs
from search.trial import Assignment, TrialState
from tests.search.training.conftest import make_arrays, make_experiment

IMAGES = make_arrays("multiclass", 40, (8, 8, 1))
SEQUENCES = make_arrays("binary", 40, (6, 3))


def by_input(arrays: TrainingArrays) -> TrainingArrays:
    def split(x):
        return {"left": x[:, :2], "right": x[:, 2:]}

    return replace(arrays, x_train=split(arrays.x_train), x_validation=split(arrays.x_validation))


def by_output(arrays: TrainingArrays) -> TrainingArrays:
    def twice(y):
        return {"left": y, "right": -y}

    tasks, n_outputs = dict.fromkeys(("left", "right"), arrays.task), {"left": 1, "right": 1}
    return replace(arrays, y_train=twice(arrays.y_train), y_validation=twice(arrays.y_validation), task=tasks, n_outputs=n_outputs)


def mixed(arrays: TrainingArrays) -> TrainingArrays:
    """Give a regression a second output: whether its target is above 0."""
    by_name = by_output(arrays)
    y_train, y_validation = ({"left": y["left"], "right": (y["left"] > 0).astype("float32")} for y in (by_name.y_train, by_name.y_validation))
    return replace(by_name, y_train=y_train, y_validation=y_validation, task={"left": "regression", "right": "binary"})


TWO_OUTPUTS = {"metric": "val_left_mean_absolute_error", "outputs": {"left": {"weight": 0.75, "metrics": ["r2"]}, "right": {"loss": "hinge"}}}
ALL_BINARY = {"metrics": ["auc", "precision", "recall", "f1_score", "binary_crossentropy"]}
ALL_REGRESSION = {"metrics": ["mse", "rmse", "r2"]}
ALL_MULTICLASS = {"metrics": ["top_k_categorical_accuracy", "categorical_crossentropy"]}
CASES = {
    "dense, partial last batch, nesterov": ("dense", make_arrays(), {"optimizer": "sgd", "momentum": 0.9, "nesterov": True, "learning_rate": 0.1}),
    "dropout, adam, all metrics": ("dense", make_arrays(), {"model": {"dropout": 0.4}, "experiment": ALL_BINARY}),
    "batch normalisation, adamw": ("dense", make_arrays(), {"model": {"normalization": True}, "optimizer": "adamw", "weight_decay": 0.01}),
    "L2, rmsprop": ("dense", make_arrays(), {"model": {"l2": 0.01}, "optimizer": "rmsprop", "momentum": 0.5}),
    "batch larger than the data, clipped": ("dense", make_arrays(), {"batch_size": 128, "clipnorm": 0.01}),
    "no partial batch, learning rate falls": ("dense", make_arrays(n_train=64), {"schedule": "exponential", "decay_epochs": 2, "weight_decay": 0.1}),
    "multiclass": ("dense", make_arrays("multiclass"), {"experiment": ALL_MULTICLASS}),
    "multiclass, smoothed, one column a class": (
        *("dense", make_arrays("multiclass")),
        {"label_smoothing": 0.1, "experiment": ALL_MULTICLASS},
    ),
    "regression": ("dense", make_arrays("regression"), {"experiment": ALL_REGRESSION, "optimizer": "muon"}),
    "two inputs": ("two_inputs", by_input(make_arrays()), {}),
    # Full batches only: of a partial batch fit counts the losses of single outputs as if it were a full one (the total
    # is right), since Keras reads the number of rows from a shape that fit leaves open (CompileLoss.call).
    "two outputs": ("two_outputs", by_output(make_arrays("regression", n_train=64)), {}),
    "a regression and a classification, weighted": ("two_outputs", mixed(make_arrays("regression", n_train=64)), {"experiment": TWO_OUTPUTS}),
    "a list of outputs": ("listed_outputs", mixed(make_arrays("regression", n_train=64)), {"experiment": TWO_OUTPUTS}),
    "one named output": ("one_named_output", make_arrays(), {"experiment": {"outputs": {"main": {"loss": "hinge", "weight": 2.0}}}}),
    "subclassed": ("subclassed", make_arrays(), {}),
    "convolution": ("convolution", IMAGES, {}),
    "a layer without XLA": ("augmented", IMAGES, {}),
    "lstm": ("lstm", SEQUENCES, {}),
}


@pytest.mark.parametrize("case", CASES)
def test_both_trainers_give_the_same_curves_and_the_same_model(train, case, tmp_path):
    builder, arrays, arguments = CASES[case]
    options = arguments.get("experiment", {})
    rest = {"batch_size": 16} | {name: value for name, value in arguments.items() if name != "experiment"}

    fit = train(builder, arrays, experiment=options | {"trainer": "keras"}, **rest)
    compiled = train(builder, arrays, experiment=options | {"trainer": "compiled"}, **rest)

    assert (fit.state, fit.reason, compiled.state, compiled.reason) == (TrialState.COMPLETE, "", TrialState.COMPLETE, "")
    assert (fit.trainer, compiled.trainer) == ("keras", "compiled")
    assert (fit.best_epoch, fit.n_parameters) == (compiled.best_epoch, compiled.n_parameters)
    assert len(fit.history) == len(compiled.history) == 5
    for expected, got in zip(fit.history, compiled.history, strict=True):
        assert got == pytest.approx(expected, rel=1e-4)
    with np.load(tmp_path / "keras.expected.npz") as expected_outputs, np.load(tmp_path / "compiled.expected.npz") as outputs:
        for name in expected_outputs.files:
            np.testing.assert_allclose(outputs[name], expected_outputs[name], rtol=1e-3, atol=1e-5)


def test_several_epochs_are_one_call_and_training_ends_where_it_does_in_fit(train, tmp_path, monkeypatch):
    settings = {"epochs": 40, "patience": 4, "schedule": "plateau", "decay_epochs": 2, "learning_rate": 0.3, "optimizer": "sgd", "batch_size": 16}
    fit = train(experiment={"trainer": "keras"}, **settings)
    lengths, run = [], Program.run_epochs
    monkeypatch.setattr(Program, "run_epochs", lambda program, *given: lengths.append(len(given[-1])) or run(program, *given))
    compiled = train(experiment={"trainer": "compiled"}, **settings)
    assert max(lengths) > 1
    assert sum(lengths) == len(compiled.history) == len(fit.history) < 40
    assert compiled.best_epoch == fit.best_epoch < len(fit.history)
    for expected, got in zip(fit.history, compiled.history, strict=True):
        assert got == pytest.approx(expected, rel=1e-4)
    with np.load(tmp_path / "keras.expected.npz") as expected_outputs, np.load(tmp_path / "compiled.expected.npz") as outputs:
        np.testing.assert_allclose(outputs["outputs"], expected_outputs["outputs"], rtol=1e-3, atol=1e-5)


@pytest.mark.parametrize("trainer", ["keras", "compiled"])
def test_a_training_equals_plain_fit_on_the_permuted_rows(train, trainer):
    arrays = make_arrays()
    result = train("dense", arrays, batch_size=16, experiment={"trainer": trainer}, learning_rate=0.01)

    keras.utils.set_random_seed(7)
    model = keras.Sequential([keras.Input((5,)), keras.layers.Dense(8, activation="relu"), keras.layers.Dense(1, activation="sigmoid")])
    model.compile(keras.optimizers.Adam(0.01), loss="binary_crossentropy", metrics=["accuracy"])
    for epoch, metrics in enumerate(result.history, start=1):
        order = epoch_order(7, epoch, 70)
        history = model.fit(
            *(arrays.x_train[order], arrays.y_train[order]),
            batch_size=16,
            shuffle=False,
            validation_data=(arrays.x_validation, arrays.y_validation),
            verbose=0,
        ).history
        expected = {name: values[0] for name, values in history.items()}
        assert metrics == pytest.approx(expected | {"learning_rate": 0.01}, rel=1e-4)


def test_a_kept_model_of_either_trainer_loads(train, tmp_path: Path):
    train("subclassed", experiment={"trainer": "compiled"}, epochs=1)
    model = keras.models.load_model(tmp_path / "compiled.keras")
    with np.load(tmp_path / "compiled.expected.npz") as expected:
        np.testing.assert_allclose(model.predict(make_arrays().x_validation, verbose=0), expected["outputs"], rtol=1e-5)


@pytest.mark.parametrize("trainer", ["keras", "compiled"])
def test_the_loss_is_the_weighted_sum_of_the_outputs_losses(train, trainer):
    result = train("two_outputs", mixed(make_arrays("regression", n_train=64)), experiment=TWO_OUTPUTS | {"trainer": trainer}, batch_size=16)
    assert result.reason == ""
    for metrics in result.history:
        assert metrics["val_loss"] == pytest.approx(0.75 * metrics["val_left_loss"] + metrics["val_right_loss"], rel=1e-5)
    assert result.value == min(metrics["val_left_mean_absolute_error"] for metrics in result.history)
    assert {"val_left_r2", "val_right_accuracy", "left_loss"} <= result.history[0].keys()


def test_the_kept_answers_are_named_by_output(train, tmp_path):
    train("listed_outputs", mixed(make_arrays("regression")), experiment=TWO_OUTPUTS | {"trainer": "compiled"}, epochs=1)
    with np.load(tmp_path / "compiled.expected.npz") as expected:
        assert {name: expected[name].shape for name in expected} == {"outputs.left": (33, 1), "outputs.right": (33, 1)}


def test_a_trials_own_model_stays_as_it_was_built_while_another_is_trained_for_it():
    experiment, arrays = make_experiment(), make_arrays()
    programs = Programs(TrainingContext(experiment, arrays))
    places = {"keep_if_better_than": None, "model_path": ""}
    for number in range(2):
        settings = TrainingSettings(batch_size=16)
        assignment = Assignment(number=number, params={}, model_arguments={}, training=settings, seed=number, is_prunable=False, **places)
        model = build_model(TrainingContext(experiment, arrays), {}, number, "float32")
        built = model.get_weights()
        program = programs.acquire_exact(model, assignment)
        program.run_epochs(assignment, 1, [settings.learning_rate])
    assert (len(programs), program.model is model) == (1, False)
    for before, after, trained in zip(built, model.get_weights(), program.model.get_weights(), strict=True):
        np.testing.assert_array_equal(after, before)
        assert (trained != before).any()
