"""Names of inputs and outputs in the experiment are checked against those of the model."""

from dataclasses import replace

import pytest

from search.errors import ExperimentError
from tests.search.training.conftest import check_builder, make_arrays, make_experiment

ONE = make_arrays("regression")


def with_inputs(*names):
    x = dict.fromkeys(names, ONE.x_train)
    return replace(ONE, x_train=x, x_validation=dict.fromkeys(names, ONE.x_validation))


def with_outputs(*names):
    y_train, y_validation = (dict.fromkeys(names, y) for y in (ONE.y_train, ONE.y_validation))
    facts = {"task": dict.fromkeys(names, "regression"), "n_outputs": dict.fromkeys(names, 1)}
    return replace(ONE, y_train=y_train, y_validation=y_validation, **facts)


def outputs(*names):
    return {"outputs": {name: {} for name in names}}


@pytest.mark.parametrize(
    ("builder", "arrays", "experiment", "message"),
    [
        (
            "two_fixed_inputs",
            with_inputs("left", "rihgt"),
            {},
            r'\[preprocessing\] inputs.rihgt: the model has no input "rihgt"; did you mean "right"',
        ),
        ("two_fixed_inputs", with_inputs("left"), {}, r'the model has the input "right", of which .*; add \[preprocessing\] inputs.right'),
        ("dense_of_any", with_inputs("left"), {}, "the model is Sequential and has one input, but .* has left; leave inputs out"),
        (
            "two_fixed_outputs",
            with_outputs("main", "uax"),
            outputs("main", "uax"),
            r'\[outputs.uax\]: the model has no output "uax"; did you mean "aux"',
        ),
        ("three_fixed_outputs", with_outputs("main", "aux"), outputs("main", "aux"), r'the model has the output "third", .*; add \[outputs.third\]'),
        (
            "dense_of_any",
            with_outputs("main", "aux"),
            outputs("main", "aux"),
            r"the model has one output, but the experiment has \[outputs\] for main, aux",
        ),
        ("unnamed_outputs", with_outputs("main", "aux"), outputs("main", "aux"), "returns 2 outputs without names; let it return a dict"),
    ],
)
def test_names_that_the_model_lacks_are_refused_before_training(builder, arrays, experiment, message):
    with pytest.raises(ExperimentError, match=message):
        check_builder(make_experiment(builder, **experiment), arrays)


@pytest.mark.parametrize(
    ("builder", "message"),
    [
        ("two_fixed_inputs", "the model has the inputs left, right; say which columns each reads: [preprocessing] inputs = { left = [...]"),
        ("two_fixed_outputs", "the model has the outputs main, aux; say what each predicts: [outputs.aux] and so on"),
    ],
)
def test_a_model_of_several_needs_an_experiment_of_several(train, builder, message):
    assert message in train(builder, ONE).reason


@pytest.mark.parametrize(
    ("builder", "arrays", "experiment"),
    [
        ("two_fixed_inputs", with_inputs("left", "right"), {}),
        ("two_fixed_outputs", with_outputs("aux", "main"), outputs("aux", "main")),
    ],
)
def test_the_right_names_are_accepted(builder, arrays, experiment):
    check_builder(make_experiment(builder, **experiment), arrays)
