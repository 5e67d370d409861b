"""Where real data files are, for the tests that read them."""

import gzip
import time

import numpy as np
import pytest

from experiments.datasets.folder import data_folder

IDX = {"train-images-idx3": (12, 28, 28), "train-labels-idx1": (12,), "t10k-images-idx3": (4, 28, 28), "t10k-labels-idx1": (4,)}


@pytest.fixture
def real():
    """A function that skips the test where a file is absent."""

    def need(*names):
        for name in names:
            if not (data_folder() / name).is_file():
                pytest.skip(f"{name} is not in {data_folder()}; PERCEPTUNE_DATA names the folder")

    return need


@pytest.fixture
def empty(tmp_path, monkeypatch):
    """A folder of data files without any, and no network."""
    monkeypatch.setenv("PERCEPTUNE_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "keras"))
    for name in ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")  # the discard port, where nobody listens
    monkeypatch.setattr(time, "sleep", lambda _: None)  # scikit-learn waits a second before each of three retries
    return tmp_path / "data"


@pytest.fixture
def idx():
    """A function that writes the four files of a set of 12 + 4 images; the label of each is its number modulo 10."""

    def write(folder):
        folder.mkdir(parents=True)
        for name, shape in IDX.items():
            values = np.arange(shape[0]) % 10 if len(shape) == 1 else np.arange(np.prod(shape)) % 256
            header = bytes(8 if len(shape) == 1 else 16)
            (folder / f"{name}-ubyte.gz").write_bytes(gzip.compress(header + values.astype("uint8").tobytes()))

    return write
