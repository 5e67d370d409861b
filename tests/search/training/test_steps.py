"""A network with an output for each step of a sequence trains as by Keras' own `fit`."""

from dataclasses import replace

import keras
import numpy as np
import pytest
from sklearn.metrics import r2_score

from search.data.scaling import Scaling
from search.errors import ExperimentError
from search.training.dense.stack import read_stack
from search.trial import TrialState
from tests.search.training.conftest import check_builder, make_arrays, make_assignment, make_experiment, train_trial

ROWS = make_arrays("regression", 48, (6, 2))
SCALING = Scaling(mean=(5.0,), deviation=(2.0,))


def sums(x):
    return np.cumsum(x[:, :, :1], axis=1, dtype="float32")


NUMBERS = replace(ROWS, y_train=sums(ROWS.x_train), y_validation=sums(ROWS.x_validation), scalings={"": SCALING})
CLASSES = replace(NUMBERS, y_train=(NUMBERS.y_train > 0) * 1.0, y_validation=(NUMBERS.y_validation > 0) * 1.0, task="multilabel", scalings={})
CASES = {"numbers": (NUMBERS, ["mse", "r2", "mae"], "mse"), "classes": (CLASSES, ["accuracy", "f1_score"], "binary_crossentropy")}
BUILDER = "models.recurrent:build_recurrent"


@pytest.mark.parametrize(
    ("trainer", "case"),
    [
        *(("auto", "numbers"), ("keras", "classes")),
        *(pytest.param(*pair, marks=pytest.mark.slow) for pair in (("auto", "classes"), ("keras", "numbers"))),
    ],
)
def test_each_step_is_trained_as_by_plain_fit(trainer, case, tmp_path):
    arrays, metrics, loss = CASES[case]
    keras.utils.set_random_seed(7)
    activation = None if case == "numbers" else "sigmoid"
    layers = [keras.layers.SimpleRNN(4, return_sequences=True), keras.layers.TimeDistributed(keras.layers.Dense(1, activation))]
    model = keras.Sequential([keras.Input((6, 2)), *layers])
    model.compile(keras.optimizers.Adam(0.01), loss=loss)
    pair = arrays.x_validation, arrays.y_validation
    expected = model.fit(arrays.x_train, arrays.y_train, batch_size=16, epochs=2, shuffle=False, validation_data=pair, verbose=0).history
    outputs = model.predict(arrays.x_validation, verbose=0)

    settings = {"batch_size": 16, "learning_rate": 0.01, "shuffle": False, "epochs": 2}
    assignment = make_assignment(tmp_path / "model", training=settings, model_arguments={"cell": "simple", "n_units": 4})
    result = train_trial(make_experiment(BUILDER, trainer=trainer, metrics=metrics), assignment, arrays)
    assert (result.state, result.reason) == (TrialState.COMPLETE, "")
    for name in ("loss", "val_loss"):
        assert [epoch[name] for epoch in result.history] == pytest.approx(expected[name], rel=1e-4)
    got, truth = result.history[-1], arrays.y_validation
    if case == "numbers":
        errors = 2 * (outputs - truth)
        found = {"mse": (errors**2).mean(), "mae": abs(errors).mean(), "r2": r2_score(truth.ravel(), outputs.ravel())}
    else:
        chosen = outputs > 0.5
        both = (chosen & (truth == 1)).sum()
        found = {"accuracy": (chosen == truth).mean(), "f1_score": 2 * both / (chosen.sum() + truth.sum())}
    assert {name: got[f"val_{name}"] for name in found} == pytest.approx(found, rel=1e-4)


@pytest.mark.parametrize(
    ("builder", "message"),
    [
        ("dense", r"has the shape \(n_rows, 1\), but the regression target needs \(n_rows, 6, 1\); .* as by return_sequences=True"),
        ("sklearn.linear_model:LinearRegression", "predicts rows, but the output has targets for each step of a sequence; use a network"),
    ],
)
def test_a_model_without_steps_is_refused(builder, message):
    with pytest.raises(ExperimentError, match=message):
        check_builder(make_experiment(builder), replace(NUMBERS, x_train=NUMBERS.x_train[:, :, 0], x_validation=NUMBERS.x_validation[:, :, 0]))


def test_dense_layers_over_steps_are_no_stack_of_rows():
    over_steps = keras.Sequential([keras.Input((6, 2)), keras.layers.Dense(4, "relu"), keras.layers.Dense(1)])
    assert read_stack(over_steps) is None
    assert read_stack(keras.Sequential([keras.Input((2,)), *over_steps.layers])) is not None
