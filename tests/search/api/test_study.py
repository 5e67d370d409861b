"""A study of functions and data of a Python session: searched, read, continued, and its champion."""

import contextlib

import numpy as np
import pandas as pd
import pytest
from optuna.distributions import CategoricalDistribution, FloatDistribution, IntDistribution

from search import Study, compare, load_study, studies
from search.errors import DataError, ExperimentError, StudyChangedError, UnknownReferenceError
from search.experiment.session_modules import remove
from tests.search.sessions import run_cell

CELL = """
import keras

@keras.saving.register_keras_serializable()
class Scale(keras.layers.Layer):
    def build(self, shape):
        self.gain = self.add_weight(shape=(shape[-1],), initializer="ones", name="gain")

    def call(self, inputs):
        return inputs * self.gain

def build_net(input_shape, n_outputs, units=UNITS, factor=factor):
    inputs = keras.Input(input_shape)
    outputs = keras.layers.Dense(n_outputs, activation="softmax")(Scale()(keras.layers.Dense(units * factor, activation="relu")(inputs)))
    return keras.Model(inputs, outputs)
"""
SPACE = {"units": IntDistribution(2, 8), "learning_rate": FloatDistribution(1e-3, 1e-1, log=True), "epochs": 3}


def make_study(*, cell=CELL, factor=1, space=SPACE):
    rng = np.random.default_rng(0)
    y = rng.integers(0, 3, 120)
    x = (rng.normal(size=(120, 4)) + y[:, None]).astype("float32")
    return Study(run_cell(cell, UNITS=4, factor=factor)["build_net"], (x, y), space=space, objective="val_loss", executor={"n_workers": 1})


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    path = tmp_path_factory.mktemp("session")
    with contextlib.chdir(path):
        yield path
    remove(["net_session", "net_session_data"])


@pytest.fixture(scope="module")
def found(folder, preloaded):
    with preloaded.in_place():
        return make_study().run(3, show_progress=False)


def test_its_trials_are_a_table(found):
    trials = found.trials
    assert list(trials.index) == [0, 1, 2]
    assert list(trials.columns) == ["state", "value", "epochs", "seconds", "params_units", "params_learning_rate", "is_best", "reason"]
    assert set(trials["state"]) == {"COMPLETE"}
    assert trials.index[trials["is_best"]].tolist() == [trials["value"].idxmin()] == [found.best.number]
    assert found.best.value == trials["value"].min() == found.best.history["val_loss"].min()
    assert found.history(1).shape == (3, 5)
    assert f"best val_loss {trials['value'].min():.5g} of trial {found.best.number}" in repr(found)
    assert "COMPLETE" in repr(found.best)
    assert "models:/net/1" in found._repr_html_()
    assert f'<td style="text-align:left">{found.best.number}, COMPLETE</td>' in found.best._repr_html_()


def test_its_champion_carries_the_code_of_the_session(found):
    predicted = found.champion.predict(np.ones((2, 4), np.float32))
    assert predicted.filter(like="probability").sum(axis=1).tolist() == pytest.approx([1, 1], abs=1e-5)
    [file] = found.champion.code_folder.glob("net_session.py")
    assert "class Scale" in file.read_text()


def test_studies_are_listed_compared_and_loaded(found):
    assert studies().loc["net", "state"] == "COMPLETE"
    assert compare("net").loc["units"].tolist() == ["2 to 8"]
    loaded = load_study("net")
    assert loaded.trials.equals(found.trials)
    assert loaded.plot_history().data[0].x == (0, 1, 2)
    assert loaded.plot_curves().data
    assert loaded.plot_slices().data
    assert loaded.plot_parallel_coordinates().data
    assert loaded.report().is_file()


def test_it_continues_and_changed_code_is_noticed(found, forks):
    assert len(make_study().run(4, show_progress=False).trials) == 4
    edited = make_study(factor=2)
    with pytest.raises(StudyChangedError, match=r"net_session.py has changed since; start another study with fresh=True, .* with accept_code=True"):
        edited.run(5, show_progress=False)
    with pytest.raises(StudyChangedError, match="extend=True"):
        make_study(space=SPACE | {"epochs": 4}).run(5, show_progress=False)
    again = make_study().retrain(0)
    assert again.largest_difference < 1e-4
    found.exclude(0, "wrong")
    assert found.trials.loc[0, "reason"] == "excluded: wrong"
    found.include(0)
    assert found.enqueue(units=3) == 4
    assert found.trials.loc[4, "state"] == "WAITING"


def test_a_study_of_a_session_that_has_ended_is_read_and_not_continued(found):
    remove(["net_session", "net_session_data"])
    ended = load_study("net")
    assert ended.best.number == found.best.number
    with pytest.raises(UnknownReferenceError, match="was of a Python session that has ended; run the script or the cells again"):
        ended.run(9, show_progress=False)


