"""A search that has found enough ends before all its trials, and the same command without that limit goes on."""

import contextlib
import re
import tomllib

import pytest

from search import ledger as ledgers
from search.cli.study_tables import print_study
from search.experiment.file import parse_experiment
from search.experiment.stopping import StopSection
from search.store import Store
from search.study.stopping import found_enough

OWN = """
from sklearn.tree import DecisionTreeClassifier

def build(max_depth=1):
    return DecisionTreeClassifier(max_depth=max_depth, random_state=0)
"""
FAILING = """
from sklearn.tree import DecisionTreeClassifier

class Failing(DecisionTreeClassifier):
    def fit(self, x, y):
        raise ValueError("on purpose")

def build(max_depth=1):
    return Failing(max_depth=max_depth)
"""
EXPERIMENT = """
model = "own:build"
[data]
loader = "breast_cancer"
[space.model]
max_depth = { type = "int", low = 1, high = 6 }
[objective]
metric = "val_accuracy"
direction = "maximize"
[search]
sampler = "grid"
n_trials = 6
[executor]
name = "in-process"
"""


@pytest.fixture
def own(write_search, forks):
    return write_search(OWN, EXPERIMENT)


@pytest.mark.slow
def test_a_search_ends_once_its_value_is_reached_and_goes_on_without(own):
    output = own.call("run", "own.toml", "--set", "search.stop.value=0.8").stdout
    assert len(own.trials()) == 1
    assert "Ended with 1 of 6 trials: val_accuracy " in output
    assert " of trial 0 reaches search.stop.value = 0.8" in output
    assert re.search(r"perceptune run own.toml .*--trials 12 --set 'search.stop=\{\}' +continue the search", output)
    assert "Ended with 1 of 6" in own.call("run", "own.toml", "--set", "search.stop.value=0.8").stdout
    assert "continue the search" not in own.call("run", "own.toml").stdout  # there is no seventh depth
    assert len(own.trials()) == 6


@pytest.mark.slow
def test_a_search_ends_after_so_many_trials_without_a_better_one(own):
    alone = ["--set", "space.model.max_depth.high=1", "--sampler", "random"]
    assert 'sampler "random" has proposed every combination' in own.call("run", "own.toml", *alone).stdout
    output = own.call("run", "own.toml", *alone, "--set", "search.duplicates=repeat", "--set", "search.stop.patience=2").stdout
    assert len(own.trials()) == 3  # equal ones are not better
    assert "Ended with 3 of 6 trials: no better trial among the last 2 (search.stop.patience = 2)" in output


def test_a_search_ends_once_little_is_expected_of_five_proposals(own):
    """Two trials at the start are not proposed by the process."""
    more = ["--trials", 40, "--sampler", "gp", "--set", "space.model.max_depth.high=40", "--set", "search.stop.gain=10"]
    output = own.call("run", "own.toml", *more).stdout
    assert re.search(r"Ended with 7 of 40 trials: each of the last 5 proposals was expected to be better by 0\.\d+ at most", output)
    assert "(search.stop.gain = 10)" in output
    assert "trials finished" in own.call("run", "own.toml", *more[:-1], "search.stop.gain=1e-9", "--trials", 8).stdout
    assert len(own.trials()) == 8


def test_a_search_of_which_every_trial_fails_ends_too(own):
    (own.folder / "own.py").write_text(FAILING)
    finished = own.attempt("run", "own.toml", "--executor", "workers", "--workers", 1, "--set", "search.stop.patience=2")
    assert finished.returncode != 0
    assert "Ended with 2 of 6 trials: no complete trial among the first 2 (search.stop.patience = 2)" in finished.stdout + finished.stderr


NETWORK = """
model = "mlp"
data = { loader = "iris" }
objective = { metric = "val_loss", direction = "minimize" }
executor = { name = "in-process" }
[space.training]
epochs = 5
batch_size = { type = "int", low = 64, high = 96 }
[search]
n_trials = 9
"""


