"""Populations of both kinds on JAX, without TensorFlow's help."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

PROGRAM = """
import sys
sys.modules["tensorflow"] = None  # importing it is an error
import pytest
sys.exit(pytest.main(["-n", "0", *sys.argv[1:]]))
"""
JAX = os.environ | {"KERAS_BACKEND": "jax", "PYTHONPATH": str(Path.cwd())}


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.parametrize("name", ["stacked", "population_jax", "seats"])
def test_trials_train_side_by_side_on_jax(name):
    file = Path(__file__).with_name(f"test_{name}.py")
    done = subprocess.run([sys.executable, "-c", PROGRAM, file], env=JAX, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
    assert "skipped" not in done.stdout
