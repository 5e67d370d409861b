"""MNIST and Fashion-MNIST as arrays of pixels. Files are read with NumPy, without Keras."""

import gzip
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from .folder import data_folder

VIEWS = {"image": (28, 28, 1), "sequence": (28, 28), "flat": (784,)}
"""Shapes of one row: an image with one channel, 28 vectors of 28 from top to bottom, or all pixels in a line."""

_IDX = ("train-images-idx3-ubyte.gz", "train-labels-idx1-ubyte.gz", "t10k-images-idx3-ubyte.gz", "t10k-labels-idx1-ubyte.gz")
_CLOTHES = ["T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot"]
_Arrays = tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]


def fashion_mnist(view: str = "image", normalized: bool = True, n_train: int = 55_000, n_validation: int = 5_000) -> dict[str, Any]:
    """Return 70,000 images of clothes, 28 x 28 pixels (Xiao, Rasul and Vollgraf 2017).

    The official files are searched for in ``keras/datasets/fashion-mnist`` in the folder of data files, then in Keras'
    own folder; if they are in neither, Keras downloads them into the first.

    Args:
        view: "image" (28, 28, 1), "sequence" (28, 28) or "flat" (784,). Defaults to "image".
        normalized: Whether pixels are 0 to 1 rather than 0 to 255. Defaults to True.
        n_train: Number of images after the validation part to train on. Defaults to 55,000, all of them.
        n_validation: Number of the first images, for validation. Defaults to 5,000.

    Returns:
        The three parts, float32, the test part the official 10,000; the task (multiclass) and the class names.

    Raises:
        FileNotFoundError: If the files are neither there nor can be downloaded.
        ValueError: If the view is unknown, or there are fewer images.
    """
    return _parts(_fashion(), view, normalized, (n_train, n_validation), _CLOTHES)


def mnist(view: str = "image", normalized: bool = True, n_train: int = 55_000, n_validation: int = 5_000) -> dict[str, Any]:
    """Return 70,000 handwritten digits, 28 x 28 pixels (LeCun et al. 1998).

    The official idx files are searched for in ``mnist`` in the folder of data files, Keras' ``mnist.npz`` in
    ``keras/datasets`` there and in Keras' own folder; if they are in neither, Keras downloads them into ``keras/datasets``.

    Args:
        view: "image" (28, 28, 1), "sequence" (28, 28) or "flat" (784,). Defaults to "image".
        normalized: Whether pixels are 0 to 1 rather than 0 to 255. Defaults to True.
        n_train: Number of images after the validation part to train on. Defaults to 55,000, all of them.
        n_validation: Number of the first images, for validation. Defaults to 5,000.

    Returns:
        The three parts, float32, the test part the official 10,000; the task (multiclass) and the class names.

    Raises:
        FileNotFoundError: If the files are neither there nor can be downloaded.
        ValueError: If the view is unknown, or there are fewer images.
    """
    return _parts(_digits(), view, normalized, (n_train, n_validation), [str(digit) for digit in range(10)])


def _parts(arrays: _Arrays, view: str, normalized: bool, sizes: tuple[int, int], class_names: list[str]) -> dict[str, Any]:
    x, y, x_test, y_test = arrays
    n_train, n_validation = sizes
    if view not in VIEWS:
        raise ValueError(f'view="{view}" is not known; use one of {", ".join(VIEWS)}')
    if n_train < 1 or n_validation < 1 or n_train + n_validation > len(x):
        raise ValueError(f"n_train={n_train} and n_validation={n_validation} do not fit {len(x)} images; expected at least 1 of each")
    pairs = {
        "train": (x[n_validation:][:n_train], y[n_validation:][:n_train]),
        "validation": (x[:n_validation], y[:n_validation]),
        "test": (x_test, y_test),
    }
    parts = {name: (_pixels(images, view, normalized), pd.Series(labels.astype(int), name="label")) for name, (images, labels) in pairs.items()}
    return {**parts, "task": "multiclass", "class_names": class_names}


def _pixels(images: np.ndarray, view: str, normalized: bool) -> np.ndarray:
    pixels = images.reshape(-1, *VIEWS[view]).astype(np.float32)
    return pixels / np.float32(255) if normalized else pixels


def _fashion() -> _Arrays:
    places = [folder / "datasets" / "fashion-mnist" for folder in _keras_folders()]
    found = _first_with(places, _IDX)
    if found is None:
        _download("fashion_mnist", places[0], "https://github.com/zalandoresearch/fashion-mnist", _IDX)
        found = places[0]
    return _read_idx(found)


def _digits() -> _Arrays:
    idx = _first_with([data_folder() / "mnist"], _IDX)
    if idx is not None:
        return _read_idx(idx)
    places = [folder / "datasets" for folder in _keras_folders()]
    found = _first_with(places, ("mnist.npz",))
    if found is None:
        _download("mnist", places[0], "https://storage.googleapis.com/tensorflow/tf-keras-datasets/mnist.npz", ("mnist.npz",))
        found = places[0]
    with np.load(found / "mnist.npz") as file:
        return tuple(file[name] for name in ("x_train", "y_train", "x_test", "y_test"))


def _keras_folders() -> list[Path]:
    return [data_folder() / "keras", Path(os.environ.get("KERAS_HOME") or "~/.keras").expanduser()]


def _first_with(places: list[Path], names: tuple[str, ...]) -> Path | None:
    return next((place for place in places if all((place / name).is_file() for name in names)), None)


def _read_idx(folder: Path) -> _Arrays:
    """Read the idx format: a header of 16 bytes before images and of 8 before labels, then one byte a value."""
    x, y, x_test, y_test = (gzip.decompress((folder / name).read_bytes()) for name in _IDX)
    images = [np.frombuffer(content, np.uint8, offset=16).reshape(-1, 28, 28) for content in (x, x_test)]
    labels = [np.frombuffer(content, np.uint8, offset=8) for content in (y, y_test)]
    return images[0], labels[0], images[1], labels[1]


def _download(name: str, place: Path, source: str, files: tuple[str, ...]) -> None:
    """Let Keras download into the folder of data files, in a process of its own: importing it takes seconds and memory."""
    # The backend on NumPy is the quickest to import, and the data are the same.
    environment = os.environ | {"KERAS_HOME": str(data_folder() / "keras"), "KERAS_BACKEND": "numpy"}
    program = f"import keras; keras.datasets.{name}.load_data()"
    finished = subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=False)
    if finished.returncode:
        reason = (finished.stderr.strip().splitlines() or ["no reason given"])[-1]
        raise FileNotFoundError(
            f"There is no {', '.join(files)} in {place}; get it from {source}, put it there, or name its folder in PERCEPTUNE_DATA; "
            f"Keras could not download it ({reason})"
        )
