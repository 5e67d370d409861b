import numpy as np
import pandas as pd
import pytest

from search.data.dataset import parse_dataset
from search.data.target_choice import choose_targets
from search.data.targets import Target, named_outputs, tasks_of
from search.errors import DataError, ExperimentError, TrialError
from search.experiment.sections import OutputSection

FEATURES = pd.DataFrame({"x": [0.0, 1.0, 2.0, 3.0]})
PRICE, SOLD = pd.Series([1.5, 2.5, 3.5, 4.5], name="price"), pd.Series([0, 1, 0, 1], name="sold")


def _dataset(*targets, task):
    part = FEATURES, targets[0] if len(targets) == 1 else pd.concat(targets, axis="columns")
    return parse_dataset({"train": part, "validation": part, "test": part, "task": task}, "toy")


ONE = _dataset(PRICE, task="regression")
TWO = _dataset(PRICE, SOLD, task={"price": "regression", "sold": "binary"})


def _chosen(dataset, **outputs):
    return {name: target.column for name, target in choose_targets(dataset, {k: OutputSection(**v) for k, v in outputs.items()}).items()}


def test_without_outputs_the_only_target_has_an_unnamed_output():
    assert choose_targets(ONE, {}) == {"": Target(columns=("price",), task="regression")}


def test_several_outputs_may_predict_the_only_target():
    assert _chosen(ONE, main={}, aux={}) == {"main": "price", "aux": "price"}


def test_an_output_predicts_the_target_that_it_names_or_that_has_its_name():
    assert _chosen(TWO, price={}, other={"target": "sold"}) == {"price": "price", "other": "sold"}


def test_a_single_output_has_no_name_but_may_name_its_target():
    assert _chosen(TWO, main={"target": "sold"}) == {"": "sold"}


def test_an_output_predicts_all_targets_that_it_lists_or_all_numbers():
    numbers = _dataset(PRICE, SOLD, task={"price": "regression", "sold": "regression"})
    assert choose_targets(numbers, {}) == {"": Target(columns=("price", "sold"), task="regression")}
    listed = choose_targets(numbers, {"both": OutputSection(target=["sold", "price"]), "one": OutputSection(target="price")})
    assert {name: (target.columns, target.n_outputs) for name, target in listed.items()} == {"both": (("sold", "price"), 2), "one": (("price",), 1)}


def test_binary_targets_of_the_same_classes_are_labels_of_one_output():
    labels = _dataset(SOLD, 1 - SOLD.rename("let"), task={"sold": "binary", "let": "binary"})
    target = choose_targets(labels, {})[""]
    assert target == Target(columns=("sold", "let"), task="multilabel", classes=(0, 1))
    assert target.encode(target.select(labels.train.targets)).tolist() == [[0, 1], [1, 0], [0, 1], [1, 0]]
    decoded = target.decode(np.array([[0.25, 0.5], [0.75, 1.0]]))
    assert decoded["sold_prediction"].tolist() == [0, 1]
    assert decoded["sold_probability_1"].tolist() == [0.25, 0.75]
    assert decoded["let_prediction"].tolist() == [0, 1]
    assert decoded["let_probability_0"].tolist() == [0.5, 0.0]


def test_binary_targets_of_other_classes_are_refused():
    other = _dataset(SOLD, SOLD.map({0: "no", 1: "yes"}).rename("let"), task={"sold": "binary", "let": "binary"})
    with pytest.raises(ExperimentError, match=r"binary ones of the same classes, but these are sold \(binary, 0, 1\), let \(binary, no, yes\)"):
        choose_targets(other, {"both": OutputSection(target=["sold", "let"])})


SHARES = [pd.Series([0.5, 0.25, 0.0, 1.0], name="cat"), pd.Series([0.5, 0.75, 1.0, 0.0], name="dog")]


def test_probabilities_of_classes_are_columns_of_one_output():
    shares = _dataset(*SHARES, task="probabilities")
    target = choose_targets(shares, {"": OutputSection(target=["cat", "dog"])})[""]
    assert (target, target.n_outputs) == (Target(columns=("cat", "dog"), task="probabilities", classes=("cat", "dog")), 2)
    assert target.encode(target.select(shares.train.targets)).tolist() == [[0.5, 0.5], [0.25, 0.75], [0.0, 1.0], [1.0, 0.0]]
    decoded = target.decode(np.array([[0.25, 0.75]]))
    assert decoded.to_dict("records") == [{"prediction": "dog", "probability_cat": 0.25, "probability_dog": 0.75}]


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        ([SHARES[0], SHARES[1] * 0.9], r'train part: The target "cat, dog" has 0.5, 0.45 in row 1, with the sum 0.95; expected probabilities'),
        ([SHARES[0] * 2 - 0.5, (1.5 - 2 * SHARES[0]).rename("dog")], r"has -0.5, 1.5 in row 3, with the sum 1; expected probabilities of 0 to 1"),
        (SHARES[:1], 'The target "cat" is one column; expected the probabilities of at least two classes, a column each'),
    ],
)
def test_rows_that_are_no_probabilities_are_refused(columns, message):
    with pytest.raises(DataError, match=message):
        choose_targets(_dataset(*columns, task="probabilities"), {})


def test_each_target_has_its_own_task_and_classes():
    targets = choose_targets(TWO, {"price": OutputSection(), "sold": OutputSection()})
    assert tasks_of(targets) == {"price": "regression", "sold": "binary"}
    assert targets["sold"].classes == (0, 1)
    assert (targets["price"].classes, targets["sold"].n_outputs) == ((), 1)


@pytest.mark.parametrize(
    ("outputs", "message"),
    [
        ({}, r'data set "toy" has the targets price, sold; add a table for each output.* \[outputs.price\] with target = "price"'),
        ({"main": {}, "sold": {}}, 'outputs.main: target is missing; data set "toy" has the targets price, sold'),
        ({"main": {"target": ["price", "sold"]}}, r"main.target: an output of several .* these are price \(regression\), sold \(binary, 0, 1\)"),
        ({"main": {"target": "prise"}, "sold": {}}, 'outputs.main.target = "prise": .* did you mean "price"'),
    ],
)
def test_an_output_with_an_unknown_target_is_refused(outputs, message):
    with pytest.raises(ExperimentError, match=message):
        _chosen(TWO, **outputs)


def test_outputs_are_named_by_the_dict_or_the_list_of_output_layers():
    class Model:
        output_names = ("main", "aux")

    first, second = np.zeros((2, 1)), np.ones((2, 1))
    assert named_outputs(Model(), [first, second]) == {"main": first, "aux": second}
    assert named_outputs(object(), {"b": first, "a": second}) == {"b": first, "a": second}


def test_a_single_output_has_no_name():
    output = np.zeros((2, 1))
    assert [list(named_outputs(object(), given)) for given in (output, {"main": output})] == [[""], [""]]


def test_outputs_without_names_are_refused():
    with pytest.raises(TrialError, match="2 outputs without names; let it return a dict"):
        named_outputs(object(), (np.zeros((2, 1)), np.zeros((2, 1))))
