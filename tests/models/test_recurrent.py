import keras
import numpy as np
import pytest

from models.recurrent import build_recurrent


@pytest.mark.parametrize(("cell", "n_parameters"), [("simple", (28 + 8 + 1) * 8), ("lstm", 4 * (28 + 8 + 1) * 8), ("gru", 3 * (28 + 8 + 2) * 8)])
def test_it_has_the_cells_that_were_chosen(cell, n_parameters):
    assert build_recurrent((28, 28), "multiclass", 10, cell=cell, n_units=8).count_params() == n_parameters + 90


def test_layers_are_stacked_on_whole_sequences():
    model = build_recurrent((28, 28), "regression", n_layers=2, n_units=8, is_bidirectional=True, dropout=0.1)
    assert model.get_layer("both_ways_1").output.shape == (None, 28, 16)
    assert model.get_layer("both_ways_2").output.shape == (None, 16)


def test_the_outputs_of_every_layer_are_normalised():
    model = build_recurrent((7, 3), "regression", n_layers=2, n_units=8, is_bidirectional=True, normalization="layer", dropout=0.1)
    x = np.random.default_rng(0).normal(size=(5, 7, 3)).astype("float32")
    for number, shape in ((1, (5, 7, 16)), (2, (5, 16))):
        outputs = np.array(keras.Model(model.input, model.get_layer(f"normalization_{number}").output)(x))
        assert outputs.shape == shape
        assert abs(outputs.mean(axis=-1)).max() < 1e-5


@pytest.mark.parametrize("input_shape", [(28, 28), (28, 28, 1), (28,)])
def test_images_and_lines_are_sequences_too(input_shape):
    assert build_recurrent(input_shape, "regression", n_units=2).input_shape == (None, *input_shape)


@pytest.mark.parametrize(("argument", "value"), [("cell", "rnn"), ("n_units", 0), ("n_layers", 0), ("normalization", "batch"), ("dropout", 1.0)])
def test_a_value_out_of_range_is_named(argument, value):
    with pytest.raises(ValueError, match=f'{argument}="?{value}'):
        build_recurrent((5, 2), "regression", **{argument: value})
