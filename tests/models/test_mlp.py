import itertools

import keras
import numpy as np
import pytest

from models.activations import ACTIVATIONS
from models.initializers import INITIALIZERS
from models.mlp import build_mlp


@pytest.mark.parametrize(
    ("input_shape", "task", "n_outputs", "n_hidden", "n_neurons", "n_parameters"),
    [
        ((8,), "regression", 1, 1, 30, 301),
        ((10,), "multiclass", 2, 1, 5, 67),
        ((10,), "binary", 1, 2, 10, 231),
        ((28, 28), "multiclass", 10, 0, 30, 7850),
        ((4,), "multiclass", 3, 0, 30, 15),
    ],
)
def test_it_has_the_documented_number_of_parameters(input_shape, task, n_outputs, n_hidden, n_neurons, n_parameters):
    model = build_mlp(input_shape, task, n_outputs, n_hidden=n_hidden, n_neurons=n_neurons)
    assert model.count_params() == n_parameters
    assert model.output_shape == (None, n_outputs)


@pytest.mark.parametrize(
    ("input_shape", "task", "n_outputs", "options", "n_parameters"),
    [
        ((2,), "binary", 1, {"neurons": "2", "binary_output": "softmax"}, 12),
        ((10,), "binary", 1, {"neurons": "10,5", "binary_output": "softmax"}, 177),
        ((28, 28, 1), "multiclass", 10, {"neurons": "300, 100"}, 266_610),
        ((784,), "multiclass", 10, {"neurons": "64,64"}, 55_050),
        ((5,), "regression", 1, {"neurons": "16,32,16", "use_bias": False}, 1120),
    ],
)
def test_widths_in_order_give_the_documented_number_of_parameters(input_shape, task, n_outputs, options, n_parameters):
    assert build_mlp(input_shape, task, n_outputs, **options).count_params() == n_parameters


@pytest.mark.parametrize("neurons", ["300;100", "300,", "0,5", "-3", "ten"])
def test_widths_that_are_no_numbers_are_refused(neurons):
    with pytest.raises(ValueError, match=f'neurons="{neurons}" are no widths'):
        build_mlp((8,), neurons=neurons)


def test_a_binary_task_ends_in_two_probabilities_on_demand():
    outputs = build_mlp((3,), "binary", binary_output="softmax")(np.ones((2, 3)))
    assert outputs.shape == (2, 2)
    np.testing.assert_allclose(np.sum(outputs, axis=1), 1, rtol=1e-6)


def test_a_constraint_is_on_the_hidden_kernels_alone():
    model = build_mlp((3,), n_hidden=2, constraint="max_norm", max_norm=1.5)
    constraints = [model.get_layer(name).kernel_constraint for name in ("hidden_1", "hidden_2", "output")]
    assert [constraint and constraint.max_value for constraint in constraints] == [1.5, 1.5, None]


def test_its_defaults_are_one_hidden_layer_of_30_relu_neurons_for_a_regression():
    assert build_mlp([8]).count_params() == 301


def test_it_is_not_compiled():
    assert not build_mlp((3,)).compiled


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_every_activation_gives_finite_outputs(activation):
    outputs = build_mlp((4,), "multiclass", 3, n_neurons=5, activation=activation)(np.ones((2, 4)))
    np.testing.assert_allclose(np.sum(outputs, axis=1), 1, rtol=1e-5)


@pytest.mark.parametrize("initializer", ["auto", *INITIALIZERS])
def test_every_initializer_builds(initializer):
    assert build_mlp((4,), n_hidden=2, n_neurons=3, initializer=initializer).count_params() == 31


@pytest.mark.parametrize(("activation", "class_name"), [("relu", "HeNormal"), ("selu", "LecunNormal"), ("tanh", "GlorotUniform")])
def test_the_automatic_initializer_suits_the_activation(activation, class_name):
    model = build_mlp((4,), activation=activation, initializer="auto")
    assert type(model.get_layer("hidden_1").kernel_initializer).__name__ == class_name


def test_each_layer_starts_from_other_weights_and_the_same_seed_gives_the_same_ones():
    keras.utils.set_random_seed(3)
    first = build_mlp((4,), n_hidden=2, n_neurons=4).get_weights()
    keras.utils.set_random_seed(3)
    again = build_mlp((4,), n_hidden=2, n_neurons=4).get_weights()
    assert not np.array_equal(first[0], first[2])
    for one, other in itertools.zip_longest(first, again):
        np.testing.assert_array_equal(one, other)


def test_layers_stand_in_the_order_dense_normalization_activation_dropout():
    model = build_mlp((4,), n_hidden=2, n_neurons=3, normalization="batch", dropout=0.5)
    hidden = ["hidden_{0}", "normalization_{0}", "activation_{0}", "dropout_{0}"]
    assert [layer.name for layer in model.layers] == ["features", *(name.format(n) for n in (1, 2) for name in hidden), "output"]


@pytest.mark.parametrize(
    ("normalization", "n_parameters"),
    [("none", 4 * 3 + 3 + 4), ("batch", 4 * 3 + 4 * 3 + 4), ("layer", 4 * 3 + 2 * 3 + 4), ("weight", 4 * 3 + 3 + 3 + 4)],
)
def test_a_normalization_of_outputs_takes_the_place_of_the_bias(normalization, n_parameters):
    assert build_mlp((4,), n_neurons=3, normalization=normalization).count_params() == n_parameters


def test_penalties_are_added_to_the_loss():
    model = build_mlp((2,), n_neurons=2, initializer="ones", l1=0.5, l2=0.25)
    model(np.zeros((1, 2), "float32"))
    assert float(sum(model.losses)) == pytest.approx(6 * 0.5 + 6 * 0.25)


@pytest.mark.parametrize(
    ("argument", "value"),
    [
        ("n_hidden", -1),
        ("n_neurons", 0),
        ("dropout", 1.0),
        ("normalization", "group"),
        ("constraint", "max"),
        ("binary_output", "tanh"),
        ("activation", "rellu"),
        ("initializer", "glorot"),
        ("l1", -0.1),
        ("l2", -0.1),
        ("task", "ranking"),
        ("n_outputs", 0),
    ],
)
def test_a_value_out_of_range_is_named(argument, value):
    with pytest.raises(ValueError, match=f'{argument}="?{value}'):
        build_mlp((4,), **{argument: value})


@pytest.mark.parametrize("input_shape", [(), (0,), 8, {"wide": (5,)}, (None, 3)])
def test_an_input_shape_that_is_none_is_refused(input_shape):
    with pytest.raises(ValueError, match="input_shape="):
        build_mlp(input_shape)
