"""Another terminal enqueues a trial, pauses and stops a running search, and resumes it without its file."""

import re
from dataclasses import replace

import pytest

from tests.search.study import pausing

ASKING = """
from pathlib import Path
from sklearn.tree import DecisionTreeClassifier
from search.store import Store
from search.study.requests import ask_to_end, enqueue_trial

class Asking(DecisionTreeClassifier):
    def fit(self, x, y):
        asked, fits = Path("asked"), Path("fits")
        with fits.open("a") as file:
            file.write(".")
        if asked.exists() and len(fits.read_text()) % 4 == 0:
            ask_to_end(Store(), "own", asked.read_text())
            enqueue_trial(Store(), "own", {"max_depth": 9, "leaf": 7})  # in the same moment, and behind what ends the search
            asked.unlink()
        return super().fit(x, y)

def build(max_depth, leaf):
    return Asking(max_depth=max_depth, min_samples_leaf=leaf, random_state=0)
"""
EXPERIMENT = """
model = "own:build"
data = { loader = "breast_cancer" }
objective = { metric = "val_accuracy", direction = "maximize" }
executor = { name = "in-process" }
[space.model]
max_depth = { type = "int", low = 1, high = 9 }
leaf = { type = "int", low = 1, high = 9 }
[search]
sampler = "random"
n_trials = 60
"""
WIDTH = "width = { type = 'int', low = 1, high = 9 }"


def read_until(process, pattern):
    for line in process.stdout:
        if re.search(pattern, line):
            return
    raise AssertionError(f"ended with exit status {process.wait()}")


@pytest.fixture
def asking(write_search, forks):
    return write_search(ASKING, EXPERIMENT)


@pytest.mark.slow
def test_a_paused_search_is_resumed_without_its_file_and_a_stopped_one_has_a_champion(asking):
    (asking.folder / "asked").write_text("pause")
    paused = asking.call("run", "own.toml", status=130)
    assert re.search(r"paused with \d+ of 60 trials; perceptune resume own continues", paused.stderr)
    n_finished = sum(trial["state"] == "COMPLETE" for trial in asking.trials())
    assert n_finished < 60
    (asking.folder / "own.toml").unlink()
    (asking.folder / "asked").write_text("stop")
    stopped = asking.call("resume", "own").stdout
    assert re.search(r"Ended with \d+ of 60 trials: perceptune stop has ended it", stopped)
    assert "models:/own/1" in stopped
    found = asking.trials()
    assert n_finished < sum(trial["state"] == "COMPLETE" for trial in found) < 60
    assert sum((trial["max_depth"], trial["leaf"]) == ("9", "7") for trial in found) >= 2
    assert "own: no problems" in asking.call("doctor", "own").stdout


def test_what_nobody_runs_cannot_be_ended_or_resumed(asking):
    asking.call("run", "own.toml", "--trials", 2)
    for verb in ("pause", "stop"):
        assert 'Study "own" does not run; see perceptune studies' in asking.call(verb, "own", status=2).stderr
        assert 'There is no study "other"' in asking.call(verb, "other", status=2).stderr
    assert 'There is no study "other"' in asking.call("resume", "other", status=2).stderr
    assert "expected at least 1" in asking.call("resume", "own", "--trials", 0, status=2).stderr


@pytest.mark.slow
@pytest.mark.parametrize("champion", ["{ confirm = 2 }", '{ ensemble = "none" }'])
def test_a_stopped_search_trains_its_champion_with_the_same_workers(shell, forks, write_own, champion):
    shell = replace(shell, preloaded=forks)
    write_own(shell, "build_slow", WIDTH, trials=40)
    with shell.start("run", "own.toml", "--set", f"champion={champion}", "--set", "evaluation.folds=2") as process:
        read_until(process, r"\[ *2/40\]")
        assert "The running search" in shell.call("enqueue", "own", "width=9").stdout
        shell.call("stop", "own")
        rest = process.stdout.read()
    assert process.returncode == 0, rest
    assert "perceptune stop has ended it" in rest
    assert "models:/own/1" in rest


