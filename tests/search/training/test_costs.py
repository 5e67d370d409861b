"""What a model costs, and trials that are not trained since their model is beyond a limit."""

from dataclasses import replace

import keras
import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

from search.training.context import TrainingContext
from search.training.costs import measure_costs
from search.training.executions import train_executions
from search.trial import TrialState
from tests.search.training.checkpointing import ALWAYS
from tests.search.training.conftest import make_arrays, make_assignment, make_experiment, train_trial

ALL = ["n_parameters", "size_bytes", "latency_ms", "latency_ms_32", "train_seconds"]
ARRAYS = make_arrays()


def counting():
    """Return a model and the list of the numbers of rows that it predicts."""

    class Counting(keras.Model):
        def predict_on_batch(self, x):
            predicted.append(len(x))
            return super().predict_on_batch(x)

    predicted = []
    inputs = keras.Input((5,))
    return Counting(inputs, keras.layers.Dense(3)(inputs)), predicted


def test_the_costs_of_a_keras_model():
    model, predicted = counting()
    costs = measure_costs(model, ARRAYS.x_validation[:4], ALL)
    assert costs.keys() == {"size_bytes", "latency_ms", "latency_ms_32"}
    assert costs["size_bytes"] == 4 * model.count_params() == 72
    assert predicted == [1] * 21 + [32] * 21  # four rows, again and again
    assert 0 < costs["latency_ms"] < 1000


def test_the_costs_of_an_estimator():
    small, large = (LogisticRegression().fit(np.tile(ARRAYS.x_train, n), ARRAYS.y_train.ravel()) for n in (1, 100))
    costs = [measure_costs(of, np.tile(ARRAYS.x_validation, n), ALL) for of, n in ((small, 1), (large, 100))]
    assert costs[1]["size_bytes"] > costs[0]["size_bytes"] + 495  # compressed
    assert costs[0].keys() == {"size_bytes", "latency_ms", "latency_ms_32"}


@pytest.mark.parametrize("trainer", [pytest.param("keras", marks=pytest.mark.slow), "compiled"])
def test_a_model_beyond_a_limit_is_not_trained(trainer, tmp_path):
    within = train_trial(
        make_experiment(trainer=trainer, limits={"n_parameters": 10_000}), make_assignment(tmp_path / "models/3", obeys_limits=True), ARRAYS
    )
    assert (within.state, within.measures["n_parameters"]) == (TrialState.COMPLETE, within.n_parameters)
    experiment = make_experiment(trainer=trainer, limits={"n_parameters": within.n_parameters - 1})
    reported = []
    beyond = train_trial(
        experiment, make_assignment(tmp_path / "models/4", obeys_limits=True), ARRAYS, report=lambda of: bool(reported.append(of)) or True
    )
    assert (beyond.state, beyond.value, beyond.best_epoch, beyond.history, reported) == (TrialState.PRUNED, None, 0, (), [])
    assert beyond.measures == {"n_parameters": within.n_parameters, "train_seconds": beyond.seconds}
    again = train_trial(experiment, make_assignment(tmp_path / "models/4"), ARRAYS)  # as a trial that is trained once more
    assert again.history == within.history


def test_the_first_execution_tells_what_all_cost(tmp_path):
    sections = {"evaluation": {"folds": 3}, "champion": {"ensemble": "none"}}
    folds = [ARRAYS] * 3
    assignment = make_assignment(tmp_path / "models/3", obeys_limits=True)

    def train(**limits):
        experiment = make_experiment(limits=limits, **sections)
        return train_executions([TrainingContext(experiment, fold) for fold in folds], assignment, lambda _: True)

    within = train(n_parameters=10_000, latency_ms=10_000)
    assert [execution.costs.keys() for execution in within.executions] == [{"latency_ms"}, set(), set()]
    assert within.costs == within.executions[0].costs
    beyond = train(n_parameters=1)
    assert (beyond.state, beyond.value, beyond.executions, beyond.history) == (TrialState.PRUNED, None, (), ())
    assert beyond.standard_error is None
    assert replace(beyond, seconds=0.0).measures == {"n_parameters": within.n_parameters, "train_seconds": 0.0}


def test_a_trial_that_was_within_the_limits_before_it_was_killed_is_trained_on(tmp_path):
    experiment = make_experiment(executor={"checkpoint_seconds": ALWAYS}, limits={"n_parameters": 1})
    trial = make_assignment(tmp_path / "models/3", checkpoint_path=str(tmp_path / "3.npz"), training={"epochs": 4})

    def die(report):
        if report.epoch == 3:
            raise KeyboardInterrupt
        return True

    with pytest.raises(KeyboardInterrupt):  # an attempt that did not have to obey them, as one whose latency was measured in a quiet moment
        train_trial(experiment, trial, ARRAYS, die)
    goes_on = train_trial(experiment, replace(trial, obeys_limits=True), ARRAYS)
    assert (goes_on.state, len(goes_on.history)) == (TrialState.COMPLETE, 4)
    assert train_trial(experiment, replace(trial, obeys_limits=True, checkpoint_path=""), ARRAYS).state is TrialState.PRUNED
