"""Weights and outputs of single layers."""

import keras
import numpy as np
import pytest

from search.errors import InputError
from search.inspection import layer_outputs, layer_weights, model_summary

from .conftest import InspectedModel

ROWS = np.random.default_rng(0).normal(size=(300, 4)).astype("float32")


def test_weights_of_a_layer_are_named_arrays(champion):
    weights = layer_weights(champion, "hidden")
    assert {name: array.shape for name, array in weights.items()} == {"kernel": (4, 4), "bias": (4,)}
    np.testing.assert_array_equal(weights["kernel"], champion.model.get_layer("hidden").get_weights()[0])
    assert layer_weights(champion, "dropout") == {}


def test_weights_of_a_recurrent_layer_keep_their_names_apart():
    model = keras.Sequential([keras.Input((3, 2)), keras.layers.Bidirectional(keras.layers.LSTM(4), name="both")])
    weights = layer_weights(InspectedModel(model), "both")
    assert len(weights) == len(model.weights) == 6
    assert sum(array.size for array in weights.values()) == model.count_params()


def test_a_layer_inside_a_nested_model_has_a_path(champion):
    assert layer_weights(champion, "block/inside")["kernel"].shape == (4, 4)


def test_outputs_equal_those_of_a_model_that_ends_at_the_layer(champion):
    [outputs] = layer_outputs(champion, "hidden", ROWS)
    expected = keras.Model(champion.model.inputs, champion.model.get_layer("hidden").output).predict(ROWS, verbose=0)
    np.testing.assert_allclose(outputs, expected, rtol=1e-5, atol=1e-6)


def test_outputs_are_those_of_prediction_without_dropout(champion):
    np.testing.assert_array_equal(layer_outputs(champion, "dropout", ROWS)[0], layer_outputs(champion, "add", ROWS)[0])


def test_a_shared_layer_gives_an_array_for_each_use(champion):
    first, second = layer_outputs(champion, "shared", ROWS)
    assert first.shape == second.shape == (300, 2)
    [hidden] = layer_outputs(champion, "hidden", ROWS)
    weights = layer_weights(champion, "shared")
    expected = hidden @ weights["kernel"] + weights["bias"]
    assert any(np.allclose(outputs, expected, atol=1e-5) for outputs in (first, second))


def test_a_subclassed_model_can_be_inspected(subclassed):
    rows = {"wide": ROWS[:, :2], "deep": np.hstack([ROWS, ROWS[:, :1]])}
    [outputs] = layer_outputs(subclassed, "hidden", rows)
    weights = layer_weights(subclassed, "hidden")
    np.testing.assert_allclose(outputs, np.tanh(rows["deep"] @ weights["kernel"] + weights["bias"]), rtol=1e-4, atol=1e-5)


def test_inspection_leaves_the_layer_unchanged(champion):
    before = champion.model(ROWS[:3])["main"]
    layer_outputs(champion, "hidden", ROWS)
    assert "call" not in vars(champion.model.get_layer("hidden"))
    np.testing.assert_array_equal(champion.model(ROWS[:3])["main"], before)


@pytest.mark.parametrize("look", [lambda looked: layer_weights(looked, "hiden"), lambda looked: layer_outputs(looked, "hiden", ROWS)])
def test_an_unknown_layer_is_refused_with_the_nearest_name(champion, look):
    with pytest.raises(InputError, match='no layer "hiden"; did you mean "hidden"'):
        look(champion)


def test_a_layer_that_the_model_does_not_call_is_refused(subclassed):
    rows = {"wide": ROWS[:, :2], "deep": np.hstack([ROWS, ROWS[:, :1]])}
    with pytest.raises(InputError, match='does not call the layer "unused"'):
        layer_outputs(subclassed, "unused", rows)


def test_an_estimator_has_no_layers():
    from sklearn.linear_model import Perceptron

    for look in (model_summary, lambda looked: layer_weights(looked, "hidden")):
        with pytest.raises(InputError, match="is a Perceptron and not a Keras model: it has no layers"):
            look(InspectedModel(Perceptron()))


def test_bfloat16_becomes_float32():
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(2, dtype="bfloat16", name="dense")])
    assert layer_weights(InspectedModel(model), "dense")["kernel"].dtype == np.float32
    assert layer_outputs(InspectedModel(model), "dense", ROWS)[0].dtype == np.float32
