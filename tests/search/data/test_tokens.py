"""A column of text becomes the numbers of its words."""

import numpy as np
import pandas as pd
import pytest

from search.data.dataset import parse_dataset
from search.data.fitting import fit_preprocessor, prepare
from search.data.preprocessing import Preprocessor
from search.data.tokens import TokenColumn
from search.errors import ExperimentError
from search.experiment.sections import PreprocessingSection

TEXTS = pd.Series(["A good film. Good!", "don't go", None, "a a plot"], dtype=object)


def dataset(**columns):
    table = pd.DataFrame({"review": TEXTS} | columns)
    rows = (table, pd.Series([0, 1, 0, 1], name="liked"))
    return parse_dataset({"train": rows, "validation": rows, "test": rows, "task": "binary"}, "reviews")


def test_words_are_numbered_by_their_frequency():
    found = TokenColumn.of(TEXTS, max_words=4, max_tokens=3)
    assert found.words == ("a", "good")  # the others occur once
    assert found.encode(TEXTS).tolist() == [[2, 3, 1], [1, 1, 0], [1, 0, 0], [2, 2, 1]]
    assert found.vocabulary_size == 4
    assert TokenColumn.of(pd.Series(["b a", "c don't"]), max_words=3, max_tokens=9).words == ("a", "b", "c")
    assert TokenColumn.of(TEXTS, max_words=99, max_tokens=99).n_tokens == 4


def test_preprocessing_has_them_alone_or_by_input_and_is_saved(tmp_path):
    alone = fit_preprocessor(dataset(), PreprocessingSection(columns={"review": "tokens"}))
    alone.save(tmp_path)
    rows = pd.DataFrame({"review": ["Good plot", "unseen"]})
    for found in (alone, Preprocessor.load(tmp_path)):
        assert found.transform(rows).tolist() == [[3, 1, 0, 0], [1, 0, 0, 0]]
        assert found.feature_names_out == ("review #0", "review #1", "review #2", "review #3")
        assert (found.input_shape, found.vocabulary_size) == ((4,), 4)
    arrays = prepare(dataset(), alone)
    arrays.save(tmp_path / "arrays")
    assert arrays.load(tmp_path / "arrays").vocabulary_size == 4
    section = PreprocessingSection(columns={"review": "tokens"}, inputs={"words": ["review"], "others": ["age", "kind"]})
    both = dataset(age=[1.0, 2.0, 3.0, 4.0], kind=list("xyxy"))
    inputs = fit_preprocessor(both, section).transform(both.train.features)
    assert inputs["words"].tolist() == alone.transform(both.train.features).tolist()
    assert inputs["others"].shape == (4, 3)


def test_words_beside_numbers_are_refused():
    with pytest.raises(
        ExperimentError, match='"review" = "tokens" are numbers of words, which no layer reads beside "age"; give it an input of its own'
    ):
        fit_preprocessor(dataset(age=np.arange(4.0)), PreprocessingSection(columns={"review": "tokens"}))
