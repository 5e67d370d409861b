"""A study that goes on after what its trials are compared by was edited, from the command line."""

import json
import re
from statistics import fmean

import pytest

from search import ledger as ledgers
from search.store import Store

from .trees import TREES

NETWORK = """
model = "mlp"
[data]
loader = "breast_cancer"
[space.model]
n_neurons = { type = "int", low = 2, high = 20 }
[space.training]
epochs = 8
patience = 8
learning_rate = { type = "float", low = 1e-3, high = 1e-1, log = true }
[objective]
metric = "val_accuracy"
direction = "maximize"
[search]
sampler = "random"
pruner = "median"
n_trials = 4
baselines = false
[executor]
name = "in-process"
"""
FOLDS = NETWORK.replace('pruner = "median"\n', "") + "[evaluation]\nfolds = 3\n"
BY_LOSS = ["--set", "objective.metric=val_loss", "--set", "objective.direction=minimize"]
TREE = """
model = "own:build"
[data]
loader = "breast_cancer"
[space.model]
max_depth = { type = "int", low = 1, high = 8 }
[objective]
metric = "val_accuracy"
direction = "maximize"
[search]
sampler = "grid"
n_trials = 8
baselines = false
[executor]
name = "in-process"
"""


@pytest.fixture
def run(write_search, forks):
    """A function that runs an experiment with options, and returns the printed text in one line."""

    def run(shell, *words, status=0):
        finished = shell.call("run", "own.toml", *words, status=status)
        return " ".join((finished.stdout + finished.stderr).split())

    return run


def read(shell):
    view = ledgers.read(Store(shell.folder / "mlruns"), "own")
    records = {record.number: record for record in view.records()}
    view.close()
    return records


@pytest.mark.slow
@pytest.mark.parametrize("experiment", [NETWORK, FOLDS], ids=["one part", "folds"])
def test_trials_get_the_values_of_another_metric_of_their_curves(write_search, run, experiment):
    shell = write_search("", experiment)
    run(shell)
    before = read(shell)
    refusal = run(shell, *BY_LOSS, status=2)
    assert (
        "objective.direction maximize → minimize, objective.metric val_accuracy → val_loss; keep the trials that are still valid with --ext"
        in refusal
    )
    printed = run(shell, *BY_LOSS, "--extend", "--trials", "5")
    assert "4 trials are kept that are valid after the edit (objective.direction maximize → minimize" in printed

    after = read(shell)
    assert len(after) == 5
    for number, record in before.items():
        losses = [epoch["val_loss"] for epoch in record.history]
        assert (after[number].value, after[number].result.best_epoch) == (min(losses), losses.index(min(losses)) + 1)
        assert after[number].history == record.history
        if record.result.executions:
            values = [execution.history[losses.index(min(losses))]["val_loss"] for execution in record.result.executions]
            assert [execution.value for execution in after[number].result.executions] == values
            assert after[number].value == pytest.approx(fmean(values))
    best = json.loads(shell.call("best", "own", "--json").stdout)
    assert best["value"] == min(record.value for record in after.values() if record.state == "COMPLETE")
    assert ("Training trial" in printed) == (best["trial"] in before)  # its model was of another epoch
    shell.call("predict", "own", "--example")
    assert "no problems" in shell.call("doctor", "own").stdout
    assert {number: record.value for number, record in before.items()} == {
        int(trial["trial"]): float(trial["value"]) for trial in shell.trials("own.1")
    }


@pytest.mark.slow
def test_a_trial_that_is_trained_for_longer_by_the_other_metric_is_named_with_its_new_value(write_search, run):
    shell = write_search("", NETWORK.replace("epochs = 8\npatience = 8", "epochs = 60\npatience = 2").replace("n_trials = 4", "n_trials = 2"))
    run(shell)
    before = read(shell)
    printed = run(shell, *BY_LOSS, "--extend")
    number = json.loads(shell.call("best", "own", "--json").stdout)["trial"]
    recorded = min(epoch["val_loss"] for epoch in before[number].history)
    trained = float(re.search(r"^ *loss +([\d.]+)", shell.call("evaluate", "own", "--part", "validation").stdout, re.MULTILINE)[1])
    assert trained < recorded - 1e-3  # it improves for longer by its loss than by its accuracy
    assert f"trial {number} has val_loss {trained:.5g} after it was trained again, {recorded:.5g} as it was recorded" in printed


@pytest.mark.slow
def test_limits_and_further_objectives_are_those_of_recorded_costs(write_search, run):
    shell = write_search(TREES, TREE)
    run(shell)
    assert '"size_bytes" was not recorded of the trials of this study, which have val_' in run(
        shell, "--extend", "--set", "limits.size_bytes=5000", status=2
    )
    losses = {number: record.measures["val_loss"] for number, record in read(shell).items()}
    limit = sorted(losses.values())[4]
    printed = run(shell, "--extend", "--set", f"limits.val_loss={limit}", "--set", "search.n_trials=8")
    assert f"8 trials are kept that are valid after the edit (limits.val_loss none → {limit:.5g}" in printed
    beyond = {number for number, loss in losses.items() if loss > limit}
    lines = [line.split() for line in shell.call("trials", "own").stdout.splitlines()]
    assert {int(words[1]) for words in lines if words[:1] == ["!"] and words[1].isdigit()} == beyond
    assert json.loads(shell.call("best", "own", "--json").stdout)["trial"] not in beyond

    objectives = '[[objective]]\nmetric = "val_accuracy"\ndirection = "maximize"\n[[objective]]\nmetric = "val_loss"\ndirection = "minimize"\n'
    (shell.folder / "own.toml").write_text(TREE.replace('[objective]\nmetric = "val_accuracy"\ndirection = "maximize"\n', objectives))
    printed = run(shell, "--extend")
    assert "objective maximize val_accuracy → maximize val_accuracy, minimize val_loss" in printed
    records = read(shell)
    front = {
        number
        for number, record in records.items()
        if not any(
            of.value >= record.value and losses[other] <= losses[number] and (of.value, losses[other]) != (record.value, losses[number])
            for other, of in records.items()
        )
    }
    assert {int(trial["trial"]) for trial in shell.trials() if trial["pareto_front"] == "true"} == front
    assert "no problems" in shell.call("doctor", "own").stdout
