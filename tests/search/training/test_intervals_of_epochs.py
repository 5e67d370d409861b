"""A trial that continues another one with other settings computes what Keras' own fit computes, if these are changed between two calls."""

from dataclasses import replace

import keras
import pytest

from search.experiment.lineage import Interval, Lineage
from search.experiment.settings import TrainingSettings
from search.training.context import TrainingContext
from search.training.executions import train_executions
from search.training.model.building import build_model
from search.trial import TrialState
from tests.search.training.conftest import make_arrays, make_assignment, make_experiment, train_trial

CHANGES = ({"learning_rate": 0.05, "momentum": 0.5, "weight_decay": 0.001}, {"learning_rate": 0.02, "momentum": 0.9, "weight_decay": 0.01})
ENDS = (2, 5)
TRAINERS = ["compiled", pytest.param("keras", marks=pytest.mark.slow), pytest.param("auto", marks=pytest.mark.slow)]


def settings(index):
    return {"epochs": ENDS[-1], "optimizer": "sgd", "batch_size": "all", "shuffle": False} | CHANGES[index]


def make_interval(folder, index, **changes):
    """Return the trial of an interval, which continues the one of the interval before."""
    first = ENDS[index - 1] + 1 if index else 1
    lineage = Lineage(generation=index, member=0, parent=index - 1 if index else None, seed=7, first_epoch=first, last_epoch=ENDS[index])
    paths = {"checkpoint_path": str(folder / f"{index}.npz"), "parent_checkpoint_path": str(folder / f"{index - 1}.npz") if index else ""}
    return make_assignment(folder / str(index), **{"number": index, "training": settings(index), "lineage": lineage} | paths | changes)


def fitted_losses(experiment):
    """Return the losses of Keras' fit with an optimizer of other numbers after two epochs, whose momentum is that of the first one."""
    arrays, (first, second) = make_arrays(), CHANGES
    model = build_model(TrainingContext(experiment, arrays), {}, 7, "float32")
    given = {"batch_size": len(arrays.x_train), "shuffle": False, "verbose": 0, "validation_data": (arrays.x_validation, arrays.y_validation)}
    model.compile(keras.optimizers.SGD(**first), "binary_crossentropy")
    losses = model.fit(arrays.x_train, arrays.y_train, epochs=2, **given).history["val_loss"]
    momenta = [momentum.numpy() for momentum in model.optimizer.momentums]
    model.compile(keras.optimizers.SGD(**second), "binary_crossentropy")
    model.optimizer.build(model.trainable_variables)
    for variable, momentum in zip(model.optimizer.momentums, momenta, strict=True):
        variable.assign(momentum)
    return losses + model.fit(arrays.x_train, arrays.y_train, epochs=3, **given).history["val_loss"]


@pytest.mark.parametrize("trainer", TRAINERS)
def test_an_interval_with_other_settings_is_what_keras_computes(trainer, tmp_path):
    experiment, results, epochs = make_experiment(trainer=trainer), [], []
    for index in range(2):
        results.append(train_trial(experiment, make_interval(tmp_path, index), make_arrays(), lambda report: epochs.append(report.epoch) or True))
        assert (results[-1].state, results[-1].reason) == (TrialState.COMPLETE, "")
    first, second = results
    assert epochs == [1, 2, 3, 4, 5]
    assert second.history[:2] == first.history
    assert [epoch["val_loss"] for epoch in second.history] == pytest.approx(fitted_losses(experiment), abs=1e-4)
    assert [epoch["learning_rate"] for epoch in second.history] == [0.05, 0.05, 0.02, 0.02, 0.02]
    assert second.best_epoch > 2  # of its own epochs
    assert not (tmp_path / "1.npz").exists()  # nothing follows the last epoch

    again = make_interval(tmp_path, 1, parent_checkpoint_path="", earlier=(Interval(TrainingSettings(**settings(0)), ENDS[0]),))
    whole = train_executions([TrainingContext(experiment, make_arrays())], replace(again, checkpoint_path=""), lambda _report: True)
    assert whole.history == second.history


def test_an_interval_that_was_trained_before_its_result_was_lost_is_trained_no_further(tmp_path):
    experiment = make_experiment(trainer="compiled")
    first, again = (train_trial(experiment, make_interval(tmp_path, 0), make_arrays()) for _ in range(2))
    assert again.history == first.history


@pytest.mark.parametrize("parent", ["missing", "damaged", "of another seed"])
def test_a_trial_whose_parent_left_no_usable_checkpoint_fails_and_does_not_begin_anew(parent, tmp_path):
    experiment = make_experiment(trainer="compiled")
    if parent == "of another seed":
        train_trial(experiment, make_interval(tmp_path, 0, seed=8), make_arrays())
    elif parent == "damaged":
        (tmp_path / "0.npz").write_bytes(b"nothing")
    result = train_trial(experiment, make_interval(tmp_path, 1), make_arrays())
    assert (result.state, result.history) == (TrialState.FAILED, ())
    assert result.reason.startswith("the checkpoint that it continues ")
