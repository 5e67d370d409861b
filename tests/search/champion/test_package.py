import json
import re
import shutil
import zipfile
from dataclasses import replace
from pathlib import Path

import keras
import numpy as np
import pytest

from search.champion import Champion, package_champion
from search.champion.build import build
from search.champion.package import Packager, PackageSpec
from search.data.dataset import load_dataset
from search.data.predictions import CHAMPION, Predictions
from search.errors import ChampionError, DataError
from search.python_process import PythonProcess
from tests.search.champion.conftest import build_here


def test_a_spec_survives_its_way_to_another_process(spec):
    spec = replace(spec, code=(Path("a"), Path("b")))
    assert PackageSpec.from_json(spec.to_json()) == spec


def test_the_metadata_name_study_trial_and_value(packaged):
    metadata = packaged.metadata
    assert (metadata.study, metadata.trial, metadata.metric, metadata.value) == ("survival", 7, "val_accuracy", 0.875)
    assert metadata.params == {"learning_rate": 0.01}
    assert metadata.class_names == ("no", "yes")


def test_the_test_accuracy_is_that_of_the_answers(packaged, champion, dataset):
    answers = champion.predict(dataset.test.features)
    assert packaged.metadata.test["accuracy"] == (answers["prediction"].to_numpy() == dataset.test.target.to_numpy()).mean()
    assert 0.6 < packaged.metadata.test["accuracy"] < 1


def test_the_test_loss_is_keras_own_with_regularisation(packaged, champion, dataset):
    truth = (dataset.test.target == "yes").to_numpy()
    probability = champion.predict(dataset.test.features)["probability_yes"].to_numpy()
    crossentropy = -np.log(np.where(truth, probability, 1 - probability)).mean()
    assert packaged.metadata.test["loss"] == pytest.approx(crossentropy + float(sum(champion.model.losses)), rel=1e-4)


def test_nothing_in_the_package_is_a_pickle(packaged):
    files = [path for path in packaged.folder.rglob("*") if path.is_file()]
    archives = [path for path in files if zipfile.is_zipfile(path)]
    names = [path.name for path in files] + [name for path in archives for name in zipfile.ZipFile(path).namelist()]
    assert not [name for name in names if name.endswith((".pkl", ".pickle", ".joblib"))]
    assert {"model.keras", "preprocessor.skops"} <= {path.name for path in archives}


def test_mlflow_loads_it_by_module_and_sees_a_real_signature_and_example(packaged, dataset):
    from mlflow.models import Model

    model = Model.load(str(packaged.folder))
    assert re.fullmatch(r"perceptune_champion_[0-9a-f]{8}\.champion\.pyfunc", model.flavors["python_function"]["loader_module"])
    assert model.signature.inputs.input_names() == ["age", "siblings", "port"]
    assert model.signature.outputs.input_names() == ["prediction", "probability_no", "probability_yes"]
    assert [column.type.name for column in model.signature.inputs] == ["double", "double", "string"]
    assert model.load_input_example(str(packaged.folder)).equals(dataset.validation.features[:5].astype({"siblings": float}))


def test_requirements_are_pinned_to_what_is_installed(packaged):
    requirements = (packaged.folder / "requirements.txt").read_text().split()
    assert f"keras=={keras.__version__}" in requirements
    assert all("==" in line for line in requirements)


def test_a_model_of_arrays_and_three_classes_is_packaged_as_a_tensor(image_spec):
    from mlflow.models import Model

    packaged = build_here(image_spec)
    champion, test = Champion(packaged.folder / "data" / "champion"), load_dataset(image_spec.experiment.data).test
    answers = champion.predict(test.features)
    assert packaged.metadata.modules == ()
    assert Model.load(str(packaged.folder)).signature.inputs.is_tensor_spec()
    assert list(answers) == ["prediction", "probability_0", "probability_1", "probability_2"]
    assert packaged.metadata.test["accuracy"] == (answers["prediction"].to_numpy() == test.target.to_numpy()).mean()
    kept = Predictions.load(image_spec.predictions / CHAMPION).outputs[""]
    assert [kept.classes[number] for number in kept.predicted] == [str(value) for value in answers["prediction"]]
    assert kept.loss.mean() == pytest.approx(packaged.metadata.test["loss"], rel=1e-4)
    low, high = packaged.metadata.test_intervals["loss"]
    assert low < packaged.metadata.test["loss"] < high


