import pytest

from models.convolutional import build_lenet


def test_it_has_the_documented_layers_and_number_of_parameters():
    model = build_lenet((28, 28, 1))
    shapes = [model.get_layer(name).output.shape[1:] for name in ("convolution_c1", "subsampling_s2", "convolution_c3", "subsampling_s4")]
    assert shapes == [(28, 28, 6), (14, 14, 6), (10, 10, 16), (5, 5, 16)]
    assert [model.get_layer(name).units for name in ("hidden_c5", "hidden_f6", "output")] == [120, 84, 10]
    assert model.count_params() == 61_706


def test_images_without_channel_are_taken_too():
    assert build_lenet((28, 28)).count_params() == 61_706


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"input_shape": (8, 8, 1)}, "kernel_size=5 does not fit"),
        ({"input_shape": (64,)}, "not that of an image"),
        ({"pooling": "min"}, 'pooling="min"'),
        ({"n_maps_1": 0}, "n_maps=0"),
        ({"normalization": "weight"}, "for dense layers"),
    ],
)
def test_what_cannot_be_built_is_refused(options, message):
    with pytest.raises(ValueError, match=message):
        build_lenet(**{"input_shape": (28, 28, 1), **options})
