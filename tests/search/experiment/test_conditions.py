"""``when``, ``repeat``, ``prior`` and ``[space.rules]``: what a trial has, what the builder gets, and what is refused."""

import re

import numpy as np
import pytest

from search.errors import ExperimentError
from search.experiment.file import parse_experiment
from search.experiment.rules import parse_rule
from search.formats import format_parameter

HIDDEN = {"type": "int", "low": 0, "high": 3}
NEURONS = {"type": "int", "low": 4, "high": 100, "repeat": "n_hidden"}
OPTIMIZER = {"type": "categorical", "choices": ["sgd", "rmsprop", "adam"]}
MOMENTUM = {"type": "float", "low": 0.0, "high": 0.9, "when": {"optimizer": ["sgd", "rmsprop"]}}
FRACTION = {"type": "float", "low": 0.0, "high": 0.9}
NESTEROV = {"type": "categorical", "choices": [True, False], "when": {"optimizer": "sgd"}}


def parse(*, model=None, training=None, rules=None):
    space = {"model": model or {}, "training": training or {}} | ({"rules": rules} if rules is not None else {})
    content = {"name": "e", "model": "mlp", "data": {"loader": "wine"}, "objective": {"metric": "val_loss", "direction": "minimize"}, "space": space}
    return parse_experiment(content, "file")


def space(**parts):
    return parse(**parts).space


def test_a_conditional_setting_exists_in_some_trials_only():
    found = space(training={"momentum": MOMENTUM, "nesterov": NESTEROV, "optimizer": OPTIMIZER})
    assert list(found.searched) == ["optimizer", "momentum", "nesterov"]  # what others depend on comes first
    assert found.searched.existing({"optimizer": "rmsprop", "momentum": 0.5, "nesterov": True}) == {"optimizer": "rmsprop", "momentum": 0.5}
    assert found.searched.is_complete({"optimizer": "adam"})
    assert not found.searched.is_complete({"optimizer": "sgd", "momentum": 0.5})
    assert found.training_settings({"optimizer": "adam"}).momentum == 0
    assert found.training_settings({"optimizer": "sgd", "momentum": 0.5, "nesterov": True}).nesterov


def test_the_most_epochs_are_those_of_a_trial_without_the_setting_too():
    epochs = {"type": "int", "low": 1, "high": 5}
    assert space(training={"epochs": epochs, "optimizer": OPTIMIZER}).max_epochs == 5
    assert space(training={"epochs": epochs | {"when": {"optimizer": "sgd"}}, "optimizer": OPTIMIZER}).max_epochs == 100


def test_the_builder_gets_a_list_of_a_repeated_argument():
    found = space(model={"n_neurons": NEURONS, "n_hidden": HIDDEN})
    assert list(found.searched) == ["n_hidden", "n_neurons_1", "n_neurons_2", "n_neurons_3"]
    assert found.model_arguments({"n_hidden": 2, "n_neurons_1": 8, "n_neurons_2": 4}) == {"n_hidden": 2, "n_neurons": [8, 4]}
    assert found.model_arguments({"n_hidden": 0}) == {"n_hidden": 0, "n_neurons": []}
    fixed = space(model={"n_neurons": NEURONS, "n_hidden": 2})
    assert fixed.model_arguments({"n_neurons_1": 8, "n_neurons_2": 4}) == {"n_hidden": 2, "n_neurons": [8, 4]}
    assert space(model={"n": {**NEURONS, "repeat": 2}}).model_arguments({"n_1": 8, "n_2": 4}) == {"n": [8, 4]}


def test_a_list_may_have_a_condition_too():
    found = space(model={"kind": {"type": "categorical", "choices": ["mlp", "linear"]}, "n": {**NEURONS, "repeat": 2, "when": {"kind": "mlp"}}})
    assert found.model_arguments({"kind": "linear"}) == {"kind": "linear"}
    assert found.model_arguments({"kind": "mlp", "n_1": 5, "n_2": 6}) == {"kind": "mlp", "n": [5, 6]}
    assert found.optional_arguments == {"n"}


def test_a_condition_on_a_fixed_value_is_decided_at_once():
    met = space(training={"momentum": MOMENTUM, "optimizer": "sgd"})
    assert (list(met.searched), met.searched.is_conditional, met.notes) == (["momentum"], False, [])
    unmet = space(training={"momentum": MOMENTUM})
    assert list(unmet.searched) == []
    assert unmet.notes == ["momentum is in no trial: it exists when optimizer = sgd or rmsprop, but optimizer = adam"]
    assert unmet.training_settings({}).momentum == 0


