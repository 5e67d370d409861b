"""A study of functions and data of a Python session: searched, read, continued, and its champion."""

import contextlib

import numpy as np
import pandas as pd
import pytest
from keras.wrappers import SKLearnClassifier as KerasWrapper
from optuna.distributions import CategoricalDistribution, FloatDistribution, IntDistribution

import perceptune
from search import Study, compare, load_study, studies
from search.errors import DataError, ExperimentError, InputError, StudyChangedError, UnknownReferenceError
from search.store import Store
from tests.search.sessions import as_main, run_cell

CELL = """
from sklearn.tree import DecisionTreeClassifier

def build_trees(max_depth=DEPTH, min_samples_leaf=1):
    return DecisionTreeClassifier(max_depth=max_depth * factor, min_samples_leaf=min_samples_leaf, random_state=0)
"""
SPACE = {"max_depth": IntDistribution(1, 4), "min_samples_leaf": IntDistribution(1, 9)}


def data():
    rng = np.random.default_rng(0)
    y = rng.integers(0, 3, 120)
    return (rng.normal(size=(120, 4)) + y[:, None]).astype("float32"), y


def make_study(*, factor=1, space=SPACE, **sections):
    build = run_cell(CELL, DEPTH=4, factor=factor)["build_trees"]
    return Study(build, data(), space=space, objective="val_loss", **{"executor": {"n_workers": 1}} | sections)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    path = tmp_path_factory.mktemp("session")
    with contextlib.chdir(path):
        yield path


@pytest.fixture(scope="module")
def found(folder, preloaded):
    with preloaded.in_place():
        return make_study().run(5, show_progress=False)


def test_its_trials_are_a_table(found):
    trials = found.trials
    assert list(trials.index) == [0, 1, 2, 3, 4]
    metrics = ["loss", "accuracy", "val_accuracy"]
    params = ["params_max_depth", "params_min_samples_leaf"]
    assert list(trials.columns) == ["state", "value", *metrics, "epochs", "seconds", *params, "is_best", "reason"]
    for number in trials.index:
        assert trials.loc[number, metrics].tolist() == found.history(number).loc[1, metrics].tolist()
    assert set(trials["state"]) == {"COMPLETE"}
    assert trials.index[trials["is_best"]].tolist() == [found.best.number]
    assert found.best.value == trials["value"].min() == found.best.history["val_loss"].min()
    assert found.history(1).index.tolist() == [1]
    assert f"best val_loss {trials['value'].min():.5g} of trial {found.best.number}" in repr(found)
    assert "COMPLETE" in repr(found.best)
    assert "models:/trees/1" in found._repr_html_()
    assert f'<td style="text-align:left">{found.best.number}, COMPLETE</td>' in found.best._repr_html_()


def test_studies_are_listed_compared_loaded_and_drawn(found):
    assert studies().loc["trees", "state"] == "COMPLETE"
    assert compare("trees").loc["max_depth"].tolist() == ["1 to 4"]
    loaded = load_study("trees")
    assert loaded.trials.equals(found.trials)
    assert loaded.plot_history().data[0].x == (0, 1, 2, 3, 4)
    for draw in (loaded.plot_curves, loaded.plot_slices, loaded.plot_parallel_coordinates, loaded.plot_importances):
        assert draw().data
    with pytest.raises(InputError, match="too few trials or objectives for this plot"):
        loaded.plot_front()
    assert loaded.report().is_file()


def test_it_continues_and_changed_code_is_noticed(found, forks):
    assert len(make_study().run(6, show_progress=False).trials) == 6
    with pytest.raises(StudyChangedError, match=r"trees_session.py has changed since; start another study with fresh=True, .* accept_code=True"):
        make_study(factor=2).run(7, show_progress=False)
    with pytest.raises(StudyChangedError, match="extend=True"):
        make_study(space=SPACE | {"epochs": 4}).run(7, show_progress=False)


