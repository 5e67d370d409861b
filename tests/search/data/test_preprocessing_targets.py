"""Targets as numbers for the loss, and a model's outputs as predictions in the targets' own values."""

import numpy as np
import pandas as pd
import pytest

from search.data.dataset import parse_dataset
from search.data.fitting import fit_preprocessor, prepare
from search.data.preprocessing import Preprocessor
from search.errors import DataError
from search.experiment.sections import OutputSection, PreprocessingSection

ROWS = pd.DataFrame({"age": [20, 40, 60, 80, 30, 50]})


def _dataset(target, task="binary", **options):
    parts = dict.fromkeys(("train", "validation", "test"), (ROWS, target))
    return parse_dataset({**parts, "task": task, **options}, "toy")


def _fitted(target=(0, 1) * 3, task="binary", **options):
    dataset = _dataset(pd.Series(list(target), name="y"), task, **options)
    return dataset, fit_preprocessor(dataset, PreprocessingSection(target="none"))


@pytest.mark.parametrize(
    ("task", "target", "options", "codes", "dtype"),
    [
        ("binary", [0, 1, 0, 1, 0, 1], {}, [0, 1, 0, 1, 0, 1], np.float32),
        ("binary", ["no", "yes"] * 3, {"class_names": ["yes", "no"]}, [1, 0, 1, 0, 1, 0], np.float32),
        ("binary", [True, False] * 3, {}, [1, 0, 1, 0, 1, 0], np.float32),
        ("multiclass", [3, 9, 4, 4, 3, 9], {}, [0, 2, 1, 1, 0, 2], np.int32),
        ("regression", [1, 2, 3, 4, 5, 6.5], {}, [1, 2, 3, 4, 5, 6.5], np.float32),
    ],
)
def test_targets_are_encoded_for_the_loss(task, target, options, codes, dtype):
    dataset, preprocessor = _fitted(target, task, **options)
    encoded = preprocessor.encode_target(dataset.train.target)
    assert (encoded.shape, encoded.dtype) == ((6, 1), dtype)
    assert encoded[:, 0].tolist() == codes


def test_a_value_that_is_not_a_class_is_named():
    with pytest.raises(DataError, match="holds 7, which is none of the classes 0, 1"):
        _fitted()[1].encode_target(pd.Series([0, 7]))


@pytest.mark.parametrize(
    ("target", "outputs", "expected"),
    [
        ([0, 1] * 3, [[0.2], [0.5], [0.6]], [0, 0, 1]),
        ([0, 1] * 3, [[0.8, 0.2], [0.5, 0.5], [0.4, 0.6]], [0, 0, 1]),
        (["no", "yes"] * 3, [[0.2], [0.9]], ["no", "yes"]),
        ([True, False] * 3, [[0.2], [0.9]], [False, True]),
        ([1.5, 2.5] * 3, [[0.2], [0.9]], [1.5, 2.5]),
    ],
)
def test_binary_predictions_come_from_one_or_two_outputs_in_the_targets_type(target, outputs, expected):
    dataset, preprocessor = _fitted(target)
    predictions = preprocessor.decode(np.array(outputs, np.float32))
    assert predictions["prediction"].tolist() == expected
    assert list(predictions.columns) == ["prediction", *(f"probability_{name}" for name in dataset.class_names)]
    assert predictions["prediction"].dtype == dataset.train.target.dtype
    np.testing.assert_allclose(predictions.iloc[:, 1:].sum(axis=1), 1, rtol=1e-6)
    np.testing.assert_allclose(predictions.iloc[:, 2], np.array(outputs)[:, -1], rtol=1e-6)


def test_multiclass_predictions_are_the_most_probable_class():
    _, preprocessor = _fitted(["b", "a", "c"] * 2, "multiclass")
    predictions = preprocessor.decode(np.array([[0.1, 0.2, 0.7]], np.float32))
    assert predictions["prediction"].tolist() == ["c"]
    assert predictions["probability_b"].tolist() == pytest.approx([0.2])


def test_regression_predictions_are_numbers():
    _, preprocessor = _fitted([1, 2, 3, 4, 5, 6], "regression")
    predictions = preprocessor.decode(np.array([[1.5], [2.5]], np.float32))
    assert predictions.to_dict("list") == {"prediction": [1.5, 2.5]}


@pytest.mark.parametrize("outputs", [np.zeros((2, 3)), np.zeros(2), np.zeros((2, 1, 1))])
def test_outputs_of_another_shape_are_refused(outputs):
    with pytest.raises(DataError, match="the shape"):
        _fitted()[1].decode(outputs)


def _two_targets():
    target = pd.DataFrame({"price": [1.5, 2.5, 3.5, 4.5, 5.5, 6.5], "sold": ["no", "yes"] * 3})
    return _dataset(target, {"price": "regression", "sold": "binary"})


def test_several_outputs_have_targets_predictions_and_sizes_by_name(tmp_path):
    dataset = _two_targets()
    outputs = {"main": OutputSection(target="price"), "sold": OutputSection()}
    fit_preprocessor(dataset, PreprocessingSection(target="none"), outputs).save(tmp_path)
    preprocessor = Preprocessor.load(tmp_path)
    arrays = prepare(dataset, preprocessor)
    assert (arrays.task, arrays.n_outputs) == ({"main": "regression", "sold": "binary"}, {"main": 1, "sold": 1})
    assert (arrays.y_train["main"][:, 0].tolist(), arrays.y_train["sold"][:, 0].tolist()) == ([1.5, 2.5, 3.5, 4.5, 5.5, 6.5], [0, 1] * 3)
    assert (preprocessor.target, preprocessor.class_names) == ({"main": "price", "sold": "sold"}, {"main": (), "sold": ("no", "yes")})
    predictions = preprocessor.decode({"main": np.array([[2.0]]), "sold": np.array([[0.75]])})
    assert predictions.to_dict("list") == {
        "main_prediction": [2.0],
        "sold_prediction": ["yes"],
        "sold_probability_no": [0.25],
        "sold_probability_yes": [0.75],
    }


def test_a_single_output_may_predict_one_of_several_targets():
    dataset = _two_targets()
    preprocessor = fit_preprocessor(dataset, PreprocessingSection(), {"main": OutputSection(target="sold")})
    assert (preprocessor.task, prepare(dataset, preprocessor).y_train.shape) == ("binary", (6, 1))
