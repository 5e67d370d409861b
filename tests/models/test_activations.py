import keras
import numpy as np
import pytest
from keras.src import activations as keras_activations

from models.activations import ACTIVATIONS, activation_layer, n_units

OTHER_NAMES = {"swish": "silu", "hard_swish": "hard_silu"}


def test_names_are_those_that_keras_knows_and_the_two_that_are_layers():
    known = {OTHER_NAMES.get(name, name) for name in keras_activations.ALL_OBJECTS_DICT}
    assert set(ACTIVATIONS) == known - {"glu"} | {"prelu", "maxout"}


@pytest.mark.parametrize("name", [name for name in ACTIVATIONS if name not in ("prelu", "threshold", "maxout")])
def test_it_computes_what_keras_does(name):
    x = np.linspace(-2, 2, 12, dtype="float32").reshape(3, 4)
    np.testing.assert_array_equal(activation_layer(name)(x), keras.activations.get(name)(keras.ops.convert_to_tensor(x)))


@pytest.mark.parametrize(
    ("name", "options", "expected"),
    [
        ("threshold", {}, [0, 0, 0, 0, 2]),
        ("leaky_relu", {}, [-0.4, -0.2, 0, 1, 2]),
        ("leaky_relu", {"negative_slope": 0.5}, [-1, -0.5, 0, 1, 2]),
    ],
)
def test_what_has_an_argument_computes_with_it(name, options, expected, tmp_path):
    model = keras.Sequential([keras.Input((5,)), activation_layer(name, **options)])
    model.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras", compile=False)
    np.testing.assert_allclose(loaded(np.array([[-2.0, -1, 0, 1, 2]], "float32"))[0], expected, rtol=1e-6)


def test_a_negative_slope_below_0_is_refused():
    with pytest.raises(ValueError, match=r"negative_slope=-0\.1 is negative; expected 0 or more"):
        activation_layer("leaky_relu", negative_slope=-0.1)


def test_prelu_has_a_slope_for_each_unit():
    layer = activation_layer("prelu")
    layer.build((None, 4))
    assert layer.count_params() == 4


def test_maxout_alone_needs_more_units_before_it():
    assert [n_units(name, 5) for name in ("relu", "prelu", "maxout")] == [5, 5, 10]


def test_an_unknown_name_is_refused_with_those_there_are():
    with pytest.raises(ValueError, match=r'activation="rellu" is not known; use one of linear, relu'):
        activation_layer("rellu")
