"""A user's callbacks: the same epochs, logs and stops under both trainers."""

import importlib.util
from dataclasses import replace
from pathlib import Path

import keras
import numpy as np
import pytest

from search.errors import ExperimentError, MissingExtraError, UnknownReferenceError
from search.training.loop.callbacks import make_callbacks, needs_batches
from search.trial import TrialState
from tests.search.training.conftest import check_builder, make_arrays, make_assignment, make_experiment, train_trial
from tests.search.training.references import assert_same_outputs

TRAINERS = pytest.mark.parametrize("trainer", ["keras", "compiled"])
OWN = "tests.search.training.loop.test_callbacks"


class Diary(keras.callbacks.Callback):
    """Records the calls of all trials."""

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


ALL_KINDS = [
    {"use": f"{OWN}:Diary"},
    {"use": "keras.callbacks:LearningRateScheduler", "schedule": {"use": "experiments.callbacks:warm_up"}},
    {"use": "keras.callbacks:ModelCheckpoint", "filepath": "best.keras", "monitor": "val_loss", "save_best_only": True},
    {"use": "keras.callbacks:CSVLogger", "filename": "log.csv"},
    {"use": f"{OWN}:Stops", "at": 3},
    {"use": f"{OWN}:Forgets"},
]


@pytest.fixture(scope="module")
def with_all_kinds(tmp_path_factory):
    """Train one trial by each trainer with all kinds of callbacks; return its result, its folder and its diary, by trainer."""
    trials = {}
    for trainer in ("keras", "compiled"):
        Diary.entries.clear()
        folder = tmp_path_factory.mktemp(trainer)
        experiment = make_experiment(trainer="keras" if trainer == "keras" else "auto", callbacks=ALL_KINDS)
        assignment = make_assignment(folder / "models" / "3", training={"epochs": 5, "learning_rate": 0.2})
        trials[trainer] = train_trial(experiment, assignment, make_arrays()), folder / "callbacks" / "3", list(Diary.entries)
    return trials


def test_both_trainers_call_a_callback_with_the_same(with_all_kinds):
    fit, compiled = (diary for _, _, diary in with_all_kinds.values())
    assert [entry[0] for entry in fit] == ["begin", *["epoch", "logs"] * 3, "end"]
    for expected, got in zip(fit, compiled, strict=True):
        if expected[0] == "logs":
            assert list(got[2]) == list(expected[2])
            assert got[2] == pytest.approx(expected[2], rel=1e-4)
        else:
            assert got == expected


@TRAINERS
def test_a_callback_may_stop_the_training_add_to_its_record_and_set_the_learning_rate(with_all_kinds, trainer):
    result, *_ = with_all_kinds[trainer]
    assert (result.trainer, result.state) == (trainer, TrialState.COMPLETE)
    assert [epoch["noted"] for epoch in result.history] == [0.5, 1.5, 2.5]
    assert "text" not in result.history[0]
    assert [epoch["learning_rate"] for epoch in result.history] == pytest.approx([0.04, 0.08, 0.12])


@TRAINERS
def test_each_trial_has_a_folder_of_its_own_and_the_saved_model_the_weights_of_the_value(with_all_kinds, trainer):
    """`Forgets` sets all weights to 0 when training ends."""
    result, folder, _ = with_all_kinds[trainer]
    saved, best = (keras.models.load_model(path) for path in (result.model_path, folder / "best.keras"))
    for ours, theirs in zip(saved.get_weights(), best.get_weights(), strict=True):
        np.testing.assert_array_equal(ours, theirs)
    saved.compile(loss="binary_crossentropy")
    measured = saved.evaluate(make_arrays().x_validation, make_arrays().y_validation, return_dict=True, verbose=0)
    assert measured["loss"] == pytest.approx(result.value, rel=1e-5)
    assert len((folder / "log.csv").read_text().splitlines()) == 4


@pytest.mark.slow
def test_early_stopping_of_keras_ends_a_trial_of_either_trainer_as_our_own_patience_does(fit, tmp_path):
    arrays, settings = make_arrays(n_train=40), {"epochs": 60, "learning_rate": 0.1}
    stopping = {"use": "keras.callbacks:EarlyStopping", "monitor": "val_loss", "patience": 3, "restore_best_weights": True}
    experiment = make_experiment(trainer="compiled", callbacks=[stopping])
    assignment = make_assignment(tmp_path / "models" / "3", model_arguments={"n_neurons": 32}, training=settings)
    ours = fit(make_experiment(), replace(assignment, training=assignment.training.model_copy(update={"patience": 3})), arrays)
    for trainer, theirs in (("keras", fit(experiment, assignment, arrays)), ("compiled", train_trial(experiment, assignment, arrays))):
        assert (theirs.trainer, theirs.state) == (trainer, TrialState.COMPLETE)
        assert len(theirs.history) == len(ours.history) < 60
        assert (theirs.value, theirs.best_epoch) == (pytest.approx(ours.value, rel=1e-4), ours.best_epoch)
        assert_same_outputs(theirs, ours)


