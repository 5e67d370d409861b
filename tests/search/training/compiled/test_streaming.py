"""Data that do not fit into the device's memory are gathered chunk by chunk; `test_compiled_fit.py` compares the curves with those of `fit`."""

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


@pytest.fixture(autouse=True)
def _small(monkeypatch):
    """Let no data fit into memory, and a chunk hold 2 batches of 16 rows of 5 numbers and a target."""
    monkeypatch.setattr(device, "DATA_PART", 0)
    monkeypatch.setattr(streaming, "CHUNK_BYTES", 2 * 16 * 24)


class Gathered(np.ndarray):
    """Features that call ``on_gather`` with the number of rows each time that some are gathered."""

    def __getitem__(self, chosen):
        if isinstance(chosen, np.ndarray):
            self.on_gather(len(chosen))
        return super().__getitem__(chosen)


def gathered(on_gather, n_train=70):
    arrays = make_arrays(n_train=n_train)
    x = arrays.x_train.view(Gathered)
    x.on_gather = on_gather
    return replace(arrays, x_train=x)


@pytest.mark.parametrize(
    ("n_train", "most_batches", "expected"),
    [
        pytest.param(70, 2, [32, 32, 6], marks=pytest.mark.slow),
        (86, 3, [48, 38]),
        pytest.param(70, 3, [32, 32, 6], marks=pytest.mark.slow),
        pytest.param(70, 100, [70], marks=pytest.mark.slow),
    ],
    ids=["whole chunks", "a smaller last one", "smaller ones of one size", "one chunk"],
)
def test_rows_are_gathered_in_the_background_chunk_by_chunk(train, monkeypatch, n_train, most_batches, expected):
    monkeypatch.setattr(streaming, "CHUNK_BYTES", most_batches * 16 * 24)
    threads, sizes = set(), []

    def note(n_rows):
        threads.add(threading.current_thread().name.rpartition("_")[0])
        sizes.append(n_rows)

    result = train("dense", gathered(note, n_train), batch_size=16, epochs=2, has_new_programs=True)
    assert (result.reason, result.trainer) == ("", "streamed")
    assert (sizes, threads) == (expected * 2, {"prefetch"})


def test_the_next_chunk_is_gathered_before_the_steps_of_one_are_done(train, monkeypatch):
    gatherings, steps, in_time = [threading.Event() for _ in range(3)], [], []

    def note(n_rows):
        next(event for event in gatherings if not event.is_set()).set()

    def step():
        steps.append(len(steps) // 2)  # two steps a chunk
        in_time.extend(event.wait(30) for event in gatherings[: steps[-1] + 2])

    monkeypatch.setattr(Hooked, "hook", staticmethod(step))
    result = train("hooked", gathered(note), batch_size=16, epochs=1, has_new_programs=True)
    assert (result.reason, result.trainer) == ("", "streamed")
    assert steps == [0, 0, 1, 1, 2]
    assert all(in_time)


@pytest.mark.slow
def test_a_disk_that_fails_fails_the_trial_and_leaves_no_thread(train):
    n_gathered = []

    def note(n_rows):
        n_gathered.append(n_rows)
        if len(n_gathered) == 5:
            raise OSError("the disk is gone")

    result = train("dense", gathered(note), batch_size=16, has_new_programs=True)
    assert (result.state, result.reason, len(result.history)) == (TrialState.FAILED, "OSError: the disk is gone", 1)
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("prefetch")]
    assert train("dense", batch_size=16, epochs=1, has_new_programs=True).state is TrialState.COMPLETE


LIMITED = """
import json, resource, sys
from dataclasses import replace
from pathlib import Path
import numpy as np
from search.training import device
from tests.search.training.conftest import make_arrays, make_assignment, make_experiment, train_trial

def train(arrays, number):
    path = Path(sys.argv[1]) / "models" / str(number)
    return train_trial(make_experiment(), make_assignment(path, training={"epochs": 1, "batch_size": 1024}), arrays)

N_ROWS = 2**19
device.DATA_PART = 0
train(make_arrays(shape=(256,)), 0)  # what TensorFlow takes for itself
np.lib.format.open_memmap(Path(sys.argv[1]) / "x.npy", mode="w+", dtype="float32", shape=(N_ROWS, 256))  # 512 MiB
x = np.load(Path(sys.argv[1]) / "x.npy", mmap_mode="r")
arrays = replace(make_arrays(shape=(256,)), x_train=x, y_train=np.zeros((N_ROWS, 1), "float32"))
taken = next(int(line.split()[1]) * 1024 for line in open("/proc/self/status") if line.startswith("VmData"))
resource.setrlimit(resource.RLIMIT_DATA, (taken + int(sys.argv[2]), -1))
try:
    np.array(x)
    is_limited = False
except MemoryError:
    is_limited = True
result = train(arrays, 1)
print(json.dumps({"is_limited": is_limited, "reason": result.reason, "trainer": result.trainer}))
"""


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="the limit is Linux's")
def test_data_larger_than_memory_are_trained_on(tmp_path):
    command = [sys.executable, "-c", LIMITED, tmp_path, str(400 * 2**20)]
    done = subprocess.run(command, env=os.environ | {"PYTHONPATH": str(Path.cwd())}, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout.splitlines()[-1]) == {"is_limited": True, "reason": "", "trainer": "streamed"}