def test_its_trials_are_trained_again_excluded_and_promoted(found, forks):
    assert make_study().retrain(0).largest_difference < 1e-4
    confirmed = make_study().confirm(1, n_repeats=2)
    assert [len(trial.values) for trial in confirmed] == [2]
    best = found.best.number
    assert found.promote(trial=best) == found.champion.model_uri.replace("@champion", "/1") == "models:/trees/1"
    found.exclude(0, "wrong")
    assert found.trials.loc[0, "reason"] == "excluded: wrong"
    found.include(0)
    number = found.enqueue(max_depth=3)
    assert found.trials.loc[number, "state"] == "WAITING"
    for ask in (found.pause, found.stop, lambda: found.stop(0)):
        with pytest.raises(InputError, match='Study "trees" does not run'):
            ask()


def test_a_version_is_promoted_in_the_study_s_own_store(found, tmp_path):
    elsewhere = load_study("trees", Store(found.store.root))
    with contextlib.chdir(tmp_path):
        assert elsewhere.promote(1) == "models:/trees/1"
        assert elsewhere.champion.metadata.study == "trees"


def test_a_study_of_a_session_that_has_ended_is_read_and_not_continued(found, monkeypatch):
    import sys
    from pathlib import Path

    monkeypatch.setattr(sys, "path", [entry for entry in sys.path if not (Path(entry) / "trees_session.py").exists()])
    ended = load_study("trees")
    assert ended.best.number == found.best.number
    with pytest.raises(UnknownReferenceError, match="was of a Python session that has ended; run the script or the cells again"):
        ended.run(99, show_progress=False)


def test_a_study_of_an_experiment_file(folder):
    study = Study.from_experiment("diabetes", name="again")
    assert (study.name, study.experiment.name) == ("again", "diabetes")
    assert repr(study) == 'Study("again", not run yet)'


LAYER = """
import keras

@keras.saving.register_keras_serializable()
class Scale(keras.layers.Layer):
    def build(self, shape):
        self.gain = self.add_weight(shape=(shape[-1],), initializer="ones", name="gain")

    def call(self, inputs):
        return inputs * self.gain

class Twice(Scale):
    pass

def network(input_shape, n_outputs, units):
    inputs = keras.Input(input_shape)
    hidden = Twice()(keras.layers.Dense(units, activation="relu")(inputs))
    return keras.Model(inputs, keras.layers.Dense(n_outputs, activation="softmax")(hidden))

class Hyper:
    def build(self, hp, input_shape):
        return network(input_shape, 3, hp.Int("units", 2, 8))

def build_net(input_shape, n_outputs, units=4):
    return network(input_shape, n_outputs, units)

def build_as_optuna(trial, input_shape, n_outputs):
    return network(input_shape, n_outputs, trial.suggest_int("units", 2, 8))
"""


@pytest.mark.slow
@pytest.mark.parametrize("builder", ["build_net", "build_as_optuna", "Hyper"])
def test_a_champion_carries_the_layers_of_the_session(tmp_path, monkeypatch, forks, builder):
    monkeypatch.chdir(tmp_path)
    cell = run_cell(LAYER.replace("class Twice(Scale):", "@keras.saving.register_keras_serializable()\nclass Twice(Scale):"))
    space = {"epochs": 2} | ({"units": IntDistribution(2, 8)} if builder == "build_net" else {})
    with as_main(cell):
        model = cell[builder]() if builder == "Hyper" else cell[builder]
        study = Study(model, data(), name="net", space=space, objective="val_loss", executor={"n_workers": 1})
        study.run(2, show_progress=False)
    assert "params_units" in study.trials
    predicted = study.champion.predict(np.ones((2, 4), np.float32))
    assert predicted.filter(like="probability").sum(axis=1).tolist() == pytest.approx([1, 1], abs=1e-5)
    [file] = study.champion.code_folder.glob("net_session.py")
    assert "class Twice" in file.read_text()


