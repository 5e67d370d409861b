"""Data that the device has no room for are trained on chunk by chunk, as `fit` trains on them."""

import json
import os
import subprocess
import sys
import threading
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from search.training import device
from search.training.compiled import streaming
from search.trial import TrialState
from tests.search.training.builders import Hooked
from tests.search.training.conftest import make_arrays
from tests.search.training.test_compiled_fit import IMAGES, SEQUENCES, TWO_OUTPUTS, by_input, mixed

METRICS = {"metrics": ["auc", "f1_score"]}
CASES = {
    "dropout, batch normalisation, metrics": (
        *("dense", make_arrays()),
        {"model": {"dropout": 0.4, "normalization": True}, "experiment": METRICS},
    ),
    "one batch at a time": ("dense", make_arrays(), {"batch_size": 64, "optimizer": "sgd", "momentum": 0.9}),
    "no partial batch, learning rate falls": ("dense", make_arrays(n_train=64), {"schedule": "exponential"}),
    "multiclass, smoothed": ("dense", make_arrays("multiclass"), {"label_smoothing": 0.1}),
    "two inputs": ("two_inputs", by_input(make_arrays()), {}),
    # Full batches only, as in test_compiled.py.
    "two outputs": ("two_outputs", mixed(make_arrays("regression", n_train=64)), {"experiment": TWO_OUTPUTS}),
    "subclassed": ("subclassed", make_arrays(), {}),
    "convolution": ("convolution", IMAGES, {}),
    "a layer without XLA": ("augmented", IMAGES, {}),
    "lstm": ("lstm", SEQUENCES, {}),
}


@pytest.fixture(autouse=True)
def _small(monkeypatch):
    """No data have room, and a chunk has 2 batches of 16 rows of 5 numbers and a target."""
    monkeypatch.setattr(device, "DATA_PART", 0)
    monkeypatch.setattr(streaming, "CHUNK_BYTES", 2 * 16 * 24)


@pytest.mark.parametrize("case", CASES)
def test_streamed_data_give_the_curves_and_the_model_of_fit(train, case, tmp_path):
    builder, arrays, arguments = CASES[case]
    options = arguments.get("experiment", {})
    rest = {"batch_size": 16} | {name: value for name, value in arguments.items() if name != "experiment"}
    fit = train(builder, arrays, experiment=options | {"trainer": "keras"}, **rest)
    streamed = train(builder, arrays, experiment=options | {"trainer": "auto"}, **rest)

    assert [(result.state, result.reason, result.trainer) for result in (fit, streamed)] == [
        (TrialState.COMPLETE, "", trainer) for trainer in ("keras", "streamed")
    ]
    assert (len(streamed.history), streamed.best_epoch) == (5, fit.best_epoch)
    for expected, got in zip(fit.history, streamed.history, strict=True):
        assert got == pytest.approx(expected, rel=1e-4)
    with np.load(tmp_path / "keras.expected.npz") as expected_outputs, np.load(tmp_path / "auto.expected.npz") as outputs:
        for name in expected_outputs.files:
            np.testing.assert_allclose(outputs[name], expected_outputs[name], rtol=1e-3, atol=1e-5)


class Gathered(np.ndarray):
    """Features that tell how many rows of them are gathered, each time that some are."""

    def __getitem__(self, chosen):
        if isinstance(chosen, np.ndarray):
            self.told(len(chosen))
        return super().__getitem__(chosen)


def gathered(tell, n_train=70):
    arrays = make_arrays(n_train=n_train)
    x = arrays.x_train.view(Gathered)
    x.told = tell
    return replace(arrays, x_train=x)


