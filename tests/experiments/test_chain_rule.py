import keras
import numpy as np
import pytest
import tensorflow as tf

from experiments.chain_rule import gradients
from experiments.datasets import moons, truth_table
from models.mlp import build_mlp


@pytest.mark.parametrize("loader", [moons, truth_table])
def test_gradients_by_the_chain_rule_equal_automatic_ones(loader):
    features, target = loader()["train"]
    x, y = features.to_numpy("float32"), target.to_numpy("int32")
    keras.utils.set_random_seed(0)
    model = build_mlp((2,), "binary", neurons="2", activation="sigmoid", binary_output="softmax")
    assert model.count_params() == 12
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean(keras.losses.sparse_categorical_crossentropy(y, model(x)))
    automatic = tape.gradient(loss, [variable.value for variable in model.trainable_variables])
    for ours, other in zip(gradients(model.get_weights(), x, y), automatic, strict=True):
        np.testing.assert_allclose(ours, other, atol=1e-6)
