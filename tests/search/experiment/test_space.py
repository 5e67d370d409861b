"""Hyperparameters: what may be written for one, and the Optuna distributions that follow."""

import re
from typing import Any

import numpy as np
import pytest
from optuna.distributions import CategoricalDistribution, FloatDistribution, IntDistribution

from search.errors import ExperimentError
from search.experiment.file import parse_experiment
from search.experiment.space import FloatParameter, IntParameter, Space, to_distributions


def space(*, model: dict[str, Any] | None = None, training: dict[str, Any] | None = None) -> Space:
    """Return the space of an experiment file with these tables."""
    content = {
        "name": "spaces",
        "model": "models.mlp:build_mlp",
        "data": {"loader": "experiments.datasets:diabetes"},
        "objective": {"metric": "val_loss", "direction": "minimize"},
        "space": {"model": model or {}, "training": training or {}},
    }
    return parse_experiment(content, "file").space


def int_range(**changes: Any) -> dict[str, Any]:
    """Return the table of a searched whole number."""
    return {"type": "int", "low": 1, "high": 9, **changes}


@pytest.mark.parametrize("value", [True, 1, 0, 1.0, -2.5, "relu", "1"])
def test_a_plain_value_keeps_its_type(value: object) -> None:
    kept = space(model={"x": value}).model_arguments({})["x"]
    assert (type(kept), kept) == (type(value), value)


def test_choices_keep_their_types() -> None:
    choices = [True, 2, 3.0, "relu"]
    kept = space(model={"x": {"type": "categorical", "choices": choices}}).searched["x"].extremes
    assert [(type(choice), choice) for choice in kept] == [(type(choice), choice) for choice in choices]


def test_a_whole_number_is_accepted_as_a_float() -> None:
    found = space(training={"learning_rate": 1, "weight_decay": {"type": "float", "low": 0, "high": 1}})
    rate = found.training_settings({"weight_decay": 0.5}).learning_rate
    assert (type(rate), rate) == (float, 1.0)
    assert type(found.searched["weight_decay"].extremes[0]) is float


def test_fixed_and_searched_values_are_joined_for_a_trial() -> None:
    found = space(model={"n_hidden": int_range(), "activation": "relu"}, training={"batch_size": int_range(step=4), "epochs": 3})
    params = {"n_hidden": 2, "batch_size": 5}
    assert list(found.searched) == ["n_hidden", "batch_size"]
    assert found.model_arguments(params) == {"activation": "relu", "n_hidden": 2}
    settings = found.training_settings(params)
    assert (settings.batch_size, settings.epochs, settings.optimizer) == (5, 3, "adam")


@pytest.mark.parametrize("name", ["batch_size", "epochs", "patience", "decay_epochs"])
@pytest.mark.parametrize("change", [{}, {"step": 3}, {"log": True}])
def test_a_searched_whole_number_setting_proposes_whole_numbers(name: str, change: dict[str, Any]) -> None:
    found = space(training={name: int_range(**change)})
    distribution = to_distributions(found.searched)[name]
    assert isinstance(distribution, IntDistribution)
    assert type(getattr(found.training_settings({name: distribution.high}), name)) is int


MISTAKES = [
    (int_range(low=3, high=1), "low=3 is above high=1; swap them"),
    (int_range(type="integer"), 'unknown type "integer"; did you mean "int"? Valid: categorical, float, int'),
    (int_range(type=["int"]), 'unknown type ["int"]'),
    ({"low": 1, "high": 2.5}, '{ low = 1, high = 2.5 } has no type; add type = "float", or write a plain value to fix it'),
    ({"choices": [1]}, 'has no type; add type = "categorical"'),
    ({"type": "int", "low": 1, "hgh": 2}, 'unknown key "hgh"; did you mean "high"? Valid: high, log, low, prior, repeat, step, type, when'),
    ({"type": "int", "high": 2}, "low is missing; add it, such as low = 1"),
    (int_range(log=True, low=0), "log=true needs low above 0, but low=0; raise low or leave log out"),
    (int_range(log=True, step=2), "log=true and step=2 cannot be combined; leave one out"),
    (int_range(step=9), "step=9 is wider than the range from low=1 to high=9; make step smaller"),
    ({"type": "float", "low": -1, "high": 2, "log": True}, "log=true needs low above 0, but low=-1.0"),
    ({"type": "categorical", "choices": []}, "choices is empty; write at least one value"),
    ({"type": "categorical", "choices": ["a", "b", "a"]}, 'choices has "a" and "a", which are equal; write it once'),
    ({"type": "categorical", "choices": [1, True]}, "choices has 1 and true, which are equal"),
    ({"type": "categorical", "choices": 3, "low": 1}, 'unknown key "low"; Valid: choices, prior, repeat, type, when'),
]


