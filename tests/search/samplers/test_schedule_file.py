"""A schedule is read as it was written, and one that fits not is refused with its line."""

import pytest

from search.errors import ExperimentError
from search.experiment.parameters import CategoricalParameter, FloatParameter
from search.experiment.search_space import SearchSpace
from search.samplers.schedule_file import ScheduledInterval, read_schedule, write_schedule

SPACE = SearchSpace(
    {
        "learning_rate": FloatParameter(type="float", low=1e-3, high=1.0),
        "batch_size": CategoricalParameter(type="categorical", choices=[8, "all"]),
    }
)
SCHEDULE = [
    ScheduledInterval(first_epoch=1, last_epoch=2, seed=5, params={"learning_rate": 0.1 + 0.2, "batch_size": "all"}),
    ScheduledInterval(first_epoch=3, last_epoch=4, seed=5, params={"learning_rate": 1.0, "batch_size": 8}),
]


def test_it_is_read_as_it_was_written(tmp_path):
    write_schedule(tmp_path / "schedule.csv", SCHEDULE)
    assert read_schedule(tmp_path / "schedule.csv", SPACE, 4) == SCHEDULE


@pytest.mark.parametrize(
    ("before", "after", "message"),
    [
        ("3,4", "4,4", r"line 3: epochs 4 to 4; expected 3 to 4 at most \(space.training.epochs\)"),
        ("3,4", "3,5", r"line 3: epochs 3 to 5; expected 3 to 4"),
        ("1.0,8", "2.0,8", "line 3: learning_rate = 2.0"),
        ("1.0,8", "1.0,9", "line 3: batch_size = "),
        ("8,5", "8,6", "line 3: seed = 6; expected 5, the same in all lines"),
        ("8,5", "8,five", "line 3: .*five"),
        ("learning_rate", "rate", "it has no learning_rate; expected the columns epoch_from, epoch_to, seed, learning_rate, batch_size"),
    ],
)
def test_one_that_does_not_fit_is_refused(before, after, message, tmp_path):
    path = tmp_path / "schedule.csv"
    write_schedule(path, SCHEDULE)
    path.write_text(path.read_text().replace(before, after))
    with pytest.raises(ExperimentError, match=message):
        read_schedule(path, SPACE, 4)


def test_a_file_that_is_missing_is_named(tmp_path):
    with pytest.raises(ExperimentError, match="cannot be read as a schedule"):
        read_schedule(tmp_path / "other.csv", SPACE, 4)
