import dataclasses
import json
import shutil

import keras
import pytest

from search.champion import load_champion, register
from search.errors import ChampionError, StudyNotFoundError
from search.tracking.mlflow_connection import connect


def test_the_newest_version_is_the_champion(model_uri, tracking_uri, parent_run_id, packaged):
    version = connect(tracking_uri).get_model_version_by_alias("survival", "champion")
    assert model_uri == f"models:/survival/{version.version}"
    assert version.run_id == parent_run_id
    tested = {name: float(text) for name, text in version.tags.items() if name.startswith("perceptune.test_")}
    assert tested == pytest.approx({f"perceptune.test_{name}": value for name, value in packaged.metadata.test.items()}, rel=1e-4)
    assert {name: text for name, text in version.tags.items() if name not in tested} == {
        "perceptune.study": "survival",
        "perceptune.parent_run_id": parent_run_id,
        "perceptune.trial": "7",
        "perceptune.metric": "val_accuracy",
        "perceptune.value": "0.875",
        "perceptune.positive_class": "yes",
    }
    trial, cost, test, params, use = version.description.split("\n\n")
    assert trial == "Trial 7 of study `survival`: val_accuracy 0.875."
    assert cost.startswith("Serving it: ")
    assert test.startswith("Test part: accuracy ")
    assert params == "Hyperparameters: learning_rate=0.01."
    assert 'load_champion("survival").predict(dataframe)' in use


def test_a_trial_that_is_registered_already_keeps_its_version(model_uri, tracking_uri, parent_run_id, packaged):
    client = connect(tracking_uri)
    client.delete_registered_model_alias("survival", "champion")
    assert register(packaged, tracking_uri, parent_run_id).model_uri == model_uri
    assert f"models:/survival/{client.get_model_version_by_alias('survival', 'champion').version}" == model_uri
    assert len(client.search_model_versions("name = 'survival'")) == len(client.get_run(parent_run_id).outputs.model_outputs) == 1


def test_an_average_with_other_trials_is_another_version(tracking_uri, parent_run_id, packaged):
    client = connect(tracking_uri)
    run_id = client.create_run(client.get_run(parent_run_id).info.experiment_id).info.run_id
    averaged, single = (
        dataclasses.replace(packaged, metadata=dataclasses.replace(packaged.metadata, study="averaged", trials=trials)) for trials in ((7, 3), ())
    )
    uris = [register(champion, tracking_uri, run_id).model_uri for champion in (averaged, single, averaged, single)]
    assert uris == ["models:/averaged/1", "models:/averaged/2"] * 2
    assert client.get_model_version("averaged", "1").tags["perceptune.trials"] == "7, 3"
    assert str(client.get_model_version_by_alias("averaged", "champion").version) == "2"  # the newest of a study


def test_the_run_lists_the_model(model_uri, tracking_uri, parent_run_id):
    client = connect(tracking_uri)
    (output,) = client.get_run(parent_run_id).outputs.model_outputs
    model = client.get_logged_model(output.model_id)
    assert (model.source_run_id, model.status.value, model.params) == (parent_run_id, "READY", {"learning_rate": "0.01"})
    assert model.name == "survival-trial-7"
    assert json.loads(model.tags["mlflow.modelVersions"]) == [{"name": "survival", "version": int(model_uri.rpartition("/")[2])}]


def test_a_registered_champion_predicts(champion, dataset):
    predictions = champion.predict(dataset.test.features.set_index("age", drop=False))
    assert predictions.index.equals(dataset.test.features.set_index("age").index)
    assert set(predictions["prediction"]) == {"no", "yes"}
    assert champion.class_names == ("no", "yes")
    assert isinstance(champion.model, keras.Model)


def test_a_champion_is_found_by_its_version_too(model_uri, tracking_uri, champion):
    assert load_champion(model_uri, tracking_uri).folder == champion.folder
    assert load_champion("models:/survival@champion", tracking_uri).folder == champion.folder


def test_an_unknown_study_lists_the_registered_ones(model_uri, tracking_uri):
    with pytest.raises(StudyNotFoundError, match='No champion is registered as "surival"; did you mean "survival"'):
        load_champion("surival", tracking_uri)
    with pytest.raises(StudyNotFoundError, match='"models:/survival/99"'):
        load_champion("models:/survival/99", tracking_uri)


def test_loading_a_champion_creates_no_store(tmp_path):
    with pytest.raises(StudyNotFoundError, match="nothing is registered yet"):
        load_champion("survival", f"sqlite:///{tmp_path / 'mlflow.db'}")
    assert not list(tmp_path.iterdir())


def test_a_model_of_another_tool_is_refused(packaged, tracking_uri, parent_run_id, tmp_path):
    folder = shutil.copytree(packaged.folder, tmp_path / "model")
    (folder / "data" / "champion" / "champion.json").unlink()
    other = dataclasses.replace(packaged, folder=folder, metadata=dataclasses.replace(packaged.metadata, study="foreign"))
    register(other, tracking_uri, parent_run_id)
    with pytest.raises(ChampionError, match='"foreign" is not one of Perceptune'):
        load_champion("foreign", tracking_uri)


@pytest.mark.slow
def test_registering_needs_no_keras_in_the_coordinator(packaged, tracking_uri, parent_run_id, run_python, tmp_path):
    script = f"""
import sys
from pathlib import Path
from search.champion import PackagedChampion, load_champion, register
from search.champion.metadata import ChampionMetadata
folder = Path({str(packaged.folder)!r})
packaged = PackagedChampion(folder=folder, metadata=ChampionMetadata.load(folder / "data" / "champion"))
register(packaged, {tracking_uri!r}, {parent_run_id!r})
load_champion("survival", {tracking_uri!r}).metadata
print(sorted({{"keras", "tensorflow", "sklearn"}} & set(sys.modules)))
"""
    assert run_python(script).strip() == "[]"
