"""Data become tensors of equal values, which share memory with mapped files where the backend can."""

import keras
import numpy as np
import pytest

from search.data.array_scaling import ArrayScaling
from search.data.byte_rows import ByteRows
from search.training.compiled.byte_tensors import read_batch
from search.training.compiled.device_data import Tensors
from search.training.model.preparation import Parts


def _mapped(path, array):
    np.save(path, array)
    return np.load(path, mmap_mode="c")


@pytest.mark.parametrize("dtype", ["float32", "float64", "int32"])
def test_tensors_are_equal_to_the_arrays(tmp_path, dtype):
    rng = np.random.default_rng(0)
    x, y = (rng.uniform(-9, 9, (50, width)).astype(dtype) for width in (3, 1))
    parts = Parts(_mapped(tmp_path / "x.npy", x), _mapped(tmp_path / "y.npy", y), x[1::2], {"a": y[:7]})
    (x_train, y_train), (x_validation, y_validation) = Tensors().of(parts)
    for tensor, array in ((x_train, x), (y_train, y), (x_validation, x[1::2]), (y_validation["a"], y[:7])):
        expected = keras.ops.convert_to_tensor(array)
        assert keras.ops.is_tensor(tensor)
        assert tensor.dtype == expected.dtype
        np.testing.assert_array_equal(keras.ops.convert_to_numpy(tensor), keras.ops.convert_to_numpy(expected))


def test_bytes_stay_bytes(tmp_path):
    pixels, y = np.arange(24, dtype=np.uint8).reshape(4, 6), np.zeros((4, 1), np.float32)
    rows = ByteRows(_mapped(tmp_path / "x.npy", pixels), ArrayScaling(mean=(1.0,), deviation=(255.0,)))
    (x, _), _ = Tensors().of(Parts(rows, y, rows, y))
    assert keras.backend.standardize_dtype(x.values.dtype) == "uint8"
    np.testing.assert_array_equal(keras.ops.convert_to_numpy(x.values), pixels)
    batch, _ = read_batch(lambda tensor: tensor[1:3], (x, y))
    np.testing.assert_array_equal(keras.ops.convert_to_numpy(batch), rows[1:3])


def test_mapped_files_are_not_copied_on_a_cpu(tmp_path):
    tf = pytest.importorskip("tensorflow")
    if keras.config.backend() != "tensorflow" or tf.config.list_physical_devices("GPU"):
        pytest.skip("for TensorFlow on a CPU")
    x = _mapped(tmp_path / "x.npy", np.zeros((8, 4), np.float32))
    (tensor, _), _ = Tensors().of(Parts(x, x, x, x))
    x[0, 0] = 5
    assert float(tensor[0, 0]) == 5
