import keras
import numpy as np
import pytest
from keras.src import initializers as keras_initializers

from models.convnet import build_convnet
from models.initializers import BIAS_INITIALIZERS, INITIALIZERS, kernel_initializer
from models.mlp import build_mlp

SAME = {"normal", "one", "uniform", "zero"}  # other names of the same


def test_names_are_those_that_keras_knows():
    known = {name for name in keras_initializers.ALL_OBJECTS_DICT if name.islower()}
    assert set(INITIALIZERS) == known - SAME - {"stft", "initializer"}


@pytest.mark.parametrize("name", INITIALIZERS)
def test_it_is_what_keras_has_by_that_name(name):
    # keras.initializers.get("constant") fails in Keras 3.15: it reads the value of a configuration that has none.
    expected = keras.initializers.Constant().get_config() if name == "constant" else keras.initializers.get(name).get_config()
    ours = kernel_initializer(name).get_config()
    assert ours | {"seed": 0} == expected | {"seed": 0}


@pytest.mark.parametrize(
    ("name", "check"),
    [
        ("constant", lambda kernel: (kernel == 0.5).all()),
        ("identity", lambda kernel: (kernel == 0.5 * np.eye(40)).all()),
        ("random_uniform", lambda kernel: 0.45 < np.abs(kernel).max() < 0.5 and kernel.min() < 0),
        ("random_normal", lambda kernel: 0.4 < kernel.std() < 0.6),
        ("truncated_normal", lambda kernel: np.abs(kernel).max() <= 1),
        ("variance_scaling", lambda kernel: 0.09 < kernel.std() < 0.13),
        ("orthogonal", lambda kernel: np.allclose(kernel @ kernel.T, 0.25 * np.eye(40), atol=1e-5)),
    ],
)
def test_the_scale_is_its_value_deviation_or_gain(name, check):
    assert check(keras.ops.convert_to_numpy(kernel_initializer(name, scale=0.5)((40, 40))))


def test_an_unknown_name_is_refused():
    with pytest.raises(ValueError, match='initializer="glorot" is not known'):
        kernel_initializer("glorot")


@pytest.mark.parametrize(
    ("build", "arguments", "layer"),
    [
        (build_mlp, {"input_shape": (6,)}, "hidden_1"),
        (build_mlp, {"input_shape": (6,), "normalization": "weight"}, "hidden_1"),
        (build_convnet, {"input_shape": (8, 8, 1), "n_blocks": 1}, "convolution_1_1"),
    ],
)
@pytest.mark.parametrize("name", BIAS_INITIALIZERS)
def test_biases_of_hidden_layers_start_as_asked(build, arguments, layer, name, tmp_path):
    model = build(**arguments, task="regression", n_outputs=1, bias_initializer=name)
    model.save(tmp_path / "model.keras")
    hidden = keras.saving.load_model(tmp_path / "model.keras", compile=False).get_layer(layer)
    assert type(hidden.bias_initializer) is type(keras.initializers.get(name))
    bias = np.array(hidden.bias)
    assert len(np.unique(bias)) > 1 if "_" in name else (bias == {"zeros": 0, "ones": 1}[name]).all()


def test_an_initializer_that_no_bias_can_have_is_refused():
    with pytest.raises(ValueError, match='bias_initializer="orthogonal" is not known; use one of zeros, ones'):
        build_mlp((6,), bias_initializer="orthogonal")