def test_a_parameter_without_new_keys_is_stored_as_before():
    entry = parse(model={"n_hidden": HIDDEN}).identity["space"]
    assert entry["model"]["n_hidden"] == {"type": "int", "low": 0, "high": 3, "step": 1, "log": False}
    assert "rules" not in entry


def test_a_space_says_what_it_has():
    found = space(model={"n_hidden": HIDDEN, "n_neurons": NEURONS | {"prior": 30}}, training={"optimizer": OPTIMIZER, "momentum": MOMENTUM}).searched
    assert format_parameter(found["n_neurons_2"], found.conditions["n_neurons_2"]) == "4 to 100, prior 30 (medium), if n_hidden >= 2"
    assert format_parameter(found["momentum"], found.conditions["momentum"]) == "0.0 to 0.9, if optimizer = sgd or rmsprop"


@pytest.mark.parametrize(
    ("expression", "values", "expected"),
    [
        ("n_2 <= n_1", {"n_1": 5, "n_2": 4}, True),
        ("n_2 <= n_1", {"n_1": 4, "n_2": 5}, False),
        ("n_2 <= n_1", {"n_1": 4}, True),
        ("n_3 <= n_2 <= n_1", {"n_1": 4, "n_2": 5}, False),
        ("n_2 <= n_1 and n_3 <= n_2", {"n_1": 4, "n_2": 5}, False),
        ("n_2 <= n_1 and n_3 <= n_2", {"n_1": 4, "n_2": 3}, True),
        ('optimizer != "sgd" or momentum < 0.5', {"optimizer": "adam"}, True),
        ('optimizer != "sgd" or momentum < 0.5', {"optimizer": "sgd", "momentum": 0.7}, False),
        ("not n_1 > 3", {"n_1": 4}, False),
        ("not n_1 > 3", {}, True),
        ("sum(n) * 2 + 1 <= max(n_1, 9) % 10", {"n": [1, 2], "n_1": 9}, True),
        ('optimizer in ["sgd", "adam"]', {"optimizer": "lion"}, False),
        ("1 / n_1 < 2", {"n_1": 0}, False),
    ],
)
def test_a_rule_is_false_only_by_what_exists(expression, values, expected):
    assert parse_rule("r", expression).holds(values) is expected


@pytest.mark.parametrize(
    "expression",
    [
        "__import__('os').system('true')",
        "n.__class__",
        "n[0] > 1",
        "(lambda: n)() > 1",
        "[x for x in n] == 1",
        "n ** 9 > 1",
        "print(n)",
        "n if n else 1",
        "f'{n}' == ''",
        "(n := 3) > 1",
        "'a' * n == 'b'",
        "sum(n, start=3) > 1",
        "n > 1j",
    ],
)
def test_a_rule_may_not_be_a_program(expression):
    with pytest.raises(ValueError, match=r"may not be in a rule|is no function of a rule"):
        parse_rule("r", expression)


def test_random_combinations_and_the_ends_obey_the_rules():
    found = space(model={"n_hidden": HIDDEN, "n_neurons": NEURONS}, rules={"narrowing": "n_neurons_3 < n_neurons_2 < n_neurons_1"}).searched
    random = np.random.default_rng(0)
    for params in [found.at(0), found.at(-1), *(found.draw(random) for _ in range(50))]:
        layers = [params[f"n_neurons_{number}"] for number in range(1, params["n_hidden"] + 1)]
        assert layers == sorted(set(layers), reverse=True)


