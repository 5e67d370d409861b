"""Everything that trains on TensorFlow trains on JAX too, without importing TensorFlow: the same tests, in a process of their own."""

import os
import subprocess
import sys
from pathlib import Path

import keras
import pytest

pytestmark = pytest.mark.skipif(keras.config.backend() == "jax", reason="this is the process on JAX")
PROGRAM = """
import sys
sys.modules["tensorflow"] = None  # importing it is an error
import pytest
sys.exit(pytest.main(["-n", "0", "-rs", *sys.argv[1:]]))
"""
HERE = Path(__file__).parent.relative_to(Path(__file__).parents[3])
QUICK = [  # one of each kind of program
    "compiled/test_jax_epoch.py",
    "compiled/test_streaming.py::test_rows_are_gathered_in_the_background_chunk_by_chunk[a smaller last one]",
    "vectorized/test_jax_epoch.py::test_each_trains_as_alone_though_another_leaves_and_one_joins[dense]",
]
SLOW = [["test_compiled_fit.py", "test_continued_trials.py", "model/test_precision.py"], ["compiled", "vectorized"]]  # about five minutes each
EXCLUDED = [  # Keras augments by TensorFlow; what kills, limits or damages is the same on any backend
    *("a layer without XLA", "augmented", "killed_process", "damaged_checkpoint", "by_another", "larger_than_memory", "compiler", "mapped_files"),
]


def run_on_jax(*arguments):
    environment = os.environ | {"KERAS_BACKEND": "jax", "PYTHONPATH": str(Path.cwd())}
    done = subprocess.run([sys.executable, "-c", PROGRAM, *arguments], env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
    assert "skipped" not in done.stdout
    assert "passed" in done.stdout


@pytest.mark.slow
def test_one_trial_of_each_kind_of_program_trains_on_jax():
    run_on_jax(*(str(HERE / name) for name in QUICK))


@pytest.mark.slow
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("files", SLOW, ids=" ".join)
def test_all_other_trials_train_on_jax(files):
    deselected = [f"--deselect={HERE / name}" for name in QUICK]
    run_on_jax(*(str(HERE / name) for name in files), *deselected, "-k", " and ".join(f"not ({' and '.join(name.split())})" for name in EXCLUDED))
