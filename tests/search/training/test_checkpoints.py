"""A trial that is killed goes on from its checkpoint as if nothing had happened."""

import json
import os
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import keras
import numpy as np
import pytest

from search.errors import OverdueError
from search.settings import TrainingSettings
from search.training import device
from search.training.checkpoints import Checkpoints
from search.training.programs import programs_of
from search.training.progress import Progress
from search.training.run import train_trial
from search.training.turns import TURNS
from search.trial import Assignment, Failure, TrialState

from .conftest import make_arrays, make_experiment
from .test_elastic import SPACE

ALWAYS = 1e-9
IMAGES = make_arrays("multiclass", 40, (8, 8, 1))
STACK = {"n_hidden": 2, "n_neurons": 9, "activation": "relu"}
DENSE_STACK = "models.mlp:build_mlp"
SHARED = {"tensorflow": "elastic", "jax": "population"}[keras.config.backend()]
QUICK = {"keras", "compiled", "compiled, batch normalisation", "streamed", "shared, adam"}
CASES = {
    "keras": ("keras", "dense", {"model": {"dropout": 0.4}, "learning_rate": 0.05}),
    "keras, augmented": ("keras", "augmented", {"arrays": IMAGES}),
    "compiled": ("compiled", "dense", {"model": {"dropout": 0.4}, "learning_rate": 0.05}),
    "compiled, batch normalisation": ("compiled", "dense", {"model": {"dropout": 0.4, "normalization": True}, "learning_rate": 0.05}),
    "compiled, convolution": ("compiled", "normalized_convolution", {"arrays": IMAGES}),
    "compiled, subclassed": ("compiled", "subclassed", {"optimizer": "sgd", "momentum": 0.9}),
    "compiled, scaled loss": ("compiled", "dense", {"precision": "mixed_float16"}),
    "compiled, bfloat16": ("compiled", "dense", {"precision": "bfloat16", "learning_rate": 0.05}),
    "streamed": ("streamed", "dense", {"model": {"dropout": 0.4, "normalization": True}, "batch_size": 16}),
    "shared, adam": (SHARED, DENSE_STACK, {"model": STACK, "learning_rate": 0.05}),
    "shared, nadam": (SHARED, DENSE_STACK, {"model": STACK, "optimizer": "nadam", "learning_rate": 0.05}),
    "shared, adagrad": (SHARED, DENSE_STACK, {"model": STACK, "optimizer": "adagrad", "learning_rate": 0.1}),
    "shared, nesterov": (SHARED, DENSE_STACK, {"model": STACK, "optimizer": "sgd", "momentum": 0.9, "nesterov": True, "learning_rate": 0.05}),
}


class KilledError(Exception):
    """Ends a training from the report of an epoch, as a kill does: nothing is tidied up for the next one."""


def killed_at(epoch):
    def report(told):
        if told.epoch == epoch:
            raise KilledError
        return True

    return report


def options(trainer, seconds=ALWAYS, **executor):
    chosen = trainer if trainer in ("keras", "compiled") else "auto"
    return {"space": SPACE, "search": {"n_trials": 20}, "executor": {"trainer": chosen, "checkpoint_seconds": seconds} | executor}


def answers(folder, trainer):
    with np.load(folder / f"{options(trainer)['executor']['trainer']}.expected.npz") as expected:
        return {name: expected[name] for name in expected.files}


@pytest.mark.parametrize("case", [case if case in QUICK else pytest.param(case, marks=pytest.mark.slow) for case in CASES])
def test_a_continued_trial_ends_like_an_uninterrupted_one(train, case, tmp_path, monkeypatch):
    trainer, builder, arguments = CASES[case]
    if trainer == "streamed":
        monkeypatch.setattr(device, "DATA_PART", 0)
    given = {"builder": builder, "experiment": options(trainer), "epochs": 6} | arguments
    whole = train(**given)
    expected = answers(tmp_path, trainer)

    given |= {"checkpoint_path": tmp_path / "checkpoints" / "3.npz", "is_prunable": True}
    with pytest.raises(KilledError):
        train(**given, report=killed_at(4))
    reports = []
    continued = train(**given, report=lambda report: reports.append(report) or True)

    assert (whole.trainer, continued.trainer, continued.state, continued.reason) == (trainer, trainer, TrialState.COMPLETE, "")
    assert [report.epoch for report in reports] == [4, 5, 6]
    assert continued.history == whole.history
    assert (continued.value, continued.best_epoch) == (whole.value, whole.best_epoch)
    got = answers(tmp_path, trainer)
    assert all(np.array_equal(got[name], expected[name]) for name in expected)
    assert [path.name for path in (tmp_path / "checkpoints").iterdir()] == ["3.npz"]


