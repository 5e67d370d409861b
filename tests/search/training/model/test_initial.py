"""Trials start from given weights, and frozen layers stay, as by Keras' own `set_weights`, `trainable` and `fit`."""

import functools
import os
import tempfile
from dataclasses import replace
from pathlib import Path

import keras
import numpy as np
import pytest

from models.mlp import build_mlp
from search.errors import ExperimentError
from tests.search.training.builders import Subclassed
from tests.search.training.conftest import check_builder, make_arrays, make_assignment, make_experiment, program_names, train_trial
from tests.search.training.dense.test_planner import SMALL_SPACE

ARGUMENTS = {"n_hidden": 1, "n_neurons": 13, "activation": "elu"}
SETTINGS = {"epochs": 3, "batch_size": 16, "shuffle": False, "learning_rate": 0.01}


def subclassed():
    return Subclassed()


def _network():
    return build_mlp((5,), "binary", 1, **ARGUMENTS)


@functools.cache
def _weights():
    generator = np.random.default_rng(3)
    return [generator.normal(size=shape).astype("float32") for shape in ((5, 13), (13,), (13, 1), (1,))]


def _table():
    first, bias, last, last_bias = (array.tolist() for array in _weights())
    return {"hidden_1": [first, bias], "output": [last, last_bias]}


def _file(folder, name, network=_network):
    """Write a file of the start weights, and return its path and its content as the arrays of a study have it."""
    path = folder / name
    if name.endswith(".npz"):
        np.savez(path, *_weights())
    else:
        model = network()
        model.layers[1].set_weights(_weights()[:2])
        if network is _network:
            model.set_weights(_weights())
        (model.save_weights if name.endswith(".h5") else model.save)(path)
    return str(path), np.frombuffer(path.read_bytes(), np.uint8)


@functools.cache
def _reference(freeze):
    """Train as a user of Keras would."""
    model, arrays = _network(), make_arrays()
    model.set_weights(_weights())
    for name in freeze:
        model.get_layer(name).trainable = False
    model.compile(keras.optimizers.Adam(SETTINGS["learning_rate"]), "binary_crossentropy")
    validation = arrays.x_validation, arrays.y_validation
    fitted = model.fit(arrays.x_train, arrays.y_train, 16, epochs=3, verbose=0, shuffle=False, validation_data=validation)
    return fitted.history


@pytest.mark.parametrize(
    ("source", "trainer", "freeze", "used"),
    [
        ("table", "keras", (), "keras"),
        ("other.keras", "auto", ("hidden_1",), "compiled"),
        ("other.weights.h5", "keras", ("hidden_1",), "keras"),
        ("other.npz", "compiled", ("output",), "compiled"),
    ],
)
def test_a_trial_is_trained_as_by_set_weights_trainable_and_fit(tmp_path, source, trainer, freeze, used):
    weights, content = (_table(), None) if source == "table" else _file(tmp_path, source)
    initial = {"weights": weights, "freeze": list(freeze)}
    experiment = make_experiment("models.mlp:build_mlp", trainer=trainer, space=SMALL_SPACE, search={"n_trials": 20}, initial=initial)
    result = train_trial(
        experiment, make_assignment(tmp_path / "0", model_arguments=ARGUMENTS, training=SETTINGS), replace(make_arrays(), initial=content)
    )
    for name, values in _reference(freeze).items():
        assert [epoch[name] for epoch in result.history] == pytest.approx(values, rel=1e-4)
    assert result.trainer.startswith(used)
    saved = keras.saving.load_model(result.model_path)
    for layer, (kernel, _) in zip(("hidden_1", "output"), (_weights()[:2], _weights()[2:]), strict=True):
        assert np.array_equal(saved.get_layer(layer).get_weights()[0], kernel) == (layer in freeze)


def test_a_padded_program_trains_start_weights_and_no_frozen_layers():
    for freeze, name in ([], "elastic"), (["hidden_1"], "compiled"):
        initial = {"weights": _table(), "freeze": freeze}
        experiment = make_experiment("models.mlp:build_mlp", space=SMALL_SPACE, search={"n_trials": 20}, initial=initial)
        assert program_names(experiment, make_arrays(), [make_assignment(model_arguments=ARGUMENTS, training=SETTINGS)]) == [name]


def test_layers_of_the_same_name_and_shapes_start_from_those_of_another_model(tmp_path):
    path, content = _file(tmp_path, "other.keras", lambda: build_mlp((5,), "multiclass", 3, n_neurons=13))
    arguments = {"model": {"n_neurons": 13, "n_hidden": 2}}
    experiment = make_experiment("models.mlp:build_mlp", space=arguments, initial={"weights": path, "layers": "matching", "freeze": 1})
    arrays = replace(make_arrays(), initial=content)
    [note] = check_builder(experiment, arrays)
    assert (
        "starts from the given weights of hidden_1; hidden_2 does not: no layer of that name is given; output does not: it has (13, 1), (1,)" in note
    )
    result = train_trial(experiment, make_assignment(tmp_path / "0", model_arguments=arguments["model"]), arrays)
    np.testing.assert_array_equal(keras.saving.load_model(result.model_path).get_layer("hidden_1").get_weights()[0], _weights()[0])


