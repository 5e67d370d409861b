from collections import Counter

import pytest

from experiments.benchmarks.tasks import TASKS, draw, on_gpu, overhead


@pytest.mark.parametrize("task", TASKS.values(), ids=TASKS)
def test_the_list_is_the_same_each_time_and_lies_in_the_space(task):
    trials = draw(task)
    assert trials == draw(task)
    assert len(trials) == task.n_trials
    for trial in trials:
        assert trial.keys() == task.space.keys()
        assert 1e-3 <= trial["learning_rate"] <= 1
        assert task.space.get("n_neurons", {"low": 0})["low"] <= trial.get("n_neurons", 0) <= 300


def test_each_batch_size_is_as_frequent_as_the_others():
    assert set(Counter(trial["batch_size"] for trial in draw(TASKS["diabetes"])).items()) == {(16, 10), (32, 10), (64, 10), (128, 10)}


def test_an_excluded_trial_is_replaced_by_the_next():
    task = TASKS["housing"]
    every = draw(overhead(5))
    assert len({trial["constant"] for trial in every}) == 5
    assert task.excluded
    assert len(draw(task)) == task.n_trials


def test_a_gpu_gets_more_trials():
    assert [on_gpu(TASKS[name]).n_trials for name in ("diabetes", "fashion")] == [1_000, 200]
