"""Trained models as a study saves them, packaged once per session: most of the cost is packaging."""

import os
import subprocess
import sys
import warnings
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from search.champion import Champion, PackagedChampion, PackageSpec, load_champion, register
from search.champion.build import build
from search.champion.metadata import ChampionMetadata
from search.data.dataset import Dataset, load_dataset
from search.data.fitting import fit_preprocessor, prepare
from search.experiment.file import parse_experiment
from search.tracking.mlflow_connection import connect
from tests.search.champion.server import served

OWN_LAYERS = """
import keras

@keras.saving.register_keras_serializable(package="own")
class Doubled(keras.layers.Layer):
    def call(self, inputs):
        return 2.0 * inputs
"""
OWN_BUILDER = """
import keras
from own_network.layers import Doubled

def build(input_shape):
    inputs = keras.Input(input_shape)
    hidden = Doubled()(keras.layers.Dense(5, activation="tanh", kernel_regularizer="l2")(inputs))
    return keras.Model(inputs, keras.layers.Dense(1, activation="sigmoid")(keras.layers.Dropout(0.5)(hidden)))
"""
OWN_DATA = """
import numpy as np
import pandas as pd

def images():
    random = np.random.default_rng(0)
    x, y = random.uniform(size=(60, 4, 4, 1)).astype("float32"), pd.Series(random.integers(0, 3, 60), name="kind")
    return {"train": (x[:40], y[:40]), "validation": (x[40:50], y[40:50]), "test": (x[50:], y[50:]), "task": "multiclass"}

def houses():
    random = np.random.default_rng(0)
    rooms, age = random.integers(1, 9, 400), random.uniform(0, 90, 400)
    town = random.choice(np.array(["north", "south"], dtype=object), 400)
    price = rooms * 2.0 - age / 30 + (town == "south")
    features = pd.DataFrame({"rooms": rooms, "age": age, "town": town, "unused": 0})
    target = pd.DataFrame({"price": price, "sold": np.where(price > 8, "yes", "no")})
    rows = {"train": slice(0, 250), "validation": slice(250, 310), "test": slice(310, 400)}
    parts = {part: (features.iloc[chosen], target.iloc[chosen]) for part, chosen in rows.items()}
    return {**parts, "task": {"price": "regression", "sold": "binary"}, "positive": {"sold": "yes"}}
"""


def write_table(path: Path) -> Path:
    """Write passengers: floats, integers and text, each with missing values, and a text target."""
    random = np.random.default_rng(1)
    n_rows = 120
    age = random.uniform(1, 80, n_rows).round(1)
    siblings = random.integers(0, 6, n_rows)
    port = random.choice(np.array(["north", "south", "west"], dtype=object), n_rows)
    survived = np.where(age + 8 * siblings + 20 * (port == "south") + random.normal(0, 5, n_rows) > 60, "yes", "no")
    age[::11], port[::13] = np.nan, None
    pd.DataFrame({"age": age, "siblings": siblings, "port": port, "survived": survived}).to_csv(path, index=False)
    return path


@pytest.fixture(scope="session")
def own_network(tmp_path_factory: pytest.TempPathFactory):
    """A user's package with a model builder, importable while the tests run."""
    folder = tmp_path_factory.mktemp("own")
    (folder / "own_network").mkdir()
    (folder / "own_network" / "__init__.py").write_text("")
    (folder / "own_network" / "layers.py").write_text(OWN_LAYERS)
    (folder / "own_network" / "builder.py").write_text(OWN_BUILDER)
    (folder / "own_network" / "data.py").write_text(OWN_DATA)
    sys.path.insert(0, str(folder))
    yield folder
    sys.path.remove(str(folder))


def make_spec(folder: Path, data: dict[str, object], model: str, build, **sections: object) -> PackageSpec:
    """Do what a study does before its champion is packaged: fit the preprocessing, train and save a model."""
    from search.training.model.saving import keep_model

    content = {
        "name": "survival",
        "model": model,
        "data": data,
        "objective": {"metric": "val_accuracy", "direction": "maximize"},
        "space": {"training": {"learning_rate": {"type": "float", "low": 0.001, "high": 0.1, "log": True}}},
    }
    experiment = parse_experiment(content | sections, "test")
    dataset = load_dataset(experiment.data)
    preprocessor = fit_preprocessor(dataset, experiment.preprocessing, experiment.outputs)
    arrays = prepare(dataset, preprocessor)
    preprocessor.save(folder / "preprocessor")
    network = build(arrays)
    keep_model(network, arrays.x_validation, folder / "models" / "7.keras")
    return PackageSpec(
        experiment=experiment,
        study=experiment.name,
        trials=(7,),
        params=({"learning_rate": 0.01},),
        value=0.875,
        fingerprint=dataset.fingerprint,
        model_paths=(folder / "models" / "7.keras",),
        preprocessor=folder / "preprocessor",
        folder=folder / "packaged",
    )


def build_here(spec: PackageSpec) -> PackagedChampion:
    """Package in this process, which takes a tenth of the time of a fresh one, and unload what the package has imported."""
    path, known = list(sys.path), set(sys.modules)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # MLflow's, of type hints of its own and of packages that it does not find
            folder = build(spec)
    finally:
        sys.path[:] = path
        for name in set(sys.modules) - known:
            if name.startswith("perceptune_champion"):
                del sys.modules[name]
    return PackagedChampion(folder=spec.folder, metadata=ChampionMetadata.load(folder))


