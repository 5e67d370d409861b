"""Arrays in files are split, or have given parts."""

import numpy as np
import pytest

from experiments.datasets import arrays

X, Y = np.arange(60.0).reshape(30, 2), np.arange(30) % 3


def test_arrays_are_split(tmp_path):
    np.savez(tmp_path / "data.npz", x=X, y=Y, seq=X[:, :, None])
    loaded = arrays(str(tmp_path / "data.npz"))
    assert (loaded["task"], loaded["name"]) == ("multiclass", "data")
    assert [len(loaded[part][1]) for part in ("train", "validation", "test")] == [18, 6, 6]
    assert arrays(str(tmp_path / "data.npz"), x="seq", ordered=True)["test"][0][0].tolist() == [[48.0], [49.0]]
    np.save(tmp_path / "x.npy", X)
    np.save(tmp_path / "y.npy", Y[:, None] / 3)
    assert arrays(str(tmp_path / "x.npy"), target=str(tmp_path / "y.npy"))["task"] == "regression"


def test_given_parts_are_kept(tmp_path):
    np.savez(tmp_path / "data.npz", x_train=X, y_train=Y, x_test=X[:5], y_test=Y[:5])
    loaded = arrays(str(tmp_path / "data.npz"))
    assert [len(loaded[part][1]) for part in ("train", "validation", "test")] == [24, 6, 5]
    in_time = arrays(str(tmp_path / "data.npz"), ordered=True)
    assert in_time["validation"][0].tolist() == X[24:].tolist()
    assert in_time["ordered"]


def test_a_damaged_file_is_named_as_such(tmp_path):
    np.savez(tmp_path / "data.npz", x=X, y=Y)
    (tmp_path / "data.npz").write_bytes((tmp_path / "data.npz").read_bytes()[:100])
    (tmp_path / "empty.npy").touch()
    for name in ("data.npz", "empty.npy"):
        with pytest.raises(ValueError, match="the file is damaged or empty"):
            arrays(str(tmp_path / name))


@pytest.mark.parametrize(
    ("content", "options", "error", "message"),
    [
        ({"a": X, "y": Y}, {}, LookupError, 'has no array "x", only a, y; name them by x and y'),
        ({"x": X, "y": Y[:4]}, {}, ValueError, "x has 30 rows and y 4; expected as many"),
        ({"x": X, "y": X[:, :, None, None]}, {}, ValueError, r"has a target of shape \(30, 2, 1, 1\); expected \(n_rows,\)"),
        ({"x": np.array([None, 1]), "y": Y}, {}, ValueError, "Object arrays cannot be loaded"),
    ],
)
def test_what_does_not_fit_is_refused(tmp_path, content, options, error, message):
    np.savez(tmp_path / "data.npz", **content)
    with pytest.raises(error, match=message):
        arrays(str(tmp_path / "data.npz"), **options)


def test_several_columns_are_several_targets_and_probabilities_are_proposed(tmp_path):
    shares = np.stack([X[:, 0] / 100, 1 - X[:, 0] / 100], axis=1)
    np.savez(tmp_path / "data.npz", x=X, y=shares, hot=np.eye(3)[Y])
    loaded = arrays(str(tmp_path / "data.npz"))
    assert loaded["task"] == {"y_0": "regression", "y_1": "regression"}  # as in earlier versions, whose studies go on
    assert loaded["notes"] == ['the targets y_0, y_1 sum to 1 in each row: if they are probabilities of classes, write task = "probabilities"']
    numbers = arrays(str(tmp_path / "data.npz"), task="regression")
    assert (numbers["task"], numbers["notes"]) == ({"y_0": "regression", "y_1": "regression"}, [])
    assert set(arrays(str(tmp_path / "data.npz"), y="hot", task="probabilities")["task"].values()) == {"probabilities"}
    with pytest.raises(ValueError, match="has a one-hot target"):
        arrays(str(tmp_path / "data.npz"), y="hot")
    shares[7] = 0.3, 0.6
    np.savez(tmp_path / "data.npz", x=X, y=shares)
    with pytest.raises(ValueError, match=r'"y_0, y_1" has 0.3, 0.6 in row 8, with the sum 0.9; expected probabilities'):
        arrays(str(tmp_path / "data.npz"), task="probabilities")
