"""Champions compute with the code that is bundled with them, beside other versions of the same modules in the process."""

import contextlib
import importlib
import sys
import warnings
from pathlib import Path

import keras
import numpy as np
import pandas as pd
import pytest
from sklearn.base import BaseEstimator

from search.champion import Champion
from search.champion.metadata import ChampionMetadata
from search.estimators import save_estimator

LAYER = """
import keras
from scaling.factors import factor

@keras.saving.register_keras_serializable("scaling")
class Scaled(keras.layers.Layer):
    def call(self, inputs):
        from scaling.late import offset
        from .late import offset as same
        assert offset is same
        return inputs * factor() + offset
"""
ESTIMATOR = """
import numpy as np
from sklearn.base import BaseEstimator, RegressorMixin

class Constant(RegressorMixin, BaseEstimator):
    def fit(self, x, y):
        return self

    def predict(self, x):
        return np.full(len(x), {factor})
"""


def write_package(folder: Path, factor: int, offset: int = 0) -> Path:
    package = folder / "scaling"
    package.mkdir(parents=True)
    for name, text in {"__init__": "", "layers": LAYER, "factors": f"def factor():\n    return {factor}\n", "late": f"offset = {offset}\n"}.items():
        (package / f"{name}.py").write_text(text)
    (package / "estimators.py").write_text(ESTIMATOR.format(factor=factor))
    return folder


@contextlib.contextmanager
def importing(folder: Path):
    """Import the user's package from a folder during a block."""
    sys.path.insert(0, str(folder))
    try:
        yield
    finally:
        sys.path.remove(str(folder))
        for name in [name for name in sys.modules if name.partition(".")[0] == "scaling"]:
            del sys.modules[name]
        for name in [name for name in keras.saving.get_custom_objects() if name.startswith("scaling>")]:
            del keras.saving.get_custom_objects()[name]


@pytest.fixture
def make_champion(tmp_path):
    """A function that makes the folder of a champion whose layer multiplies by a factor, bundled with its code."""

    def make(factor: int, offset: int = 0) -> Champion:
        root = tmp_path / f"champion-{factor}-{offset}"
        code = write_package(root / "code", factor, offset)
        folder = root / "data" / "champion"
        folder.mkdir(parents=True)
        facts = {"study": "s", "trial": 0, "params": {}, "metric": "val_loss", "direction": "minimize", "value": 0.0, "data": "d", "fingerprint": ""}
        modules = ("scaling.layers",) if offset >= 0 else ("scaling.estimators",)
        metadata = ChampionMetadata(**facts, target="y", task="regression", backend=keras.backend.backend(), modules=modules)
        metadata.save(folder)
        with importing(code):
            if offset >= 0:
                layer = importlib.import_module("scaling.layers").Scaled()
                keras.Sequential([keras.Input((2,)), layer]).save(folder / "model.keras")
            else:
                save_estimator(importlib.import_module("scaling.estimators").Constant(), folder / "model.skops", "scaling.estimators:Constant")
        return Champion(folder)

    return make


def computed(model) -> float:
    """The first output of a row of ones."""
    return float(np.ravel(model.predict(np.ones((1, 2)), **({} if isinstance(model, BaseEstimator) else {"verbose": 0})))[0])


@pytest.mark.parametrize("order", [(2, 3), (3, 2)])
def test_two_champions_compute_with_their_own_versions_beside_the_users(order, make_champion, tmp_path):
    champions = {factor: make_champion(factor, offset=10 * factor) for factor in order}
    with importing(write_package(tmp_path / "edited", 7)):
        edited = importlib.import_module("scaling.layers")
        before = dict(keras.saving.get_custom_objects()), list(sys.path), list(sys.meta_path)
        models = {factor: champions[factor].model for factor in order}
        assert {factor: computed(models[factor]) for factor in reversed(order)} == {factor: 11.0 * factor for factor in order}
        assert (dict(keras.saving.get_custom_objects()), list(sys.path), list(sys.meta_path)) == before
        assert sys.modules["scaling.layers"] is edited
        assert computed(keras.Sequential([keras.Input((2,)), edited.Scaled()])) == 7.0


def test_a_module_that_the_process_has_not_imported_stays_unknown_to_it(make_champion):
    champion = make_champion(4)
    assert computed(champion.model) == 4.0
    assert "scaling" not in sys.modules
    assert "scaling>Scaled" not in keras.saving.get_custom_objects()
    with pytest.raises(ModuleNotFoundError):
        importlib.import_module("scaling")


def test_champions_with_equal_code_share_its_modules_even_from_another_folder(make_champion, tmp_path):
    first = make_champion(5)
    second = Champion((first.folder.parents[1].rename(tmp_path / "moved")) / "data" / "champion")
    assert type(second.model.layers[0]) is type(Champion(second.folder).model.layers[0])
    assert computed(second.model) == 5.0


@pytest.mark.parametrize("order", [(2, 3), (3, 2)])
def test_estimators_of_the_users_classes_keep_their_versions_too(order, make_champion, tmp_path):
    champions = {factor: make_champion(factor, offset=-1) for factor in order}
    with importing(write_package(tmp_path / "edited", 7)):
        edited = importlib.import_module("scaling.estimators")
        assert {factor: computed(champions[factor].model) for factor in order} == {factor: float(factor) for factor in order}
        assert sys.modules["scaling.estimators"] is edited


def test_loading_leaves_no_bytecode_beside_the_bundled_files(make_champion):
    champion = make_champion(6)
    for file in champion.code_folder.rglob("*.pyc"):
        file.unlink()
    _ = champion.model
    assert not list(champion.code_folder.rglob("*.pyc"))


def test_mlflow_loads_a_champion_with_its_own_code_and_hides_no_module_of_the_process(packaged, champion, dataset, tmp_path):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # MLflow's, of type hints of its own
        import mlflow.pyfunc

    rows, path = dataset.test.features.astype({"siblings": float}), list(sys.path)
    expected = champion.predict(rows)
    own = {name: sys.modules.pop(name) for name in list(sys.modules) if name.partition(".")[0] == "own_network"}
    edited = tmp_path / "own_network"
    edited.mkdir()
    for name in ("__init__", "builder", "layers"):
        (edited / f"{name}.py").write_text("edited = True\n")
    sys.path.insert(0, str(tmp_path))
    try:
        pd.testing.assert_frame_equal(mlflow.pyfunc.load_model(str(packaged.folder)).predict(rows), expected)
        assert importlib.import_module("own_network.layers").edited
    finally:
        sys.path[:] = path
        for name in [name for name in sys.modules if name.partition(".")[0] == "own_network"]:
            del sys.modules[name]
        sys.modules.update(own)
