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

from search.training import device
from search.training.vectorized.lockstep import LOCKSTEP
from search.trial import TrialState
from tests.search.training.checkpointing import KilledError, change_about, killed_at, options
from tests.search.training.conftest import make_arrays, make_assignment, make_experiment, programs_of, train_trial
from tests.search.training.data_shapes import IMAGES
from tests.search.training.references import assert_same_curves, saved_outputs

STACK = {"n_hidden": 2, "n_neurons": 9, "activation": "relu"}
DENSE_STACK = "models.mlp:build_mlp"
SMALL = [("n_hidden", 1, 2), ("n_neurons", 2, 10)]
"""A space that fits two trials: name, low and high."""
SHARED = {"tensorflow": "elastic", "jax": "population"}[keras.config.backend()]
QUICK = "compiled, batch normalisation"
CASES = {
    "keras": ("keras", "dense", {"model": {"dropout": 0.4}, "learning_rate": 0.05}),
    "keras, augmented": ("keras", "augmented", {"arrays": IMAGES}),
    "compiled, batch normalisation": ("compiled", "dense", {"model": {"dropout": 0.4, "normalization": True}, "learning_rate": 0.05}),
    "compiled, subclassed": ("compiled", "subclassed", {"optimizer": "sgd", "momentum": 0.9}),
    "compiled, scaled loss": ("compiled", "dense", {"precision": "mixed_float16"}),
    "compiled, bfloat16": ("compiled", "dense", {"precision": "bfloat16", "learning_rate": 0.05}),
    "compiled, float64, full batch": ("compiled", "dense", {"precision": "float64", "batch_size": "all", "beta_1": 0.5, "learning_rate": 0.05}),
    "streamed": ("streamed", "dense", {"model": {"dropout": 0.4, "normalization": True}, "batch_size": 16}),
    "shared, adam": (SHARED, DENSE_STACK, {"model": STACK, "learning_rate": 0.05}),
    "shared, nadam": (SHARED, DENSE_STACK, {"model": STACK, "optimizer": "nadam", "learning_rate": 0.05}),
}


@pytest.mark.parametrize("case", [case if case == QUICK else pytest.param(case, marks=pytest.mark.slow) for case in CASES])
def test_a_continued_trial_ends_like_an_uninterrupted_one(train, case, tmp_path, monkeypatch):
    trainer, builder, arguments = CASES[case]
    if trainer == "streamed":
        monkeypatch.setattr(device, "DATA_PART", 0)
    given = {"builder": builder, "experiment": options(trainer), "epochs": 4} | arguments
    whole = train(**given)
    expected = saved_outputs(whole)

    given |= {"checkpoint_path": tmp_path / "checkpoints" / "3.npz", "is_prunable": True}
    with pytest.raises(KilledError):
        train(**given, report=killed_at(3))
    reports = []
    continued = train(**given, report=lambda report: reports.append(report) or True, has_new_programs=True)

    assert (whole.trainer, continued.trainer, continued.state, continued.reason) == (trainer, trainer, TrialState.COMPLETE, "")
    assert [report.epoch for report in reports] == [3, 4]
    assert continued.history == whole.history
    assert (continued.value, continued.best_epoch) == (whole.value, whole.best_epoch)
    got = saved_outputs(continued)
    assert all(np.array_equal(got[name], expected[name]) for name in expected)
    assert [path.name for path in (tmp_path / "checkpoints").iterdir()] == ["3.npz"]


