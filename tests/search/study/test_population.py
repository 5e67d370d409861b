"""A search by "pbt": members continue each other from checkpoints, whatever is killed, and the schedule that was found trains the same again."""

import csv
import re
import subprocess
from dataclasses import replace

import pytest

from search.errors import ExperimentError
from search.experiment.file import parse_experiment
from tests.search.study.pausing import CONTENT

EXPERIMENT = """
model = "mlp"
data = { loader = "iris" }
objective = { metric = "val_loss", direction = "minimize" }
executor = { name = "in-process" }
[space.model]
n_hidden = 1
n_neurons = 6
[space.training]
epochs = 5
optimizer = "sgd"
learning_rate = { type = "float", low = 1e-4, high = 1, log = true }
momentum = { type = "float", low = 0.1, high = 0.99 }
[search]
sampler = "pbt"
sampler_options = { population = 4, interval_epochs = 2 }
n_trials = 12
"""
TRAINING = {"epochs": 10, "learning_rate": {"type": "float", "low": 0.1, "high": 0.5}}
REPLAY = ("--study", "again", "--set", "search.sampler=pbt-replay", "--set", 'search.sampler_options={schedule="schedule.csv"}')


@pytest.fixture
def own(shell, forks):
    (shell.folder / "own.toml").write_text(EXPERIMENT)
    return replace(shell, preloaded=forks)


def curve(own, study, trial):
    own.call("history", study, trial, "--csv", "curve.csv")
    with (own.folder / "curve.csv").open() as file:
        return [{name: float(text) for name, text in row.items()} for row in csv.DictReader(file)]


@pytest.mark.slow
def test_a_population_is_trained_and_its_best_schedule_trains_the_same_again(own, rows):
    assert "continue the search" in own.call("run", "own.toml", "--trials", 9).stdout  # three members of four are not at their end
    output = own.call("run", "own.toml").stdout
    assert "continue the search" not in output
    trials = own.trials()
    assert [int(trial["epochs"]) for trial in trials] == [2] * 4 + [4] * 4 + [5] * 4
    assert {trial["state"] for trial in trials} == {"COMPLETE"}
    parents = [int(trial["continues"]) for trial in trials[4:]]
    assert set(parents[:4]) < set(range(4))
    assert set(parents[4:]) < set(range(4, 8))
    best = int(re.search(r"Best trial +(\d+)", output)[1])
    assert "Schedule    epochs 1-" in output

    lines = own.call("schedule", "own").stdout.splitlines()
    assert lines[0].split() == ["epochs", "trial", "val_loss", "learning_rate", "momentum"]
    assert [line.split()[1] for line in lines[1:]][-1] == str(best)
    for table in own.folder.rglob("schedule.csv"):  # of the report and of MLflow
        (own.folder / "schedule.csv").write_bytes(table.read_bytes())
    assert len([*own.folder.rglob("mlruns/**/schedule.csv")]) == 2
    own.call("run", "own.toml", *REPLAY)
    found, again = curve(own, "own", best), curve(own, "again", len(lines) - 2)
    assert [pytest.approx(epoch, abs=1e-4) for epoch in again] == found
    of_trials = "join tags t using (run_uuid) where t.key = 'perceptune.trial' and t.value = '11'"
    assert rows(own, f"select count(*) from metrics m {of_trials} and m.key = 'val_loss'") == [(5,)]
    assert "own: no problems" in own.call("doctor", "own").stdout
    assert not [*(own.folder / "mlruns/studies/own").glob("checkpoints/*")]


