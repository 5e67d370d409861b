"""A champion of a subclassed model with two named inputs and two outputs: a regression and a classification."""

import json
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import roc_auc_score

from search.champion import Champion, load_champion, predict_file, register
from search.champion.build import build
from search.champion.evaluation import evaluate
from search.data.dataset import load_dataset
from search.data.parts import Part
from search.errors import ChampionError, DataError

COLUMNS = ["main_prediction", "aux_prediction", "aux_probability_no", "aux_probability_yes"]
FRESH = """
import json, sys
import mlflow.pyfunc, pandas as pd
model = mlflow.pyfunc.load_model(sys.argv[1])
predictions = model.predict(pd.read_csv(sys.argv[2], dtype={"rooms": float}))
ours = [name for name in sys.modules if name.split(".")[0] in ("search", "models", "experiments")]
[file] = [module.__file__ for name, module in sys.modules.items() if name.endswith(".models.wide_and_deep")]
print("FOUND " + json.dumps([predictions.to_dict("list"), ours, file]))
"""


@pytest.fixture(scope="module")
def several(several_packaged) -> Champion:
    return Champion(several_packaged.folder / "data" / "champion")


@pytest.fixture(scope="module")
def test_part(several_spec):
    return load_dataset(several_spec.experiment.data).test


def test_each_output_predicts_its_target_under_its_name(several, test_part):
    predictions = several.predict(test_part.features)
    assert list(predictions) == COLUMNS
    assert set(predictions["aux_prediction"]) == {"no", "yes"}
    assert np.corrcoef(predictions["main_prediction"], test_part.targets["price"])[0, 1] > 0.9
    assert several.class_names == {"main": (), "aux": ("no", "yes")}


def test_the_test_metrics_are_those_of_the_predictions(several_packaged, several, test_part):
    predictions, test = several.predict(test_part.features), several_packaged.metadata.test
    error = predictions["main_prediction"] - test_part.targets["price"]
    truth = (test_part.targets["sold"] == "yes").to_numpy()
    probability = predictions["aux_probability_yes"].to_numpy()
    assert test["aux_accuracy"] == ((predictions["aux_prediction"] == "yes").to_numpy() == truth).mean()
    deviation = several.preprocessor.scalings["main"].deviation  # the loss is that of the scaled target
    assert test["main_loss"] == pytest.approx((error**2).mean() / deviation**2, rel=1e-4)
    assert test["main_mean_absolute_error"] == pytest.approx(error.abs().mean(), rel=1e-4)
    assert test["aux_loss"] == pytest.approx(-np.log(np.where(truth, probability, 1 - probability)).mean(), rel=1e-3)
    assert test["loss"] == pytest.approx(0.9 * test["main_loss"] + 0.1 * test["aux_loss"], rel=1e-4)
    assert test["aux_auc"] == roc_auc_score(truth, probability) > 0.5
    assert several_packaged.metadata.positive == {"aux": "yes"}


def test_a_metric_that_the_test_part_does_not_define_is_none(several, several_spec):
    dataset, experiment = load_dataset(several_spec.experiment.data), several_spec.experiment
    is_no = (dataset.test.target["sold"] == "no").to_numpy()
    only = Part(dataset.test.features[is_no], dataset.test.target[is_no])
    test = evaluate(Champion(several.folder), only, experiment, several_spec.settings_of(0)).metrics
    assert (test["aux_auc"], test["aux_accuracy"] > 0.5) == (None, True)


def test_the_metadata_name_target_task_and_classes_by_output(several_packaged):
    metadata = several_packaged.metadata
    assert (metadata.target, metadata.task) == ({"main": "price", "aux": "sold"}, {"main": "regression", "aux": "binary"})
    assert metadata.class_names == {"main": (), "aux": ("no", "yes")}
    assert metadata.modules == ("models.wide_and_deep",)


def test_only_the_columns_that_an_input_reads_are_in_the_signature(several_packaged):
    from mlflow.models import Model

    signature = Model.load(str(several_packaged.folder)).signature
    assert (signature.inputs.input_names(), signature.outputs.input_names()) == (["rooms", "age", "town"], COLUMNS)


@pytest.mark.slow
def test_the_subclassed_model_predicts_in_a_process_without_the_checkout(several_packaged, several, test_part, elsewhere):
    path = elsewhere["cwd"] / "houses.csv"
    test_part.features.drop(columns="unused").to_csv(path, index=False)
    command = [sys.executable, "-c", FRESH, str(several_packaged.folder), str(path)]
    process = subprocess.run(command, capture_output=True, text=True, check=False, **elsewhere)
    assert process.returncode == 0, process.stderr
    [found] = [line.removeprefix("FOUND ") for line in process.stdout.splitlines() if line.startswith("FOUND ")]
    predictions, ours, file = json.loads(found)
    assert (list(predictions), ours) == (COLUMNS, [])
    assert file.startswith(str(several_packaged.folder))
    check_predictions(pd.DataFrame(predictions), several.predict(test_part.features))


@pytest.fixture(scope="module")
def registered(several_packaged, tracking_uri, parent_run_id) -> str:
    """The champion's alias in the registry."""
    assert register(several_packaged, tracking_uri, parent_run_id).model_uri == "models:/houses/1"
    return "models:/houses@champion"


@pytest.fixture
def rows(test_part):
    return test_part.features[["town", "rooms", "age"]].head(10)


def check_predictions(predictions, expected):
    assert list(predictions) == COLUMNS
    assert predictions["aux_prediction"].tolist() == expected["aux_prediction"].tolist()
    np.testing.assert_allclose(predictions["main_prediction"], expected["main_prediction"], rtol=1e-5)
    np.testing.assert_allclose(predictions["aux_probability_yes"], expected["aux_probability_yes"], atol=1e-5)


def test_it_is_registered_and_predicts_a_file(registered, several, rows, tracking_uri, tmp_path):
    rows.to_csv(tmp_path / "rows.csv", index=False)
    assert predict_file(lambda: load_champion(registered, tracking_uri), tmp_path / "rows.csv", tmp_path / "predictions.csv") == 10
    check_predictions(pd.read_csv(tmp_path / "predictions.csv"), several.predict(rows))


@pytest.mark.slow
def test_it_is_served_over_http(registered, several, rows, tracking_uri, serve):
    with serve(registered, tracking_uri) as post:
        check_predictions(post(rows), several.predict(rows))


def test_rows_without_a_column_of_an_input_are_refused(several, test_part):
    with pytest.raises(DataError, match=r"lack the columns town; they have .*; expected rooms, age, town"):
        several.predict(test_part.features.drop(columns="town"))


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (lambda kept: kept | {"outputs.aux": kept["outputs.aux"][::-1]}, 'at its output "aux", gives other outputs than when it was trained'),
        (lambda kept: {"outputs.main": kept["outputs.main"], "outputs.other": kept["outputs.aux"]}, "has the outputs .*; expected main, other"),
    ],
)
def test_each_output_is_verified(several_spec, tmp_path, spoil, message):
    with np.load(several_spec.model_paths[0].with_suffix(".expected.npz")) as kept:
        np.savez(tmp_path / "7.expected.npz", **spoil(dict(kept)))
    (tmp_path / "7.keras").write_bytes(several_spec.model_paths[0].read_bytes())
    with pytest.raises(ChampionError, match=message):
        build(replace(several_spec, folder=tmp_path / "packaged", model_paths=(tmp_path / "7.keras",)))
