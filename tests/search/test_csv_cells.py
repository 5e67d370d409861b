"""A spreadsheet computes no cell of a CSV file."""

import pytest

from search.csv_cells import neutral_cell


@pytest.mark.parametrize("text", ["=1+1", "+1+1", "-2+3", "@SUM(A1)", "\t=1", "\r=1", "=cmd|' /C calc'!A0"])
def test_a_formula_becomes_text(text):
    assert neutral_cell(text) == f"'{text}"


@pytest.mark.parametrize("value", [-1.5, 3, None, "-1.5", "+3", "-inf", "1e5", "-", "+", "", "text", "a=b"])
def test_numbers_and_other_texts_stay_as_they_are(value):
    assert neutral_cell(value) == value
