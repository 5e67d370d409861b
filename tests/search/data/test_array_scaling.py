"""Rows that are arrays are scaled as the training part was, also after the preprocessing was saved, and in an exported model."""

import numpy as np
import pandas as pd
import pytest
from sklearn.preprocessing import StandardScaler

from search.data.array_scaling import ArrayScaling
from search.data.dataset import parse_dataset
from search.data.fitting import fit_preprocessor, prepare
from search.data.preprocessing import Preprocessor
from search.experiment.sections import PreprocessingSection

RNG = np.random.default_rng(0)


def fitted(rows, **section):
    parts = {part: (rows, pd.Series(np.arange(len(rows)) % 2, name="t")) for part in ("train", "validation", "test")}
    dataset = parse_dataset(parts | {"task": "binary"}, "data")
    return dataset, fit_preprocessor(dataset, PreprocessingSection(**section))


def test_bytes_become_0_to_1_and_other_arrays_stay(tmp_path):
    pixels = RNG.integers(0, 256, (6, 4, 4, 3), dtype=np.uint8)
    dataset, preprocessor = fitted(pixels)
    preprocessor.save(tmp_path)
    for found in (preprocessor, Preprocessor.load(tmp_path)):
        assert found.transform(pixels) == pytest.approx(pixels / 255, abs=1e-6)
    kept = prepare(dataset, preprocessor).x_train
    assert kept.values.tobytes() == pixels.tobytes()
    np.testing.assert_array_equal(kept, preprocessor.transform(pixels))
    assert fitted(pixels, arrays="none")[1].transform(pixels).tolist() == pixels.tolist()
    np.testing.assert_array_equal(prepare(*fitted(pixels, arrays="none")).x_train, pixels)
    floats = prepare(*fitted(pixels.astype(np.float64), arrays="pixels")).x_train
    assert (type(floats), floats.dtype) == (np.ndarray, np.float32)
    assert fitted(pixels.astype(np.float64))[1].array_scaling is None
    assert fitted(pixels.astype(np.float64), arrays="pixels")[1].transform(pixels) == pytest.approx(pixels / 255, abs=1e-6)


def test_standard_is_that_of_scikit_learn_over_rows_and_steps():
    series = RNG.normal([5, -3, 0], [2, 0.1, 0], (20, 7, 3))
    scaled = fitted(series, arrays="standard")[1].transform(series)
    expected = StandardScaler().fit_transform(series.reshape(-1, 3)).reshape(series.shape)
    assert scaled == pytest.approx(expected, abs=1e-4)
    assert ArrayScaling.from_dict(ArrayScaling.of(series, "standard").to_dict()) == ArrayScaling.of(series, "standard")
