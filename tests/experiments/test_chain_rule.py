import keras
import numpy as np
import pytest
import tensorflow as tf

from experiments.chain_rule import gradients_of_squared_error
from experiments.datasets import moons, truth_table
from experiments.reproduction.checks import gradient_difference
from models.mlp import build_mlp


@pytest.mark.parametrize("loader", [moons, truth_table])
def test_gradients_by_the_chain_rule_equal_automatic_ones(loader):
    features, target = loader()["train"]
    keras.utils.set_random_seed(0)
    model = build_mlp((2,), "binary", neurons="2", activation="sigmoid", binary_output="softmax")
    assert model.count_params() == 12
    assert gradient_difference(model, features.to_numpy("float32"), target.to_numpy("int32")) <= 1e-6


def test_gradients_of_the_squared_error_of_xor_equal_automatic_ones():
    features, target = truth_table("xor")["train"]
    x, y = features.to_numpy("float32"), target.to_numpy("float32")
    keras.utils.set_random_seed(0)
    model = build_mlp((2,), "binary", neurons="2", activation="sigmoid")
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean(keras.losses.mean_squared_error(y[:, None], model(x)))
    automatic = tape.gradient(loss, [variable.value for variable in model.trainable_variables])
    for ours, theirs in zip(gradients_of_squared_error(model.get_weights(), x, y), automatic, strict=True):
        np.testing.assert_allclose(ours, theirs, atol=1e-6)
