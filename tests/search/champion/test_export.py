"""Exported models, read by Keras alone, predict as the champion does."""

import dataclasses
import warnings

import keras
import numpy as np
import pandas as pd
import pytest

from search.champion import Champion, UnseenValuesWarning, export_champion
from search.champion.raw_rows import raw_inputs
from search.data.preprocessing import DateColumn
from search.errors import DataError, InputError

GAPS = pd.DataFrame({"age": [22.0, np.nan, 80.0, 5.0], "siblings": [1.0, 2.0, np.nan, 9.0], "port": ["north", None, "west", "a port never seen"]})


def test_the_exported_model_is_the_saved_one_and_its_features_are_told(champion, spec, tmp_path):
    sentences = export_champion(champion, tmp_path / "best.keras")
    assert (tmp_path / "best.keras").read_bytes() == spec.model_paths[0].read_bytes()
    assert sentences == [
        "It takes an array (n_rows, 5) of preprocessed features, in this order: age, siblings, port=north, port=south, port=west",
        "It gives (n_rows, 1): survived, the probability of yes",
    ]
    for name, message in (("best.h5", r"expected a file ending in \.keras"), ("no folder/best.keras", "does not exist; create it first")):
        for with_preprocessing in (False, True):
            with pytest.raises(DataError, match=message):
                export_champion(champion, tmp_path / name, with_preprocessing=with_preprocessing)


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
        other.preprocessor = dataclasses.replace(preprocessor, **changed)
        with pytest.raises(InputError, match=message):
            export_champion(other, tmp_path / "raw.keras", with_preprocessing=True)
    assert not list(tmp_path.iterdir())