@pytest.mark.slow
def test_a_killed_population_ends_like_an_unbroken_one_and_is_retrained_to_the_same_curves(own):
    changes = ("--set", "space.training.epochs=200", "--set", "search.sampler_options={population=5,interval_epochs=50}", "--trials", 20)
    words = ("run", "own.toml", *changes, "--executor", "workers", "--workers", 2)
    own.call(*words, "--study", "unbroken", "--set", "executor.checkpoint_seconds=0.1")
    killed = (*words, "--set", "executor.checkpoint_seconds=0.1")
    for n_trials in (2, 4, 3):  # in the first generation, between two, in a later one
        with subprocess.Popen(own.command(*killed), cwd=own.folder, env=own.environment, stdout=subprocess.PIPE, text=True) as process:
            lines = (line for line in process.stdout if "COMPLETE" in line)
            assert len([next(lines) for _ in range(n_trials)]) == n_trials
            process.kill()
    assert 0 < sum(trial["state"] == "COMPLETE" for trial in own.trials()) < 20
    own.call(*killed)
    trials, unbroken = own.trials(), own.trials("unbroken")
    assert [trial["continues"] for trial in trials] == [trial["continues"] for trial in unbroken]
    for trial, expected in zip(trials, unbroken, strict=True):
        names = ("value", "learning_rate", "momentum", "epochs")
        assert [float(trial[name]) for name in names] == pytest.approx([float(expected[name]) for name in names], abs=1e-4)
    retrained = own.call("retrain", "own", 19).stdout
    assert float(re.search(r"any metric in 200 epochs: ([\d.e-]+)", retrained)[1]) < 1e-4
    assert "own: no problems" in own.call("doctor", "own").stdout


@pytest.mark.slow
def test_two_coordinators_train_one_population(own):
    own = replace(own, variables={"PERCEPTUNE_LEDGER": f"sqlite:///{own.folder}/ledger.db"})
    processes = [own.start("run", "own.toml", "--executor", "workers", "--workers", 1) for _ in range(2)]
    outputs = [process.communicate()[0] for process in processes]
    assert [process.returncode for process in processes] == [0, 0], outputs
    assert [int(trial["epochs"]) for trial in own.trials()] == [2] * 4 + [4] * 4 + [5] * 4
    assert "own: no problems" in own.call("doctor", "own").stdout


@pytest.mark.slow
def test_a_study_of_whole_trainings_is_not_continued_by_a_population_and_none_is_enqueued(own):
    own.call("run", "own.toml", "--trials", 4)
    refused = own.call("run", "own.toml", "--sampler", "tpe", status=2)
    assert 'are intervals of trainings, which those of search.sampler = "tpe" are not' in refused.stderr
    assert "whose trials continue others" in own.call("enqueue", "own", "learning_rate=0.1", "momentum=0.5", status=2).stderr
    assert "leave --epochs out" in own.call("retrain", "own", 0, "--epochs", 3, status=2).stderr


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"evaluation": {"folds": 3}}, r"continues trials from checkpoints, which trials of several executions"),
        ({"limits": {"n_parameters": 50}}, "compares trials by one value"),
        ({"space": {"training": {"epochs": 10}}}, "none is searched; write a fixed value, or search one of learning_rate, momentum"),
        ({"space": {"model": {"n_hidden": {"type": "int", "low": 1, "high": 2}}, "training": TRAINING}}, "space.model.n_hidden: .* cannot change"),
        ({"space": {"training": TRAINING | {"optimizer": {"type": "categorical", "choices": ["sgd", "adam"]}}}}, "space.training.optimizer"),
        ({"space": {"training": TRAINING | {"epochs": {"type": "int", "low": 1, "high": 9}}}}, "space.training.epochs"),
        ({"space": {"training": TRAINING | {"momentum": {"type": "float", "low": 0.0, "high": 0.9}}}}, "momentum: low = 0, .* write a value above 0"),
        ({"space": {"training": TRAINING | {"batch_size": {"type": "int", "low": 8, "high": 64}}}}, 'write type = "categorical"'),
        ({"space": {"training": TRAINING | {"patience": 3}}}, "write patience = 0"),
        ({"space": {"training": TRAINING, "rules": {"a": "learning_rate < 0.4"}}}, "knows no rules"),
        ({"search": {"sampler": "pbt", "pruner": "asha"}}, "replaces the worst itself"),
        ({"search": {"sampler": "pbt", "reproducible": True}}, "a population at a time"),
        ({"search": {"sampler": "pbt", "stop": {"patience": 3}}}, "is about whole trainings"),
        ({"search": {"sampler": "pbt", "first": [{"learning_rate": 0.2}] * 9}}, 'give 9 trials, but "pbt" begins with 8'),
    ],
)
def test_what_no_population_can_be_of_is_refused(change, message):
    with pytest.raises(ExperimentError, match=message):
        parse_experiment(CONTENT | {"space": {"training": TRAINING}, "search": {"sampler": "pbt"}} | change, "own.toml")
