"""Data sets of batches, as of TensorFlow and Keras, are gathered into arrays."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from search.data.batches import gathered
from search.errors import DataError

X, Y = np.arange(20.0).reshape(10, 2), np.arange(10) % 3


class Batches(keras.utils.PyDataset):
    def __init__(self, n_batches=5):
        super().__init__()
        self.n_batches = n_batches

    def __len__(self):
        return self.n_batches

    def __getitem__(self, number):
        return X[2 * number : 2 * number + 2], Y[2 * number : 2 * number + 2]


class Endless(Batches):
    num_batches = None


ROWS = tf.data.Dataset.from_tensor_slices((X, Y))
ONE_HOT = tf.data.Dataset.from_tensor_slices((X, np.eye(3)[Y])).batch(4)


@pytest.mark.parametrize("given", [ROWS, ROWS.batch(4), ONE_HOT, Batches(), ROWS.batch(1)])
def test_rows_are_those_of_all_batches(given):
    features, target = gathered(given, "data")
    assert features.tolist() == X.tolist()
    assert target.tolist() == Y.tolist()


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (ROWS.repeat(), "data is a tf.data.Dataset that never ends; leave repeat"),
        (Endless(), "data is a Endless that never ends; give it a number of batches"),
        (ROWS.take(0), "data has no rows"),
        (tf.data.Dataset.from_tensor_slices(X), "data yields a ndarray; expected pairs of features and target"),
        (tf.data.Dataset.from_tensor_slices((X, Y, Y)), "data yields a tuple of 3"),
        (tf.data.Dataset.from_tensor_slices((X, np.ones((10, 3)))), r"targets of shape \(10, 3\); expected \(n_rows,\), or one-hot"),
    ],
)
def test_what_cannot_be_gathered_is_refused(given, message):
    with pytest.raises(DataError, match=message):
        gathered(given, "data")


def test_other_data_stay_as_they_are():
    for given in ((X, Y), None, {"train": (X, Y)}):
        assert gathered(given, "data") is given
