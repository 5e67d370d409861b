"""What a checkpoint holds, when it is written, and which files are refused."""

import signal
import sys
from pathlib import Path

import numpy as np
import pytest

from search.experiment.settings import TrainingSettings
from search.training.loop.checkpoints import Checkpoints
from search.training.loop.progress import Progress
from search.trial import TrialState
from tests.search.training.checkpointing import ALWAYS, Numbers, go_through, make_assignment, options
from tests.search.training.conftest import make_experiment

VALUES = [3.0, 2.0, 2.5, 2.2, 1.9, 1.95, 2.0, 2.1, 2.2, 2.3, 2.4]


@pytest.mark.parametrize("n_before", range(1, 9))
@pytest.mark.parametrize("settings", [{"patience": 4}, {"min_delta": 0.5, "patience": 6}, {"restore_best_weights": False}], ids=str)
def test_patience_plateaus_and_the_best_epoch_are_continued(n_before, settings, tmp_path):
    experiment = make_experiment(executor={"checkpoint_seconds": ALWAYS})
    training = TrainingSettings(**{"epochs": 11, "schedule": "plateau", "decay_epochs": 2} | settings)

    def start(path):
        return Progress(experiment, make_assignment(path, training=training), lambda _: True)

    whole, trainer = start(""), Numbers()
    rates = go_through(whole, trainer, VALUES)
    n_before = min(n_before, len(rates) - 1)
    go_through(start(tmp_path / "3.npz"), Numbers(), VALUES[:n_before])
    continued, trainer = start(tmp_path / "3.npz"), Numbers()
    continued.resume(trainer)
    assert (continued.epoch, trainer.array.tolist()) == (n_before + 1, [n_before] * 2)
    assert rates == rates[:n_before] + go_through(continued, trainer, VALUES[n_before:])
    assert [str(metrics) for metrics in continued.history] == [str(metrics) for metrics in whole.history]
    assert (continued.value, continued.value_epoch) == (whole.value, whole.value_epoch)
    assert str(continued.weights_to_restore) == str(whole.weights_to_restore)


def test_best_weights_are_saved_only_where_the_state_lacks_them(tmp_path):
    experiment, path = make_experiment(executor={"checkpoint_seconds": ALWAYS}), tmp_path / "3.npz"
    for values, is_restored, expected in (([2.0, 1.0], True, None), ([1.0, 2.0], True, [[1.0, 1.0]]), ([1.0, 2.0], False, None)):
        assignment = make_assignment(path, training=TrainingSettings(epochs=9, restore_best_weights=is_restored))
        go_through(Progress(experiment, assignment, lambda _: True), Numbers(), values)
        best = Checkpoints(experiment, assignment).read().best
        assert (best and [array.tolist() for array in best]) == expected


def write_one(path, **changes):
    experiment = make_experiment(executor={"checkpoint_seconds": ALWAYS})
    go_through(Progress(experiment, make_assignment(path, **changes), lambda _: True), Numbers(), [3.0, 2.0])
    return experiment


def test_a_checkpoint_has_no_secrets_and_serves_the_trial_with_another_one(tmp_path):
    def changes(secret):
        loss = {"use": "own:Loss", "token": secret}
        return {"model_arguments": {"api_key": secret}, "training": TrainingSettings(epochs=9, loss=loss)}

    path = tmp_path / "3.npz"
    experiment = write_one(path, **changes("clear-first-key"))
    assert b"clear-first-key" not in path.read_bytes()
    assert Checkpoints(experiment, make_assignment(path, **changes("clear-other-key"))).read() is not None


