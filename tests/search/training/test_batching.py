"""The order of the rows."""

import numpy as np

from search.training.batching import epoch_order


def test_every_row_comes_once():
    assert sorted(epoch_order(5, 1, 100)) == list(range(100))


def test_the_order_depends_on_seed_and_epoch_only():
    order = epoch_order(5, 2, 100)
    np.testing.assert_array_equal(order, epoch_order(5, 2, 100))
    assert (order != epoch_order(5, 3, 100)).any()
    assert (order != epoch_order(6, 2, 100)).any()
