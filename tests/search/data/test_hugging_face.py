"""Data sets of Hugging Face are read as tables and arrays."""

import datasets
import numpy as np
import pytest

from search import Study
from search.data.batches import gathered
from search.data.hugging_face import is_hugging_face, labelled, unlabelled
from search.errors import DataError, ExperimentError

COLOURS = datasets.ClassLabel(names=["red", "blue"])
PIXELS = np.arange(4 * 2 * 3 * 3, dtype="uint8").reshape(4, 2, 3, 3)
TABLE = datasets.Dataset.from_dict(
    {"size": [1.5, 2.0, 3.0], "word": ["a", "b", "a"], "colour": [1, 0, 1], "label": [0, 1, -1]},
    features=datasets.Features(
        {"size": datasets.Value("float32"), "word": datasets.Value("string"), "colour": COLOURS, "label": datasets.ClassLabel(names=["no", "yes"])}
    ),
)
IMAGES = datasets.Dataset.from_dict(
    {"image": list(PIXELS), "kind": [0, 1, 1, 0]}, features=datasets.Features({"image": datasets.Image(), "kind": COLOURS})
)


def test_columns_become_a_table_and_labels_the_names_of_their_classes():
    features, target = gathered(TABLE, "data")
    assert features.to_dict("list") == {"size": [1.5, 2.0, 3.0], "word": ["a", "b", "a"], "colour": ["blue", "red", "blue"]}
    assert target.fillna("").tolist() == ["no", "yes", ""]
    assert target.name == "label"


def test_another_column_can_be_the_target():
    features, target = labelled(TABLE, "data", "size")
    assert target.tolist() == [1.5, 2.0, 3.0]
    assert list(features) == ["word", "colour", "label"]


@pytest.mark.parametrize("data", [datasets.DatasetDict({"train": TABLE, "test": TABLE}), TABLE])
def test_the_target_of_a_study_is_one_of_their_columns(data):
    with pytest.raises(ExperimentError, match=r"target is \['size'\]; expected one column of the data set by its name"):
        Study("mlp", data, target=["size"])
    with pytest.raises(DataError, match='has no column "price"'):
        Study("mlp", data, target="price")


def test_a_study_searches_the_parts_of_a_dict():
    study = Study("mlp", datasets.DatasetDict({"train": IMAGES, "validation": IMAGES, "test": IMAGES}), target="kind")
    assert study.experiment.objective.metric == "val_accuracy"


def test_images_and_arrays_become_an_array_of_their_type():
    features, target = gathered(IMAGES, "data")
    assert features.dtype == np.uint8
    np.testing.assert_array_equal(features, PIXELS)
    assert target.tolist() == ["red", "blue", "blue", "red"]
    tokens, _ = gathered(datasets.Dataset.from_dict({"tokens": [[1, 1001], [3, 4]], "label": [0, 1]}), "data")
    assert tokens.tolist() == [[1, 1001], [3, 4]]
    assert tokens.dtype == np.int64


def test_a_champion_gets_its_columns_or_the_only_array():
    assert unlabelled(TABLE, "rows", ["size", "colour", "price"]).to_dict("list") == {"size": [1.5, 2.0, 3.0], "colour": ["blue", "red", "blue"]}
    np.testing.assert_array_equal(unlabelled(IMAGES.add_column("size", [1, 2, 3, 4]), "rows", None), PIXELS)
    for given, number in ((TABLE, 0), (IMAGES.add_column("words", [[1], [2], [3], [4]]), 2)):
        with pytest.raises(DataError, match=f"rows has {number} columns of images or arrays among .*; expected one, chosen by select_columns"):
            unlabelled(given, "rows", None)


@pytest.mark.parametrize(
    ("given", "target", "message"),
    [
        (TABLE.to_iterable_dataset(), None, "data is a IterableDataset, which streams; expected a datasets.Dataset"),
        (TABLE.remove_columns(["label", "colour"]), None, 'data has no column "label", and 0 columns of labels; name its target, one of size, word'),
        (TABLE.select([]), None, "data has no rows"),
        (TABLE, "price", 'data has no column "price"; it has size, word, colour, label'),
        (IMAGES.add_column("size", [1, 2, 3, 4]), None, "data has arrays or images in image beside other columns"),
        (datasets.Dataset.from_dict({"tokens": [[1], [3, 4]], "label": [0, 1]}), None, r'rows of shapes \(1,\) and \(2,\) in "tokens"'),
    ],
)
def test_what_cannot_be_read_is_refused(given, target, message):
    with pytest.raises(DataError, match=message):
        labelled(given, "data", target)


def test_other_data_are_none_of_it():
    assert not any(is_hugging_face(given) for given in (np.ones(3), {"train": TABLE}, [1], "text"))
