"""A user's callbacks: the same epochs, logs and stops under both trainers."""

import importlib.util

import keras
import numpy as np
import pytest

from search.errors import ExperimentError, MissingExtraError, UnknownReferenceError
from search.training.context import TrainingContext
from search.training.loop.callbacks import make_callbacks, needs_batches
from search.training.preflight import check_builder
from search.trial import TrialState
from tests.search.training.conftest import make_arrays, make_experiment

TRAINERS = pytest.mark.parametrize("trainer", ["keras", "compiled"])
OWN = "tests.search.training.loop.test_callbacks"


class Diary(keras.callbacks.Callback):
    """Notes what it is told, for all trials."""

    entries: list = []  # noqa: RUF012

    def on_train_begin(self, logs=None):
        self.entries.append(("begin", self.params["epochs"], self.params["steps"], type(self.model).__name__))

    def on_epoch_begin(self, epoch, logs=None):
        self.entries.append(("epoch", epoch, float(keras.ops.convert_to_numpy(self.model.optimizer.learning_rate))))

    def on_epoch_end(self, epoch, logs=None):
        self.entries.append(("logs", epoch, dict(logs)))

    def on_train_end(self, logs=None):
        self.entries.append(("end", sorted(logs)))


class Batches(keras.callbacks.Callback):
    def on_train_batch_end(self, batch, logs=None):
        pass


class Stops(keras.callbacks.Callback):
    def __init__(self, at):
        super().__init__()
        self.at = at

    def on_epoch_end(self, epoch, logs=None):
        logs["noted"], logs["text"] = epoch + 0.5, "not a number"
        if epoch + 1 == self.at:
            self.model.stop_training = True


class Forgets(keras.callbacks.Callback):
    def on_train_end(self, logs=None):
        self.model.set_weights([0 * weights for weights in self.model.get_weights()])


def with_callbacks(*callbacks, trainer="auto", **sections):
    return {"trainer": trainer, "callbacks": list(callbacks)} | sections


@TRAINERS
def test_early_stopping_of_keras_ends_a_trial_as_our_own_patience_does(train, trainer, tmp_path):
    arrays = make_arrays(n_train=40)
    training = {"arrays": arrays, "model": {"n_neurons": 32}, "epochs": 60, "learning_rate": 0.1}
    ours = train(experiment={"trainer": trainer}, patience=3, **training)
    stopping = {"use": "keras.callbacks:EarlyStopping", "monitor": "val_loss", "patience": 3, "restore_best_weights": True}
    theirs = train(experiment=with_callbacks(stopping, trainer=trainer), **training)
    assert theirs.trainer == trainer
    assert theirs.state is TrialState.COMPLETE
    assert len(theirs.history) == len(ours.history) < 60
    assert (theirs.value, theirs.best_epoch) == (pytest.approx(ours.value), ours.best_epoch)
    measured = keras.models.load_model(theirs.model_path).evaluate(arrays.x_validation, arrays.y_validation, return_dict=True, verbose=0)
    assert measured["loss"] == pytest.approx(theirs.value, rel=1e-5)


def test_early_stopping_stops_both_trainers_at_the_same_epoch(train):
    stopping = {"use": "keras.callbacks:EarlyStopping", "monitor": "val_accuracy", "patience": 2, "min_delta": 0.01}
    fit, compiled = (train(experiment=with_callbacks(stopping, trainer=name), epochs=40, learning_rate=0.05) for name in ("keras", "compiled"))
    assert 2 < len(fit.history) == len(compiled.history) < 40


def test_both_trainers_tell_a_callback_the_same(train):
    told = {}
    for trainer in ("keras", "compiled"):
        Diary.entries.clear()
        train(experiment=with_callbacks({"use": f"{OWN}:Diary"}, trainer=trainer), epochs=2, schedule="exponential", decay_epochs=1)
        told[trainer] = list(Diary.entries)
    assert [entry[0] for entry in told["keras"]] == ["begin", "epoch", "logs", "epoch", "logs", "end"]
    for theirs, ours in zip(told["keras"], told["compiled"], strict=True):
        if theirs[0] == "logs":
            assert list(theirs[2]) == list(ours[2])
            assert ours[2] == pytest.approx(theirs[2], rel=1e-4)
        else:
            assert theirs == ours


