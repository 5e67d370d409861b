import keras
import numpy as np
import pytest

from models.linear import build_linear, build_logistic, build_softmax


@pytest.mark.parametrize(
    ("build", "arguments", "n_parameters", "activation"),
    [
        (build_linear, {}, 9, "linear"),
        (build_linear, {"use_bias": False}, 8, "linear"),
        (build_logistic, {}, 9, "sigmoid"),
        (build_softmax, {"n_outputs": 7}, 63, "softmax"),
    ],
)
def test_it_is_one_dense_layer(build, arguments, n_parameters, activation):
    model = build((8,), **arguments)
    assert model.count_params() == n_parameters
    assert model.get_layer("output").activation is keras.activations.get(activation)
    assert not model.compiled


@pytest.mark.parametrize(
    ("build", "task", "instead"),
    [(build_linear, "binary", "build_logistic"), (build_logistic, "multiclass", "build_softmax"), (build_softmax, "regression", "build_linear")],
)
def test_another_task_is_refused_with_the_builder_to_use_instead(build, task, instead):
    with pytest.raises(ValueError, match=f"models.linear:{instead}"):
        build((8,), task)


def test_images_are_flattened():
    assert build_softmax((8, 8, 1), n_outputs=10).count_params() == 650


@pytest.mark.slow
def test_linear_regression_finds_the_least_squares_coefficients():
    generator = np.random.default_rng(0)
    x = generator.normal(size=(64, 5)).astype("float32")
    y = x @ np.array([[1.0], [-2.0], [0.5], [0.0], [3.0]], "float32") + 0.1 * generator.normal(size=(64, 1)).astype("float32")
    model = build_linear((5,), use_bias=False)
    model.compile(keras.optimizers.SGD(0.3), "mean_squared_error")
    model.fit(x, y, batch_size=64, epochs=60, verbose=0)
    expected = np.linalg.lstsq(x, y, rcond=None)[0]
    np.testing.assert_allclose(model.get_weights()[0], expected, atol=1e-3)
