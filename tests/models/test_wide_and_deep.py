import keras
import numpy as np
import pytest

from models.activations import ACTIVATIONS
from models.wide_and_deep import WideAndDeepModel, build_wide_and_deep, build_wide_and_deep_subclassed, build_wide_and_deep_two_inputs

SHAPES = {"wide": (5,), "deep": (6,)}
TWO = [build_wide_and_deep_two_inputs, build_wide_and_deep_subclassed]
ROWS = {name: np.linspace(-1, 1, 4 * n, dtype="float32").reshape(4, n) for name, (n,) in SHAPES.items()}


def test_the_one_input_reaches_the_output_directly_and_through_two_layers_of_30():
    model = build_wide_and_deep((8,))
    assert model.count_params() == 8 * 30 + 30 + 30 * 30 + 30 + (8 + 30) + 1
    assert (model.input_shape, model.output_shape) == ((None, 8), (None, 1))
    assert [layer.name for layer in model.layers][-2:] == ["wide_and_deep", "output"]


@pytest.mark.parametrize("build", TWO)
def test_two_inputs_give_two_outputs_by_name(build):
    model = build(SHAPES)
    outputs = model(ROWS)
    assert {name: tuple(output.shape) for name, output in outputs.items()} == {"main": (4, 1), "aux": (4, 1)}
    assert model.count_params() == (6 * 30 + 30) + (30 * 30 + 30) + (5 + 30 + 1) + (30 + 1)
    assert not model.compiled


def test_the_subclass_with_the_weights_of_the_functional_model_gives_the_same():
    functional, subclassed = build_wide_and_deep_two_inputs(SHAPES), build_wide_and_deep_subclassed(SHAPES)
    for name in ("hidden_1", "hidden_2", "main", "aux"):
        subclassed.get_layer(name).set_weights(functional.get_layer(name).get_weights())
    for name, expected in functional(ROWS).items():
        np.testing.assert_allclose(subclassed(ROWS)[name], expected, rtol=1e-6)


@pytest.mark.parametrize("build", TWO)
def test_each_output_follows_from_its_own_task(build):
    model = build(SHAPES, {"main": "multiclass", "aux": "binary"}, {"main": 3, "aux": 1}, n_neurons=4)
    outputs = model(ROWS)
    np.testing.assert_allclose(np.sum(outputs["main"], axis=1), 1, rtol=1e-6)
    assert (outputs["main"].shape[1], outputs["aux"].shape[1], model.get_layer("aux").activation.__name__) == (3, 1, "sigmoid")


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_the_subclass_takes_every_activation(activation):
    assert np.isfinite(build_wide_and_deep_subclassed(SHAPES, n_neurons=4, activation=activation)(ROWS)["main"]).all()


def test_the_subclass_keeps_its_precision_when_it_is_made_from_its_configuration():
    model = WideAndDeepModel.from_config(WideAndDeepModel(4, dtype="mixed_bfloat16").get_config())
    assert {layer.dtype_policy.name for layer in model.layers} == {"mixed_bfloat16"}


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (lambda: build_wide_and_deep((8,), n_hidden=0), "n_hidden=0 leaves no deep path"),
        (lambda: build_wide_and_deep((8,), n_neurons=0), "n_neurons=0 is too small"),
        (lambda: build_wide_and_deep_two_inputs((8,)), "does not go with the inputs wide and deep"),
        (lambda: build_wide_and_deep_two_inputs({"wide": (5,), "deeep": (6,)}), "does not go with the inputs wide and deep"),
        (lambda: build_wide_and_deep_subclassed(SHAPES, n_neurons=0), "units=0 is too small"),
    ],
)
def test_an_invalid_argument_is_named(build, message):
    with pytest.raises(ValueError, match=message):
        build()


def test_both_spellings_of_two_inputs_train():
    for build in TWO:
        model = build(SHAPES, n_neurons=4)
        model.compile("adam", loss={"main": "mse", "aux": "mse"}, loss_weights={"main": 0.9, "aux": 0.1}, run_eagerly=True)
        losses = model.fit(ROWS, {"main": np.ones((4, 1)), "aux": np.zeros((4, 1))}, epochs=2, verbose=0).history
        assert losses["loss"][1] < losses["loss"][0]
        assert {"main_loss", "aux_loss"} <= losses.keys()
        keras.utils.clear_session()
