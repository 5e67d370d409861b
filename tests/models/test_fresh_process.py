"""Saved models of our own classes load in a process that imports their modules only, and `models` imports nothing of the product."""

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from models.mlp import build_mlp
from models.wide_and_deep import build_wide_and_deep_subclassed

ROOT = Path(__file__).parents[2]
SHAPES = {"wide": (5,), "deep": (6,)}
ROWS = {name: np.linspace(-1, 1, 4 * n, dtype="float32").reshape(4, n) for name, (n,) in SHAPES.items()}
PROGRAM = """if True:
    import json, sys, keras, numpy
    import models.maxout, models.weight_normalized
    layers = keras.saving.load_model("layers.keras")
    import models.wide_and_deep
    subclass = keras.saving.load_model("subclass.keras", compile=False, safe_mode=True)
    outputs = subclass.predict(dict(numpy.load("rows.npz")), verbose=0)
    import models.convolutional, models.linear, models.mlp, models.recurrent, models.residual, models.scikit_learn
    print(json.dumps({
        "n_parameters": [layers.count_params(), subclass.count_params()],
        "class": type(subclass).__name__,
        "outputs": {name: output.tolist() for name, output in outputs.items()},
        "foreign": [name for name in sys.modules if name.split(".")[0] in ("search", "experiments")],
    }))
"""


@pytest.mark.slow
def test_models_load_in_a_fresh_process_that_imports_their_modules_only(tmp_path):
    layers = build_mlp((6,), activation="maxout", normalization="weight")
    subclass = build_wide_and_deep_subclassed(SHAPES, {"main": "regression", "aux": "binary"}, {"main": 1, "aux": 1}, n_neurons=7, activation="tanh")
    layers.save(tmp_path / "layers.keras")
    subclass.save(tmp_path / "subclass.keras")
    np.savez(tmp_path / "rows.npz", **ROWS)
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    finished = subprocess.run([sys.executable, "-c", PROGRAM], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert finished.returncode == 0, finished.stderr
    loaded = json.loads(finished.stdout.splitlines()[-1])
    assert loaded["n_parameters"] == [layers.count_params(), subclass.count_params()]
    assert (loaded["class"], loaded["foreign"]) == ("WideAndDeepModel", [])
    for output, expected in subclass(ROWS).items():
        np.testing.assert_allclose(loaded["outputs"][output], expected, rtol=1e-5)