@TRAINERS
def test_a_callback_may_stop_the_training_and_add_to_its_record(train, trainer):
    result = train(experiment=with_callbacks({"use": f"{OWN}:Stops", "at": 2}, trainer=trainer), restore_best_weights=False)
    assert [epoch["noted"] for epoch in result.history] == [0.5, 1.5]
    assert "text" not in result.history[0]
    assert (result.state, result.best_epoch) == (TrialState.COMPLETE, 2)


@TRAINERS
def test_the_kept_model_has_the_weights_of_the_value_whatever_a_callback_leaves(train, trainer):
    arrays = make_arrays()
    result = train(arrays=arrays, experiment=with_callbacks({"use": f"{OWN}:Forgets"}, trainer=trainer))
    measured = keras.models.load_model(result.model_path).evaluate(arrays.x_validation, arrays.y_validation, return_dict=True, verbose=0)
    assert measured["loss"] == pytest.approx(result.value, rel=1e-5)


@TRAINERS
@pytest.mark.parametrize(
    ("callback", "rates"),
    [
        ({"use": "keras.callbacks:ReduceLROnPlateau", "monitor": "loss", "min_delta": 100.0, "patience": 1, "factor": 0.5}, [0.2, 0.2, 0.1, 0.05]),
        ({"use": "keras.callbacks:LearningRateScheduler", "schedule": {"use": "experiments.callbacks:warm_up"}}, [0.04, 0.08, 0.12, 0.16]),
    ],
)
def test_a_callback_may_set_the_learning_rate(train, trainer, callback, rates):
    result = train(experiment=with_callbacks(callback, trainer=trainer), learning_rate=0.2, epochs=4)
    assert [epoch["learning_rate"] for epoch in result.history] == pytest.approx(rates)


@TRAINERS
def test_each_trial_keeps_its_checkpoints_in_a_folder_of_its_own(train, trainer, tmp_path):
    checkpoint = {"use": "keras.callbacks:ModelCheckpoint", "filepath": "best.keras", "monitor": "val_loss", "save_best_only": True}
    log = {"use": "keras.callbacks:CSVLogger", "filename": "log.csv"}
    result = train(experiment=with_callbacks(checkpoint, log, trainer=trainer))
    folder = tmp_path.parent / "callbacks" / "3"
    kept, best = (keras.models.load_model(path) for path in (result.model_path, folder / "best.keras"))
    assert result.trainer == trainer
    for ours, theirs in zip(kept.get_weights(), best.get_weights(), strict=True):
        np.testing.assert_array_equal(ours, theirs)
    assert len((folder / "log.csv").read_text().splitlines()) == 6


def test_placeholders_are_filled_and_those_of_keras_left(tmp_path):
    paths = ["{study_folder}/kept/{trial}.keras", "all/{trial}-{epoch:02d}-{val_loss:.2f}.keras", str(tmp_path / "{trial}.keras")]
    experiment = make_experiment(callbacks=[{"use": "keras.callbacks:ModelCheckpoint", "filepath": path} for path in paths])
    made = [callback.filepath for callback in make_callbacks(experiment, tmp_path / "study", 5)]
    expected = ["study/kept/5.keras", "study/callbacks/all/5-{epoch:02d}-{val_loss:.2f}.keras", "5.keras"]
    assert made == [str(tmp_path / path) for path in expected]


@pytest.mark.parametrize(
    ("callback", "expected"),
    [
        (keras.callbacks.EarlyStopping(), False),
        (keras.callbacks.ModelCheckpoint("a.keras"), False),
        (keras.callbacks.ModelCheckpoint("a.keras", save_freq=10), True),
        (keras.callbacks.BackupAndRestore("a"), False),
        (keras.callbacks.CSVLogger("a.csv"), False),
        (keras.callbacks.TensorBoard("a"), False),
        (keras.callbacks.TensorBoard("a", update_freq=10), True),
        (keras.callbacks.TerminateOnNaN(), True),
        (keras.callbacks.LambdaCallback(on_epoch_end=print), False),
        (keras.callbacks.LambdaCallback(on_train_batch_end=print), True),
        (Diary(), False),
        (Batches(), True),
    ],
    ids=lambda value: type(value).__name__,
)
def test_a_callback_that_is_called_at_batches_is_known(callback, expected):
    assert needs_batches(callback) is expected