@pytest.mark.parametrize(("first", "second"), [("shared", "keras"), pytest.param("keras", "shared", marks=pytest.mark.slow)])
def test_a_checkpoint_of_one_trainer_is_continued_by_another(train, first, second, tmp_path):
    given = {"builder": DENSE_STACK, "model": STACK, "epochs": 6, "learning_rate": 0.05, "is_prunable": True}
    whole = train(**given, experiment=options("keras"))
    given["checkpoint_path"] = tmp_path / "3.npz"
    with pytest.raises(KilledError):
        train(**given, experiment=options(first), report=killed_at(4))
    reports = []
    continued = train(**given, experiment=options(second), report=lambda report: reports.append(report) or True)
    assert (continued.trainer, len(reports)) == (SHARED if second == "shared" else second, 3)
    for got, expected in zip(continued.history, whole.history, strict=True):
        assert got == pytest.approx(expected, rel=1e-4, abs=1e-5)


def test_several_epochs_of_a_call_are_continued_after_the_last_of_a_call(train, tmp_path):
    given = {"model": {"dropout": 0.4}, "epochs": 60, "experiment": options("compiled"), "checkpoint_path": tmp_path / "3.npz"}
    whole = train(**given)
    (tmp_path / "3.npz").unlink()
    with pytest.raises(KilledError):
        train(**given, report=killed_at(50))
    reports = []
    continued = train(**given, report=lambda report: reports.append(report) or True)
    assert 1 < reports[0].epoch <= 50
    assert continued.history == whole.history


def test_best_weights_and_patience_are_those_of_before(train, tmp_path):
    arrays = make_arrays(n_train=40)
    given = {"arrays": arrays, "model": {"n_neurons": 32}, "epochs": 60, "patience": 3, "learning_rate": 0.1, "experiment": options("compiled")}
    whole = train(**given)
    expected = answers(tmp_path, "compiled")
    last = len(whole.history)
    given["checkpoint_path"] = tmp_path / "3.npz"
    assert whole.best_epoch == last - 3
    with pytest.raises(KilledError):
        train(**given, report=killed_at(last), is_prunable=True)
    continued = train(**given)
    assert (continued.history, continued.best_epoch, continued.value) == (whole.history, whole.best_epoch, whole.value)
    assert np.array_equal(answers(tmp_path, "compiled")["outputs"], expected["outputs"])


@pytest.mark.slow
def test_a_slot_of_a_population_is_continued_beside_another_trial(tmp_path):
    experiment, arrays = make_experiment(DENSE_STACK, **options("auto")), make_arrays()
    programs_of(experiment, arrays).seats.n_slots = 2

    def train(given):
        number, report = given
        assignment = Assignment(
            number=number,
            params={},
            model_arguments=STACK | {"n_neurons": 9 + number},
            training=TrainingSettings(epochs=6, learning_rate=0.05),
            seed=number,
            is_prunable=False,
            keep_if_better_than=None,
            model_path=str(tmp_path / str(number)),
            checkpoint_path=str(tmp_path / f"{number}.npz"),
        )
        with TURNS.trial():
            try:
                return train_trial(experiment, assignment, arrays, report)
            except KilledError:
                return None

    def train_both(first, second):
        with ThreadPoolExecutor(2) as threads:
            return list(threads.map(train, enumerate([first, second])))

    whole = train_both(lambda _: True, lambda _: True)
    for path in tmp_path.glob("*.npz"):
        path.unlink()
    programs_of(experiment, arrays).seats.n_slots = 2
    assert train_both(killed_at(3), killed_at(5)) == [None, None]
    epochs = []
    continued = train_both(lambda report: epochs.append((0, report.epoch)) or True, lambda report: epochs.append((1, report.epoch)) or True)
    assert sorted(epochs) == [(0, 3), (0, 4), (0, 5), (0, 6), (1, 5), (1, 6)]
    for got, expected in zip(continued, whole, strict=True):
        assert (got.trainer, got.reason, got.best_epoch) == ("population", "", expected.best_epoch)
        for ours, theirs in zip(got.history, expected.history, strict=True):
            assert ours == pytest.approx(theirs, rel=1e-4, abs=1e-5)