@pytest.mark.slow
def test_two_objectives_have_a_front(tmp_path, monkeypatch, forks):
    monkeypatch.chdir(tmp_path)
    study = Study("mlp", data(), space={"n_neurons": IntDistribution(2, 30), "epochs": 2}, objective=["val_loss", "n_parameters"], name="two")
    study.run(4, show_progress=False)
    assert study.plot_front().data
    assert "n_parameters" in study.trials


@pytest.mark.slow
@pytest.mark.parametrize(("of", "n_columns"), [(lambda x: x * [100, 1, 0.1] + 5, 3), (lambda x: (x > 0.3) * 1, 9)], ids=["numbers", "labels"])
def test_a_target_of_several_columns_is_predicted_by_one_output(tmp_path, monkeypatch, forks, of, n_columns):
    monkeypatch.chdir(tmp_path)
    x = np.random.default_rng(0).normal(size=(200, 3))
    study = Study("mlp", (x, of(x)), space={"n_neurons": 8, "epochs": 20, "learning_rate": 0.03}, name="three", executor={"n_workers": 1})
    predictions = study.run(1, show_progress=False).champion.predict(x)
    assert predictions.shape == (200, n_columns)
    for number in range(3):
        assert np.corrcoef(predictions[f"target_{number}_prediction"], of(x)[:, number])[0, 1] > 0.5


def test_perceptune_offers_what_search_offers():
    assert perceptune.Study is Study
    assert not hasattr(perceptune, "__path__")


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
        ((np.ones((40, 2)), np.arange(80.0).reshape(40, 2) / 7), {}, ("val_loss", "minimize")),
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

    assert Study(lambda input_shape: None, "iris", objective="val_loss").name == "model"
    assert Study(run_cell("def build(): pass")["build"], "iris", objective="val_loss", name="2-a").experiment.model == "study_2_a_session:build"

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
        ({"model": KerasWrapper(print)}, ExperimentError, "model has a SKLearnClassifier, which trains by Keras' own fit"),
        ({"model": 3}, ExperimentError, "model is int; expected a function that returns a keras.Model"),
        ({"data": None}, ExperimentError, r"data is missing; give a table, a pair \(x, y\)"),
        ({"evaluatio": {}}, ExperimentError, 'Study has no argument "evaluatio"; did you mean "evaluation"'),
        ({"sample_weight": "w"}, ExperimentError, r'arguments of the loader are given by split=\{"sample_weight": ...\}'),
        ({"callbacks": [object()]}, ExperimentError, "callbacks has an object of object, which trials cannot share; give its class"),
        ({"data": frame(1.0)}, DataError, "the table has no target; name the column to predict, such as target='t'"),
        ({"data": frame(1.0), "target": "u"}, DataError, 'no column "u"'),
        ({"data": (np.ones(3), np.ones((3, 2, 2, 1)))}, DataError, r"data has a target of shape \(3, 2, 2, 1\); expected \(n_rows,\), \("),
        ({"data": [1, 2, 3]}, DataError, "data is a list; expected a table, a pair of features and target, or a dict of such pairs by part"),
        ({"data": {"train": (1, 2)}}, DataError, 'the dict of parts has no "test"; expected the keys train, validation, test'),
        ({"data": (number for number in range(3))}, ExperimentError, "data is generator; expected a table, a pair"),
        ({"split": 0.2}, ExperimentError, "split is float; expected a dict of arguments of the loader"),
        ({"space": [1]}, ExperimentError, "space is list; expected a dict of hyperparameters by name"),
        ({"name": "a b"}, ExperimentError, r"Study\(...\): name = \"a b\": expected letters"),
        ({"space": {"units": {"type": "int", "low": 3, "high": 1}}}, ExperimentError, r"Study\(...\): space.model.units"),
    ],
)
def test_wrong_arguments_are_refused_when_they_are_given(folder, arguments, error, message):
    with pytest.raises(error, match=message):
        Study(**{"model": "mlp", "data": "iris", "name": "wrong"} | arguments).experiment  # noqa: B018 - data are loaded for it