@pytest.mark.parametrize(("entry", "message"), MISTAKES)
@pytest.mark.parametrize("table", ["model", "training"])
def test_an_invalid_parameter_is_refused(table: str, entry: object, message: str) -> None:
    with pytest.raises(ExperimentError, match=re.escape(f"file: space.{table}.epochs: ") + ".*" + re.escape(message)):
        space(**{table: {"epochs": entry}})


VALUE_MISTAKES = [
    ({"epochs": int_range(low=1.0)}, "space.training.epochs.low = 1.0: expected a whole number; write 1"),
    ({"epochs": int_range(step=0)}, "space.training.epochs.step = 0: expected at least 1"),
    ({"epochs": int_range(log=1)}, "space.training.epochs.log = 1: expected true or false"),
    ({"epochs": {"type": "categorical", "choices": [1, [2]]}}, "space.training.epochs.choices.1 = [2]: expected text, a number, true or false"),
    ({"momentum": {"type": "float", "low": 0, "high": float("inf")}}, "space.training.momentum.high = inf: expected a finite number"),
    ({"epochs": 1e3}, "space.training.epochs = 1000.0: expected a whole number; write 1000"),
    ({"epochs": "100"}, 'space.training.epochs = "100": expected a whole number; write 100 without quotation marks'),
    ({"epochs": [1]}, "space.training.epochs = [1]: expected a whole number"),
    ({"nesterov": "True"}, 'space.training.nesterov = "True": expected true or false; write true without quotation marks'),
    ({"optimizer": "adma"}, 'space.training.optimizer = "adma": did you mean "adam"? Valid: '),
    ({"optimizer": 1}, 'space.training.optimizer = 1: expected one of "sgd", '),
    ({"loss": "mse"}, 'space.training.loss = "mse": Valid: auto, '),
    ({"learning_rate": float("nan")}, "space.training.learning_rate = nan: expected a finite number"),
    ({"learning_rate": 0}, "space.training.learning_rate = 0: expected a number above 0"),
    ({"momentum": 1}, "space.training.momentum = 1: expected a number below 1"),
    ({"beta_1": 1}, "space.training.beta_1 = 1: expected a number below 1"),
    ({"epsilon": {"type": "float", "low": 0, "high": 1}}, "space.training.epsilon: low=0.0 is not valid; expected a number above 0.0"),
    ({"rho": 0.5}, "space.training: rho is given, but optimizer adam has none; leave rho out, or use rmsprop, adadelta"),
    (
        {"beta_2": {"type": "float", "low": 0.9, "high": 0.99}, "optimizer": {"type": "categorical", "choices": ["sgd", "ftrl"]}},
        "space.training: beta_2 is given, but optimizer sgd or ftrl has none; leave beta_2 out, or use adam, ",
    ),
    ({"batch_size": 9000}, "space.training.batch_size = 9000: expected at most 8192"),
    ({"batch_size": 0}, "space.training.batch_size = 0: expected at least 1"),
    ({"batch_size": "al"}, 'space.training.batch_size = "al": did you mean "all"?'),
    ({"batch_size": "32"}, 'space.training.batch_size = "32": expected a whole number; write 32 without quotation marks'),
    ({"batch_size": {"type": "categorical", "choices": [8, "all", 0.5]}}, "space.training.batch_size: choices has 0.5; expected a whole number"),
    ({"epoch": 3}, 'space.training: unknown key "epoch"; did you mean "epochs"? Valid: batch_size, '),
    ({"seed": 3}, 'space.training: unknown key "seed"; it belongs in [search]'),
    ({"epochs": int_range(low=0)}, "space.training.epochs: low=0 is not valid; expected at least 1"),
    ({"batch_size": int_range(high=10**4)}, "space.training.batch_size: high=10000 is not valid; expected at most 8192"),
    ({"epochs": {"type": "float", "low": 1, "high": 4}}, 'space.training.epochs: type = "float" allows fractions, but epochs is a whole number'),
    ({"nesterov": int_range()}, "space.training.nesterov: low=1 is not valid; expected true or false"),
    ({"optimizer": {"type": "categorical", "choices": ["adam", "sgdd"]}}, 'space.training.optimizer: choices has "sgdd"; did you mean "sgd"?'),
]