@pytest.mark.parametrize("case", [case if case == QUICK else pytest.param(case, marks=pytest.mark.slow) for case in CASES])
def test_a_paused_trial_continues_after_its_last_epoch(train, case, tmp_path, monkeypatch):
    trainer, builder, arguments = CASES[case]
    if trainer == "streamed":
        monkeypatch.setattr(device, "DATA_PART", 0)
    given = {"builder": builder, "experiment": options(trainer, seconds=3600), "epochs": 4, "is_prunable": True} | arguments
    whole = train(**given)

    given |= {"checkpoint_path": tmp_path / "3.npz", "is_pausable": True}
    paused = train(**given, report=lambda report: report.epoch < 2)
    assert (paused.state, len(paused.history)) == (TrialState.PRUNED, 2)
    reports = []
    continued = train(**given, report=lambda report: reports.append(report) or True, has_new_programs=True)
    assert (continued.state, [report.epoch for report in reports]) == (TrialState.COMPLETE, [3, 4])
    assert continued.history == whole.history
    got, expected = saved_outputs(continued), saved_outputs(whole)
    assert all(np.array_equal(got[name], expected[name]) for name in expected)


def test_a_trial_that_early_stopping_ends_is_complete_though_it_would_be_paused(train, tmp_path):
    given = {"experiment": options("compiled"), "epochs": 9, "learning_rate": 1e-12, "patience": 2, "is_prunable": True}
    ended = train(**given, checkpoint_path=tmp_path / "3.npz", is_pausable=True, report=lambda report: report.epoch < 3)
    assert (ended.state, len(ended.history)) == (TrialState.COMPLETE, 3)


@pytest.mark.slow
@pytest.mark.parametrize(("first", "second"), [("shared", "keras"), ("keras", "shared")])
def test_a_checkpoint_of_one_trainer_is_continued_by_another(train, fit, first, second, tmp_path):
    given = {"builder": DENSE_STACK, "model": STACK, "epochs": 4, "learning_rate": 0.05, "is_prunable": True}
    settings = {"epochs": 4, "learning_rate": 0.05}
    reference = fit(make_experiment(DENSE_STACK), make_assignment(model_arguments=STACK, training=settings, is_prunable=True), make_arrays())
    given["checkpoint_path"] = tmp_path / "3.npz"
    with pytest.raises(KilledError):
        train(**given, experiment=options(first), report=killed_at(3))
    reports = []
    continued = train(**given, experiment=options(second), report=lambda report: reports.append(report) or True)
    assert (continued.trainer, len(reports)) == (SHARED if second == "shared" else second, 2)
    assert_same_curves([continued], [reference], abs=1e-5)


@pytest.mark.slow
def test_several_epochs_of_a_call_are_continued_after_the_last_of_a_call(train, tmp_path):
    given = {"model": {"dropout": 0.4}, "epochs": 60, "experiment": options("compiled"), "checkpoint_path": tmp_path / "3.npz"}
    whole = train(**given)
    (tmp_path / "3.npz").unlink()
    with pytest.raises(KilledError):
        train(**given, report=killed_at(50))
    reports = []
    continued = train(**given, report=lambda report: reports.append(report) or True, has_new_programs=True)
    assert 1 < reports[0].epoch <= 50
    assert continued.history == whole.history


@pytest.mark.slow
def test_best_weights_and_patience_are_those_of_before(train, tmp_path):
    arrays = make_arrays(n_train=40)
    given = {"arrays": arrays, "model": {"n_neurons": 32}, "epochs": 60, "patience": 3, "learning_rate": 0.1, "experiment": options("compiled")}
    whole = train(**given)
    expected = saved_outputs(whole)
    last = len(whole.history)
    given["checkpoint_path"] = tmp_path / "3.npz"
    assert whole.best_epoch == last - 3
    with pytest.raises(KilledError):
        train(**given, report=killed_at(last), is_prunable=True)
    continued = train(**given, has_new_programs=True)
    assert (continued.history, continued.best_epoch, continued.value) == (whole.history, whole.best_epoch, whole.value)
    assert np.array_equal(saved_outputs(continued)["outputs"], expected["outputs"])


