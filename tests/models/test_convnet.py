import keras
import numpy as np
import pytest

from models.convnet import build_convnet


@pytest.mark.parametrize(("shape", "layer"), [((40, 3), "Conv1D"), ((40,), "Conv1D"), ((16, 16, 3), "Conv2D"), ((8, 8, 8, 1), "Conv3D")])
def test_its_convolutions_have_the_dimensions_of_a_row(shape, layer):
    model = build_convnet(shape, "binary", 1, n_blocks=2, n_maps=4, n_convolutions=2)
    found = [inner for inner in model.layers if type(inner).__name__.startswith("Conv")]
    assert [type(inner).__name__ for inner in found] == [layer] * 4
    assert [inner.filters for inner in found] == [4, 4, 8, 8]
    assert model(np.zeros((3, *shape), "float32")).shape == (3, 1)


def test_a_small_image_is_pooled_as_long_as_it_can_be():
    model = build_convnet((5, 5, 1), n_blocks=4, n_maps=2, pooling="average", global_pooling="flatten", n_neurons=7, dropout=0.1)
    assert [layer.name for layer in model.layers if "pooling" in layer.name] == ["pooling_1", "pooling_2"]
    assert model.get_layer("hidden_dense").units == 7


def test_images_are_augmented_in_training_only():
    model = build_convnet((12, 12, 3), n_blocks=1, n_maps=2, flip="horizontal", rotation=0.1, translation=0.1, zoom=0.1)
    assert [layer.name for layer in model.layers[1:5]] == ["flip", "rotation", "translation", "zoom"]
    x = np.random.default_rng(0).random((2, 12, 12, 3), "float32")
    first, again, trained = (keras.ops.convert_to_numpy(model(x, training=flag)) for flag in (False, False, True))
    assert (first == again).all()
    assert np.abs(trained - first).max() > 1e-4


@pytest.mark.parametrize("crop", ["random", "center"])
def test_images_are_cropped(crop):
    model = build_convnet((12, 8, 3), n_blocks=1, n_maps=2, crop=crop, crop_size=0.5)
    cut = keras.Model(model.input, model.get_layer("reduced" if crop == "random" else "crop").output)
    x = np.random.default_rng(0).random((4, 12, 8, 3), "float32")
    middle, trained = (keras.ops.convert_to_numpy(cut(x, training=flag)) for flag in (False, True))
    assert middle.shape == trained.shape == (4, 6, 4, 3)
    if crop == "center":
        assert (middle == x[:, 3:9, 2:6]).all()
    else:
        assert any((trained[0] == x[0, row : row + 6, column : column + 4]).all() for row in range(7) for column in range(5))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"n_blocks": 0}, "n_blocks=0, n_convolutions=1 and growth=2.0 must be at least 1"),
        ({"pooling": "sum"}, 'pooling="sum" or'),
        ({"input_shape": (30, 2), "zoom": 0.1}, r"zoom is for images, but the rows have the shape \(30, 2\)"),
        ({"crop": "random", "crop_size": 1.5}, 'crop="random" and crop_size=1.5: expected "none", "random" or "center"'),
        ({"input_shape": (2, 2, 2, 2, 1)}, "has 5 axes; expected up to four"),
    ],
)
def test_wrong_arguments_are_refused(options, message):
    with pytest.raises(ValueError, match=message):
        build_convnet(**{"input_shape": (8, 8, 1), **options})


@pytest.mark.parametrize(("shape", "axes"), [((40, 3), (0, 1)), ((16, 16, 3), (0, 1, 2))])
def test_a_constraint_limits_the_weights_into_each_feature_map(shape, axes):
    model = build_convnet(shape, "binary", 1, n_blocks=1, n_maps=4, n_neurons=3, constraint="max_norm", max_norm=0.5)
    constraint = model.get_layer("convolution_1_1").kernel_constraint
    kernel = np.random.default_rng(0).normal(size=model.get_layer("convolution_1_1").kernel.shape).astype("float32")
    np.testing.assert_allclose(np.sqrt((np.array(constraint(kernel)) ** 2).sum(axis=axes)), 0.5, rtol=1e-4)
    assert model.get_layer("hidden_dense").kernel_constraint.max_value == 0.5
    assert model.get_layer("output").kernel_constraint is None
