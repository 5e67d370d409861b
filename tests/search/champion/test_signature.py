"""The types of a champion's signature, and rows converted to them."""

import numpy as np
import pandas as pd
import pytest

from search.champion.signature import as_declared, signature_of

COLUMNS = {"age": "numeric", "rooms": "numeric", "sold": "numeric", "lift": "numeric", "town": "text", "kind": "text"}
ROWS = pd.DataFrame(
    {
        "unused": 0,
        "town": ["north", None],
        "age": [1.5, np.nan],
        "rooms": [3, 4],
        "sold": [True, False],
        "lift": np.array([True, None], dtype=object),
        "kind": pd.Categorical(["a", "b"]),
    },
    index=[7, 9],
)
PREDICTIONS = pd.DataFrame({"prediction": ["yes"], "probability_yes": [0.7]})


def test_rows_are_converted_to_the_declared_types_in_the_columns_order():
    rows = as_declared(ROWS, COLUMNS)
    assert {name: rows[name].dtype.kind for name in rows} == {"age": "f", "rooms": "f", "sold": "b", "lift": "f", "town": "O", "kind": "O"}
    assert rows.index.tolist() == [0, 1]
    np.testing.assert_array_equal(rows["lift"], [1.0, np.nan])


def test_a_text_column_without_values_stays_text():
    empty = ROWS.assign(town=np.nan)
    assert as_declared(empty, COLUMNS)["town"].dtype == object


def test_every_input_has_a_type_that_csv_can_be_read_into():
    signature = signature_of(as_declared(ROWS, COLUMNS), PREDICTIONS)
    assert [column.type.name for column in signature.inputs] == ["double", "double", "boolean", "double", "string", "string"]
    assert [column.type.name for column in signature.outputs] == ["string", "double"]


@pytest.mark.parametrize("dtype", ["float32", "uint8"])
def test_arrays_stay_as_they_are(dtype):
    images = np.zeros((2, 4, 4, 1), dtype)
    assert as_declared(images, None) is images
    assert signature_of(images, PREDICTIONS).inputs.inputs[0].shape == (-1, 4, 4, 1)
