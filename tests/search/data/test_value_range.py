"""Arrays on another scale than the training part's are refused."""

import numpy as np
import pandas as pd
import pytest

from search.data.dataset import parse_dataset
from search.data.fitting import fit_preprocessor, prepare
from search.data.preprocessing import Preprocessor
from search.data.value_range import ValueRange
from search.errors import DataError
from search.experiment.sections import PreprocessingSection

PIXELS = np.random.default_rng(0).integers(0, 256, (8, 4, 4, 1))


@pytest.mark.parametrize(("trained", "given"), [(PIXELS / 255, PIXELS), (PIXELS, PIXELS / 255), (PIXELS / 255, PIXELS.astype("uint8"))])
def test_pixels_of_another_scale_are_refused(trained, given):
    with pytest.raises(DataError, match=r"The rows: the values are 0 to \d+, but 0 to \d+ in training; scale them as the training data were"):
        ValueRange.of(trained).check(given, "The rows")


@pytest.mark.parametrize(
    ("trained", "given"),
    [(PIXELS, PIXELS // 2), (PIXELS, np.zeros_like(PIXELS)), (PIXELS, PIXELS + 0.5), (PIXELS / 255, PIXELS / 64), (PIXELS % 2, PIXELS / 255)],
)
def test_dark_and_bright_images_are_accepted(trained, given):
    ValueRange.of(trained).check(given, "The rows")


def test_single_outliers_are_accepted():
    rows = np.zeros((100, 4))
    rows[0, 0] = 1e6
    ValueRange.of(np.linspace(-1, 1, 40).reshape(10, 4)).check(rows, "The rows")


def test_a_part_on_another_scale_is_found_before_the_training(tmp_path):
    target = pd.Series([0, 1] * 4, name="y")
    parts = {"train": (PIXELS / 255, target), "validation": (PIXELS / 255, target), "test": (PIXELS, target)}
    dataset = parse_dataset(parts | {"task": "binary"}, "toy")
    fit_preprocessor(dataset, PreprocessingSection()).save(tmp_path)
    with pytest.raises(DataError, match='data set "toy", test part: the values are 0 to 2'):
        prepare(dataset, Preprocessor.load(tmp_path))
