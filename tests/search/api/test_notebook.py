"""A study in a notebook: the cell shows it while it runs, and objects are tables."""

import pytest

CELLS = [
    """
import keras
from sklearn.datasets import load_iris
from optuna.distributions import FloatDistribution, IntDistribution
from perceptune import Study

def build_net(input_shape, n_outputs, units=4):
    inputs = keras.Input(input_shape)
    hidden = keras.layers.Dense(units, activation="relu")(inputs)
    return keras.Model(inputs, keras.layers.Dense(n_outputs, activation="softmax")(hidden))

study = Study(build_net, load_iris(return_X_y=True), space={"units": IntDistribution(2, 8), "epochs": 3}, objective="val_loss")
""",
    "study.run(4)",
    "study.trials",
    "study.best",
    "study.champion.predict(load_iris().data[:2])",
]

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def outputs(module_shell):
    """The outputs of each cell as dicts by MIME type, run by nbconvert in a kernel."""
    import nbformat
    from nbconvert.preprocessors import ExecutePreprocessor

    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in CELLS])
    environment = module_shell.environment
    with pytest.MonkeyPatch.context() as patch:
        for name, value in environment.items():
            patch.setenv(name, value)
        ExecutePreprocessor(timeout=300).preprocess(notebook, {"metadata": {"path": str(module_shell.folder)}})
    return [[output.get("data", {}) for output in cell.outputs] for cell in notebook.cells]


def test_the_cell_shows_the_search_and_then_the_study(outputs):
    shown, result = (output for output in outputs[1] if output)
    assert "4 of 4 trials" in shown["text/html"]
    assert "Finished" in shown["text/html"]
    assert "<pre" in shown["text/html"]
    assert "4 of 4 trials" in shown["text/plain"]
    assert "net (4 COMPLETE)" in result["text/html"]


def test_trials_and_predictions_are_tables(outputs):
    assert all("<table" in cell[-1]["text/html"] for cell in outputs[2:])
    assert "params_units" in outputs[2][-1]["text/html"]
    assert "probability_2" in outputs[4][-1]["text/html"]