ENDLESS = """
import sys
from search.settings import TrainingSettings
from search.training.run import train_trial
from search.trial import Assignment
from tests.search.training.conftest import make_arrays, make_experiment

def report(told):
    print(told.epoch, flush=True)
    return True

assignment = Assignment(
    number=3, params={}, model_arguments={"dropout": 0.4}, training=TrainingSettings(epochs=int(sys.argv[3])), seed=7, is_prunable=True,
    keep_if_better_than=None, model_path=sys.argv[2] + "/compiled.keras", checkpoint_path=sys.argv[2] + "/3.npz",
)
experiment = make_experiment("dense", trainer=sys.argv[1], executor={"checkpoint_seconds": 0.01})
train_trial(experiment, assignment, make_arrays(), report)
"""


@pytest.mark.parametrize(("trainer", "epochs"), [("compiled", 3000), pytest.param("keras", 400, marks=pytest.mark.slow)])
def test_a_killed_process_is_continued(train, trainer, epochs, tmp_path):
    environment = os.environ | {"PYTHONPATH": str(Path.cwd())}
    command = [sys.executable, "-c", ENDLESS, trainer, str(tmp_path), str(epochs)]
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as process:
        told = [int(process.stdout.readline()) for _ in range(40)]
        process.kill()
        told += map(int, process.stdout.read().split())
    assert process.returncode == -signal.SIGKILL

    reports = []
    given = {"model": {"dropout": 0.4}, "epochs": told[-1] + 5, "is_prunable": True, "experiment": {"trainer": trainer}}
    path = tmp_path / "3.npz"
    _change(path, lambda about: about["identity"]["training"].update(epochs=told[-1] + 5))
    continued = train(**given, checkpoint_path=path, report=lambda report: reports.append(report) or True)
    assert 1 < reports[0].epoch <= told[-1] + 1
    assert continued.history == train(**given).history


def _change(path, change):
    with np.load(path) as file:
        arrays = {name: file[name] for name in file.files}
    about = json.loads(arrays["about"].tobytes())
    change(about)
    np.savez(path, **arrays | {"about": np.frombuffer(json.dumps(about).encode(), np.uint8)})


class Numbers:
    """A trainer of plain numbers: its weights are the number of the epoch."""

    def __init__(self, shape=(2,)):
        self.array = np.zeros(shape)

    def get_weights(self):
        return [self.array.copy()]

    def get_state(self):
        return [self.array.copy()]

    def set_state(self, arrays):
        (self.array,) = arrays


def make_assignment(path, **changes):
    given = {"number": 3, "params": {}, "model_arguments": {"n_neurons": 8}, "training": TrainingSettings(epochs=9), "seed": 7}
    return Assignment(**{**given, "is_prunable": False, "keep_if_better_than": None, "model_path": "model", "checkpoint_path": str(path)} | changes)


def go_through(progress, trainer, values):
    """Feed values and return the learning rates, until it ends."""
    rates = []
    for value in values:
        rates.append(progress.learning_rate)
        trainer.array = np.full(trainer.array.shape, float(progress.epoch))
        if not progress.end_epoch({"loss": 1.0, "val_loss": value, "note": float("nan")}, trainer.get_weights):
            break
        progress.pause(trainer)
    return rates


VALUES = [3.0, 2.0, 2.5, 2.2, 1.9, 1.95, 2.0, 2.1, 2.2, 2.3, 2.4]