@pytest.mark.parametrize(
    ("n_train", "most_batches", "expected"),
    [(70, 2, [32, 32, 6]), (70, 3, [32, 32, 6]), (86, 3, [48, 38]), (70, 100, [70])],
    ids=["whole chunks", "smaller ones of one size", "a smaller last one", "one chunk"],
)
def test_rows_are_gathered_in_the_background_chunk_by_chunk(train, monkeypatch, n_train, most_batches, expected):
    monkeypatch.setattr(streaming, "CHUNK_BYTES", most_batches * 16 * 24)
    threads, sizes = set(), []

    def tell(n_rows):
        threads.add(threading.current_thread().name.rpartition("_")[0])
        sizes.append(n_rows)

    result = train("dense", gathered(tell, n_train), batch_size=16, epochs=2)
    assert (result.reason, result.trainer) == ("", "streamed")
    assert (sizes, threads) == (expected * 2, {"prefetch"})


def test_the_next_chunk_is_gathered_before_the_steps_of_one_are_done(train, monkeypatch):
    gatherings, steps, in_time = [threading.Event() for _ in range(3)], [], []

    def tell(n_rows):
        next(event for event in gatherings if not event.is_set()).set()

    def step():
        steps.append(len(steps) // 2)  # two steps a chunk
        in_time.extend(event.wait(30) for event in gatherings[: steps[-1] + 2])

    monkeypatch.setattr(Hooked, "hook", staticmethod(step))
    result = train("hooked", gathered(tell), batch_size=16, epochs=1)
    assert (result.reason, result.trainer) == ("", "streamed")
    assert steps == [0, 0, 1, 1, 2]
    assert all(in_time)


def test_a_disk_that_fails_fails_the_trial_and_leaves_no_thread(train):
    n_told = []

    def tell(n_rows):
        n_told.append(n_rows)
        if len(n_told) == 5:
            raise OSError("the disk is gone")

    result = train("dense", gathered(tell), batch_size=16)
    assert (result.state, result.reason, len(result.history)) == (TrialState.FAILED, "OSError: the disk is gone", 1)
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("prefetch")]
    assert train("dense", make_arrays(), batch_size=16).state is TrialState.COMPLETE


LIMITED = """
import json, os, resource, sys
from pathlib import Path
import numpy as np
from dataclasses import replace
from search.experiment.settings import TrainingSettings
from search.training import device
from search.training.context import TrainingContext
from search.training.run import train_trial
from search.trial import Assignment
from tests.search.training.conftest import make_arrays, make_experiment

def train(arrays, number):
    places = {"keep_if_better_than": None, "model_path": str(Path(sys.argv[1]) / str(number))}
    settings = TrainingSettings(epochs=1, batch_size=1024)
    assignment = Assignment(number=number, params={}, model_arguments={}, training=settings, seed=1, is_prunable=False, **places)
    return train_trial(TrainingContext(make_experiment(), arrays), assignment, lambda _: True)

device.DATA_PART = 0
train(make_arrays(shape=(256,)), 0)  # what TensorFlow takes for itself
x = np.lib.format.open_memmap(Path(sys.argv[1]) / "x.npy", mode="w+", dtype="float32", shape=(2**20, 256))  # 1 GiB
x = np.load(Path(sys.argv[1]) / "x.npy", mmap_mode="r")
arrays = replace(make_arrays(shape=(256,)), x_train=x, y_train=np.zeros((2**20, 1), "float32"))
taken = next(int(line.split()[1]) * 1024 for line in open("/proc/self/status") if line.startswith("VmData"))
resource.setrlimit(resource.RLIMIT_DATA, (taken + int(sys.argv[2]), -1))
try:
    np.array(x)
    is_limited = False
except MemoryError:
    is_limited = True
result = train(arrays, 1)
print(json.dumps({"is_limited": is_limited, "reason": result.reason, "trainer": result.trainer, "seconds": result.seconds}))
"""


@pytest.mark.skipif(sys.platform != "linux", reason="the limit is Linux's")
def test_data_larger_than_memory_are_trained_on(tmp_path):
    command = [sys.executable, "-c", LIMITED, tmp_path, str(400 * 2**20)]
    done = subprocess.run(command, env=os.environ | {"PYTHONPATH": str(Path.cwd())}, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout.splitlines()[-1])
    assert (told["is_limited"], told["reason"], told["trainer"]) == (True, "", "streamed")
