import numpy as np
import pandas as pd
import pytest

from experiments.datasets import linear_target, moons, waves


@pytest.mark.parametrize(("loader", "shape", "task"), [(linear_target, (120, 5), "regression"), (moons, (300, 2), "binary")])
def test_tables_have_the_asked_rows_and_are_the_same_each_time(loader, shape, task):
    once, again = loader(), loader()
    assert once["train"][0].shape == shape
    assert once["task"] == task
    pd.testing.assert_frame_equal(once["test"][0], again["test"][0])
    assert not once["test"][0].equals(loader(seed=1)["test"][0])


def test_without_noise_the_target_is_exactly_linear():
    features, target = linear_target(noise=0.0)["train"]
    assert np.linalg.lstsq(features, target, rcond=None)[1] == pytest.approx(0, abs=1e-20)


def test_a_wave_goes_on_where_it_was_cut():
    loaded = waves(n_series=50, n_steps=30, noise=0.0)
    series, following = loaded["train"]
    assert (series.shape, series.dtype, loaded["task"]) == ((30, 30, 1), np.float32, "regression")
    assert np.abs(following.to_numpy() - series[:, -1, 0]).max() < 0.6
    steps = np.abs(np.diff(series[:, :, 0], axis=1)).max(axis=1)
    assert (np.abs(following.to_numpy() - series[:, -1, 0]) < 1.5 * steps + 0.05).all()