MISTAKES = [
    ({"training": {"momentum": {**MOMENTUM, "when": {"optimzer": "sgd"}}}}, 'momentum: when: there is no hyperparameter "optimzer"; did you mean "'),
    ({"training": {"optimizer": OPTIMIZER, "momentum": {**MOMENTUM, "when": {"optimizer": "sdg"}}}}, 'optimizer is never "sdg"; did you mean "sgd"?'),
    ({"model": {"n_hidden": HIDDEN, "x": {**HIDDEN, "when": {"n_hidden": 7}}}}, "x: when: n_hidden is never 7; expected 0 to 3"),
    ({"training": {"clipnorm": {**FRACTION, "when": {"momentum": 0.5}}, "momentum": FRACTION}}, "clipnorm: when: momentum is a range of fractions"),
    ({"training": {"momentum": {**MOMENTUM, "when": {"optimizer": []}}}}, "space.training.momentum.when.optimizer = []: expected at least one value"),
    ({"training": {"momentum": {**MOMENTUM, "when": "sgd"}}}, 'space.training.momentum.when = "sgd": expected a table'),
    ({"model": {"a": {**HIDDEN, "when": {"b": 1}}, "b": {**HIDDEN, "when": {"a": 1}}}}, "a, b: each depends on another one by when or repeat"),
    ({"model": {"n": {**NEURONS, "repeat": "n_layers"}, "n_hidden": HIDDEN}}, 'n: repeat: there is no hyperparameter "n_layers"; Valid: '),
    ({"model": {"n": {**NEURONS, "repeat": "x"}, "x": OPTIMIZER}}, 'n: repeat = "x": expected the name of a single whole number'),
    ({"model": {"n": NEURONS, "n_hidden": {**HIDDEN, "high": 500}}}, 'n: repeat = "n_hidden": n_hidden is 0 to 500; expected 0 to 100'),
    ({"model": {"n": {**NEURONS, "repeat": 0}}}, "space.model.n.repeat = 0: expected at least 1"),
    ({"model": {"n": {**NEURONS, "repeat": 1.5}}}, "space.model.n.repeat = 1.5: expected the name of a whole number of the space in quotation marks"),
    ({"model": {"n": NEURONS, "n_hidden": HIDDEN, "n_2": 5}}, 'n: repeat = "n_hidden" makes "n_2", which is another hyperparameter; rename one'),
    ({"training": {"batch_size": {**HIDDEN, "low": 1, "repeat": 2}}}, "space.training.batch_size: repeat makes a list, but batch_size is"),
    ({"model": {"n_hidden": {**HIDDEN, "prior": 9}}}, "space.model.n_hidden: prior = 9 is no whole number from 0 to 3"),
    ({"model": {"n": {"type": "int", "low": 4, "high": 64, "step": 4, "prior": 6}}}, "prior = 6 is on no step of 4 from 4; correct it"),
    ({"model": {"n": {"type": "int", "low": 4, "high": 63, "step": 4, "prior": 62}}}, "prior = 62 is no whole number from 4 to 60"),
    ({"training": {"optimizer": {**OPTIMIZER, "prior": "adm"}}}, 'prior = "adm" is none of the choices; did you mean "adam"?'),
    ({"model": {"n_hidden": {**HIDDEN, "prior": {"value": 1, "strength": "huge"}}}}, 'n_hidden.prior.strength = "huge": Valid: medium, strong, weak'),
    ({"rules": {"r": "n_hidden <"}, "model": {"n_hidden": HIDDEN}}, 'rules.r = "n_hidden <" is no expression (invalid syntax); write such as'),
    ({"rules": {"r": "n_hiden < 2"}, "model": {"n_hidden": HIDDEN}}, 'there is no hyperparameter "n_hiden"; did you mean "n_hidden"?'),
    ({"rules": {"r": "1 < 2"}}, 'rules.r = "1 < 2" names no hyperparameter'),
    ({"rules": {"r": "n_hidden > 3"}, "model": {"n_hidden": HIDDEN}}, "rules: none of 10,000 random combinations obeys r; correct them"),
    ({"rules": {"r": 'n_hidden > "2"'}, "model": {"n_hidden": HIDDEN}}, "cannot be computed for n_hidden = "),
    ({"rules": {"r": "1 / n_hidden > 0"}, "model": {"n_hidden": HIDDEN}}, "cannot be computed for n_hidden = 0: division by zero"),
    ({"rules": {"r": "n_hidden"}, "model": {"n_hidden": HIDDEN}}, 'rules.r = "n_hidden" compares nothing, so that it is always'),
    ({"model": {"n_hidden": {**HIDDEN, "when": {}}}}, "space.model.n_hidden.when = {}: expected a condition"),
    ({"rules": {"r": 3}}, 'space.rules.r = 3: expected text in quotation marks; write "3"'),
]


@pytest.mark.parametrize(("parts", "message"), MISTAKES)
def test_a_mistake_is_refused_with_what_to_write(parts, message):
    with pytest.raises(ExperimentError, match=r"^file: (space[:.].*)?" + re.escape(message)):
        parse(**parts)
