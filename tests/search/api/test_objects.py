"""Losses, metrics and optimizers of a session or of Keras, as a study's experiment has them."""

import keras
import numpy as np
import pytest

from search import Study
from search.errors import InputError
from tests.search.sessions import run_cell

CELL = """
import keras

def build_net(input_shape, n_outputs, units=4):
    inputs = keras.Input(input_shape)
    return keras.Model(inputs, keras.layers.Dense(n_outputs, activation="sigmoid")(keras.layers.Dense(units)(inputs)))

def squares(y_true, y_pred):
    return keras.ops.mean(keras.ops.square(y_true - y_pred), axis=-1)

def specificity(y_true, y_pred):
    return keras.ops.mean(keras.ops.cast(y_pred < 0.5, "float32") * (1 - y_true), axis=-1)
"""
DATA = np.arange(24.0, dtype="float32").reshape(12, 2), np.arange(12) % 2
MAXIMIZED = {"metric": "val_specificity", "direction": "maximize"}


def make_study(**given):
    cell = run_cell(CELL)
    functions = {name: cell.get(of, of) for name, of in given.items() if isinstance(of, str)}
    return Study(cell["build_net"], DATA, name="net", **given | functions)


def test_functions_of_a_session_become_references_to_its_module():
    experiment = make_study(loss="squares", metrics="specificity", objective=MAXIMIZED).experiment
    assert str(experiment.space.training.loss) == "net_session:squares"
    assert [str(metric) for metric in experiment.objective.metrics] == ["net_session:specificity"]
    assert experiment.metrics == ["specificity"]


def test_an_objects_class_and_what_differs_from_its_defaults_are_written():
    rate = keras.optimizers.schedules.CosineDecay(0.1, 20)
    study = make_study(
        loss=keras.losses.BinaryFocalCrossentropy(gamma=3.0),
        optimizer=keras.optimizers.Adam(rate, amsgrad=True),
        metrics=[keras.metrics.FBetaScore(average="micro", beta=2.0)],
        objective="val_loss",
    )
    training, (metric,) = study.experiment.space.training, study.experiment.objective.metrics
    assert (training.loss.use, training.loss.arguments) == ("keras.losses:BinaryFocalCrossentropy", {"gamma": 3.0})
    assert (metric.use, metric.name, metric.arguments["beta"]) == ("keras.metrics:FBetaScore", "fbeta_score", 2.0)
    assert training.optimizer.arguments["amsgrad"] is True
    schedule = training.optimizer.arguments["learning_rate"]
    assert (schedule["use"], schedule["initial_learning_rate"], schedule["decay_steps"]) == ("keras.optimizers.schedules:CosineDecay", 0.1, 20)


@pytest.mark.parametrize("given", [{"optimizer": keras.optimizers.Adam(0.01)}, {"space": {"optimizer": keras.optimizers.Adam(0.01)}}])
def test_the_plain_rate_of_an_optimizer_is_the_setting(given):
    training = make_study(**given).experiment.space.training
    assert (training.learning_rate, str(training.optimizer)) == (0.01, "keras.optimizers:Adam")
    free = make_study(optimizer=keras.optimizers.Adam(amsgrad=True), space={"learning_rate": 0.2}).experiment.space.training
    assert (free.learning_rate, free.optimizer.arguments) == (0.2, {"amsgrad": True})


def test_a_cell_that_runs_twice_is_the_same_experiment():
    def study():
        rate = keras.optimizers.schedules.CosineDecay(0.1, 20)
        objects = {"optimizer": keras.optimizers.Adam(rate), "loss": keras.losses.Huber(), "metrics": [keras.metrics.AUC()]}
        return make_study(objective="val_loss", **objects).experiment

    first, second = study(), study()
    assert first.fingerprint == second.fingerprint
    assert second.metrics == ["loss", "auc"]


def test_the_usual_objective_keeps_the_metrics_that_are_given():
    experiment = make_study(metrics=["auc"]).experiment
    assert experiment.metrics == ["accuracy", "auc"]


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"metrics": "specificity", "objective": "val_specificity"}, "whether it is to be maximized cannot be told; give {"),
        ({"metrics": "nowhere:specificity", "objective": "val_specificity"}, 'there is no module "nowhere"'),
        ({"optimizer": keras.optimizers.Adam(0.02), "space": {"learning_rate": 0.1}}, "optimizer has the learning rate 0.02, and space has"),
        ({"loss": keras.losses.MeanSquaredError(reduction=None)}, "loss: MeanSquaredError has reduction = None, which cannot be written"),
        ({"metrics": [keras.metrics.MeanMetricWrapper(lambda y_true, y_pred: y_pred)]}, "metric is MeanMetricWrapper of a function, which is lost"),
        ({"loss": "huber", "space": {"loss": "log_cosh"}}, "loss is an argument of Study and in space; leave one of them out"),
    ],
)
def test_what_cannot_be_told_is_refused(given, message):
    with pytest.raises(InputError) as caught:
        make_study(**given)
    assert message in str(caught.value)
