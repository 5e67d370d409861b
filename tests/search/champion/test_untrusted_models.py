"""Code in an untrusted registered model is not run: pickles and Lambda layers are refused."""

import pickle
import shutil
from pathlib import Path

import keras
import pytest

from search.champion import Champion, load_champion
from search.errors import ChampionError, DataError
from search.tracking.mlflow_connection import connect


class Exploit:
    """Writes a file when it is unpickled."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self):
        return Path.touch, (self.path,)


@pytest.fixture
def mark(tmp_path):
    """The file that exists once untrusted code has run."""
    mark = tmp_path / "exploited"
    yield mark
    assert not mark.exists()


@pytest.fixture
def folder(packaged, tmp_path):
    return shutil.copytree(packaged.folder / "data" / "champion", tmp_path / "champion")


def test_the_exploit_works_if_unpickled(tmp_path):
    pickle.loads(pickle.dumps(Exploit(tmp_path / "shown")))
    assert (tmp_path / "shown").exists()


def test_a_pickle_in_place_of_the_model_is_not_loaded(folder, mark):
    (folder / "model.keras").write_bytes(pickle.dumps(Exploit(mark)))
    with pytest.raises(ValueError, match=r"accessible `\.keras` zip file"):
        _ = Champion(folder).model


def test_a_pickle_in_place_of_an_estimator_is_not_loaded(folder, mark):
    (folder / "model.skops").write_bytes(pickle.dumps(Exploit(mark)))
    with pytest.raises(Exception, match="zip"):
        _ = Champion(folder).model


def test_a_pickle_in_place_of_the_preprocessing_is_not_loaded(folder, mark):
    (folder / "preprocessor" / "preprocessor.skops").write_bytes(pickle.dumps(Exploit(mark)))
    with pytest.raises(DataError, match="no preprocessing that can be read"):
        _ = Champion(folder).preprocessor


def test_a_lambda_layer_is_not_loaded(folder):
    network = keras.Sequential([keras.Input((2,)), keras.layers.Lambda(lambda x: x)])
    network.save(folder / "model.keras")
    with pytest.raises(ValueError, match=r"[Ll]ambda"):
        _ = Champion(folder).model


def test_a_model_of_mlflows_own_pickle_is_not_loaded(tracking_uri, parent_run_id, tmp_path, mark):
    folder = tmp_path / "untrusted"
    folder.mkdir()
    (folder / "MLmodel").write_text("flavors:\n  python_function:\n    loader_module: mlflow.pyfunc.model\n    python_model: python_model.pkl\n")
    (folder / "python_model.pkl").write_bytes(pickle.dumps(Exploit(mark)))
    client = connect(tracking_uri)
    client.create_registered_model("untrusted")
    version = client.create_model_version("untrusted", source=folder.as_uri(), run_id=parent_run_id)
    client.set_registered_model_alias("untrusted", "champion", version.version)
    with pytest.raises(ChampionError, match="is not one of Perceptune"):
        load_champion("untrusted", tracking_uri)
