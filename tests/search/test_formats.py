"""Numbers are short, and those that people write in full are in full."""

import pytest

from search.formats import format_cost, format_number, format_spread


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (0.8059701, "0.80597"),
        (2045903.4, "2045903"),
        (-226440.2, "-226440"),
        (99999.7, "100000"),
        (99999.2, "99999"),
        (4.1e9, "4.1e+09"),
        (1.5e-7, "1.5e-07"),
        (None, ""),
    ],
)
def test_a_number_has_five_digits_or_its_whole_part(number, text):
    assert format_number(number) == text


def test_a_mean_is_written_with_its_standard_error():
    assert format_spread(0.72761, 0.0093903) == "0.72761 ± 0.0094"
    assert format_spread(0.5, None) == "0.5"


def test_costs_have_two_digits_and_no_exponent():
    cost = {"n_models": 5, "size_bytes": 123_456_789, "latency_ms": 134.2}
    assert format_cost(cost) == "average of 5 models, 120 MB, a row in 130 ms"
    assert format_cost(cost | {"n_models": 1, "latency_ms": 4.0321, "size_bytes": 123_456}) == "0.12 MB, a row in 4 ms"
