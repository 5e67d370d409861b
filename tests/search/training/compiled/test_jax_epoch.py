"""On JAX, whole epochs are compiled too, and compute what fit computes."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

JAX = os.environ | {"KERAS_BACKEND": "jax", "PYTHONPATH": str(Path.cwd())}
PROGRAM = """
import json, sys
from pathlib import Path
sys.modules["tensorflow"] = None  # importing it is an error
from search.experiment.settings import TrainingSettings
from search.training.context import TrainingContext
from search.training.program_cache import programs_of
from search.training.run import train_trial
from search.trial import Assignment
from tests.search.training.builders import Traced
from tests.search.training.conftest import make_arrays, make_experiment
arrays, experiments = make_arrays(), [make_experiment(builder, trainer=trainer) for builder, trainer in json.loads(sys.argv[2])]
for experiment in experiments:
    for number, weight_decay in enumerate([0.1, 0.01, 0.1]):
        settings = TrainingSettings(epochs=3, batch_size=16, learning_rate=weight_decay / 10, weight_decay=weight_decay)
        places = {"keep_if_better_than": None, "model_path": str(Path(sys.argv[1]) / experiment.executor.trainer / str(number))}
        assignment = Assignment(number=number, params={}, model_arguments={}, training=settings, seed=7 + number % 2, is_prunable=False, **places)
        result = train_trial(TrainingContext(experiment, arrays), assignment, lambda _: True)
        facts = {"n_traced": Traced.n_traced, "n_programs": len(programs_of(TrainingContext(experiment, arrays)))}
        print(json.dumps(facts | {"reason": result.reason, "trainer": result.trainer, "path": result.model_path, "history": result.history}))
"""


def train_on_jax(folder, *experiments):
    """Train three trials of each (builder, trainer), the third like the first, and return what is known of them."""
    command = [sys.executable, "-c", PROGRAM, folder, json.dumps(experiments)]
    done = subprocess.run(command, env=JAX, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_one_program_gives_trials_that_differ_in_values_the_curves_of_fit(tmp_path):
    trials = train_on_jax(tmp_path, ("traced", "auto"), ("traced", "keras"))
    compiled, fit = trials[:3], trials[3:]
    assert [(trial["reason"], trial["trainer"]) for trial in compiled + fit] == [("", "compiled")] * 3 + [("", "keras")] * 3
    for expected, got in zip(fit, compiled, strict=True):
        assert Path(got["path"]).is_file()
        for expected_metrics, metrics in zip(expected["history"], got["history"], strict=True):
            assert metrics == pytest.approx(expected_metrics, rel=1e-4)
    assert compiled[0]["history"] == compiled[2]["history"] != compiled[1]["history"]
    assert [trial["n_programs"] for trial in compiled] == [1, 1, 1]
    assert 0 < compiled[0]["n_traced"] == compiled[2]["n_traced"] < fit[2]["n_traced"]


def test_data_that_the_device_has_no_room_for_are_streamed_on_jax():
    run_tests("streaming", "-k", "dropout or gathered")


@pytest.mark.slow
@pytest.mark.timeout(900)  # it compiles some thirty programs
@pytest.mark.parametrize("name", ["compiled", "precision", "values"])
def test_whatever_trains_compiled_on_tensorflow_does_so_on_jax(name):
    run_tests(name)


@pytest.mark.slow
def test_whatever_is_streamed_on_tensorflow_is_so_on_jax():
    run_tests("streaming")


def run_tests(name, *options):
    """Run the tests of a file on JAX."""
    command = [sys.executable, "-m", "pytest", "-n", "0", Path(__file__).with_name(f"test_{name}.py"), *options]
    done = subprocess.run(command, env=JAX, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
    assert "skipped" not in done.stdout
