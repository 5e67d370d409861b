"""Compiled and streamed epochs compute what Keras' `fit` computes."""

import functools
from dataclasses import replace

import keras
import numpy as np
import pytest

from search.training import device
from search.training.batching import epoch_order
from search.training.compiled import streaming
from search.training.compiled.program import Program
from search.trial import TrialState
from tests.search.training.conftest import make_arrays, make_assignment, make_experiment, train_trial
from tests.search.training.data_shapes import (
    IMAGES,
    SEQUENCES,
    TWO_OUTPUTS,
    UNEQUAL,
    WORDS,
    with_scaled_target,
    with_two_inputs,
    with_two_outputs,
    with_weights,
)
from tests.search.training.references import assert_same_curves, assert_same_outputs, saved_outputs

# Full batches only: of a partial batch fit counts the losses of single outputs as if it were a full one (the total
# is right), since Keras reads the number of rows from a shape that fit leaves open (CompileLoss.call).
REGRESSION = make_arrays("regression")
POSITIVE = replace(REGRESSION, y_train=abs(REGRESSION.y_train), y_validation=abs(REGRESSION.y_validation))
REGRESSION_AND_CLASSES = with_two_outputs(REGRESSION)
ALL_BINARY = {"metrics": ["auc", "precision", "recall", "f1_score", "binary_crossentropy"]}
ALL_REGRESSION = {"metrics": ["mse", "rmse", "r2"]}
ALL_MULTICLASS = {"metrics": ["top_k_categorical_accuracy", "categorical_crossentropy"]}
NESTEROV = {"optimizer": "sgd", "momentum": 0.9, "nesterov": True, "learning_rate": 0.02, "schedule": "exponential", "decay_epochs": 2}
CASES = {  # builder, data, model arguments, sections of the experiment, training settings
    "dropout, batch normalisation, all metrics, partial batch": (
        *("dense", make_arrays(n_train=70), {"dropout": 0.4, "normalization": True}, ALL_BINARY),
        {},
    ),
    "weights of classes and rows, partial batch": (
        *("dense", with_weights(UNEQUAL), {}, ALL_MULTICLASS),
        {"class_weight": "balanced", "learning_rate": 0.02},
    ),
    "a scaled target": ("dense", with_scaled_target(make_arrays("regression", 70), log=True), {}, ALL_REGRESSION, {}),
    "two inputs and outputs, weighted": ("two_inputs_and_outputs", with_two_inputs(REGRESSION_AND_CLASSES), {}, TWO_OUTPUTS, {}),
    "convolution, all metrics": ("convolution", IMAGES, {}, ALL_MULTICLASS, {}),
    "regression, all metrics, L2, nesterov, learning rate falls": ("dense", make_arrays("regression"), {"l2": 0.01}, ALL_REGRESSION, NESTEROV),
    "adamw, clipped, batch larger than the data": (
        "dense",
        make_arrays(),
        {},
        {},
        {"optimizer": "adamw", "weight_decay": 0.1, "clipnorm": 0.01, "batch_size": 128},
    ),
    "rmsprop, one full batch": ("dense", make_arrays(n_train=70), {}, {}, {"optimizer": "rmsprop", "momentum": 0.5, "batch_size": 64}),
    "a list of outputs": ("listed_outputs", REGRESSION_AND_CLASSES, {}, TWO_OUTPUTS, {}),
    "weights of rows, two outputs": ("two_inputs_and_outputs", with_two_inputs(with_weights(REGRESSION_AND_CLASSES)), {}, TWO_OUTPUTS, {}),
    "one named output": ("one_named_output", make_arrays(), {}, {"outputs": {"main": {"loss": "hinge", "weight": 2.0}}}, {}),
    "a layer without XLA": ("augmented", IMAGES, {}, {}, {}),
    "lstm": ("models.recurrent:build_recurrent", SEQUENCES, {"n_units": 4, "n_layers": 2, "normalization": "layer"}, {}, {}),
    "softplus outputs": ("models.mlp:build_mlp", POSITIVE, {"output_activation": "softplus"}, {"metrics": ["mse"]}, {}),
    "a slope of leaky ReLU": (
        *("models.mlp:build_mlp", make_arrays()),
        *({"activation": "leaky_relu", "negative_slope": 0.4, "n_hidden": 2}, {}, {}),
    ),
    "words, average": ("models.text:build_text", WORDS, {"n_dimensions": 4, "dropout": 0.2}, {}, {}),
    "words, masked gru": ("models.text:build_text", WORDS, {"n_dimensions": 4, "reader": "gru", "n_units": 3}, {}, {}),
    "convnet": (
        *("models.convnet:build_convnet", IMAGES),
        *({"n_maps": 3, "normalization": "batch", "flip": "horizontal", "constraint": "unit_norm"}, {}, {}),
    ),
}
QUICK = list(CASES)[:1]
STREAMED = (*list(CASES)[:4], "rmsprop, one full batch", "a layer without XLA")
"""Cases of which the streamed epochs are compared too; their steps are those of the compiled ones."""


