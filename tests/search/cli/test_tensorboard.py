"""TensorBoard reads the curves and hyperparameters that the command ``tensorboard`` writes."""

import subprocess
from urllib.request import urlopen

import optuna
import pytest
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from tensorboard.util.tensor_util import make_ndarray

from search import ledger as ledgers
from search.experiment.file import parse_experiment
from search.store import Store
from search.trial import Failure, TrialResult, TrialState
from tests.search.cli.serving import free_port
from tests.search.ledger.conftest import CONTENT, DISTRIBUTIONS

CURVES = [(0.25, 0.75, 0.5), (0.5,), ()]


@pytest.fixture
def study(shell):
    """A study with a complete, a pruned and a failed trial, and its shell."""
    ledger = ledgers.create_or_continue(Store(shell.folder / "mlruns", ""), "toy", parse_experiment(CONTENT, "toy.toml"), fresh=False)
    ledger.use(optuna.samplers.RandomSampler(seed=0), optuna.pruners.NopPruner())
    for state, curve in zip((TrialState.COMPLETE, TrialState.PRUNED, TrialState.FAILED), CURVES, strict=True):
        number, _ = ledger.ask(DISTRIBUTIONS, 99)
        history = tuple({"loss": 1 - value, "val_accuracy": value, "learning_rate": 0.1} for value in curve)
        best = {"value": max(curve), "best_epoch": curve.index(max(curve)) + 1} if curve else {"failure": Failure.ERROR, "reason": "on purpose"}
        ledger.tell(TrialResult(number=number, state=state, history=history, seconds=3.0, finished=100.0, **best), seed=7, finished=100.0)
    ledger.close()
    return shell


def scalars(folder, tag):
    accumulator = EventAccumulator(str(folder)).Reload()
    return [(event.wall_time, event.step, round(float(make_ndarray(event.tensor_proto)), 6)) for event in accumulator.Tensors(tag)]


def test_curves_are_those_of_the_ledger_with_the_names_of_keras_callback(study):
    assert "3 trials" in study.call("tensorboard", "toy", "--output", "events").stdout
    events = study.folder / "events"

    assert scalars(events / "trial-0" / "validation", "epoch_accuracy") == [(98.0, 0, 0.25), (99.0, 1, 0.75), (100.0, 2, 0.5)]
    assert scalars(events / "trial-0" / "train", "epoch_loss") == [(98.0, 0, 0.75), (99.0, 1, 0.25), (100.0, 2, 0.5)]
    assert scalars(events / "trial-0", "value") == [(100.0, 2, 0.75)]
    assert scalars(events / "trial-1" / "train", "epoch_learning_rate") == [(100.0, 0, 0.1)]
    assert not (events / "trial-2" / "train").exists()
    tags = EventAccumulator(str(events / "trial-2")).Reload().summary_metadata
    assert b"n_hidden" in tags["_hparams_/session_start_info"].plugin_data.content


@pytest.mark.slow
def test_tensorboard_serves_them_and_keeps_nothing(study):
    port = free_port()
    process = study.start("tensorboard", "toy", "--port", port)
    try:
        line = next(line for line in process.stdout if "http://" in line)
        assert f"http://localhost:{port}/" in line
        with urlopen(f"http://localhost:{port}/data/runs") as response:
            assert response.status == 200
        busy = subprocess.run(study.command("tensorboard", "toy", "--port", port), cwd=study.folder, env=study.environment, check=False)
        assert busy.returncode == 1
    finally:
        process.terminate()
        process.communicate()
    assert [path.name for path in study.folder.iterdir()] == ["mlruns"]


@pytest.mark.parametrize(
    ("words", "message"),
    [(["missing"], 'There is no study "missing"'), (["toy", "--output", "mlruns"], "mlruns exists already")],
)
def test_what_cannot_be_shown_is_refused(study, words, message):
    assert message in study.call("tensorboard", *words, status=2).stderr