@pytest.mark.slow
def test_a_search_ends_once_its_trials_have_taken_so_many_epochs(own):
    (own.folder / "network.toml").write_text(NETWORK)
    output = own.call("run", "network.toml", "--set", "search.stop.epochs=12").stdout
    assert "Ended with 3 of 9 trials: its trials have taken 15 epochs (search.stop.epochs = 12)" in output
    folds = own.call(
        "run", "network.toml", "--study", "folds", "--set", "search.stop.epochs=12", "--set", "evaluation={ folds = 2, race = false }"
    ).stdout
    assert "Ended with 2 of 9 trials: its trials have taken 20 epochs" in folds


@pytest.mark.slow
def test_the_hours_of_all_runs_count(own):
    own.call("run", "own.toml", "--trials", "2")
    spent = sum(float(trial["seconds"]) for trial in own.trials())
    output = own.call("run", "own.toml", "--set", f"search.stop.hours={(spent + 0.0001) / 3600:.12f}").stdout  # the third trial exceeds it
    assert "Ended with 3 of 6 trials: its trials have taken 0 s of training (search.stop.hours = " in output
    priced = ("--set", "search.stop={ price = 1e-6, price_per_hour = 3600 }")
    output = own.call("run", "own.toml", *priced).stdout
    assert re.search(r"Ended with 4 of 6 trials: its runs have cost \d+\.\d\d \(search\.stop\.price = ", output)
    spent = re.search(r"Price +(\d+\.\d\d) so far", own.call("show", "own").stdout)[1]
    assert "4 of 6 trials" in own.call("resume", "own").stdout  # as the last run, not as the first
    extended = own.call("run", "own.toml", "--extend", *priced, "--set", "space.model.max_depth.high=7").stdout
    assert f"Ended with 4 of 6 trials: its runs have cost {spent} " in extended


def test_a_search_ends_once_its_runs_have_cost_so_much(tmp_path, capsys):
    """The time between two runs costs nothing, and a run without an ended trial is not known."""
    experiment, stop = parse_experiment(tomllib.loads(EXPERIMENT) | {"name": "own"}, "test"), StopSection(price=5.0, price_per_hour=2.0)
    found = []
    for hours in (1.5, None, 1.1):
        with contextlib.closing(ledgers.create_or_continue(Store(tmp_path), "own", experiment, fresh=False)) as ledger:
            ledger.set_attribute("stop", stop.model_dump())
            for part in (0.5, 1) if hours else ():
                ledger.record_run(ledger.opened_at + 3600 * hours * part)
            found.append(found_enough(stop, ledger))
            print_study(ledger)
    assert found == ["", "", "its runs have cost 5.20 (search.stop.price = 5)"]
    assert re.findall(r"Price +(\S+) so far", capsys.readouterr().out) == ["3.00", "3.00", "5.20"]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ("search.stop.price=5", "price = 5 needs the price for an hour; write it as price_per_hour, or hours in place of price"),
        ("search.stop.price_per_hour=1.2", "price_per_hour = 1.2 ends nothing without price; write price too, or leave it out"),
        ("search.stop={ price = 0, price_per_hour = 1.2 }", "search.stop.price = 0: expected a number above 0"),
        ("search.stop.patience=0", "search.stop.patience = 0: expected at least 1"),
        ("search.stop.epochs=1.5", "search.stop.epochs = 1.5: expected a whole number"),
        ("search.stop.hours=0", "search.stop.hours = 0: expected a number above 0"),
        ("search.stop.gain=0.1", 'is what "gp" expects of its next proposal, but the sampler is "grid"; write sampler = "gp"'),
        ("search.stop.value=high", 'search.stop.value = "high": expected a number'),
        ("search.stop.patient=3", 'search.stop: unknown key "patient"; did you mean "patience"?'),
    ],
)
def test_a_limit_that_makes_no_sense_is_refused(own, change, message):
    assert message in own.call("run", "own.toml", "--set", change, status=2).stderr


def test_a_reproducible_search_cannot_end_by_what_finishes_first(own):
    finished = own.call("run", "own.toml", "--set", "search.reproducible=true", "--set", "search.stop.patience=3", status=2)
    assert "reproducible = true excludes [search.stop], which decides by what ends first" in finished.stderr