DAMAGES = {
    "cut off": lambda content: content[: len(content) // 2],
    "its end": lambda content: content[-100:],
    "one bit": lambda content: content.replace(b"val_loss", b"val_lost", 1),
    "empty": lambda content: b"",
    "text": lambda content: b"checkpoint",
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_file_is_no_checkpoint(damage, tmp_path, caplog):
    path = tmp_path / "3.npz"
    experiment = write_one(path)
    path.write_bytes(DAMAGES[damage](path.read_bytes()))
    assert Checkpoints(experiment, make_assignment(path)).read() is None
    assert "trial 3 starts again" in caplog.text


@pytest.mark.parametrize("arrays", [{"other": np.zeros(3)}, {"about": np.array([{}], dtype=object)}], ids=["others", "pickled"])
def test_a_file_with_other_content_is_no_checkpoint(arrays, tmp_path, caplog):
    path = tmp_path / "3.npz"
    np.savez(path, **arrays)
    assert Checkpoints(write_one(""), make_assignment(path)).read() is None
    assert "cannot be read" in caplog.text


@pytest.mark.parametrize(
    "changes",
    [{"seed": 8}, {"number": 4}, {"model_arguments": {"n_neurons": 9}}, {"training": TrainingSettings(epochs=9, batch_size=16)}],
    ids=lambda changes: next(iter(changes)),
)
def test_a_file_of_another_trial_is_no_checkpoint(changes, tmp_path, caplog):
    path = tmp_path / "3.npz"
    experiment = write_one(path)
    assert Checkpoints(experiment, make_assignment(path, **changes)).read() is None
    assert "is of another trial" in caplog.text
    assert Checkpoints(experiment, make_assignment(path, attempt=2, params={"n": 1}, keep_if_better_than=1.0)).read() is not None


def test_a_file_of_another_experiment_is_no_checkpoint(tmp_path):
    path = tmp_path / "3.npz"
    write_one(path)
    other = make_experiment("subclassed", executor={"checkpoint_seconds": ALWAYS})
    assert Checkpoints(other, make_assignment(path)).read() is None


def test_a_checkpoint_has_the_keys_of_earlier_versions(tmp_path):
    path = tmp_path / "3.npz"
    course = Checkpoints(write_one(path), make_assignment(path)).read().course
    counts = {"_n_standing", "_n_standing_at_rate", "_n_plateaus"}  # words: fine
    assert course.keys() == {"history", "best_epoch", "_best_value", "_reference", "seconds", *counts}


def test_a_checkpoint_with_other_variables_is_left_out(tmp_path, caplog):
    path = tmp_path / "3.npz"
    progress, trainer = Progress(write_one(path), make_assignment(path), lambda _: True), Numbers(shape=(3,))
    progress.resume(trainer)
    assert (progress.epoch, trainer.array.tolist()) == (1, [0.0] * 3)
    assert "has other variables" in caplog.text


def test_a_folder_that_cannot_be_written_costs_the_checkpoint_alone(train, tmp_path, caplog):
    (tmp_path / "file").write_text("no folder")
    result = train(experiment=options("compiled"), checkpoint_path=tmp_path / "file" / "3.npz", is_prunable=True)
    assert (result.state, len(result.history)) == (TrialState.COMPLETE, 3)
    assert caplog.text.count("trial 3 has no new checkpoint") == 2


def fill_the_disk(pipe):
    """Write a checkpoint, and fail to write two more; runs in a process of its own, whose files may not grow then."""
    import resource

    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    experiment, assignment = make_experiment(executor={"checkpoint_seconds": ALWAYS}), make_assignment(pipe.recv())
    progress, trainer = Progress(experiment, assignment, lambda _: True), Numbers((100_000,))
    go_through(progress, trainer, [3.0])
    resource.setrlimit(resource.RLIMIT_FSIZE, (400_000, -1))
    go_through(progress, trainer, [2.0, 1.0])
    pipe.send((len(progress.history), len(Checkpoints(experiment, assignment).read().course["history"])))


@pytest.mark.skipif(sys.platform != "linux", reason="the limit is Linux's")
def test_a_disk_that_becomes_full_leaves_the_last_checkpoint(preloaded, tmp_path):
    process = preloaded.fork(f"{__name__}:fill_the_disk", {})
    process.send(tmp_path / "3.npz")
    assert process.receive() == (3, 1)
    process.close(is_idle=True)
    process.join()
    printed = Path(process.log).read_text()
    assert printed.count("trial 3 has no new checkpoint") == 2
    assert "Exception ignored" not in printed
    assert [file.name for file in tmp_path.iterdir()] == ["3.npz"]


@pytest.mark.parametrize("executor", [{}, {"checkpoint_seconds": 0}], ids=["short", "never"])
def test_a_trial_that_needs_no_checkpoint_writes_none(train, executor, tmp_path):
    train(experiment={"executor": executor}, checkpoint_path=tmp_path / "checkpoints" / "3.npz", is_prunable=True)
    assert not (tmp_path / "checkpoints").exists()


@pytest.mark.parametrize("trainer", ["keras", "compiled"])
def test_a_trial_with_callbacks_is_not_saved(train, trainer, tmp_path):
    callbacks = [{"use": "keras.callbacks:ReduceLROnPlateau", "patience": 1}]
    result = train(experiment=options(trainer) | {"callbacks": callbacks}, checkpoint_path=tmp_path / "checkpoints" / "3.npz")
    assert result.state is TrialState.COMPLETE
    assert not (tmp_path / "checkpoints").exists()
