import numpy as np
import pandas as pd
import pytest

from search.champion.verification import check_outputs, check_predictions
from search.errors import ChampionError

EXPECTED = np.array([[0.1], [0.5], [0.9]])


def test_rounding_is_no_difference():
    check_outputs(EXPECTED + 1e-5, EXPECTED, "A model")


def test_a_constant_output_may_be_rounded_too():
    check_outputs(np.full((3, 1), 1e6) + 0.06, np.full((3, 1), 1e6), "A model")


@pytest.mark.parametrize("given", [EXPECTED + 0.01, EXPECTED[::-1], EXPECTED * np.nan, EXPECTED[:2], EXPECTED.reshape(1, 3)])
def test_a_difference_that_rounding_cannot_make_is_refused(given):
    with pytest.raises(ChampionError, match=r"^A model, gives"):
        check_outputs(given, EXPECTED, "A model")


def test_predictions_must_have_the_same_columns_classes_and_probabilities():
    expected = pd.DataFrame({"prediction": ["a", "b"], "probability_a": [0.9, 0.2]})
    check_predictions(expected.copy(), expected, "A model")
    for given in (expected.assign(prediction="a"), expected.assign(probability_a=0.9), expected[["prediction"]]):
        with pytest.raises(ChampionError, match=r"^A model, "):
            check_predictions(given, expected, "A model")


def test_sixteen_bits_round_more_and_a_lost_weight_still_shows():
    expected = np.linspace(0, 1, 50, dtype="float32").reshape(-1, 1)
    rounded = expected + np.float32(0.02)
    with pytest.raises(ChampionError):
        check_outputs(rounded, expected, "The model", precision="mixed_float16")
    check_outputs(rounded, expected, "The model", precision="mixed_bfloat16")
    with pytest.raises(ChampionError):
        check_outputs(expected + np.float32(0.2), expected, "The model", precision="mixed_bfloat16")
