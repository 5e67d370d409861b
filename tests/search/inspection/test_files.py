"""Weights and outputs as files."""

import numpy as np
import pandas as pd
import pytest

from search.errors import DataError
from search.inspection.files import write_outputs, write_weights

KERNEL = np.arange(6, dtype="float32").reshape(2, 3)


def test_weights_are_written_as_arrays_or_as_lines(tmp_path):
    write_weights({"kernel": KERNEL, "cell/bias": np.ones(1)}, tmp_path / "weights.npz")
    with np.load(tmp_path / "weights.npz") as file:
        np.testing.assert_array_equal(file["kernel"], KERNEL)
        assert file["cell/bias"].shape == (1,)
    write_weights({"kernel": KERNEL}, tmp_path / "weights.csv")
    table = pd.read_csv(tmp_path / "weights.csv")
    assert table.iloc[-1].tolist() == ["kernel", "1 2", 5.0]


def test_outputs_are_a_row_for_each_row(tmp_path):
    images = np.arange(8, dtype="float32").reshape(2, 2, 2)
    write_outputs([KERNEL, images], "conv", tmp_path / "outputs.csv")
    table = pd.read_csv(tmp_path / "outputs.csv")
    assert list(table) == ["conv_0", "conv_1", "conv_2", "conv.2_0_0", "conv.2_0_1", "conv.2_1_0", "conv.2_1_1"]
    np.testing.assert_array_equal(table["conv.2_1_1"], [3, 7])
    write_outputs([KERNEL, images], "conv", tmp_path / "outputs.npz")
    with np.load(tmp_path / "outputs.npz") as file:
        np.testing.assert_array_equal(file["outputs_2"], images)


@pytest.mark.parametrize("name", ["weights.txt", "missing/weights.npz"])
def test_a_file_that_cannot_be_written_is_refused(tmp_path, name):
    with pytest.raises(DataError, match=r"suffix|does not exist"):
        write_weights({"kernel": KERNEL}, tmp_path / name)
