import keras
import numpy as np
import pytest

from models.text import build_text


@pytest.mark.parametrize("reader", ["average", "convolution", "lstm", "gru"])
def test_words_after_the_end_of_a_text_change_nothing_but_for_a_convolution(reader):
    model = build_text((6,), "multiclass", 3, 50, reader=reader, n_dimensions=4, n_units=5, kernel_size=1, is_bidirectional=True, n_neurons=4)
    short = build_text((3,), "multiclass", 3, 50, reader=reader, n_dimensions=4, n_units=5, kernel_size=1, is_bidirectional=True, n_neurons=4)
    short.set_weights(model.get_weights())
    x = np.array([[5, 9, 2, 0, 0, 0]], "float32")
    if reader != "convolution":
        assert keras.ops.convert_to_numpy(model(x)) == pytest.approx(keras.ops.convert_to_numpy(short(x[:, :3])), abs=1e-6)
    assert model(x).shape == (1, 3)


def test_numbers_of_words_stay_exact_where_a_policy_computes_in_16_bits():
    keras.config.set_dtype_policy("mixed_bfloat16")
    try:
        model = build_text((1,), "regression", 1, 2000, n_dimensions=2)
    finally:
        keras.config.set_dtype_policy("float32")
    embedding = np.zeros((2000, 2), "float32")
    embedding[1001] = 1.0  # 1001 would be 1000 in 16 bits
    model.get_layer("embedding").set_weights([embedding])
    outputs = keras.ops.convert_to_numpy(keras.ops.cast(model(np.array([[1000], [1001]], "float32")), "float32"))
    assert outputs[0] == 0
    assert outputs[1] != 0


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"input_shape": (4, 2)}, r"input_shape=\(4, 2\) is not that of tokens, \(n_tokens,\); set columns"),
        ({"reader": "rnn"}, 'reader="rnn" is not known; use one of average, convolution, lstm, gru'),
        ({"n_units": 0}, "n_units=0"),
    ],
)
def test_wrong_arguments_are_refused(options, message):
    with pytest.raises(ValueError, match=message):
        build_text(**{"input_shape": (4,)} | options)