@pytest.mark.parametrize("case", [case if case in QUICK else pytest.param(case, marks=pytest.mark.slow) for case in CASES])
def test_compiled_and_streamed_epochs_equal_fit(case, fit, tmp_path, monkeypatch):
    builder, arrays, arguments, sections, settings = CASES[case]
    assignment = make_assignment(tmp_path / "compiled", model_arguments=arguments, training={"batch_size": 16} | settings)
    experiment = make_experiment(builder, trainer="compiled", **sections)
    reference = fit(experiment, assignment, arrays)
    results = [train_trial(experiment, assignment, arrays)]
    assert len(reference.history) == 3
    if case in STREAMED:
        monkeypatch.setattr(device, "DATA_PART", 0)  # no data fit into memory
        monkeypatch.setattr(streaming, "CHUNK_BYTES", 2 * 16 * 24)  # 2 batches of 16 rows of 5 numbers and a target
        streamed_to = make_assignment(tmp_path / "streamed", model_arguments=arguments, training={"batch_size": 16} | settings)
        results.append(train_trial(make_experiment(builder, **sections), streamed_to, arrays))
    for result, trainer in zip([reference, *results], ["keras", "compiled", "streamed"], strict=False):
        assert (result.state, result.reason, result.trainer) == (TrialState.COMPLETE, "", trainer)
        assert (result.best_epoch, result.n_parameters) == (reference.best_epoch, reference.n_parameters)
        assert_same_curves([result], [reference])
        assert_same_outputs(result, reference)


@pytest.mark.slow
def test_several_epochs_are_one_call_and_training_ends_where_it_does_in_fit(fit, tmp_path, monkeypatch):
    settings = {"epochs": 40, "patience": 4, "schedule": "plateau", "decay_epochs": 2, "learning_rate": 0.3, "optimizer": "sgd", "batch_size": 16}
    experiment, assignment = make_experiment(trainer="compiled"), make_assignment(tmp_path / "model", training=settings)
    reference = fit(experiment, assignment, make_arrays(n_train=70))
    lengths, run = [], Program.run_epochs
    monkeypatch.setattr(Program, "run_epochs", lambda program, *given: lengths.append(len(given[-1])) or run(program, *given))
    compiled = train_trial(experiment, assignment, make_arrays(n_train=70))
    assert max(lengths) > 1
    assert sum(lengths) == len(compiled.history) < 40
    assert compiled.best_epoch == reference.best_epoch < len(reference.history)
    assert_same_curves([compiled], [reference])
    assert_same_outputs(compiled, reference)


def test_the_reference_equals_plain_fit_on_the_permuted_rows(fit):
    arrays = make_arrays(n_train=70)
    result = fit(make_experiment(), make_assignment(training={"batch_size": 16, "learning_rate": 0.01}), arrays)

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


@pytest.mark.parametrize("of", [pytest.param("classes", marks=pytest.mark.slow), "rows"])
def test_rows_are_weighted_as_by_plain_fit(of, fit):
    order, counts, arrays = epoch_order(7, 1, len(UNEQUAL.y_train)), np.bincount(UNEQUAL.y_train.ravel()), UNEQUAL
    assert max(counts) > 3 * min(counts)
    training = {"batch_size": 16, "learning_rate": 0.01, "epochs": 1}
    if of == "classes":
        training["class_weight"] = "balanced"
        weights = {"class_weight": {number: len(order) / (3 * count) for number, count in enumerate(counts)}}
    else:
        arrays = with_weights(UNEQUAL)
        weights = {"sample_weight": arrays.sample_weight[order]}
    result = fit(make_experiment(metrics=["categorical_crossentropy"]), make_assignment(training=training), arrays)

    keras.utils.set_random_seed(7)
    model = keras.Sequential([keras.Input((5,)), keras.layers.Dense(8, activation="relu"), keras.layers.Dense(3, activation="softmax")])
    crossentropy = keras.metrics.SparseCategoricalCrossentropy(name="categorical_crossentropy")
    model.compile(keras.optimizers.Adam(0.01), loss="sparse_categorical_crossentropy", metrics=["accuracy", crossentropy])
    history = model.fit(
        *(UNEQUAL.x_train[order], UNEQUAL.y_train[order]),
        batch_size=16,
        shuffle=False,
        **weights,
        validation_data=(UNEQUAL.x_validation, UNEQUAL.y_validation),
        verbose=0,
    ).history
    [metrics] = result.history
    assert metrics == pytest.approx({name: values[0] for name, values in history.items()} | {"learning_rate": 0.01}, rel=1e-4)
    assert metrics["loss"] != pytest.approx(metrics["categorical_crossentropy"], rel=1e-2)  # metrics are not weighted


