"""A series becomes windows, split by time."""

import numpy as np
import pandas as pd
import pytest

from experiments.datasets import series


@pytest.fixture
def write(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    def write(**columns):
        pd.DataFrame(columns).to_csv("load.csv", index=False)

    return write


def test_a_window_has_the_steps_before_its_target_and_no_part_reaches_into_another(write):
    write(load=np.arange(50.0) + 0.5, kind=list("ab") * 25, heat=np.arange(50) * -1.25)
    loaded = series("load.csv", "load", window=3, horizon=2)
    assert loaded["row_format"] == {
        "kind": "series",
        "columns": ("load", "heat"),
        "target": "load",
        "window": 3,
        "horizon": 2,
        "time": None,
        "has_dates": False,
        "sequence": False,
    }
    x, y = loaded["train"]
    assert x[0].tolist() == [[0.5, 0.0], [1.5, -1.25], [2.5, -2.5]]
    for part, start, end in (("train", 0, 30), ("validation", 30, 40), ("test", 40, 50)):
        x, y = loaded[part]
        assert x[:, 0, 0].tolist() == [row + 0.5 for row in range(start, end - 4)]
        assert (y == x[:, -1, 0] + 2).all()
    assert loaded["ordered"]


def test_steps_are_sorted_by_time_and_gaps_have_the_value_before(write):
    days = pd.date_range("2026-01-01", periods=40).astype(str)
    load = np.arange(40.0)
    load[5] = np.nan
    order = np.random.default_rng(0).permutation(40)
    write(day=days[order], load=load[order])
    loaded = series("load.csv", "load", time="day", window=2)
    x, y = loaded["train"]
    assert x[:7, :, 0].tolist() == [[0, 1], [1, 2], [2, 3], [4, 4], [4, 6], [6, 7], [7, 8]]  # those with a gap as target are left out
    assert y[:4].tolist() == [2, 3, 4, 6]
    assert loaded["notes"] == ["1 gaps have the value before them"]


def test_missing_steps_are_told(write):
    write(hour=[number for number in range(45) if number not in (7, 8, 20)], load=np.arange(42.0))
    note = "after 2 steps the next one is missing, such as after 6; windows take the rows as they follow each other"
    assert series("load.csv", "load", time="hour", window=2)["notes"] == [note]


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"target": "lod"}, LookupError, 'load.csv has no column "lod"; did you mean "load"'),
        ({"window": 0}, ValueError, "window = 0 and horizon = 1 must be at least 1"),
        ({"window": 9}, ValueError, "validation part: 0 windows of 9 steps have a target 1 steps later|expected at least a window of 9"),
        ({"columns": ["kind"]}, ValueError, "load.csv: the column kind holds no numbers; name others by columns"),
        ({"time": "kind"}, ValueError, "the column of times \"kind\" holds 'a'; expected numbers, or dates such as"),
        ({"time": "twice"}, ValueError, 'the column of times "twice" has 0 twice; expected one series, a row per step'),
        ({"test_size": 1.0}, ValueError, "are no parts; expected both above 0"),
    ],
)
def test_what_does_not_fit_is_refused(write, options, error, message):
    write(load=np.arange(40.0), kind=list("ab") * 20, twice=np.arange(40) // 2)
    with pytest.raises(error, match=message):
        series(**{"path": "load.csv", "target": "load", "window": 3} | options)


def test_each_step_of_a_window_may_have_a_target(write):
    write(load=np.arange(50.0) + 0.5)
    loaded = series("load.csv", "load", window=3, horizon=2, sequence=True)
    assert (loaded["n_steps"], loaded["task"]) == (3, dict.fromkeys(["step_1", "step_2", "step_3"], "regression"))
    for part, start, end in (("train", 0, 30), ("validation", 30, 40), ("test", 40, 50)):
        x, y = loaded[part]
        assert x[:, 0, 0].tolist() == [row + 0.5 for row in range(start, end - 4)]
        assert (y.to_numpy() == x[:, :, 0] + 2).all()
    with pytest.raises(ValueError, match="sequence = true, but a window has 1 step; expected at least 2"):
        series("load.csv", "load", window=1, sequence=True)