@pytest.mark.slow
def test_a_running_search_takes_up_what_another_terminal_asks(shell, forks, write_own, database_url):
    words = ["--ledger", database_url]
    shell = replace(shell, preloaded=forks)
    write_own(shell, "build_slow", WIDTH, trials=40)
    with shell.start("run", "own.toml", "--sampler", "random", *words) as process:
        read_until(process, r"\[ *1/40\]")
        shell.call("enqueue", "own", "width=9", *words)
        read_until(process, r"trial \d+ COMPLETE.*width=9")
        assert "pauses at its next epoch; to go on" in shell.call("pause", "own", *words).stdout
        rest = process.stdout.read()
    assert process.returncode == 130, rest
    assert re.search(r"paused with \d+ of 40 trials; perceptune resume own continues", rest), rest
    assert 'Study "own" does not run' in shell.call("stop", "own", *words, status=2).stderr
    n_finished = sum(trial["state"] == "COMPLETE" for trial in shell.trials("own", *words))
    with shell.start("resume", "own", *words) as process:
        read_until(process, rf"\[ *{n_finished + 1}/40\]")
        assert "registers the best model so far" in shell.call("stop", "own", *words).stdout
        rest = process.stdout.read()
    assert process.returncode == 0, rest
    assert re.search(r"Ended with \d+ of 40 trials: perceptune stop has ended it", rest), rest
    assert "models:/own/1" in rest
    assert shell.call("doctor", "own", *words).stdout
    assert all(trial["state"] in ("COMPLETE", "INTERRUPTED") for trial in shell.trials("own", *words))


LONG = """
model = "mlp"
data = { loader = "iris" }
objective = { metric = "val_loss", direction = "minimize" }
executor = { n_workers = 1 }
[space.model]
n_hidden = 1
[space.training]
epochs = { type = "int", low = 2, high = 10_000_000 }
[search]
n_trials = 2
pruner = "none"
first = [{ epochs = 10_000_000 }, { epochs = 2 }]
[evaluation]
folds = 2
"""


@pytest.mark.slow
def test_one_trial_is_stopped_and_the_search_goes_on(shell, forks):
    shell = replace(shell, preloaded=forks)
    (shell.folder / "long.toml").write_text(LONG)
    with shell.start("run", "long.toml") as process:
        try:
            read_until(process, "Searching")
            while not any(trial["state"] == "RUNNING" for trial in shell.trials("long")):
                pass
            assert 'Trial 1 of study "long" is WAITING, and does not run' in shell.call("stop", "long", "1", status=2).stderr
            assert "has no trial 7" in shell.call("stop", "long", "7", status=2).stderr
            assert "stops at its next epoch, or at once if it is paused, and is PRUNED" in shell.call("stop", "long", "0").stdout
        except BaseException:
            process.kill()
            raise
        rest = process.stdout.read()
    assert process.returncode == 0, rest
    trials = shell.trials("long")
    assert [trial["state"] for trial in trials] == ["PRUNED", "COMPLETE"]
    assert re.fullmatch(r"stopped at epoch \d+ by a user", trials[0]["reason"])
    assert not trials[1]["reason"]
    assert 'Study "long" does not run' in shell.call("stop", "long", "0", status=2).stderr
    assert "no problems" in shell.call("doctor", "long").stdout


@pytest.mark.slow
def test_a_paused_trial_is_stopped_or_excluded_while_the_search_goes_on(shell, forks):
    shell = replace(shell, preloaded=forks)
    (shell.folder / "pausing.toml").write_text(pausing.EXPERIMENT)
    with shell.start("run", "pausing.toml", "--executor", "workers", "--workers", 1, "--sampler", "random", "--trials", 10_000) as process:
        try:
            read_until(process, "COMPLETE")
            stopped, excluded, *_ = (trial["trial"] for trial in shell.trials("pausing") if trial["state"] == "PAUSED")
            assert "at once if it is paused" in shell.call("stop", "pausing", stopped).stdout
            assert "is excluded" in shell.call("exclude", "pausing", excluded, "--reason", "wrong").stdout
            while next(trial for trial in shell.trials("pausing") if trial["trial"] == stopped)["state"] != "PRUNED":
                pass
            shell.call("stop", "pausing")
        except BaseException:
            process.kill()
            raise
        rest = process.stdout.read()
    assert process.returncode == 0, rest
    found = {trial["trial"]: trial for trial in shell.trials("pausing")}
    assert (found[excluded]["state"], found[excluded]["reason"]) == ("PRUNED", "excluded: wrong")
    assert found[stopped]["reason"] == f"stopped at epoch {found[stopped]['epochs']} by a user"
    others = [trial["reason"] for trial in found.values() if trial["state"] == "PRUNED" and trial["trial"] not in (stopped, excluded)]
    assert others
    assert re.search(rf"trial {stopped} PRUNED: .*stopped at epoch \d+ by a user", rest)
    assert all(reason.endswith("by the pruner") for reason in others)
    assert "no problems" in shell.call("doctor", "pausing").stdout
