import subprocess
import sys
from importlib.util import find_spec

import pytest

CODE = """
import os, sys
from search.samplers.keras_tuner_package import keras_tuner
oracle = keras_tuner().oracles.RandomSearchOracle(max_trials=1)
print("tensorflow" in sys.modules, "keras" in sys.modules, os.environ.get("KERAS_BACKEND"))
import keras, numpy
keras.Sequential([keras.Input((3,)), keras.layers.Dense(1)])(numpy.ones((4, 3)))
print(keras.backend.backend())
"""


@pytest.mark.slow
@pytest.mark.skipif(find_spec("jax") is None, reason="Keras' numpy backend imports jax; without it Keras Tuner is imported plainly")
@pytest.mark.parametrize(("configured", "backend"), [(None, "tensorflow"), ("jax", "jax")])
def test_keras_tuner_imports_no_tensorflow_and_keras_later_uses_its_configured_backend(configured, backend, monkeypatch):
    monkeypatch.delenv("KERAS_BACKEND", raising=False)
    if configured:
        monkeypatch.setenv("KERAS_BACKEND", configured)

    output = subprocess.run([sys.executable, "-c", CODE], capture_output=True, text=True, check=True).stdout
    assert output.split() == ["False", "False", str(configured), backend]