@pytest.mark.slow
def test_a_slot_of_a_population_is_continued_beside_another_trial(tmp_path):
    arrays, space = make_arrays(), {"model": {name: {"type": "int", "low": low, "high": high} for name, low, high in SMALL}}
    first, other = (make_experiment(DENSE_STACK, **options("auto") | {"space": space}) for _ in range(2))

    def train_both(experiment, *reports):
        programs_of(experiment, arrays).slots.n_slots = 2

        def train(given):
            number, report = given
            arguments, settings = STACK | {"n_neurons": 9 + number}, {"epochs": 6, "learning_rate": 0.05}
            assignment = make_assignment(
                tmp_path / str(number),
                number=number,
                seed=number,
                model_arguments=arguments,
                training=settings,
                checkpoint_path=str(tmp_path / f"{number}.npz"),
            )
            with LOCKSTEP.trial():
                try:
                    return train_trial(experiment, assignment, arrays, report)
                except KilledError:
                    return None

        with ThreadPoolExecutor(2) as threads:
            return list(threads.map(train, enumerate(reports)))

    whole = train_both(first, lambda _: True, lambda _: True)
    for path in tmp_path.glob("*.npz"):
        path.unlink()
    assert train_both(first, killed_at(3), killed_at(5)) == [None, None]
    epochs = []
    continued = train_both(other, *(lambda report, number=number: epochs.append((number, report.epoch)) or True for number in range(2)))
    assert sorted(epochs) == [(0, 3), (0, 4), (0, 5), (0, 6), (1, 5), (1, 6)]
    for got, expected in zip(continued, whole, strict=True):
        assert (got.trainer, got.reason, got.best_epoch) == ("population", "", expected.best_epoch)
    assert_same_curves(continued, whole, abs=1e-5)


ENDLESS = """
import sys
from tests.search.training.conftest import make_arrays, make_assignment, make_experiment, train_trial

def report(given):
    print(given.epoch, flush=True)
    return True

trainer, folder, epochs = sys.argv[1:]
changes = {"model_arguments": {"dropout": 0.4}, "is_prunable": True, "checkpoint_path": folder + "/3.npz"}
assignment = make_assignment(folder + "/compiled.keras", training={"epochs": int(epochs)}, **changes)
train_trial(make_experiment("dense", trainer=trainer, executor={"checkpoint_seconds": 0.01}), assignment, make_arrays(), report)
"""


@pytest.mark.slow
@pytest.mark.parametrize(("trainer", "epochs"), [("compiled", 3000), ("keras", 400)])
def test_a_killed_process_is_continued(train, trainer, epochs, tmp_path):
    environment = os.environ | {"PYTHONPATH": str(Path.cwd())}
    command = [sys.executable, "-c", ENDLESS, trainer, str(tmp_path), str(epochs)]
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as process:
        reported = [int(process.stdout.readline()) for _ in range(20)]
        process.kill()
        reported += map(int, process.stdout.read().split())
    assert process.returncode == -signal.SIGKILL

    reports, epochs = [], reported[-1] + 3
    given = {"model": {"dropout": 0.4}, "epochs": epochs, "is_prunable": True, "experiment": {"trainer": trainer}}
    path = tmp_path / "3.npz"
    change_about(path, lambda about: about["identity"]["training"].update(epochs=epochs))
    continued = train(**given, checkpoint_path=path, report=lambda report: reports.append(report) or True)
    assert 1 < reports[0].epoch <= reported[-1] + 1
    assert continued.history == train(**given).history


def test_a_damaged_checkpoint_starts_the_trial_again(train, tmp_path):
    given = {"model": {"dropout": 0.4}, "experiment": options("compiled"), "is_prunable": True}
    whole = train(**given)
    given["checkpoint_path"] = tmp_path / "3.npz"
    with pytest.raises(KilledError):
        train(**given, report=killed_at(3))
    (tmp_path / "3.npz").write_bytes((tmp_path / "3.npz").read_bytes()[:1000])
    reports = []
    assert train(**given, report=lambda report: reports.append(report) or True).history == whole.history
    assert len(reports) == 3
