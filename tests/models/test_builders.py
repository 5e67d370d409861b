"""The contract of every builder that this project ships."""

import keras
import numpy as np
import pytest

from models.convnet import build_convnet
from models.convolutional import build_lenet
from models.dense import build_functional, build_sequential
from models.linear import build_linear, build_logistic, build_softmax
from models.mlp import build_mlp
from models.recurrent import build_recurrent
from models.residual import build_branches, build_residual
from models.text import build_text
from models.wide_and_deep import build_wide_and_deep

TASKS = (("regression", 1), ("binary", 1), ("multiclass", 3))
ROW, IMAGE, SEQUENCE = (6,), (12, 12, 1), (5, 2)
OF_ROWS = (build_mlp, build_functional, build_sequential, build_residual, build_branches)
BUILDERS = [
    (build_linear, ROW, "regression", 1, {}),
    (build_logistic, ROW, "binary", 1, {}),
    (build_softmax, ROW, "multiclass", 3, {}),
    *((builder, ROW, *task, {}) for builder in OF_ROWS for task in TASKS),
    (build_mlp, ROW, "multiclass", 3, {"activation": "maxout", "normalization": "weight", "dropout": 0.2}),
    (build_residual, IMAGE, "multiclass", 3, {"n_neurons": 4}),
    (build_lenet, IMAGE, "multiclass", 3, {"kernel_size": 3, "activation": "maxout"}),
    (build_lenet, IMAGE[:2], "regression", 1, {"kernel_size": 3, "pooling": "max", "normalization": "batch"}),
    *((build_recurrent, SEQUENCE, *task, {"cell": cell}) for task, cell in zip(TASKS, ("simple", "lstm", "gru"), strict=True)),
]


def _build(builder, input_shape, task, n_outputs, arguments):
    provided = {"input_shape": input_shape, "task": task, "n_outputs": n_outputs}
    return builder(**{name: value for name, value in provided.items() if builder is not build_logistic or name != "n_outputs"}, **arguments)


@pytest.mark.parametrize(("builder", "input_shape", "task", "n_outputs", "arguments"), BUILDERS)
def test_it_builds_an_uncompiled_model_of_the_right_shape(builder, input_shape, task, n_outputs, arguments):
    model = _build(builder, input_shape, task, n_outputs, arguments)
    assert isinstance(model, keras.Model)
    assert model.input_shape == (None, *input_shape)
    assert model.output_shape == (None, n_outputs)
    assert model.built
    assert not model.compiled


@pytest.mark.parametrize(("builder", "input_shape", "task", "n_outputs", "arguments"), BUILDERS)
def test_it_predicts_the_same_after_saving_and_loading(builder, input_shape, task, n_outputs, arguments, tmp_path):
    model = _build(builder, input_shape, task, n_outputs, arguments)
    rows = np.linspace(-1, 1, 2 * int(np.prod(input_shape)), dtype="float32").reshape(2, *input_shape)
    model.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras", compile=False)
    np.testing.assert_array_equal(loaded(rows), model(rows))


@pytest.mark.parametrize(
    ("builder", "input_shape"),
    [
        *((builder, ROW) for builder in (*OF_ROWS, build_text, build_wide_and_deep)),
        *((builder, SEQUENCE) for builder in (build_recurrent, build_convnet)),
        (build_lenet, (28, 28)),
    ],
)
def test_a_regression_ends_in_the_activation_that_was_chosen(builder, input_shape):
    model = builder(input_shape, "regression", 1, output_activation="softplus")
    assert model.get_layer("output").activation is keras.activations.softplus
