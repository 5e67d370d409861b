import math

import pandas as pd
import pytest

from search.data.tables.numbers import are_numbers, parse_numbers


def _parse(texts, decimal="."):
    return parse_numbers(pd.Series(texts, dtype="str"), decimal).tolist()


@pytest.mark.parametrize(
    ("text", "decimal", "number"),
    [
        ("1234.5", ".", 1234.5),
        ("1,234.50", ".", 1234.5),
        ("1.234,50", ",", 1234.5),
        ("20,63", ",", 20.63),
        ("-0,664", ",", -0.664),
        ("1 234,5", ",", 1234.5),
        ("1\u00a0234", ".", 1234),
        ("1'234.5", ".", 1234.5),
        ("12.3%", ".", 12.3),
        ("12,3 %", ",", 12.3),
        ("$1,234.50", ".", 1234.5),
        ("12,50 €", ",", 12.5),
        ("CHF 1'000", ".", 1000),
        ("+5", ".", 5),
        ("1e-3", ".", 0.001),
        (",5", ",", 0.5),
    ],
)
def test_numbers_are_read_as_people_write_them(text, decimal, number):
    assert _parse([text], decimal) == [number]
    assert _parse([text, "3"], decimal)[0] == number  # whatever the other rows hold
    assert are_numbers(pd.Series([text], dtype="str"), decimal)


@pytest.mark.parametrize(
    ("text", "decimal"), [("1,23", "."), ("1,2345", "."), ("12.34.56", "."), ("1.5", ","), ("abc", "."), ("2024-01-31", "."), ("-", ".")]
)
def test_other_texts_are_no_numbers(text, decimal):
    assert math.isnan(_parse([text], decimal)[0])
    assert not are_numbers(pd.Series([text, "1"], dtype="str"), decimal)


def test_codes_with_leading_zeros_and_mixed_units_are_text():
    assert not are_numbers(pd.Series(["00012", "17"], dtype="str"), ".")
    assert not are_numbers(pd.Series(["12%", "17"], dtype="str"), ".")
    assert are_numbers(pd.Series(["0", "0.5"], dtype="str"), ".")


def test_true_and_false_are_booleans_and_numbers_among_gaps():
    assert _parse(["True", "false"]) == [True, False]
    assert _parse(["True", None])[0] == 1.0


def test_gaps_stay_gaps_and_whole_numbers_whole():
    assert parse_numbers(pd.Series(["1", "2"], dtype="str"), ".").dtype == "int64"
    assert math.isnan(_parse(["1", None])[1])
