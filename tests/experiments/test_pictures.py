"""The pictures, by the numbers that they show and the files that they write."""

import keras
import numpy as np
import pytest
from matplotlib.image import imread

from experiments.datasets import time_scores
from experiments.pictures import ACTIVATIONS, activations, descent_path, main


def test_the_path_is_that_of_keras_sgd_on_all_rows():
    features, score = time_scores()["train"]
    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1, use_bias=False, kernel_initializer=keras.initializers.Constant(5.0))])
    model.compile(keras.optimizers.SGD(0.024), "mean_squared_error")
    model.fit(features.to_numpy("float32"), score.to_numpy("float32"), batch_size=10, epochs=3, verbose=0)
    assert descent_path(5.0, 0.024, 3)[-1] == pytest.approx(model.get_weights()[0].item(), rel=1e-4)


def test_the_derivative_of_the_sigmoid_is_its_slope():
    panel = activations().axes[ACTIVATIONS.index("sigmoid")]
    function, derivative = (line.get_ydata() for line in panel.lines)
    np.testing.assert_allclose(derivative[1:-1], (function * (1 - function))[1:-1], atol=1e-4)


@pytest.mark.parametrize("words", [["descent", "--learning-rate", "0.024"], ["curves", "history.csv"]])
def test_a_picture_is_written(tmp_path, monkeypatch, words):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "history.csv").write_text("epoch,learning_rate,loss,val_loss\n1,0.1,2.0,3.0\n2,0.1,1.0,2.5\n")
    assert main([*words, "drawn.png"]) == 0
    assert imread("drawn.png").std() > 0.05  # not one colour


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["curves", "trials.csv"], 'trials.csv has no column "epoch"; write it by perceptune history STUDY TRIAL --csv trials.csv'),
        (["curves", "absent.csv"], "No such file or directory: 'absent.csv'"),
        (["descent", "--steps", "0"], "--steps 0 at least 1"),
    ],
)
def test_what_cannot_be_drawn_is_an_error(tmp_path, monkeypatch, capsys, words, message):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "trials.csv").write_text("trial,value\n0,1.0\n")
    assert main([*words, "drawn.png"]) == 2
    assert message in capsys.readouterr().err
    assert not (tmp_path / "drawn.png").exists()
