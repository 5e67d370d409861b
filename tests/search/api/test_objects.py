"""Losses, metrics and optimizers of a session or of Keras, as a study's experiment has them."""

import keras
import numpy as np
import pytest

from search import Study
from search.errors import ExperimentError
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


def test_the_usual_objective_keeps_the_metrics_that_are_given():
    experiment = make_study(metrics=["auc"]).experiment
    assert experiment.metrics == ["accuracy", "auc"]


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"metrics": "specificity", "objective": "val_specificity"}, "whether it is to be maximized cannot be told; give {"),
        ({"loss": "huber", "space": {"loss": "log_cosh"}}, "loss is an argument of Study and in space; leave one of them out"),
    ],
)
def test_what_cannot_be_told_is_refused(given, message):
    with pytest.raises(ExperimentError) as caught:
        make_study(**given)
    assert message in str(caught.value)
