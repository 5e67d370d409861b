import numpy as np
import pytest

from models.dense import build_functional, build_sequential


@pytest.mark.parametrize(("options", "n_parameters"), [({}, 1185), ({"activation": "sigmoid", "use_bias": False}, 1120)])
def test_both_spellings_are_the_same_network(options, n_parameters):
    sequential, functional = build_sequential((5,), **options), build_functional((5,), **options)
    assert sequential.count_params() == functional.count_params() == n_parameters
    functional.set_weights(sequential.get_weights())
    rows = np.random.default_rng(0).normal(size=(10, 5))
    np.testing.assert_array_equal(sequential(rows), functional(rows))


@pytest.mark.parametrize("activation", ["prelu", "maxout"])
def test_an_activation_that_is_a_layer_is_refused_with_what_to_use(activation):
    with pytest.raises(ValueError, match=r"models\.mlp:build_mlp"):
        build_functional((5,), activation=activation)
