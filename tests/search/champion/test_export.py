"""Exported models, read by Keras, ONNX Runtime or LiteRT alone, predict as the champion does."""

import dataclasses
import warnings

import keras
import numpy as np
import pandas as pd
import pytest

from search.champion import Champion, UnseenValuesWarning, export_champion
from search.champion.model_files import MODEL_FILES, plain_names, with_plain_names
from search.champion.raw_rows import raw_inputs, unscaled
from search.data.scaling import Scaling
from search.data.tables.dates import DateColumn
from search.errors import DataError, InputError, MissingExtraError
from tests.search.champion.conftest import build_here
from tests.search.champion.exported import run_exported

GAPS = pd.DataFrame({"age": [22.0, np.nan, 80.0, 5.0], "siblings": [1.0, 2.0, np.nan, 9.0], "port": ["north", None, "west", "a port never seen"]})

SLOW_OF_TFLITE = [pytest.param(suffix, marks=pytest.mark.slow) if suffix == ".tflite" else suffix for suffix in MODEL_FILES]


@pytest.fixture(scope="module")
def images(image_spec, tmp_path_factory):
    """The packaged champion of images."""
    return Champion(build_here(dataclasses.replace(image_spec, folder=tmp_path_factory.mktemp("images"))).folder / "data" / "champion")


def test_the_exported_model_is_the_saved_one_and_its_features_are_told(champion, spec, tmp_path):
    sentences = export_champion(champion, tmp_path / "best.keras")
    assert (tmp_path / "best.keras").read_bytes() == spec.model_paths[0].read_bytes()
    assert sentences == [
        "It takes an array (n_rows, 5) of preprocessed features, in this order: age, siblings, port=north, port=south, port=west",
        "It gives (n_rows, 1): survived, the probability of yes",
    ]
    for name, message in (
        ("best.hdf5", r"expected a file ending in \.keras or \.h5 or \.onnx"),
        ("no folder/best.keras", "does not exist; create it first"),
    ):
        for with_preprocessing in (False, True):
            with pytest.raises(DataError, match=message):
                export_champion(champion, tmp_path / name, with_preprocessing=with_preprocessing)
    assert [path.name for path in tmp_path.iterdir()] == ["best.keras"]


def test_a_file_of_hdf5_has_the_same_model(champion, dataset, tmp_path):
    export_champion(champion, tmp_path / "best.h5")
    model = keras.saving.load_model(tmp_path / "best.h5")
    assert [layer.name for layer in model.layers] == [layer.name for layer in champion.model.layers]
    given = model.predict(champion.features(dataset.test.features), verbose=0)
    np.testing.assert_allclose(given, champion.outputs(dataset.test.features), atol=1e-6)
    with pytest.raises(InputError, match="holds no layers for preprocessing"):
        export_champion(champion, tmp_path / "raw.h5", with_preprocessing=True)
    rows, other = keras.Input((5,)), Champion(champion.folder)
    other.members[0].model = keras.Model(rows, keras.ops.cast(keras.ops.isnan(rows), "float32")[:, :1])
    with pytest.raises(InputError, match="The model cannot be written as HDF5"):
        export_champion(other, tmp_path / "operations.h5")


def test_a_model_of_raw_rows_fills_gaps_and_knows_texts(champion, dataset, tmp_path):
    sentences = export_champion(champion, tmp_path / "raw.keras", with_preprocessing=True)
    assert "each an array (n_rows, 1): age (number), siblings (number), port (text)" in sentences[0]
    model = keras.saving.load_model(tmp_path / "raw.keras")
    for rows in (dataset.test.features, GAPS):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UnseenValuesWarning)
            expected = champion.predict(rows)["probability_yes"]
        given = model.predict(raw_inputs(rows, champion.preprocessor), verbose=0)
        np.testing.assert_allclose(given[:, 0], expected, atol=1e-5)
    of_words = [
        model({"age": keras.ops.array([[22.0]]), "siblings": keras.ops.array([[1.0]]), "port": keras.ops.convert_to_tensor([[word]], "string")})
        for word in ("NA", "")
    ]
    assert float(of_words[0][0, 0]) == float(of_words[1][0, 0])


@pytest.mark.slow
def test_several_inputs_and_a_scaled_target_are_carried(several_packaged, tmp_path):
    champion = Champion(several_packaged.folder / "data" / "champion")
    sentences = export_champion(champion, tmp_path / "raw.keras", with_preprocessing=True)
    assert "It gives as output main (n_rows, 1): price" in sentences
    model = keras.saving.load_model(tmp_path / "raw.keras")
    rows = pd.DataFrame({"rooms": [3, 8], "age": [10.0, 80.0], "town": ["north", "south"]})
    given, expected = model.predict(raw_inputs(rows, champion.preprocessor), verbose=0), champion.predict(rows)
    np.testing.assert_allclose(given["main"][:, 0], expected["main_prediction"], rtol=1e-4)
    np.testing.assert_allclose(given["aux"][:, 0], expected["aux_probability_yes"], atol=1e-5)
    assert any(text.startswith("Its output is scaled: price = main * ") for text in export_champion(champion, tmp_path / "plain.keras"))