@pytest.mark.parametrize(("training", "message"), VALUE_MISTAKES)
def test_an_invalid_value_of_a_setting_is_refused(training: dict[str, object], message: str) -> None:
    with pytest.raises(ExperimentError, match=re.escape(f"file: {message}")):
        space(training=training)


@pytest.mark.parametrize("owner", ["optimizer", "learning_rate"])
@pytest.mark.parametrize(
    "other",
    [
        {"schedule": "cosine"},
        {"schedule": {"type": "categorical", "choices": ["constant", "step"]}},
        {"unfreeze_epochs": 2},
        {"unfreeze_learning_rate": 0.01},
    ],
)
def test_a_schedule_of_keras_is_the_only_one_that_changes_the_learning_rate(owner: str, other: dict[str, Any]) -> None:
    rate = {"use": "keras.optimizers.schedules:CosineDecay", "initial_learning_rate": 0.1, "decay_steps": 9}
    given = {"learning_rate": rate} if owner == "learning_rate" else {"optimizer": {"use": "keras.optimizers:SGD", "learning_rate": rate}}
    assert space(training=given).training_settings({}).epochs == 100
    with pytest.raises(ExperimentError, match=rf"{owner} has its own schedule of the learning rate, which {next(iter(other))} would disturb"):
        space(training=given | other)
    if owner == "optimizer":
        with pytest.raises(ExperimentError, match="which learning_rate would disturb"):
            space(training=given | {"learning_rate": {"type": "float", "low": 0.1, "high": 0.2}})


@pytest.mark.parametrize("value", [[3, 4], None, b"x"])
def test_an_argument_that_is_neither_a_value_nor_a_table_is_refused(value: object) -> None:
    with pytest.raises(ExperimentError, match=r"file: space\.model\.x = .*: expected text, a number, true or false, or a table with a type"):
        space(model={"x": value})


def test_a_name_that_is_searched_twice_is_refused() -> None:
    with pytest.raises(ExperimentError, match=re.escape('space: "epochs" is searched in both [space.model] and [space.training]')):
        space(model={"epochs": int_range()}, training={"epochs": int_range()})


def test_parameters_become_distributions_in_their_order() -> None:
    found = space(
        model={"n_hidden": int_range(log=True), "activation": {"type": "categorical", "choices": ["relu", "tanh"]}},
        training={"learning_rate": {"type": "float", "low": 1e-3, "high": 1e-1, "log": True}},
    )
    assert to_distributions(found.searched) == {
        "n_hidden": IntDistribution(1, 9, log=True),
        "activation": CategoricalDistribution(("relu", "tanh")),
        "learning_rate": FloatDistribution(1e-3, 1e-1, log=True),
    }


def test_the_top_of_a_range_is_lowered_to_the_last_step_without_a_warning() -> None:
    written = to_distributions(
        {
            "whole": IntParameter(type="int", low=1, high=9, step=3),
            "tenths": FloatParameter(type="float", low=0.0, high=0.3, step=0.1),
            "quarters": FloatParameter(type="float", low=0.1, high=1.0, step=0.25),
        }
    )
    assert [distribution.high for distribution in written.values()] == [7, 0.3, 0.85]  # type: ignore[attr-defined]


def test_any_valid_stepped_range_makes_a_distribution_within_it_without_a_warning() -> None:
    draw = np.random.default_rng(0)
    for _ in range(300):
        low, step = round(draw.uniform(-5, 5), int(draw.integers(0, 4))), round(draw.uniform(0.01, 1), int(draw.integers(2, 5)))
        parameter = FloatParameter(type="float", low=low, high=round(low + step + draw.uniform(0, 5), 3) + 0.001, step=step)
        distribution = to_distributions({"x": parameter})["x"]
        assert isinstance(distribution, FloatDistribution)
        assert parameter.high - step < distribution.high <= parameter.high


def test_a_high_that_no_step_reaches_is_noted():
    model = {"a": {"type": "int", "low": 10, "high": 110, "step": 30}, "b": {"type": "int", "low": 1, "high": 9, "step": 2}}
    space = Space.model_validate({"model": model, "training": {"momentum": {"type": "float", "low": 0.1, "high": 0.9, "step": 0.3}}})
    assert space.notes == [
        "space.model.a: steps of 30 from 10 end at 100 and never reach high = 110; write high = 100, or another step",
        "space.training.momentum: steps of 0.3 from 0.1 end at 0.7 and never reach high = 0.9; write high = 0.7, or another step",
    ]
    assert space.searched["a"].extremes == (10, 100)
