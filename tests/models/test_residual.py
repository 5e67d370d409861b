import keras
import numpy as np
import pytest

from models.residual import build_branches, build_residual


def _layers(model, kind):
    return [layer for layer in model.layers if isinstance(layer, kind)]


@pytest.mark.parametrize("input_shape", [(8,), (8, 8, 1)])
def test_every_block_adds_what_goes_past_it(input_shape):
    model = build_residual(input_shape, n_blocks=3, n_neurons=4)
    assert len(_layers(model, keras.layers.Add)) == 3


def test_images_are_halved_and_maps_doubled_after_the_first_block():
    model = build_residual((8, 8, 1), "multiclass", 10, n_blocks=3, n_neurons=4)
    assert [model.get_layer(f"sum_{number}").output.shape for number in (1, 2, 3)] == [(None, 8, 8, 4), (None, 4, 4, 8), (None, 2, 2, 16)]


def test_a_shared_layer_has_its_weights_once():
    shared, apart = (build_branches((8,), n_branches=3, n_neurons=4, is_shared=is_shared) for is_shared in (True, False))
    assert apart.count_params() - shared.count_params() == 2 * (4 * 4 + 4)
    assert len(shared.get_layer("shared")._inbound_nodes) == 3


@pytest.mark.parametrize(
    ("merge", "expected"),
    [
        ("concatenate", lambda a, b: np.hstack([a, b])),
        ("add", np.add),
        ("average", lambda a, b: (a + b) / 2),
        ("maximum", np.maximum),
        ("minimum", np.minimum),
        ("multiply", np.multiply),
        ("subtract", np.subtract),
        ("dot", lambda a, b: (a * b).sum(axis=1, keepdims=True)),
        ("cosine", lambda a, b: (a * b).sum(axis=1, keepdims=True) / np.linalg.norm(a, axis=1)[:, None] / np.linalg.norm(b, axis=1)[:, None]),
    ],
)
def test_branches_are_merged_as_asked(merge, expected):
    model = build_branches((8,), n_neurons=4, merge=merge, activation="maxout")
    names = ("activation_1_end", "activation_2_end", "merged")
    first, second, merged = keras.Model(model.input, [model.get_layer(name).output for name in names])(
        np.random.default_rng(0).normal(size=(3, 8)).astype("float32")
    )
    np.testing.assert_allclose(merged, expected(np.array(first), np.array(second)), rtol=1e-5)


@pytest.mark.parametrize("merge", ["subtract", "dot", "cosine"])
def test_a_merge_of_two_refuses_three_branches(merge):
    with pytest.raises(ValueError, match=f'merge="{merge}" is of two branches, but n_branches=3; use 2'):
        build_branches((8,), n_branches=3, merge=merge)


@pytest.mark.parametrize(
    ("build", "argument", "value"),
    [
        (build_residual, "n_blocks", 0),
        (build_residual, "activation", "maxout"),
        (build_branches, "n_branches", 1),
        (build_branches, "merge", "power"),
    ],
)
def test_a_value_that_cannot_be_built_is_named(build, argument, value):
    with pytest.raises(ValueError, match=f'{argument}="?{value}'):
        build((8,), **{argument: value})
