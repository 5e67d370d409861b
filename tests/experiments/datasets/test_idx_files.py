import subprocess
import sys

import numpy as np
import pytest

from experiments.datasets import fashion_mnist, mnist
from experiments.datasets.idx_files import VIEWS

PLACES = {fashion_mnist: ("keras", "datasets", "fashion-mnist"), mnist: ("mnist",)}
SMALL = {"n_train": 10, "n_validation": 2}


@pytest.fixture(params=[fashion_mnist, mnist])
def loader(request, empty, idx):
    """A loader whose files are 12 + 4 images."""
    idx(empty.joinpath(*PLACES[request.param]))
    return request.param


@pytest.mark.parametrize("view", VIEWS)
def test_a_view_is_another_shape_of_the_same_pixels(loader, view):
    images = loader(view=view, **SMALL)["train"][0]
    assert images.shape == (10, *VIEWS[view])
    np.testing.assert_array_equal(images.reshape(10, 784), loader(view="flat", **SMALL)["train"][0])


def test_pixels_are_normalized_unless_asked_for_as_they_are(loader):
    normalized, raw = loader(**SMALL)["test"][0], loader(normalized=False, **SMALL)["test"][0]
    assert (normalized.dtype, normalized.min(), normalized.max(), raw.max()) == (np.float32, 0, 1, 255)


def test_the_first_images_validate_and_the_others_train(loader):
    loaded = loader(**SMALL)
    assert loaded["validation"][1].tolist() == [0, 1]
    assert loaded["train"][1].tolist() == [2, 3, 4, 5, 6, 7, 8, 9, 0, 1]
    assert len(loaded["class_names"]) == 10
    assert loader(n_train=3, n_validation=2)["train"][1].tolist() == [2, 3, 4]


@pytest.mark.parametrize(
    ("options", "message"), [({"view": "rows"}, 'view="rows"'), ({"n_train": 11, "n_validation": 2}, "12 images"), ({"n_train": 0}, "n_train=0")]
)
def test_options_that_do_not_fit_are_refused(loader, options, message):
    with pytest.raises(ValueError, match=message):
        loader(**options)


def test_keras_own_file_of_mnist_is_read_too(empty):
    arrays = {"x_train": np.zeros((4, 28, 28), "uint8"), "y_train": np.arange(4), "x_test": np.zeros((1, 28, 28), "uint8"), "y_test": np.array([7])}
    (empty / "keras" / "datasets").mkdir(parents=True)
    np.savez(empty / "keras" / "datasets" / "mnist.npz", **arrays)
    loaded = mnist(n_train=3, n_validation=1)
    assert (loaded["train"][1].tolist(), loaded["test"][1].tolist()) == ([1, 2, 3], [7])


@pytest.mark.slow
@pytest.mark.parametrize(("loader", "file"), [(fashion_mnist, "train-images-idx3-ubyte.gz"), (mnist, "mnist.npz")])
def test_what_is_neither_there_nor_to_be_downloaded_is_named(empty, loader, file):
    with pytest.raises(FileNotFoundError, match=rf"{file}.*in {empty}.*get it from https://.*PERCEPTUNE_DATA"):
        loader()


def test_the_official_files_are_read(real):
    real("mnist/train-images-idx3-ubyte.gz", "keras/datasets/fashion-mnist/train-images-idx3-ubyte.gz")
    for loader in (mnist, fashion_mnist):
        loaded = loader()
        assert [len(loaded[part][1]) for part in ("train", "validation", "test")] == [55_000, 5_000, 10_000]
        assert loaded["test"][1].value_counts().between(892, 1135).all()


def test_loading_needs_no_keras(real):
    real("mnist/train-images-idx3-ubyte.gz")
    code = "import sys; from experiments.datasets import mnist; mnist(); print([name for name in ('keras', 'tensorflow') if name in sys.modules])"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip() == "[]"