def frame(target):
    return pd.DataFrame({"a": np.arange(60.0), "b": list("xyz") * 20, "t": target})


@pytest.mark.parametrize(
    ("data", "options", "objective"),
    [
        (frame(np.arange(60) * 1.5), {"target": "t"}, ("val_root_mean_squared_error", "minimize")),
        (frame(list("pq") * 30), {"target": "t"}, ("val_accuracy", "maximize")),
        (frame(["n"] * 54 + ["p"] * 6), {"target": "t"}, ("val_auc", "maximize")),
        (frame(["n"] * 54 + ["p"] * 6), {"target": "t", "split": {"positive": "n", "test_size": 0.3}}, ("val_auc", "maximize")),
        ((np.ones((40, 5, 2)), np.arange(40) % 4), {}, ("val_accuracy", "maximize")),
        ({part: (np.ones((9, 2)), np.arange(9) / 7) for part in ("train", "validation", "test")}, {}, ("val_root_mean_squared_error", "minimize")),
        ("iris", {}, ("val_accuracy", "maximize")),
        (
            lambda: {part: (np.ones((9, 2)), pd.Series(np.arange(9) / 7)) for part in ("train", "validation", "test")} | {"task": "regression"},
            {},
            None,
        ),
    ],
)
def test_the_objective_fits_the_data(folder, data, options, objective):
    study = Study("mlp", data, name="fits", **options)
    expected = objective or ("val_root_mean_squared_error", "minimize")
    assert (study.experiment.objective.metric, study.experiment.objective.direction) == expected


def test_hyperparameters_are_of_the_builder_or_of_the_training():
    space = {"n_hidden": IntDistribution(0, 4, step=2), "activation": CategoricalDistribution(("relu", "tanh")), "epochs": 2, "batch_size": 32}
    space |= {"learning_rate": FloatDistribution(0.1, 0.3, step=0.1), "n_neurons": {"type": "int", "low": 1, "high": 9}}
    experiment = Study("mlp", "iris", space=space, objective="val_loss").experiment
    assert set(experiment.space.model) == {"n_hidden", "activation", "n_neurons"}
    assert experiment.space.training.epochs == 2
    assert experiment.space.searched["learning_rate"].step == 0.1
    nested = Study("mlp", "iris", space={"model": {"n_hidden": 1}, "training": {"epochs": np.int64(2)}}, objective="val_loss").experiment
    assert nested.space.model == {"n_hidden": 1}

    def build(learning_rate, max_depth=2):
        raise NotImplementedError

    experiment = Study(build, "iris", space={"learning_rate": 0.1, "epochs": 1}, objective="val_loss").experiment
    assert set(experiment.space.model) == {"learning_rate"}


def test_callbacks_and_further_sections_are_those_of_a_file():
    import keras

    stop = {"use": keras.callbacks.EarlyStopping, "patience": 2}
    study = Study(
        "mlp",
        "iris",
        objective=["val_loss", "n_parameters"],
        callbacks=[stop, keras.callbacks.TerminateOnNaN],
        search={"sampler": "random", "seed": 7},
        evaluation={"folds": 3},
    )
    assert [callback.arguments for callback in study.experiment.callbacks] == [{"patience": 2}, {}]
    assert [objective.direction for objective in study.experiment.objectives] == ["minimize", "minimize"]
    assert (study.experiment.search.sampler, study.experiment.evaluation.folds) == ("random", 3)


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"model": 3}, ExperimentError, "model is int; expected a function that returns a keras.Model"),
        ({"data": None}, ExperimentError, r"data is missing; give a table, a pair \(x, y\)"),
        ({"evaluatio": {}}, ExperimentError, 'Study has no argument "evaluatio"; did you mean "evaluation"'),
        ({"callbacks": [object()]}, ExperimentError, "callbacks has an object of object, which trials cannot share; give its class"),
        ({"data": frame(1.0)}, DataError, "the table has no target; name the column to predict, such as target='t'"),
        ({"data": frame(1.0), "target": "u"}, DataError, 'no column "u"'),
        ({"data": (np.ones(3), np.ones((3, 2)))}, DataError, r"data has a target of shape \(3, 2\); expected \(n_rows,\)"),
        ({"data": [1, 2, 3]}, DataError, "data is a list; expected a table, a pair of features and target, or a dict of such pairs by part"),
        ({"data": {"train": (1, 2)}}, DataError, 'the dict of parts has no "test"; expected the keys train, validation, test'),
        ({"name": "a b"}, ExperimentError, r"Study\(...\): name = \"a b\": expected letters"),
        ({"space": {"units": {"type": "int", "low": 3, "high": 1}}}, ExperimentError, r"Study\(...\): space.model.units"),
    ],
)
def test_wrong_arguments_are_refused_when_they_are_given(folder, arguments, error, message):
    with pytest.raises(error, match=message):
        Study(**{"model": "mlp", "data": "iris", "name": "wrong"} | arguments)
