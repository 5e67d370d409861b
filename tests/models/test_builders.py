"""The contract of every builder that this project ships."""

import subprocess
import sys

import keras
import numpy as np
import pytest

from models.linear import build_linear, build_logistic, build_softmax
from models.mlp import build_mlp

BUILDERS = [
    (build_linear, "regression", 1),
    (build_logistic, "binary", 1),
    (build_softmax, "multiclass", 3),
    *((build_mlp, task, n_outputs) for task, n_outputs in (("regression", 1), ("binary", 1), ("multiclass", 3))),
]


def _build(builder, task, n_outputs):
    provided = {"input_shape": (6,), "task": task, "n_outputs": n_outputs}
    return builder(**{name: value for name, value in provided.items() if builder is not build_logistic or name != "n_outputs"})


@pytest.mark.parametrize(("builder", "task", "n_outputs"), BUILDERS)
def test_it_builds_an_uncompiled_model_of_the_right_shape(builder, task, n_outputs):
    model = _build(builder, task, n_outputs)
    assert isinstance(model, keras.Model)
    assert model.input_shape == (None, 6)
    assert model.output_shape == (None, n_outputs)
    assert model.built
    assert not model.compiled


@pytest.mark.parametrize(("builder", "task", "n_outputs"), BUILDERS)
def test_it_predicts_the_same_after_saving_and_loading(builder, task, n_outputs, tmp_path):
    model, rows = _build(builder, task, n_outputs), np.linspace(-1, 1, 12, dtype="float32").reshape(2, 6)
    model.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras", compile=False)
    np.testing.assert_array_equal(loaded.predict(rows, verbose=0), model.predict(rows, verbose=0))


def test_models_import_nothing_of_the_product():
    code = "import sys, models.mlp, models.linear; print([name for name in sys.modules if name.split('.')[0] in ('search', 'experiments')])"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip() == "[]"