@functools.cache
def plain_fit(batch_size):
    """Return the history of a fit that does not shuffle."""
    arrays = make_arrays(n_train=70)
    keras.utils.set_random_seed(7)
    model = keras.Sequential([keras.Input((5,)), keras.layers.Dense(8, activation="relu"), keras.layers.Dense(1, activation="sigmoid")])
    model.compile(keras.optimizers.Adam(0.01), loss="binary_crossentropy", metrics=["accuracy"])
    validation = arrays.x_validation, arrays.y_validation
    given = {"batch_size": 70 if batch_size == "all" else batch_size, "epochs": 3, "shuffle": False}
    return model.fit(arrays.x_train, arrays.y_train, **given, validation_data=validation, verbose=0).history


@pytest.mark.parametrize(
    ("trainer", "batch_size"),
    [
        *(("keras", 16), ("compiled", "all")),
        *(pytest.param(*case, marks=pytest.mark.slow) for case in (("keras", "all"), ("compiled", 16), ("auto", 16), ("auto", "all"))),
    ],
)
def test_rows_that_are_not_shuffled_train_as_in_plain_fit(trainer, batch_size, tmp_path):
    settings = {"batch_size": batch_size, "learning_rate": 0.01, "shuffle": False}
    result = train_trial(make_experiment(trainer=trainer), make_assignment(tmp_path / "model", training=settings), make_arrays(n_train=70))
    for name, values in plain_fit(batch_size).items():
        assert [metrics[name] for metrics in result.history] == pytest.approx(values, rel=1e-4)


def test_metrics_of_a_scaled_target_are_in_its_own_units_and_the_loss_is_not(fit):
    arrays = with_scaled_target(make_arrays("regression"))
    experiment = make_experiment(metrics=["mse", "rmse", "r2", "mean_absolute_percentage_error"])
    result = fit(experiment, make_assignment(training={"restore_best_weights": False}), arrays)
    difference, truth = saved_outputs(result)["outputs"] - arrays.y_validation, 50 + 10 * arrays.y_validation
    metrics, mse = result.history[-1], 100 * float((difference**2).mean())
    assert metrics["val_loss"] == pytest.approx(mse / 100, rel=1e-4)
    expected = {"mse": mse, "rmse": mse**0.5, "r2": 1 - mse / truth.var(), "mean_absolute_error": 10 * np.abs(difference).mean()}
    expected["mean_absolute_percentage_error"] = 100 * np.abs(10 * difference / truth).mean()
    assert {name: metrics[f"val_{name}"] for name in expected} == pytest.approx(expected, rel=1e-4)


@pytest.mark.slow
def test_a_subclassed_model_trains_as_by_fit_and_loads(fit, tmp_path):
    experiment, assignment, arrays = make_experiment("subclassed", trainer="compiled"), make_assignment(tmp_path / "model"), make_arrays()
    result, reference = train_trial(experiment, assignment, arrays), fit(experiment, assignment, arrays)
    assert (result.reason, result.trainer) == ("", "compiled")
    assert_same_curves([result], [reference])
    assert_same_outputs(result, reference)
    outputs = keras.models.load_model(result.model_path).predict(arrays.x_validation, verbose=0)
    np.testing.assert_allclose(outputs, saved_outputs(result)["outputs"], rtol=1e-5)


def test_the_loss_is_the_weighted_sum_of_the_outputs_losses(fit):
    experiment = make_experiment("listed_outputs", **TWO_OUTPUTS)
    result = fit(experiment, make_assignment(training={"batch_size": 16}), REGRESSION_AND_CLASSES)
    assert result.reason == ""
    for metrics in result.history:
        assert metrics["val_loss"] == pytest.approx(0.75 * metrics["val_left_loss"] + metrics["val_right_loss"], rel=1e-5)
    assert result.value == min(metrics["val_left_mean_absolute_error"] for metrics in result.history)
    assert {"val_left_r2", "val_right_accuracy", "left_loss"} <= result.history[0].keys()
    assert {name: array.shape for name, array in saved_outputs(result).items()} == {"outputs.left": (32, 1), "outputs.right": (32, 1)}
