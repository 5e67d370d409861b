import decimal

import numpy as np
import pandas as pd
import pytest

from search.data.columns import column_bytes, column_type, to_numbers, to_text
from search.errors import DataError


@pytest.mark.parametrize(
    ("values", "dtype", "expected"),
    [
        ([1, 2], "int64", "numeric"),
        ([1, None], "Int64", "numeric"),
        ([True, False], "bool", "numeric"),
        ([True, None], "boolean", "numeric"),
        ([True, None], object, "numeric"),
        ([1.5, 2], object, "numeric"),
        ([None, None], object, "numeric"),
        (["a", None], "str", "text"),
        (["a", None], object, "text"),
        (["a", 1], object, "text"),
        (["a", 1.5], object, "text"),
        ([1, 2], "category", "text"),
    ],
)
def test_the_type_is_numeric_or_text(values, dtype, expected):
    assert column_type(pd.Series(values, dtype=dtype), "here") == expected


@pytest.mark.parametrize("values", [[pd.Timedelta("1h")], [[1, 2]], [{"a": 1}, "b"], [1 + 2j]])
def test_other_values_are_refused_with_the_column(values):
    with pytest.raises(DataError, match='here: the column "day"'):
        column_type(pd.Series(values, name="day"), "here")


@pytest.mark.parametrize(
    "column",
    [
        pd.Series([1, None, 0], dtype="Int64"),
        pd.Series([True, None, False], dtype="boolean"),
        pd.Series([True, None, False], dtype=object),
        pd.Series(["1", None, "0"]),
        pd.Series([decimal.Decimal(1), None, decimal.Decimal(0)]),
        pd.Series([1.0, np.nan, 0.0], dtype="float32"),
    ],
)
def test_numbers_are_read_from_any_notation_with_gaps(column):
    np.testing.assert_array_equal(to_numbers(column, "here"), [1.0, np.nan, 0.0])


@pytest.mark.parametrize("bad", ["abc", float("inf"), "inf"])
def test_a_value_that_is_no_number_is_named_with_its_row(bad):
    with pytest.raises(DataError, match=f'the column "age" holds .?{bad}.? in row 2'):
        to_numbers(pd.Series([1, bad], name="age", dtype=object if isinstance(bad, str) else float), "here")


def test_dates_are_not_read_as_nanoseconds():
    with pytest.raises(DataError, match="holds dates"):
        to_numbers(pd.Series(pd.to_datetime(["2024-01-01"]), name="day"), "here")


def test_whole_numbers_are_the_same_category_as_floats_of_the_same_value():
    assert to_text(pd.Series([3.0, np.nan])).tolist()[0] == to_text(pd.Series([3])).tolist()[0] == "3"


def test_the_bytes_depend_on_neither_width_nor_index():
    assert column_bytes(pd.Series([1, 2]), "") == column_bytes(pd.Series([1.0, 2.0], index=[7, 5], dtype="float32"), "")
    assert column_bytes(pd.Series(["a", None]), "") == column_bytes(pd.Series(["a", np.nan], dtype=object), "")
    assert column_bytes(pd.Series(["a", "b"]), "") != column_bytes(pd.Series(["b", "a"]), "")
