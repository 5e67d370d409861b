import numpy as np
import pytest

from search.data.array_scaling import ArrayScaling
from search.data.arrays import TrainingArrays
from search.data.byte_rows import ByteRows

X, Y = np.arange(12, dtype=np.float32).reshape(4, 3), np.ones((4, 1), np.float32)


def _arrays(**changes):
    return TrainingArrays(**{"x_train": X, "y_train": Y, "x_validation": X[:2], "y_validation": Y[:2], "task": "binary", "n_outputs": 1} | changes)


def test_loaded_arrays_are_equal_and_changes_stay_in_this_process(tmp_path):
    _arrays(initial=np.arange(9, dtype=np.uint8)).save(tmp_path / "arrays")
    loaded = TrainingArrays.load(tmp_path / "arrays")
    assert loaded.initial.tobytes() == bytes(range(9))
    np.testing.assert_array_equal(loaded.x_train, X)
    np.testing.assert_array_equal(loaded.y_validation, Y[:2])
    assert (loaded.task, loaded.n_outputs, loaded.input_shape, loaded.x_train.dtype) == ("binary", 1, (3,), np.float32)
    loaded.x_train[0, 0] = 99
    np.testing.assert_array_equal(TrainingArrays.load(tmp_path / "arrays").x_train, X)


def test_loaded_arrays_do_not_change_when_others_are_saved_over_them(tmp_path):
    _arrays().save(tmp_path)
    loaded = TrainingArrays.load(tmp_path)
    _arrays(x_train=X[:2] + 1, y_train=Y[:2]).save(tmp_path)
    np.testing.assert_array_equal(loaded.x_train, X)
    np.testing.assert_array_equal(TrainingArrays.load(tmp_path).x_train, X[:2] + 1)


def test_bytes_stay_bytes_in_files_and_are_read_as_scaled_floats(tmp_path):
    pixels = np.arange(12, dtype=np.uint8).reshape(4, 1, 3)
    rows = ByteRows(pixels, ArrayScaling(mean=(1.0, 2.0, 3.0), deviation=(2.0, 2.0, 4.0)))
    _arrays(x_train=rows, x_validation=ByteRows(pixels[:2]), initial=np.arange(9, dtype=np.uint8)).save(tmp_path)
    loaded = TrainingArrays.load(tmp_path)
    assert np.load(tmp_path / "x_train_0.npy").tobytes() == pixels.tobytes()
    assert loaded.n_bytes == pixels.nbytes + pixels[:2].nbytes + Y.nbytes + Y[:2].nbytes + 9
    expected = ((pixels - np.array([1, 2, 3])) / np.array([2, 2, 4])).astype(np.float32)
    for chosen in (slice(1, 3), np.array([3, 0]), slice(None)):
        np.testing.assert_array_equal(loaded.x_train[chosen], expected[chosen])
    np.testing.assert_array_equal(np.asarray(loaded.x_train, np.float64), expected)
    np.testing.assert_array_equal(loaded.x_validation, pixels[:2])
    assert (loaded.input_shape, loaded.x_train.dtype, loaded.x_train[:1].dtype) == ((1, 3), np.float32, np.float32)
    with pytest.raises(ValueError, match="leave copy=False out"):
        np.array(loaded.x_train, copy=False)


def test_named_inputs_keep_their_names_and_order(tmp_path):
    inputs = {"wide/left": X[:, :1], "deep": X}
    _arrays(x_train=inputs, x_validation=inputs, y_validation=Y).save(tmp_path)
    loaded = TrainingArrays.load(tmp_path)
    assert loaded.input_shape == {"wide/left": (1,), "deep": (3,)}
    assert list(loaded.x_validation) == ["wide/left", "deep"]
    np.testing.assert_array_equal(loaded.x_train["deep"], X)


def test_saving_again_replaces(tmp_path):
    _arrays().save(tmp_path)
    _arrays(x_train=X + 1).save(tmp_path)
    np.testing.assert_array_equal(TrainingArrays.load(tmp_path).x_train, X + 1)


@pytest.mark.parametrize(
    "changes", [{"y_train": Y[:3]}, {"sample_weight": Y[:3, 0]}, {"x_validation": X}, {"x_validation": X[:0], "y_validation": Y[:0]}]
)
def test_different_numbers_of_rows_are_refused(changes):
    with pytest.raises(ValueError, match="same number of rows"):
        _arrays(**changes)
