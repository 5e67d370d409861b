"""Small data files in the very formats that `experiments.datasets` reads, for machines that have not the real ones."""

import gzip
from collections.abc import Callable
from pathlib import Path

import joblib
import numpy as np
import pandas as pd
from sklearn.datasets import load_digits


def write_images(folder: Path) -> None:
    """Write 450 + 50 of scikit-learn's digits, 8 x 8 enlarged to 28 x 28, as the four idx files of MNIST."""
    digits = load_digits()
    enlarged = np.kron(digits.images * 255 / 16, np.ones((1, 3, 3)))  # (n_images, 24, 24)
    images = np.pad(enlarged, ((0, 0), (2, 2), (2, 2)))
    folder.mkdir()
    for part, rows in (("train", slice(450)), ("t10k", slice(450, 500))):
        _write_idx(folder / f"{part}-images-idx3-ubyte.gz", images[rows])
        _write_idx(folder / f"{part}-labels-idx1-ubyte.gz", digits.target[rows])


def _write_idx(file: Path, values: np.ndarray) -> None:
    header = np.array([0x0800 + values.ndim, *values.shape], ">u4")  # 8 stands for unsigned bytes
    file.write_bytes(gzip.compress(header.tobytes() + values.astype(np.uint8).tobytes()))


def write_housing(file: Path) -> None:
    """Write 600 districts as scikit-learn keeps them: totals, and the value in dollars first."""
    random, n_rows = np.random.default_rng(0), 600
    income, age = random.gamma(4, 1, n_rows), random.uniform(1, 52, n_rows)
    value = 1e5 * np.clip(0.45 * income + 0.005 * age + random.normal(0, 0.3, n_rows), 0.15, 5)
    households = random.integers(100, 900, n_rows)
    totals = [households * random.normal(mean, mean / 10, n_rows) for mean in (5.4, 1.1, 3.1)]  # rooms, bedrooms, people
    place = random.uniform(32.5, 42, n_rows), random.uniform(-124.4, -114.3, n_rows)
    joblib.dump(np.column_stack([value, income, age, *totals, households, *place]), file, compress=6)


def write_pima(file: Path) -> None:
    """Write 200 women: eight measurements and, last, whether she had diabetes."""
    random, n_rows = np.random.default_rng(0), 200
    glucose, mass = random.normal(120, 30, n_rows).round(), random.normal(32, 7, n_rows).round(1)
    age, pregnancies = 21 + random.gamma(1.5, 8, n_rows).round(), random.poisson(4, n_rows)
    pressure, skin, insulin = (random.normal(mean, mean / 5, n_rows).round() for mean in (70, 25, 80))
    has_diabetes = (glucose - 120) / 30 + (mass - 32) / 14 + random.normal(0, 0.7, n_rows) > 0.5
    columns = [pregnancies, glucose, pressure, skin, insulin, mass, random.gamma(2, 0.24, n_rows).round(3), age, has_diabetes.astype(int)]
    pd.DataFrame(dict(enumerate(columns))).to_csv(file, header=False, index=False)


def write_zoo(file: Path) -> None:
    """Write 105 animals: fifteen traits and the number of legs, which follow from the kind, and last the kind, 0 to 6."""
    random, kind = np.random.default_rng(0), np.repeat(np.arange(7), 15)
    usual = random.integers(0, 2, (7, 16))
    traits = np.where(random.uniform(size=(len(kind), 16)) < 0.03, 1 - usual[kind], usual[kind])
    traits[:, 12] = np.array([4, 2, 4, 0, 4, 6, 8])[kind]
    pd.DataFrame(np.column_stack([traits, kind])).to_csv(file, header=False, index=False)


WRITERS: dict[str, Callable[[Path], None]] = {
    "keras/datasets/fashion-mnist": write_images,
    "mnist": write_images,
    "scikit_learn/cal_housing_py3.pkz": write_housing,
    "tables/pima.csv": write_pima,
    "tables/zoo.csv": write_zoo,
}
"""What writes a file, or a folder of files, by its place in the folder of data files."""
