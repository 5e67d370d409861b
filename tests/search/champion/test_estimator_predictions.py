"""The champion of a model with scikit-learn's interface: packaged, predicting, loaded elsewhere."""

import json
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

from models.perceptron import ThresholdUnit
from search.champion import Champion, export_champion
from search.champion.verification import check_outputs
from search.data.dataset import load_dataset
from search.errors import DataError

from .conftest import build_here, make_spec, write_table

FRESH = """
import json, sys
import mlflow.pyfunc, pandas as pd
model = mlflow.pyfunc.load_model(sys.argv[1])
rows = pd.read_csv("rows.csv", dtype={"siblings": float})
print(json.dumps([model.predict(rows)["prediction"].tolist(), "keras" in sys.modules, "search" in sys.modules]))
"""


def _packaged(folder, estimator):
    data = {"loader": "experiments.datasets:csv", "path": str(write_table(folder / "passengers.csv")), "target": "survived"}
    spec = make_spec(folder, data, "models.perceptron:build_threshold_unit", lambda arrays: estimator.fit(arrays.x_train, arrays.y_train.ravel()))
    spec = replace(spec, model_paths=(spec.model_paths[0].with_suffix(".skops"),))
    return spec, build_here(spec), load_dataset(spec.experiment.data)


@pytest.fixture(scope="module")
def with_probabilities(tmp_path_factory):
    """Spec, package and data set of an estimator with probabilities."""
    return _packaged(tmp_path_factory.mktemp("with_probabilities"), LogisticRegression())


@pytest.fixture(scope="module")
def unit(tmp_path_factory):
    """Spec, package and data set of a custom estimator without probabilities."""
    return _packaged(tmp_path_factory.mktemp("unit"), ThresholdUnit(start=()))


def test_it_predicts_probabilities_if_it_has_them(with_probabilities):
    spec, packaged, dataset = with_probabilities
    champion = Champion(packaged.folder / "data" / "champion")
    predictions = champion.predict(dataset.test.features)
    assert list(predictions) == ["prediction", "probability_yes", "probability_no"]  # the rarer class is the positive one, the last
    assert ((predictions["probability_yes"] > 0.5) == (predictions["prediction"] == "yes")).all()
    assert isinstance(champion.model, LogisticRegression)
    with np.load(spec.model_paths[0].with_suffix(".expected.npz")) as expected:
        check_outputs(champion.outputs(dataset.validation.features), expected["outputs"], "The model")


def test_it_predicts_without_probabilities_if_it_has_none(unit):
    _, packaged, dataset = unit
    predictions = Champion(packaged.folder / "data" / "champion").predict(dataset.test.features)
    assert list(predictions) == ["prediction"]
    assert set(predictions["prediction"]) == {"no", "yes"}


@pytest.mark.parametrize("name", ["with_probabilities", "unit"])
def test_its_test_accuracy_is_that_of_its_predictions(name, request):
    _, packaged, dataset = request.getfixturevalue(name)
    predictions = Champion(packaged.folder / "data" / "champion").predict(dataset.test.features)
    accuracy = (predictions["prediction"].to_numpy() == dataset.test.targets["survived"].to_numpy()).mean()
    assert packaged.metadata.test["accuracy"] == accuracy > 0.5


@pytest.mark.slow
def test_mlflow_alone_loads_it_elsewhere_without_keras(unit, elsewhere):
    _, packaged, dataset = unit
    dataset.test.features.to_csv(elsewhere["cwd"] / "rows.csv", index=False)
    process = subprocess.run([sys.executable, "-c", FRESH, str(packaged.folder)], capture_output=True, text=True, check=False, **elsewhere)
    assert process.returncode == 0, process.stderr
    expected = Champion(packaged.folder / "data" / "champion").predict(dataset.test.features)["prediction"].tolist()
    assert json.loads(process.stdout.splitlines()[-1]) == [expected, False, False]


def test_its_requirements_contain_no_keras_and_only_a_custom_class_is_bundled(with_probabilities, unit):
    for _, packaged, _ in (with_probabilities, unit):
        assert "keras" not in (packaged.folder / "requirements.txt").read_text()
        assert packaged.metadata.backend == ""
    assert unit[1].metadata.modules == ("models.perceptron",)
    assert (unit[1].folder / "code" / "models" / "perceptron.py").is_file()
    assert not (with_probabilities[1].folder / "code" / "models").exists()


def test_it_is_exported_as_it_was_saved(with_probabilities, tmp_path):
    spec, packaged, _ = with_probabilities
    champion = Champion(packaged.folder / "data" / "champion")
    export_champion(champion, tmp_path / "best.skops")
    assert (tmp_path / "best.skops").read_bytes() == spec.model_paths[0].read_bytes()
    with pytest.raises(DataError, match=r"expected a file ending in \.skops"):
        export_champion(champion, tmp_path / "best.keras")