def test_searched_arguments_that_the_given_weights_do_not_fit_are_named_before_the_first_trial():
    space = {
        "model": {
            "n_neurons": {"type": "int", "low": 13, "high": 20},
            "dropout": {"type": "float", "low": 0.1, "high": 0.5},
            "n_hidden": {"type": "categorical", "choices": [1, 2]},
        }
    }
    found = check_builder(make_experiment("models.mlp:build_mlp", space=space, initial={"weights": _table()}), make_arrays())
    notes = [note for note in found if "will fail" in note]
    assert [note.partition(" will fail: ")[0].rpartition(" ")[2] for note in notes] == ["n_neurons=20", "n_hidden=2"]
    assert 'hidden_1: it has (5, 20), (20,), and (5, 13), (13,) is given; give its arrays, the kernel first, or write layers = "matching"' in notes[0]


BACKBONE = Path(tempfile.gettempdir(), f"perceptune-backbone-{os.getpid()}.keras")


def with_backbone(input_shape, n_outputs):
    backbone = keras.saving.load_model(BACKBONE, compile=False)
    x = backbone(inputs := keras.Input(input_shape))
    return keras.Model(inputs, keras.layers.Dense(n_outputs, activation="sigmoid", name="head")(x))


def test_a_backbone_in_a_file_is_frozen_under_a_new_head_and_unfrozen_later(tmp_path):
    backbone = keras.Sequential([keras.Input((5,)), keras.layers.Dense(4, name="dense"), keras.layers.BatchNormalization()], name="backbone")
    backbone.save(BACKBONE)
    try:
        training = {"unfreeze_epochs": 2, "epochs": 3}
        for epochs, is_trained in (2, False), (3, True):
            experiment = make_experiment(f"{__name__}:with_backbone", initial={"freeze": ["backbone"]}, space={"training": training})
            assignment = make_assignment(tmp_path / str(epochs), training=SETTINGS | training | {"epochs": epochs})
            result = train_trial(experiment, assignment, make_arrays())
            own = keras.saving.load_model(result.model_path).get_layer("backbone").get_weights()
            changed = [not np.array_equal(after, before) for after, before in zip(own, backbone.get_weights(), strict=True)]
            assert changed == [is_trained] * 6  # of a frozen batch normalisation mean and variance stay too
    finally:
        BACKBONE.unlink()


def test_a_subclassed_model_starts_from_given_weights(tmp_path):
    arrays = [[[0.0] * 4] * 5, [0.0] * 4]
    initial = {"weights": {"dense": arrays, "dense_1": [[[0.0]] * 4, [0.0]]}, "freeze": ["dense"]}
    result = train_trial(make_experiment(f"{__name__}:subclassed", initial=initial), make_assignment(tmp_path / "0"), make_arrays())
    assert result.history[0]["loss"] == pytest.approx(np.log(2), abs=0.02), result.reason


@pytest.mark.parametrize(
    ("source", "initial", "message"),
    [
        ("other.keras", {}, "weight 0 of the model is hidden_1/kernel (5, 30), that of the file is hidden_1/kernel (5, 13); build the same model"),
        ("other.npz", {}, "weight 0 of the model is hidden_1/kernel (5, 30), that of the file is arr_0 (5, 13); build the same model"),
        ("other.weights.h5", {}, "does not fit the model: "),
        (None, {"weights": {"hiden_1": [[1.0]]}}, 'the model has no layer "hiden_1" with weights; did you mean "hidden_1"?'),
        (None, {"weights": {"hidden_1": [[1.0]]}}, "hidden_1: it has (5, 30), (30,), and (1,) is given; give its arrays"),
        (None, {"weights": {"last": [[1.0]]}, "layers": "matching"}, "no layer has the name and the shapes of a given one (hidden_1: no layer"),
        (None, {"weights": {"hidden_1": [[[float("inf")] * 30] * 5, [0.0] * 30]}}, "hidden_1 holds NaN or infinite numbers; expected numbers"),
        (
            None,
            {"weights": {"hidden_1": [[[0.0] * 30] * 5, [0.0] * 30]}, "layers": "matching", "freeze": ["output"]},
            "initial.freeze: output would keep random weights, since it starts from none that are given: no layer of that name is given",
        ),
        (None, {"freeze": ["hiden_1"]}, 'initial.freeze: the model has no layer "hiden_1" with weights; did you mean "hidden_1"?'),
        (None, {"freeze": 2}, "initial.freeze leaves no weight that is trained"),
        ("broken.keras", {}, 'broken.keras" cannot be read: '),
        ("broken.npz", {}, 'broken.npz" cannot be read: '),
    ],
)
def test_weights_and_layers_that_are_not_those_of_the_model_are_refused_before_the_first_trial(tmp_path, source, initial, message):
    content = None
    if source and source.startswith("broken"):
        initial, content = {"weights": source}, np.frombuffer(b"no model", np.uint8)
    elif source:
        path, content = _file(tmp_path, source)
        initial = {"weights": path}
    with pytest.raises(ExperimentError) as raised:
        check_builder(make_experiment("models.mlp:build_mlp", initial=initial), replace(make_arrays(), initial=content))
    assert message in str(raised.value)


def test_an_estimator_has_no_start_weights():
    with pytest.raises(ExperimentError, match=r"\[initial\] is about Keras models, but sklearn.linear_model:LogisticRegression returned"):
        check_builder(make_experiment("sklearn.linear_model:LogisticRegression", initial={"freeze": 1}), make_arrays())
