"""A trial that is killed goes on from its checkpoint as if nothing had happened."""

import os
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import keras
import numpy as np
import pytest

from search.experiment.settings import TrainingSettings
from search.training import device
from search.training.context import TrainingContext
from search.training.program_cache import programs_of
from search.training.run import train_trial
from search.training.vectorized.lockstep import LOCKSTEP
from search.trial import Assignment, TrialState
from tests.search.training.checkpointing import KilledError, change_about, killed_at, options
from tests.search.training.conftest import make_arrays, make_experiment

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
    programs_of(TrainingContext(experiment, arrays)).slots.n_slots = 2

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
        with LOCKSTEP.trial():
            try:
                return train_trial(TrainingContext(experiment, arrays), assignment, report)
            except KilledError:
                return None

    def train_both(first, second):
        with ThreadPoolExecutor(2) as threads:
            return list(threads.map(train, enumerate([first, second])))

    whole = train_both(lambda _: True, lambda _: True)
    for path in tmp_path.glob("*.npz"):
        path.unlink()
    programs_of(TrainingContext(experiment, arrays)).slots.n_slots = 2
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
from search.experiment.settings import TrainingSettings
from search.training.context import TrainingContext
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
train_trial(TrainingContext(experiment, make_arrays()), assignment, report)
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
    change_about(path, lambda about: about["identity"]["training"].update(epochs=told[-1] + 5))
    continued = train(**given, checkpoint_path=path, report=lambda report: reports.append(report) or True)
    assert 1 < reports[0].epoch <= told[-1] + 1
    assert continued.history == train(**given).history


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
