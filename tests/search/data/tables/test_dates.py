import pandas as pd
import pytest

from search.data.tables.dates import ISO, expand, find_format, informative_parts, is_ambiguous, parse_dates, to_dates
from search.errors import DataError


def _texts(*texts):
    return pd.Series(texts, name="when", dtype="str")


@pytest.mark.parametrize(
    ("texts", "form"),
    [
        (("2024-01-31", "2024-02-01"), ISO),
        (("2024-01-31 10:30:00", None), ISO),
        (("2024-01-31T10:30:00Z",), ISO),
        (("31.01.2024", "01.02.2024"), "%d.%m.%Y"),
        (("31/01/2024", "01/02/2024"), "%d/%m/%Y"),
        (("01/31/2024", "02/01/2024"), "%m/%d/%Y"),
        (("31 Jan 2024",), "%d %b %Y"),
        (("01/31/2024 10:30",), "%m/%d/%Y %H:%M"),
        (("9/13/2008 9:08:08 PM",), "%m/%d/%Y %I:%M:%S %p"),
        (("13-Mar-2008",), "%d-%b-%Y"),
    ],
)
def test_the_format_is_found(texts, form):
    assert find_format(_texts(*texts), day_first=False) == form


@pytest.mark.parametrize("texts", [("1.5", "2.5"), ("Main Street 3",), ("2024-01-31", "soon"), ("2024-13-45",), ("192.168.1.1",)])
def test_other_texts_have_no_format(texts):
    assert find_format(_texts(*texts), day_first=False) is None


def test_an_ambiguous_date_is_read_as_asked_and_known_to_be_ambiguous():
    dates = _texts("03/04/2026")
    assert find_format(dates, day_first=True) == "%d/%m/%Y"
    assert find_format(dates, day_first=False) == "%m/%d/%Y"
    assert is_ambiguous(dates, "%d/%m/%Y")
    assert not is_ambiguous(_texts("31/04/2026"), "%d/%m/%Y")
    assert not is_ambiguous(_texts("2026-03-04"), ISO)


def test_dates_become_numbers_of_which_constant_ones_are_left_out():
    dates = parse_dates(_texts("2024-01-31", "2024-02-01"), ISO)
    assert informative_parts(dates) == ("days", "month", "day", "weekday")
    parts = expand(dates, ("days", "weekday"))
    assert parts["when.days"].tolist() == [19753, 19754]
    assert parts["when.weekday"].tolist() == [2, 3]


def test_a_date_that_nanoseconds_cannot_count_becomes_numbers_too():
    dates = parse_dates(_texts("2024-01-31", "9999-12-31"), ISO)
    assert expand(dates, ("days", "year"))["when.days"].tolist() == [19753, 2932896]


def test_a_value_that_is_no_date_is_named():
    with pytest.raises(DataError, match="here: the column \"when\" holds 'soon' in row 2; expected a date as in 2026-01-31"):
        to_dates(_texts("2024-01-31", "soon"), ISO, "here")
