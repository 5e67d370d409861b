import pandas as pd
import pytest

from search.data.tables.numbers import find_numbers, is_number, to_numbers


def _series(*texts):
    return pd.Series(texts, dtype="str")


@pytest.mark.parametrize(
    ("text", "decimal", "number", "unit"),
    [
        ("1234.5", ".", 1234.5, ""),
        ("1,234.50", ".", 1234.5, ""),
        ("1.234,50", ",", 1234.5, ""),
        ("20,63", ",", 20.63, ""),
        ("-0,664", ",", -0.664, ""),
        ("1 234,5", ",", 1234.5, ""),
        ("1\u00a0234", ".", 1234, ""),
        ("1'234.5", ".", 1234.5, ""),
        ("12.3%", ".", 12.3, "%"),
        ("12,3 %", ",", 12.3, "%"),
        ("$1,234.50", ".", 1234.5, "$"),
        ("12,50 €", ",", 12.5, "€"),
        ("CHF 1'000", ".", 1000, "CHF"),
        ("+5", ".", 5, ""),
        ("1e-3", ".", 0.001, ""),
        (",5", ",", 0.5, ""),
        ("-$1,266.71", ".", -1266.71, "$"),
        ("(1,266.71)", ".", -1266.71, ""),
        ("($5)", ".", -5, "$"),
        ("\u22125.5", ".", -5.5, ""),
        ("R$ 1.266,71", ",", 1266.71, "R$"),
        ("12,50 kr", ",", 12.5, "kr"),
    ],
)
def test_numbers_are_read_as_people_write_them(text, decimal, number, unit):
    numbers, found = find_numbers(_series(text), decimal)
    assert (numbers.tolist(), found) == ([number], unit)
    assert to_numbers(_series(text, f"3{unit}"), decimal, unit).tolist()[0] == number  # whatever the other rows hold
    assert is_number(text)


@pytest.mark.parametrize(
    ("text", "decimal"), [("1,23", "."), ("1,2345", "."), ("12.34.56", "."), ("1.5", ","), ("abc", "."), ("2024-01-31", "."), ("-", ".")]
)
def test_other_texts_are_no_numbers(text, decimal):
    texts = _series("1", text)
    assert find_numbers(texts, decimal) is None
    assert to_numbers(texts, decimal) is texts


def test_codes_with_leading_zeros_and_mixed_units_are_text():
    assert find_numbers(_series("17", "00012"), ".") is None
    assert find_numbers(_series("12%", "17"), ".") is None
    assert find_numbers(_series("0", "0.5"), ".") is not None


def test_a_number_with_another_unit_than_in_training_is_no_number():
    for text, unit in (("12%", ""), ("12", "%"), ("$12", "%"), ("$12%", "$ %")):
        texts = _series(text)
        assert to_numbers(texts, ".", unit) is texts


def test_true_and_false_are_booleans_with_gaps_too():
    assert to_numbers(_series("True", "false"), ".").dtype == bool
    assert to_numbers(_series("True", None), ".").tolist() == [True, pd.NA]


def test_gaps_stay_gaps_and_whole_numbers_whole():
    assert to_numbers(_series("1", "2"), ".").dtype == "int64"
    numbers = to_numbers(_series("1", None), ".")
    assert (numbers[0], numbers.isna().tolist()) == (1.0, [False, True])
