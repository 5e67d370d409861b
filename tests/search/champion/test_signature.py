"""The types of a champion's signature, and rows converted to them."""

import numpy as np
import pandas as pd
import pytest

from search.champion.signature import as_declared, signature_of
from search.data.preprocessing import Preprocessor
from search.data.tables.dates import DateColumn

COLUMNS = {"age": "numeric", "rooms": "numeric", "sold": "numeric", "lift": "numeric", "town": "text", "kind": "text", "built": "date"}


def _preprocessor(columns):
    dates = {"built": DateColumn("%d.%m.%Y", ("year",))} if columns else {}
    return Preprocessor(columns=columns, inputs={}, input_shape=(1,), targets={}, transformer=None, dates=dates)


ROWS = pd.DataFrame(
    {
        "unused": 0,
        "town": ["north", None],
        "age": [1.5, np.nan],
        "rooms": [3, 4],
        "sold": [True, False],
        "lift": np.array([True, None], dtype=object),
        "kind": pd.Categorical(["a", "b"]),
        "built": pd.to_datetime(["2024-01-31", None]),
    },
    index=[7, 9],
)
PREDICTIONS = pd.DataFrame({"prediction": ["yes"], "probability_yes": [0.7]})


def test_rows_are_converted_to_the_declared_types_in_the_columns_order():
    rows = as_declared(ROWS, _preprocessor(COLUMNS))
    kinds = {name: rows[name].dtype.kind for name in rows}
    assert kinds == {"age": "f", "rooms": "f", "sold": "b", "lift": "f", "town": "O", "kind": "O", "built": "O"}
    assert rows.index.tolist() == [0, 1]
    np.testing.assert_array_equal(rows["lift"], [1.0, np.nan])
    assert (rows["built"][0], rows["built"].isna().tolist()) == ("31.01.2024", [False, True])


def test_a_text_column_without_values_stays_text():
    empty = ROWS.assign(town=np.nan)
    assert as_declared(empty, _preprocessor(COLUMNS))["town"].dtype == object


def test_every_input_has_a_type_that_csv_can_be_read_into():
    signature = signature_of(as_declared(ROWS, _preprocessor(COLUMNS)), PREDICTIONS)
    assert [column.type.name for column in signature.inputs] == ["double", "double", "boolean", "double", "string", "string", "string"]
    assert [column.type.name for column in signature.outputs] == ["string", "double"]


@pytest.mark.parametrize("dtype", ["float32", "uint8"])
def test_arrays_stay_as_they_are(dtype):
    images = np.zeros((2, 4, 4, 1), dtype)
    assert as_declared(images, _preprocessor(None)) is images
    assert signature_of(images, PREDICTIONS).inputs.inputs[0].shape == (-1, 4, 4, 1)
