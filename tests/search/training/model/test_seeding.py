"""Seeding draws the same numbers as `keras.utils.set_random_seed`."""

import random

import keras
import numpy as np
import pytest
import tensorflow as tf

from search.training.model.seeding import set_seeds


def draws(*others):
    layers = [keras.layers.Dense(3), keras.layers.Dense(2, kernel_initializer="he_normal"), keras.layers.Dropout(0.5)]
    model = keras.Sequential([keras.Input((4,)), *layers])
    dropped = model(np.ones((5, 4), "float32"), training=True)
    return [
        *(random.random(), np.random.random(), keras.random.normal((3,)).numpy()),
        *(draw((3,)).numpy() for draw in others),
        *(weight for weight in model.get_weights()),
        *(dropped.numpy(), keras.random.uniform((2,)).numpy()),
    ]


@pytest.mark.parametrize("seed", [0, 7, 2**32 - 1])
def test_draws_are_those_after_keras_own_seeding(seed):
    keras.utils.set_random_seed(seed)
    expected = draws()
    set_seeds(5)
    draws()
    for _ in range(2):
        set_seeds(seed)
        for ours, theirs in zip(draws(), expected, strict=True):
            np.testing.assert_array_equal(ours, theirs)


def test_draws_of_tensorflow_are_those_too():
    keras.utils.set_random_seed(11)
    expected = draws(tf.random.normal)
    keras.utils.set_random_seed(5)
    set_seeds(11)
    for ours, theirs in zip(draws(tf.random.normal), expected, strict=True):
        np.testing.assert_array_equal(ours, theirs)


def test_layers_are_named_as_in_a_new_process():
    keras.layers.Dense(1)
    set_seeds(0)
    assert keras.layers.Dense(1).name == "dense"
    assert keras.layers.Dense(1).name == "dense_1"
