import keras
import numpy as np
import pytest

from models.maxout import Maxout


def test_it_gives_the_largest_of_neighbours():
    np.testing.assert_array_equal(Maxout()(np.array([[1.0, 3.0, -2.0, -5.0]])), [[3, -2]])
    np.testing.assert_array_equal(Maxout(3)(np.array([[1.0, 3.0, 2.0]])), [[3]])


def test_it_works_on_feature_maps():
    assert Maxout()(np.zeros((2, 4, 4, 6))).shape == (2, 4, 4, 3)
    assert Maxout()(keras.Input((4, 6))).shape == (None, 4, 3)


def test_units_that_cannot_be_shared_out_are_refused():
    with pytest.raises(ValueError, match="5 units; expected a multiple of n_pieces=2"):
        Maxout()(np.zeros((1, 5)))


def test_it_comes_back_from_its_configuration():
    assert Maxout.from_config(Maxout(3).get_config()).n_pieces == 3