def test_keras_trains_where_a_callback_needs_batches(train):
    assert train(experiment=with_callbacks({"use": f"{OWN}:Batches"}), epochs=1).trainer == "keras"
    assert train(experiment=with_callbacks({"use": f"{OWN}:Diary"}), epochs=1).trainer == "compiled"


@pytest.mark.parametrize(
    ("callback", "error", "message"),
    [
        ({"use": "keras.callbacks:EarlyStoping"}, UnknownReferenceError, 'did you mean "EarlyStopping"'),
        ({"use": "keras.optimizers:Adam"}, ExperimentError, r'callbacks\[0\].use = "keras.optimizers:Adam" is not a keras.callbacks.Callback'),
        ({"use": "keras.callbacks:EarlyStopping", "patiense": 3}, ExperimentError, 'has no argument "patiense"; did you mean "patience"'),
        ({"use": "keras.callbacks:ModelCheckpoint"}, ExperimentError, 'needs the argument "filepath"'),
        ({"use": "keras.callbacks:ModelCheckpoint", "filepath": "best.pt"}, ExperimentError, "cannot be created: ValueError: The filepath provided"),
        ({"use": "keras.callbacks:ModelCheckpoint", "filepath": "/kept/best.keras"}, ExperimentError, "all trials would write there; put {trial}"),
        ({"use": "keras.callbacks:EarlyStopping", "monitor": "val_acuracy"}, ExperimentError, 'no such metric; did you mean "val_accuracy"'),
        ({"use": f"{OWN}:Batches"}, ExperimentError, "Batches is called at every batch"),
    ],
)
def test_a_callback_that_cannot_be_used_is_refused_before_training(callback, error, message):
    with pytest.raises(error, match=message):
        check_builder(TrainingContext(make_experiment(trainer="compiled", callbacks=[callback]), make_arrays()))


def test_a_schedule_and_a_callback_may_not_both_change_the_learning_rate():
    reducing = {"use": "keras.callbacks:ReduceLROnPlateau"}
    with pytest.raises(ExperimentError, match='write schedule = "constant"'):
        check_builder(TrainingContext(make_experiment(callbacks=[reducing], space={"training": {"schedule": "cosine"}}), make_arrays()))


@pytest.mark.skipif(importlib.util.find_spec("tensorboard") is not None, reason="TensorBoard is installed")
def test_a_missing_tensorboard_is_named_before_training():
    with pytest.raises(MissingExtraError, match=r"\.\[tensorboard\]"):
        check_builder(TrainingContext(make_experiment(callbacks=[{"use": "keras.callbacks:TensorBoard"}]), make_arrays()))


@TRAINERS
@pytest.mark.skipif(importlib.util.find_spec("tensorboard") is None, reason="needs TensorBoard")
def test_tensorboard_gets_the_curves_of_each_trial(train, trainer, tmp_path):
    result = train(experiment=with_callbacks({"use": "keras.callbacks:TensorBoard"}, trainer=trainer), epochs=2)
    assert (result.trainer, result.reason) == (trainer, "")
    for part in ("train", "validation"):
        assert list((tmp_path.parent / "callbacks" / "3" / "logs" / part).glob("events*"))


def test_the_shipped_example_prints_the_ratio(train, capsys):
    result = train(experiment=with_callbacks({"use": "experiments.callbacks:ValidationTrainingRatio"}), epochs=2)
    first = result.history[0]
    assert first["val_train_ratio"] == pytest.approx(first["val_loss"] / first["loss"])
    assert capsys.readouterr().out.splitlines()[0] == f"epoch 1: validation/training loss {first['val_train_ratio']:.2f}"