@pytest.mark.parametrize("n_before", range(1, 9))
@pytest.mark.parametrize("settings", [{"patience": 4}, {"min_delta": 0.5, "patience": 6}, {"restore_best_weights": False}], ids=str)
def test_patience_plateaus_and_the_best_epoch_go_on(n_before, settings, tmp_path):
    experiment = make_experiment(executor={"checkpoint_seconds": ALWAYS})
    training = TrainingSettings(**{"epochs": 11, "schedule": "plateau", "decay_epochs": 2} | settings)

    def begin(path):
        return Progress(experiment, make_assignment(path, training=training), lambda _: True)

    whole, trainer = begin(""), Numbers()
    rates = go_through(whole, trainer, VALUES)
    n_before = min(n_before, len(rates) - 1)
    go_through(begin(tmp_path / "3.npz"), Numbers(), VALUES[:n_before])
    continued, trainer = begin(tmp_path / "3.npz"), Numbers()
    continued.resume(trainer)
    assert (continued.epoch, trainer.array.tolist()) == (n_before + 1, [n_before] * 2)
    assert rates == rates[:n_before] + go_through(continued, trainer, VALUES[n_before:])
    assert [str(metrics) for metrics in continued.history] == [str(metrics) for metrics in whole.history]
    assert (continued.value, continued.value_epoch) == (whole.value, whole.value_epoch)
    assert str(continued.weights_to_restore) == str(whole.weights_to_restore)


def test_best_weights_are_kept_only_where_the_state_has_them_not(tmp_path):
    experiment, path = make_experiment(executor={"checkpoint_seconds": ALWAYS}), tmp_path / "3.npz"
    for values, is_restored, expected in (([2.0, 1.0], True, None), ([1.0, 2.0], True, [[1.0, 1.0]]), ([1.0, 2.0], False, None)):
        assignment = make_assignment(path, training=TrainingSettings(epochs=9, restore_best_weights=is_restored))
        go_through(Progress(experiment, assignment, lambda _: True), Numbers(), values)
        best = Checkpoints(experiment, assignment).read().best_weights
        assert (best and [array.tolist() for array in best]) == expected


def write_one(path, **changes):
    experiment = make_experiment(executor={"checkpoint_seconds": ALWAYS})
    go_through(Progress(experiment, make_assignment(path, **changes), lambda _: True), Numbers(), [3.0, 2.0])
    return experiment


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
def test_a_file_of_something_else_is_no_checkpoint(arrays, tmp_path, caplog):
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


def test_a_checkpoint_with_other_variables_is_left_out(tmp_path, caplog):
    path = tmp_path / "3.npz"
    progress, trainer = Progress(write_one(path), make_assignment(path), lambda _: True), Numbers(shape=(3,))
    progress.resume(trainer)
    assert (progress.epoch, trainer.array.tolist()) == (1, [0.0] * 3)
    assert "has other variables" in caplog.text


def test_a_damaged_checkpoint_begins_the_trial_again(train, tmp_path):
    given = {"model": {"dropout": 0.4}, "experiment": options("compiled"), "is_prunable": True}
    whole = train(**given)
    given["checkpoint_path"] = tmp_path / "3.npz"
    with pytest.raises(KilledError):
        train(**given, report=killed_at(4))
    (tmp_path / "3.npz").write_bytes((tmp_path / "3.npz").read_bytes()[:1000])
    reports = []
    assert train(**given, report=lambda report: reports.append(report) or True).history == whole.history
    assert len(reports) == 5


def test_a_folder_that_cannot_be_written_costs_the_checkpoint_alone(train, tmp_path, caplog):
    (tmp_path / "file").write_text("no folder")
    result = train(experiment=options("compiled"), checkpoint_path=tmp_path / "file" / "3.npz", is_prunable=True)
    assert (result.state, len(result.history)) == (TrialState.COMPLETE, 5)
    assert caplog.text.count("trial 3 has no new checkpoint") == 4


