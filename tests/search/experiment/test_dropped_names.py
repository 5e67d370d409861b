"""The installed Keras has dropped the names, and has what is written instead."""

import re
from operator import attrgetter

import keras
import pytest

from search.experiment.dropped_names import instead_of


@pytest.mark.parametrize(
    "name",
    [
        *("layers.RandomHeight", "layers.RandomWidth", "layers.ThresholdedReLU", "layers.CuDNNLSTM", "layers.CuDNNGRU"),
        *("layers.LocallyConnected1D", "layers.LocallyConnected2D", "layers.SyncBatchNormalization", "layers.AbstractRNNCell"),
        *("layers.CategoryCrossing", "constraints.RadialConstraint", "losses.logcosh", "losses.KLD", "metrics.MeanTensor"),
    ],
)
def test_a_dropped_name_has_a_replacement_that_there_is(name: str) -> None:
    with pytest.raises(AttributeError) as caught:
        attrgetter(name)(keras)
    instead = instead_of(caught.value)
    assert instead.startswith(f"Keras 3 has no {name.partition('.')[2]}: use ")
    (replacement,) = re.findall(r"keras\.([\w.]*\w)", instead)
    attrgetter(replacement)(keras)


@pytest.mark.parametrize("error", [AttributeError("module 'keras.layers' has no attribute 'Denze'"), ValueError("keras: 'RandomHeight'")])
def test_another_error_has_none(error: Exception) -> None:
    assert instead_of(error) == ""