def test_columns_that_keras_cannot_read_are_named(champion, tmp_path):
    preprocessor = champion.preprocessor
    for changed, message in (
        ({"columns": {"born": "date", "age": "numeric"}, "dates": {"born": DateColumn("ISO8601", ("year",))}}, "The columns born hold dates"),
        ({"columns": {"price/m2": "numeric"}}, r'The columns price/m2 have a "/" in their names'),
    ):
        other = Champion(champion.folder)
        other.preprocessor = other.members[0].preprocessor = dataclasses.replace(preprocessor, **changed)
        with pytest.raises(InputError, match=message):
            export_champion(other, tmp_path / "raw.keras", with_preprocessing=True)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("suffix", MODEL_FILES)
def test_another_runtime_computes_the_same_of_features(champion, dataset, tmp_path, suffix):
    sentences = export_champion(champion, tmp_path / f"best{suffix}")
    assert sentences[-1] == "Names in the file: inputs features; outputs outputs"
    features = champion.features(dataset.test.features)
    outputs = run_exported(tmp_path / f"best{suffix}", {"features": features})
    np.testing.assert_allclose(outputs["outputs"], champion.outputs(dataset.test.features), atol=1e-5)


@pytest.mark.slow
@pytest.mark.parametrize("suffix", MODEL_FILES)
def test_another_runtime_computes_the_same_of_images_and_of_several_inputs(images, several_packaged, tmp_path, suffix):
    export_champion(images, tmp_path / f"images{suffix}", with_preprocessing=True)
    rows = np.random.default_rng(0).uniform(size=(7, 4, 4, 1)).astype("float32")
    np.testing.assert_allclose(run_exported(tmp_path / f"images{suffix}", {"features": rows})["outputs"], images.outputs(rows), atol=1e-5)
    several = Champion(several_packaged.folder / "data" / "champion")
    sentences = export_champion(several, tmp_path / f"several{suffix}")
    assert sentences[-1] == "Names in the file: inputs wide, deep; outputs main, aux"
    houses = pd.DataFrame({"rooms": [3, 8], "age": [10.0, 80.0], "town": ["north", "south"]})
    outputs = run_exported(tmp_path / f"several{suffix}", several.features(houses))
    for name, expected in several.outputs(houses).items():
        np.testing.assert_allclose(outputs[name], expected, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("suffix", SLOW_OF_TFLITE)
def test_what_another_runtime_cannot_compute_is_refused(champion, tmp_path, suffix):
    with pytest.raises(InputError, match="The columns port hold text, which"):
        export_champion(champion, tmp_path / f"raw{suffix}", with_preprocessing=True)
    other = Champion(champion.folder)
    inputs = keras.Input((5,))
    steps = keras.layers.LSTM(2)(keras.layers.Reshape((5, 1))(inputs)) if suffix == ".tflite" else keras.layers.Dense(2, "gelu")(inputs)
    other.members[0].model = keras.Model(inputs, keras.layers.Dense(1)(steps))
    with pytest.raises(InputError, match=f"The model cannot be written as {MODEL_FILES[suffix].name}: .*(Erfc|TensorFlow op)"):
        export_champion(other, tmp_path / f"other{suffix}")
    assert not list(tmp_path.iterdir())
    missing = dataclasses.replace(MODEL_FILES[suffix], packages=("package_of_nobody",))
    with pytest.raises(MissingExtraError, match=r"needs package_of_nobody, which is not installed; install it"):
        missing.check_installed()


@pytest.mark.parametrize("suffix", SLOW_OF_TFLITE)
def test_another_runtime_undoes_the_scaling_of_a_target(suffix, tmp_path):
    inputs, scaling = keras.Input((3,)), Scaling(mean=5.0, deviation=0.5, log=True)
    scaled = keras.layers.Dense(1)(inputs)
    rows = np.random.default_rng(0).normal(size=(6, 3)).astype("float32")
    expected = scaling.invert(np.asarray(keras.Model(inputs, scaled)(rows)))
    model = with_plain_names(keras.Model(inputs, unscaled(scaled, scaling)), {"": (3,)})
    given = MODEL_FILES[suffix].convert(model, tmp_path / f"log{suffix}", {"features": rows})
    np.testing.assert_allclose(given["outputs"], expected, rtol=1e-5)


def test_names_are_plain_in_other_files():
    assert plain_names(["age of house", "2nd", ""], "features") == {"age of house": "age_of_house", "2nd": "_2nd", "": "features"}
    with pytest.raises(InputError, match="The names a b, a-b would be the same, a_b"):
        plain_names(["a b", "a-b"], "features")


@pytest.mark.slow
def test_a_model_of_another_backend_is_converted_by_tensorflow(champion, run_python, tmp_path):
    script = f"""
import os, sys
from pathlib import Path
from search.champion import Champion, export_champion
champion = Champion(Path({str(champion.folder)!r}))
object.__setattr__(champion.metadata, "backend", "jax")
try:
    export_champion(champion, Path({str(tmp_path / "best.tflite")!r}))
    print("written")
except Exception as error:
    print(error)
"""
    assert run_python(script) == "written\n"
    assert "TFLite is written by tensorflow, and Keras uses jax here" in run_python('import os; os.environ["KERAS_BACKEND"] = "jax"' + script)