FULL = """
import resource, signal, sys
import numpy as np
from pathlib import Path
from search.training.progress import Progress
from tests.search.training.conftest import make_experiment
from tests.search.training.test_checkpoints import Numbers, go_through, make_assignment

signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
path = Path(sys.argv[1])
progress, trainer = Progress(make_experiment(executor={"checkpoint_seconds": 1e-9}), make_assignment(path), lambda _: True), Numbers((100_000,))
go_through(progress, trainer, [3.0])
resource.setrlimit(resource.RLIMIT_FSIZE, (400_000, -1))
go_through(progress, trainer, [2.0, 1.0])
print(len(progress.history))
"""


@pytest.mark.skipif(sys.platform != "linux", reason="the limit is Linux's")
def test_a_disk_that_becomes_full_leaves_the_last_checkpoint(tmp_path):
    path = tmp_path / "3.npz"
    done = subprocess.run(
        [sys.executable, "-c", FULL, path], env=os.environ | {"PYTHONPATH": str(Path.cwd())}, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout) == (0, "3\n"), done.stderr
    assert done.stderr.count("trial 3 has no new checkpoint") == 2
    assert "Exception ignored" not in done.stderr
    assert [file.name for file in tmp_path.iterdir()] == ["3.npz"]
    experiment = make_experiment(executor={"checkpoint_seconds": ALWAYS})
    assert len(Checkpoints(experiment, make_assignment(path)).read().course["history"]) == 1


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


@pytest.mark.parametrize("callbacks", [[], [{"use": "keras.callbacks:TerminateOnNaN"}]], ids=["plain", "callbacks"])
@pytest.mark.parametrize("trainer", ["keras", "auto"])
def test_a_trial_that_takes_too_long_fails_at_its_epoch(train, trainer, callbacks):
    result = train(experiment={"executor": {"trainer": trainer, "trial_timeout_seconds": 1e-3}, "callbacks": callbacks})
    assert (result.state, result.failure, len(result.history), result.value) == (TrialState.FAILED, Failure.TIMEOUT, 1, None)
    assert result.reason == f"past its limit of 0.001 seconds: {result.reason.split()[-4]} at epoch 1"


def test_a_trial_that_takes_too_long_for_its_last_epoch_is_complete(train):
    assert train(epochs=1, experiment={"executor": {"trial_timeout_seconds": 1e-3}}).state is TrialState.COMPLETE


def test_the_time_before_a_kill_counts(tmp_path):
    path, limits = tmp_path / "3.npz", {"checkpoint_seconds": ALWAYS, "trial_timeout_seconds": 500.0}
    experiment = make_experiment(executor=limits)
    progress = Progress(experiment, make_assignment(path), lambda _: True)
    progress.seconds = 499.0
    go_through(progress, Numbers(), [3.0])
    continued = Progress(experiment, make_assignment(path), lambda _: True)
    continued.resume(Numbers())
    assert 499.0 <= continued.seconds < 500.0
    continued.seconds += 1
    with pytest.raises(OverdueError, match=r"past its limit of 500 seconds: 50\d\.\d at epoch 2"):
        go_through(continued, Numbers(), [2.0])


def test_a_result_has_the_time_of_all_attempts(train, tmp_path):
    given = {"experiment": options("compiled"), "is_prunable": True, "checkpoint_path": tmp_path / "3.npz"}
    with pytest.raises(KilledError):
        train(**given, report=killed_at(4))
    _change(tmp_path / "3.npz", lambda about: about["course"].update(seconds=1000.0))
    assert 1000.0 < train(**given).seconds < 1300.0


PROGRAM = """
import sys
sys.modules["tensorflow"] = None  # importing it is an error
import pytest
sys.exit(pytest.main(["-n", "0", *sys.argv[1:]]))
"""


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.skipif(keras.config.backend() == "jax", reason="it is this")
def test_trials_are_continued_on_jax():
    environment = os.environ | {"KERAS_BACKEND": "jax", "PYTHONPATH": str(Path.cwd())}
    chosen = "(ends_like and not augmented) or slot or several_epochs or patience_are"  # Keras augments by TensorFlow
    done = subprocess.run([sys.executable, "-c", PROGRAM, __file__, "-k", chosen], env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
