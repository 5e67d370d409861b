"""A search by "asha": trials are paused at rungs and continue, whatever is killed meanwhile."""

import re
import signal
import subprocess
import sys
from dataclasses import replace

import pytest

from search.errors import ExperimentError
from search.experiment.file import parse_experiment
from tests.search.study.pausing import CONTENT, EXPERIMENT

UNBROKEN = """
from dataclasses import replace
from pathlib import Path
import pytest
from search import ledger
from search.experiment.file import load_experiment
from search.store import Store
from search.study.drawn_models import load_context
from search.study.assignments import build_assignment
from search.training.run import train_trial

view = ledger.read(Store(), "own")
experiment = load_experiment(Path("own.toml"))
context = load_context(experiment)
for record in view.records():
    assignment = build_assignment(experiment, view, record.number, record.params)
    whole = train_trial(context, replace(assignment, checkpoint_path="", is_pausable=False), lambda _: True)
    for got, expected in zip(record.history, whole.history, strict=False):
        assert got == pytest.approx(expected, abs=1e-4)
assert max(len(record.history) for record in view.records()) == 27
"""


@pytest.fixture
def own(shell, forks):
    (shell.folder / "own.toml").write_text(EXPERIMENT)
    return replace(shell, preloaded=forks)


def test_trials_are_paused_and_continue_and_one_is_trained_to_its_end(own, rows):
    output = own.call("run", "own.toml", "--trials", 6, "--set", "space.training.epochs=9").stdout
    assert re.findall(r"trial \d+ PAUSED: val_loss [\d.]+; 1 epochs", output)
    trials = own.trials()
    assert {trial["state"] for trial in trials} == {"COMPLETE", "PRUNED"}
    epochs = [int(trial["epochs"]) for trial in trials]
    assert {*epochs} <= {1, 3, 9}
    assert max(epochs) == 9
    ends = [f"pruned at epoch {trial['epochs']} by the pruner" if trial["state"] == "PRUNED" else "" for trial in trials]
    assert [trial["reason"] for trial in trials] == ends
    of_trials = "join tags t using (run_uuid) where t.key = 'perceptune.trial'"
    assert rows(own, f"select count(*) from metrics m {of_trials} and m.key = 'val_loss'") == [(sum(epochs),)]
    assert rows(own, f"select distinct r.status from runs r {of_trials}") == [("FINISHED",)]
    assert "own: no problems" in own.call("doctor", "own").stdout


@pytest.mark.slow
def test_a_budget_of_epochs_ends_with_a_model(own):
    output = own.call("run", "own.toml", "--trials", 200, "--set", "search.stop.epochs=40").stdout
    assert "its trials have taken" in output
    assert "(search.stop.epochs = 40)" in output
    trials = own.trials()
    assert {trial["state"] for trial in trials} == {"COMPLETE", "PRUNED"}
    assert 40 <= sum(int(trial["epochs"]) for trial in trials) < 40 + 27
    assert "PAUSED" in output


@pytest.mark.slow
def test_a_killed_search_goes_on_with_its_paused_trials_and_their_curves_are_unbroken_ones(own):
    words = ("run", "own.toml", "--executor", "workers", "--workers", 2)
    with subprocess.Popen(own.command(*words), cwd=own.folder, env=own.environment, stdout=subprocess.PIPE, text=True) as process:
        lines = (line for line in process.stdout if "PAUSED" in line)
        before = [next(lines) for _ in range(4)]
        process.kill()
    known = {trial["trial"]: trial for trial in own.trials() if trial["state"] == "PAUSED"}
    assert len(known) >= 2, before
    own.call(*words)
    trials = {trial["trial"]: trial for trial in own.trials()}
    assert all(int(trials[number]["epochs"]) >= int(trial["epochs"]) for number, trial in known.items())
    own.python(UNBROKEN)


EPOCHS_COUNTED = """
import sys
from collections import Counter
from search.study import loop

report, seen = loop.SearchLoop._report, Counter()

def count(self, given):
    seen[given.number, given.epoch] += 1
    return report(self, given)

loop.SearchLoop._report = count
from search.cli.app import run_app
status = run_app(["run", "own.toml", *sys.argv[1:]])
print("epochs:", seen.total(), "of them twice:", seen.total() - len(seen))
sys.exit(status)
"""


@pytest.mark.slow
@pytest.mark.parametrize(
    "words", [("--executor", "ray"), ("--executor", "workers", "--set", "executor.recycle_after_trials=1")], ids=["ray", "recycled"]
)
def test_no_epoch_is_trained_twice_where_a_trial_continues_elsewhere(own, words):
    command = [sys.executable, "-c", EPOCHS_COUNTED, *words, "--workers", "1", "--trials", "4"]
    finished = subprocess.run(command, cwd=own.folder, env=own.environment, capture_output=True, text=True, check=False)
    assert finished.returncode == 0, finished.stdout + finished.stderr
    n_epochs = sum(int(trial["epochs"]) for trial in own.trials())
    assert f"epochs: {n_epochs} of them twice: 0" in finished.stdout


@pytest.mark.slow
def test_two_coordinators_continue_each_others_trials_and_one_ends_them(own):
    own = replace(own, variables={"PERCEPTUNE_LEDGER": f"sqlite:///{own.folder}/ledger.db"})
    processes = [own.start("run", "own.toml", "--executor", "workers", "--workers", 1, "--trials", 10) for _ in range(2)]
    outputs = [process.communicate()[0] for process in processes]
    assert [process.returncode for process in processes] == [0, 0], outputs
    trials = own.trials()
    assert len(trials) == 10
    assert {trial["state"] for trial in trials} == {"COMPLETE", "PRUNED"}
    assert "own: no problems" in own.call("doctor", "own").stdout


@pytest.mark.slow
def test_an_edited_study_keeps_what_was_paused(own):
    with subprocess.Popen(own.command("run", "own.toml"), cwd=own.folder, env=own.environment, stdout=subprocess.PIPE, text=True) as process:
        lines = (line for line in process.stdout if "PAUSED" in line)
        assert len([next(lines) for _ in range(4)]) == 4
        process.send_signal(signal.SIGINT)
    before = {trial["trial"]: trial["epochs"] for trial in own.trials() if trial["state"] == "PAUSED"}
    assert before
    own.call("run", "own.toml", "--extend", "--set", "space.model.n_neurons.high=40", "--trials", len(own.trials()) + 2)
    after = {trial["trial"]: (trial["state"], trial["epochs"]) for trial in own.trials()}
    assert {number: after[number] for number in before} == {number: ("PRUNED", epochs) for number, epochs in before.items()}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"evaluation": {"folds": 3}}, r"trials of several executions \(evaluation.folds, evaluation.repeats\) cannot; they have evaluation.race"),
        ({"callbacks": [{"use": "keras.callbacks:TerminateOnNaN"}]}, "Keras saves no callback's state"),
        ({"executor": {"checkpoint_seconds": 0}}, "executor.checkpoint_seconds = 0"),
    ],
)
def test_what_cannot_be_paused_is_refused(change, message):
    with pytest.raises(ExperimentError, match=message):
        parse_experiment(CONTENT | {"space": {"training": {"epochs": 52}}, "search": {"pruner": "asha"}} | change, "own.toml")