def test_a_callback_that_reads_the_logs_may_set_the_learning_rate(train):
    callback = {"use": "keras.callbacks:ReduceLROnPlateau", "monitor": "loss", "min_delta": 100.0, "patience": 1, "factor": 0.5}
    result = train(experiment=with_callbacks(callback, trainer="compiled"), learning_rate=0.2, epochs=4)
    assert [epoch["learning_rate"] for epoch in result.history] == pytest.approx([0.2, 0.2, 0.1, 0.05])


def test_placeholders_are_filled_and_those_of_keras_left(tmp_path):
    paths = ["{study_folder}/kept/{trial}.keras", "all/{trial}-{epoch:02d}-{val_loss:.2f}.keras", str(tmp_path / "{trial}.keras")]
    callbacks = [{"use": "keras.callbacks:ModelCheckpoint", "filepath": path} for path in paths]
    experiment = make_experiment(callbacks=callbacks, executor={"trainer": "keras", "callback_folders": [str(tmp_path)]})
    made = [callback.filepath for callback in make_callbacks(experiment, tmp_path / "study", 5)]
    expected = ["study/kept/5.keras", "study/callbacks/all/5-{epoch:02d}-{val_loss:.2f}.keras", "5.keras"]
    assert made == [str(tmp_path / path) for path in expected]


class Writes(keras.callbacks.Callback):
    def __init__(self, log_path=Path("losses.txt")):
        super().__init__()
        self.log_path = log_path


@pytest.mark.parametrize("given", [{}, {"log_path": "losses.txt"}])
def test_a_default_that_is_a_path_lies_in_the_study_s_folder_too_and_is_a_path(given, tmp_path):
    experiment = make_experiment(callbacks=[{"use": f"{OWN}:Writes"} | given])
    [made] = make_callbacks(experiment, tmp_path / "study", 5)
    assert made.log_path == tmp_path / "study/callbacks/5/losses.txt"
    assert made.log_path.parent.is_dir()


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
        check_builder(make_experiment(trainer="compiled", callbacks=[callback]), make_arrays())


def test_a_schedule_and_a_callback_may_not_both_change_the_learning_rate():
    reducing = {"use": "keras.callbacks:ReduceLROnPlateau"}
    with pytest.raises(ExperimentError, match='write schedule = "constant"'):
        check_builder(make_experiment(callbacks=[reducing], space={"training": {"schedule": "cosine"}}), make_arrays())


@pytest.mark.skipif(importlib.util.find_spec("tensorboard") is not None, reason="TensorBoard is installed")
def test_a_missing_tensorboard_is_named_before_training():
    with pytest.raises(MissingExtraError, match=r"\.\[tensorboard\]"):
        check_builder(make_experiment(callbacks=[{"use": "keras.callbacks:TensorBoard"}]), make_arrays())


@pytest.mark.parametrize("trainer", [pytest.param("keras", marks=pytest.mark.slow), "compiled"])
@pytest.mark.skipif(importlib.util.find_spec("tensorboard") is None, reason="needs TensorBoard")
def test_tensorboard_gets_the_curves_of_each_trial(train, trainer, tmp_path):
    result = train(experiment=with_callbacks({"use": "keras.callbacks:TensorBoard"}, trainer=trainer), epochs=2)
    assert (result.trainer, result.reason) == (trainer, "")
    for part in ("train", "validation"):
        assert list((tmp_path.parent / "callbacks" / "3" / "logs" / part).glob("events*"))


def test_the_shipped_example_prints_the_ratio(train, capsys):
    result = train(experiment=with_callbacks({"use": "experiments.callbacks:ValidationTrainingRatio"}), epochs=1)
    first = result.history[0]
    assert first["val_train_ratio"] == pytest.approx(first["val_loss"] / first["loss"])
    assert capsys.readouterr().out.splitlines()[0] == f"epoch 1: validation/training loss {first['val_train_ratio']:.2f}"
