"""The ``fit`` of a hypermodel trains as Keras Tuner lets it train, and its epochs, pruning and limits are those of any trial."""

import keras
import keras_tuner
import pytest

from search.errors import ExperimentError
from search.trial import TrialState
from tests.search.training.conftest import check_builder, make_arrays, make_assignment, make_experiment, train_trial
from tests.search.training.hypermodels import CALLS

ARRAYS = make_arrays()
VALUES = {"units": 6, "rate": 0.05, "batch_size": 16, "epochs": 4}


def own_experiment(name, metric="val_loss", given=(), **sections):
    space = {"model": {}, "training": {"loss": "binary_crossentropy"}, "compiled": True, "own_fit": list(given)} | sections.pop("space", {})
    return make_experiment(f"tests.search.training.hypermodels:{name}", metric, space=space, **sections)


def trained(tmp_path, name, *, report=lambda _: True, training=None, **sections):
    assignment = make_assignment(tmp_path / "3", model_arguments=VALUES, training={"epochs": 100} | (training or {}))
    return train_trial(own_experiment(name, **sections), assignment, ARRAYS, report)


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # of Keras Tuner
def test_it_trains_as_keras_tuner_trains_it(tmp_path):
    """Compare with a real search by Keras Tuner over the only combination."""
    result = trained(tmp_path, "FittingItself", metric="val_accuracy")

    class Fixed(type(CALLS["FittingItself"])):
        def build(self, hp):
            keras.utils.set_random_seed(7)
            return super().build(hp)

        def fit(self, hp, model, *args, **kwargs):
            self.history = super().fit(hp, model, *args, **kwargs)
            return self.history

    hp = keras_tuner.HyperParameters()
    for name, value in VALUES.items():
        hp.Fixed(name, value)
    hypermodel = Fixed()
    tuner = keras_tuner.RandomSearch(
        hypermodel, keras_tuner.Objective("val_accuracy", "max"), 1, hyperparameters=hp, tune_new_entries=False, directory=tmp_path, overwrite=True
    )
    tuner.search(ARRAYS.x_train, ARRAYS.y_train, validation_data=(ARRAYS.x_validation, ARRAYS.y_validation), verbose=0)
    assert len(result.history) == len(hypermodel.history.epoch) == 4
    for name, curve in hypermodel.history.history.items():
        assert [epoch[name] for epoch in result.history] == pytest.approx(curve, abs=1e-4)
    assert result.value == pytest.approx(tuner.oracle.get_best_trials()[0].score, abs=1e-4)
    assert (result.trainer, result.state) == ("fit of the hypermodel", TrialState.COMPLETE)
    assert [epoch["learning_rate"] for epoch in result.history] == pytest.approx([0.05] * 4)
    assert keras.models.load_model(result.model_path, compile=False).layers[0].units == 6


def test_a_loop_of_its_own_is_recorded_and_its_number_counts(tmp_path):
    result = trained(tmp_path, "Looping", metric="val_own")
    assert [sorted(epoch) for epoch in result.history] == [["own"], ["own"], ["own"], ["val_own"]]
    assert result.value == pytest.approx(min(epoch["own"] for epoch in result.history[:3]))
    assert "learning_rate" not in result.history[0]  # its optimizer is its own


def test_a_dict_that_repeats_the_best_epoch_adds_none_and_another_one_is_an_epoch(tmp_path):
    assert len(trained(tmp_path, "Repeating").history) == 2
    result = trained(tmp_path, "Returning")
    assert (len(result.history), result.best_epoch, result.value) == (3, 3, 0.25)
    without_callbacks = trained(tmp_path, "WithoutCallbacks")
    assert len(without_callbacks.history) == without_callbacks.best_epoch == 2  # the weights are those of the last one


@pytest.mark.parametrize("name", ["FittingItself", "Looping2", "Twice"])
def test_a_pruned_trial_ends_whatever_its_fit_does(tmp_path, name):
    result = trained(tmp_path, name, report=lambda report: report.epoch < 2)
    assert (result.state, len(result.history)) == (TrialState.PRUNED, 2)


def test_settings_that_it_is_given_count_and_the_best_weights_are_restored(tmp_path):
    result = trained(tmp_path, "Given", given=["epochs", "batch_size", "shuffle"], training={"epochs": 6, "batch_size": "all", "shuffle": False})
    assert CALLS["arguments"] == {"epochs": 6, "batch_size": 64, "shuffle": False}
    model = keras.models.load_model(result.model_path, compile=False)
    model.compile(loss="binary_crossentropy")
    assert model.evaluate(ARRAYS.x_validation, ARRAYS.y_validation, verbose=0) == pytest.approx(result.value, abs=1e-4)
    assert result.value == min(epoch["val_loss"] for epoch in result.history)


@pytest.mark.parametrize("epochs", [2, 3])  # 3 is also the setting of the experiment
def test_a_limited_training_ends_after_its_epochs(tmp_path, epochs):
    experiment = own_experiment("FittingItself", space={"training": {"loss": "binary_crossentropy", "epochs": 3}})
    assignment = make_assignment(tmp_path / "3", model_arguments=VALUES, training={"epochs": epochs}, is_limited=True)
    assert len(train_trial(experiment, assignment, ARRAYS, lambda _: True).history) == epochs


def test_it_is_limited_in_time(tmp_path):
    result = trained(tmp_path, "Twice", executor={"trial_timeout_seconds": 1e-6})
    assert "past its limit" in result.reason


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("Silent", 'fit() gives no "val_loss": no callback was called; pass the callbacks that it gets on'),
        ("Odd", "fit() returned list; expected a number, a dict of numbers, or the history"),
        ("Asking", 'asks for "more", which this trial does not have'),
        ("Raising", "ValueError: on purpose"),
    ],
)
def test_what_it_fails_by_is_named(tmp_path, name, reason):
    result = trained(tmp_path, name)
    assert result.state is TrialState.FAILED
    assert reason in result.reason


def test_what_it_cannot_be_is_refused_before_the_first_trial():
    with pytest.raises(ExperimentError, match=r"trains by its own fit\(\): write own_fit in \[space\]"):
        check_builder(own_experiment("FittingItself", space={"own_fit": None, "model": VALUES}), ARRAYS)
    with pytest.raises(ExperimentError, match=r"has fit\(hp, model, data\), but it is called as fit\(self, hp, model, x, y"):
        check_builder(own_experiment("OfOneArgument", space={"model": VALUES}), ARRAYS)
    (note,) = check_builder(own_experiment("FittingItself", space={"model": VALUES}, given=["shuffle"]), ARRAYS)
    assert "its own fit() trains, with x, y, validation_data, callbacks, and shuffle of [space.training]" in note
    refused = {
        "schedule": (r"space.training.schedule has no effect", {"space": {"training": {"schedule": "cosine"}}}),
        "trainer": (r'executor.trainer = "keras" has no effect', {"trainer": "keras"}),
        "state": (r"champion.optimizer_state has no effect", {"champion": {"optimizer_state": True}}),
        "pruner": (r'search.pruner = "halving" needs to know the epochs', {"search": {"pruner": "halving"}}),
        "epochs": (
            r"space.training.epochs is searched, but .*FittingItself trains by its own fit\(\), which chooses epochs",
            {"space": {"training": {"epochs": {"type": "int", "low": 1, "high": 3}}}},
        ),
    }
    for message, sections in refused.values():
        with pytest.raises(ExperimentError, match=message):
            own_experiment("FittingItself", **sections)
