"""Numbers in columns that held text in training."""

import numpy as np
import pandas as pd
import pytest

from search.champion.input_checks import check_column_types
from search.data.dataset import parse_dataset
from search.data.fitting import fit_preprocessor
from search.errors import DataError
from search.experiment.sections import PreprocessingSection


@pytest.fixture(scope="module", params=["onehot", "ordinal"])
def preprocessor(request):
    """A preprocessor of one column of words and one of building numbers."""
    features = pd.DataFrame({"town": ["north", "south"] * 4, "house": ["7", "7b"] * 4, "age": range(8)})
    part = features, pd.Series([0, 1] * 4, name="sold")
    dataset = parse_dataset({"train": part, "validation": part, "test": part, "task": "binary"}, "houses")
    return fit_preprocessor(dataset, PreprocessingSection(categorical=request.param))


@pytest.mark.parametrize("number", [3, 3.5, True])
def test_numbers_in_a_text_column_are_refused(preprocessor, number):
    rows = pd.DataFrame({"town": [None, number], "house": ["7", "8"], "age": [1, 2]})
    with pytest.raises(DataError) as caught:
        check_column_types(rows, preprocessor)
    assert str(caught.value) == f'The rows: the column "town" holds the number {number}; expected text as in training, such as "north"'


@pytest.mark.parametrize(
    "rows",
    [
        pd.DataFrame({"town": ["west", None], "house": [7, 8], "age": [1, 2]}),
        pd.DataFrame({"town": [np.nan, np.nan], "house": ["9c", 8], "age": [1, None]}),
        pd.DataFrame({"age": [1]}),
        np.zeros((2, 3)),
    ],
)
def test_new_words_missing_values_and_numbers_among_numerals_are_accepted(preprocessor, rows):
    check_column_types(rows, preprocessor)