@pytest.fixture(scope="session")
def spec(own_network: Path, tmp_path_factory: pytest.TempPathFactory) -> PackageSpec:
    """The spec of a trained model with a custom layer, on a table with missing values."""
    folder = tmp_path_factory.mktemp("study")
    data = {"loader": "experiments.datasets:csv", "path": str(write_table(folder / "passengers.csv")), "target": "survived", "positive": "yes"}

    def build(arrays):
        import keras
        from own_network.builder import build

        keras.utils.set_random_seed(3)
        network = build(arrays.input_shape)
        network.compile("adam", "binary_crossentropy")
        network.optimizer.learning_rate = 0.05
        network.fit(arrays.x_train, arrays.y_train, epochs=15, verbose=0)
        return network

    return make_spec(folder, data, "own_network.builder:build", build)


@pytest.fixture(scope="session")
def image_spec(own_network: Path, tmp_path_factory: pytest.TempPathFactory) -> PackageSpec:
    """The spec of an untrained convolutional network of Keras' layers, on arrays of three classes."""

    def build(arrays):
        import keras

        return keras.Sequential(
            [keras.Input(arrays.input_shape), keras.layers.Conv2D(2, 3), keras.layers.Flatten(), keras.layers.Dense(3, activation="softmax")]
        )

    return make_spec(tmp_path_factory.mktemp("images"), {"loader": "own_network.data:images"}, "own_network.builder:build", build)


@pytest.fixture(scope="session")
def several_spec(own_network: Path, tmp_path_factory: pytest.TempPathFactory) -> PackageSpec:
    """The spec of a subclassed model with two inputs and two outputs, one a regression and one a classification."""

    def build(arrays):
        import keras

        from models.wide_and_deep import build_wide_and_deep_subclassed

        keras.utils.set_random_seed(3)
        network = build_wide_and_deep_subclassed(arrays.input_shape, arrays.task, arrays.n_outputs, n_neurons=8)
        network.compile(keras.optimizers.Adam(0.02), {"main": "mse", "aux": "binary_crossentropy"})
        network.fit(arrays.x_train, arrays.y_train, epochs=40, verbose=0)
        return network

    return make_spec(
        *(tmp_path_factory.mktemp("several"), {"loader": "own_network.data:houses"}, "models.wide_and_deep:build_wide_and_deep_subclassed", build),
        name="houses",
        preprocessing={"inputs": {"wide": ["rooms", "town"], "deep": ["town", "age", "rooms"]}},
        outputs={"main": {"target": "price", "weight": 0.9}, "aux": {"target": "sold", "weight": 0.1, "metrics": ["auc"]}},
        objective={"metric": "val_main_mean_absolute_error", "direction": "minimize"},
    )


@pytest.fixture(scope="session")
def several_packaged(several_spec: PackageSpec) -> PackagedChampion:
    """That spec, packaged in this process."""
    return build_here(several_spec)


@pytest.fixture(scope="session")
def dataset(spec: PackageSpec) -> Dataset:
    """The spec's data set."""
    return load_dataset(spec.experiment.data)


@pytest.fixture(scope="session")
def packaged(spec: PackageSpec) -> PackagedChampion:
    """The spec, packaged in this process."""
    return build_here(spec)


@pytest.fixture(scope="session")
def tracking_uri(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A fresh local MLflow store."""
    folder = tmp_path_factory.mktemp("store")
    client = connect(f"sqlite:///{folder / 'mlflow.db'}")
    client.create_experiment("survival", artifact_location=(folder / "artifacts").as_uri())
    return f"sqlite:///{folder / 'mlflow.db'}"


@pytest.fixture(scope="session")
def parent_run_id(tracking_uri: str) -> str:
    """A study's run."""
    client = connect(tracking_uri)
    return client.create_run(client.get_experiment_by_name("survival").experiment_id, run_name="survival").info.run_id


@pytest.fixture(scope="session")
def model_uri(packaged: PackagedChampion, tracking_uri: str, parent_run_id: str) -> str:
    """The registered champion's URI."""
    return register(packaged, tracking_uri, parent_run_id).model_uri


@pytest.fixture(scope="session")
def champion(model_uri: str, tracking_uri: str) -> Champion:
    """The registered champion, loaded from MLflow."""
    return load_champion("survival", tracking_uri)


@pytest.fixture(scope="session")
def elsewhere(tmp_path_factory: pytest.TempPathFactory) -> dict[str, object]:
    """Arguments of a process that can import neither this checkout nor the user's package."""
    return {
        "cwd": tmp_path_factory.mktemp("elsewhere"),
        "env": {name: value for name, value in os.environ.items() if name != "PYTHONPATH"} | {"TF_CPP_MIN_LOG_LEVEL": "3"},
    }


@pytest.fixture
def serve(elsewhere: dict[str, object], tmp_path: Path):
    """Return a context manager that runs `mlflow models serve` and yields a function that posts rows to it."""
    return partial(served, log=tmp_path / "server.log", **elsewhere)


@pytest.fixture
def run_python():
    """Run a script in a fresh process of this checkout and return what it prints."""

    def run(script: str) -> str:
        process = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
        assert process.returncode == 0, process.stderr
        return process.stdout

    return run