def test_the_version_of_the_code_that_the_model_was_trained_with_is_packaged(spec, own_network, tmp_path):
    for name in ("edited", "trained"):
        shutil.copytree(own_network, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    layers = tmp_path / "edited" / "own_network" / "layers.py"
    layers.write_text(layers.read_text().replace("2.0 * inputs", "3.0 * inputs"))
    packaged = build_here(replace(spec, folder=tmp_path / "packaged", code=(tmp_path / "edited", tmp_path / "trained")))
    assert "2.0 * inputs" in (packaged.folder / "code" / "own_network" / "layers.py").read_text()
    with pytest.raises(ChampionError, match="gives other outputs than when it was trained"):
        build(replace(spec, folder=tmp_path / "refused", code=(tmp_path / "edited",)))


def test_a_model_with_other_weights_is_not_packaged(spec, tmp_path):
    with np.load(spec.model_paths[0].with_suffix(".expected.npz")) as kept:
        outputs = kept["outputs"]
    spoiled = tmp_path / "7.keras"
    spoiled.write_bytes(spec.model_paths[0].read_bytes())
    np.savez(tmp_path / "7.expected.npz", outputs=outputs[::-1])
    with pytest.raises(ChampionError, match="Trial 7's model, loaded again, gives other outputs than when it was trained"):
        build(replace(spec, folder=tmp_path / "packaged", model_paths=(spoiled,)))


def test_a_model_that_keras_refuses_is_named_with_the_way_to_fix_it(spec, tmp_path):
    unsafe = keras.Sequential([keras.Input((5,)), keras.layers.Lambda(lambda x: x * 2), keras.layers.Dense(1)])
    unsafe.save(tmp_path / "7.keras")
    np.savez(tmp_path / "7.expected.npz", outputs=np.zeros((24, 1)))
    with pytest.raises(ChampionError, match=r"Trial 7's model does not load again.*lambda expressions cannot be kept"):
        build(replace(spec, folder=tmp_path / "packaged", model_paths=(tmp_path / "7.keras",)))


@pytest.mark.usefixtures("forks")
def test_data_that_changed_since_the_study_began_are_the_users_mistake_even_across_processes(spec, tmp_path):
    with pytest.raises(DataError, match='The data set "passengers" changed while the study "survival" ran'):
        package_champion(replace(spec, folder=tmp_path / "packaged", fingerprint="0" * 16))


def test_a_process_that_dies_is_a_failure_of_ours_with_its_last_words(spec, tmp_path):
    with pytest.raises(ChampionError, match=r"Packaging trial 7's model ended with exit status 1: .*nowhere.keras") as caught:
        package_champion(replace(spec, folder=tmp_path / "packaged", model_paths=(tmp_path / "nowhere.keras",)))
    assert "Traceback" in caught.value.__notes__[0]
    assert not (tmp_path / "packaged").exists()


@pytest.mark.slow
@pytest.mark.usefixtures("forks")
def test_a_process_that_was_started_early_and_killed_is_replaced(image_spec, tmp_path):
    started = []

    def start(entry, environment, name):
        started.append(PythonProcess(entry, environment))
        return started[-1]

    spec = replace(image_spec, folder=tmp_path / "packaged")
    with Packager(start) as packager:
        packager.start()
        started[0].kill()
        spec.folder.mkdir()
        (spec.folder / "half").write_text("what the killed process has written")
        packager.submit(spec)
        packaged = packager.result()
    assert packaged.metadata.trial == 7
    assert "half" not in {path.name for path in packaged.folder.iterdir()}
    assert len(started) == 1


def test_the_coordinator_imports_neither_keras_nor_mlflow_to_package(run_python):
    loaded = run_python("import sys, json, search.champion; print(json.dumps(sorted(sys.modules)))")
    assert not {"keras", "tensorflow", "mlflow", "sklearn"} & set(json.loads(loaded))
