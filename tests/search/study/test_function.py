"""A function as Optuna's objectives are: it asks for hyperparameters in the course of its trials, trains itself, and returns a number."""

import json
import shutil
import sqlite3
from pathlib import Path

import optuna
import pytest

from search import Study
from search.errors import ExperimentError
from tests.conftest import Shell
from tests.search.sessions import as_main, run_cell

MINE = """
import pathlib

import optuna

def objective(trial):
    x = trial.suggest_float("x", -5, 5)
    form = trial.suggest_categorical("form", ["square", "abs", None])
    scale = trial.suggest_float("scale", 0.1, 10, log=True) if form == "square" else 1.0
    value = scale * x * x if form == "square" else abs(x)
    assert trial.study.direction.name == "MINIMIZE"
    assert not hasattr(trial.study, "best_value")
    for step in range(3):
        trial.report(value + 1 / (step + 1), 10 * step)
        if trial.should_prune() and trial.number < 24:
            raise optuna.TrialPruned
    trial.set_user_attr("form of x", {"form": form})
    return value

def several(trial):
    x = trial.suggest_int("x", 0, 10)
    return x, (10 - x) ** 2

def slow(trial):
    import time
    x, y = trial.suggest_float("x", 0, 1), trial.suggest_float("y", 0, 1)
    with pathlib.Path("calls.txt").open("a") as file:
        file.write(f"{trial.number} {x} {y}\\n")
    time.sleep(1)
    return x + y

def asking(trial):
    import time
    found = []
    for name in "abcd":
        found.append(trial.suggest_float(name + " (x)", 0, 1))
        time.sleep(0.02)
    trial.set_user_attr("sum (x)", sum(found))
    return sum(found) + trial.suggest_categorical("size", np.arange(3))

def failing(trial):
    x = trial.suggest_float("x", 0, 1)
    match trial.number:
        case 0: raise ValueError("wrong data")
        case 1: return None
        case 2: return float("nan")
        case 3: return 1.0, 2.0
        case 4: return trial.suggest_int("x", 0, 3)
        case 5: trial.report("much", 0)
        case 7: trial.set_constraint("c", 1.0)
        case 8: trial.set_user_attr("f", failing)
        case 10: return trial.study.best_value
        case 9: trial.suggest_categorical("layer", [keras.layers.Dense, keras.layers.GRU])
    return x

def without_trial(number, other):
    return number

import keras
import numpy as np

class Pruning(keras.callbacks.Callback):
    def __init__(self, trial, monitor):
        super().__init__()
        self.trial, self.monitor = trial, monitor

    def on_epoch_end(self, epoch, logs=None):
        self.trial.report(logs[self.monitor], step=epoch)
        if self.trial.should_prune():
            raise optuna.TrialPruned(f"at epoch {epoch}")

def network(trial):
    x = np.random.default_rng(0).normal(size=(60, 4))
    y = (x.sum(axis=1) > 0).astype(int)
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(trial.suggest_int("units", 4, 32)), keras.layers.Dense(1, activation="sigmoid")])
    model.compile(keras.optimizers.Adam(trial.suggest_float("rate", 1e-3, 1e-1, log=True)), "binary_crossentropy", metrics=["accuracy"])
    history = model.fit(x, y, epochs=2, verbose=0, validation_split=0.5, callbacks=[Pruning(trial, "val_accuracy")]).history
    return max(history["val_accuracy"])
"""
EXPERIMENT = """
objective = "mine:objective"
[search]
n_trials = 24
[executor]
n_workers = 2
"""


@pytest.fixture(scope="module")
def mine(module_shell, preloaded):
    """A shell with a finished study ``own`` of a function."""
    (module_shell.folder / "mine.py").write_text(MINE)
    (module_shell.folder / "own.toml").write_text(EXPERIMENT)
    with preloaded.in_place():
        output = module_shell.call("run", "own.toml").stdout
        assert "objective" in output
        assert "predict" not in output
    return module_shell


def test_what_a_function_asks_for_is_searched_and_tracked(mine, rows):
    trials = mine.trials()
    assert len(trials) == 24
    assert {trial["state"] for trial in trials} == {"COMPLETE", "PRUNED"}
    for trial in trials:
        x, is_square = float(trial["x"]), trial["form"] == "square"
        assert bool(trial["scale"]) == is_square
        value = float(trial["scale"]) * x * x if is_square else abs(x)
        if trial["state"] == "COMPLETE":
            assert float(trial["value"]) == pytest.approx(value)
            assert trial["epochs"] == "4"  # three reports, and what was returned
        else:
            assert float(trial["value"]) == pytest.approx(value + 1 / int(trial["epochs"]))
    params = rows(mine, "select t.value, p.key, p.value from params p join tags t using (run_uuid) where t.key = 'perceptune.trial'")
    known = {(trial["trial"], name): trial[name] for trial in trials for name in ("x", "form", "scale") if trial[name]}
    stored = {(number, name): text for number, name, text in params}
    assert {key: text for key, text in stored.items() if text != "None"} == known
    assert rows(mine, "select distinct value from tags where key = 'user.form of x' and value like '%square%'") == [("{'form': 'square'}",)]
    view = json.loads(rows(mine, "select value from experiment_tags where key like 'mlflow.sharedViewState.%'")[0][0])
    assert {"params.`x`", "params.`form`", "params.`scale`"} < set(view["selectedColumns"])


def test_its_study_is_shown_and_compared_and_found_sound(mine):
    shown = mine.call("show", "own").stdout
    assert "mine:objective" in shown
    assert "0.1 to 10.0, log" in shown
    assert "Data" not in shown
    assert "own: no problems" in mine.call("doctor").stdout
    assert "square, abs" in mine.call("compare", "own", "own").stdout
    report = Path(mine.call("report", "own").stdout.strip()).read_text()
    assert "mine:objective" in report
    assert "Test part" not in report


def test_it_continues_with_what_is_given(mine, preloaded):
    assert "Trial 24 waits" in mine.call("enqueue", "own", "x=1", "form=abs", "lr=2").stdout
    with preloaded.in_place():
        output = mine.call("run", "own.toml", "--trials", 25).stdout
    assert "trial 24 was given lr, which the function did not ask for" in output
    assert mine.trials()[24]["x"] == "1.0"


def test_what_is_lost_of_its_ledger_and_of_mlflow_is_written_again(mine):
    copy = Shell(shutil.copytree(mine.folder, mine.folder / "copy"))
    before, journal = copy.trials(), copy.folder / "mlruns" / "studies" / "own" / "journal.log"
    lines = journal.read_bytes().splitlines(keepends=True)
    journal.write_bytes(b"".join(lines[: len(lines) // 2]))
    assert "written anew" in copy.call("doctor", "own", "--repair").stdout
    assert copy.trials() == before
    with sqlite3.connect(copy.folder / "mlruns" / "mlflow.db") as mlflow:
        mlflow.execute("delete from tags where key = 'perceptune.trial' and value = '3'")  # MLflow does not know the trial any more
    assert "MLflow has no run of it; repaired" in copy.call("doctor", "own", "--repair").stdout
    assert "own: no problems" in copy.call("doctor", "own").stdout


def test_an_edit_that_would_lose_its_hyperparameters_is_refused(mine):
    words = ["run", "own.toml", "--trials", 30, "--set", "objective={function='mine:objective', direction='maximize'}"]
    assert "--extend" not in mine.call(*words, status=2).stderr
    assert 'Study "own" is of a function, which asks for its hyperparameters itself' in mine.call(*words, "--extend", status=2).stderr


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ("model=mlp", 'objective = "mine:objective" loads its data and trains itself; leave model and [data] out'),
        ("evaluation.folds=3", "so that [evaluation] has no effect; leave it out"),
        ("space.training.epochs=3", "so that [space.training] has no effect"),
        ("search.reproducible=true", "so that search.reproducible = true has no effect"),
        ("search.sampler=gp", "needs to know the hyperparameters before the first trial; write those that the function asks for in [space.model]"),
        ("search.pruner=halving", "needs to know how often the function reports"),
        ("objective={function='mine:without_trial'}", "has the arguments (number, other); expected the trial as the only one"),
        ("objective={function='mine:MINE'}", 'mine has no "MINE"'),
        ("objective={function='mine:objective', metric='a b'}", "expected a name of letters, digits"),
        ("objective={function='mine:objective', direction=['minimize', 'maximize'], metric='loss'}", "metric names 1 and direction 2"),
        ("objective={function='mine:objective', direction=['minimize', 'maximize'], metric=['loss', 'loss']}", 'metric has "loss" twice'),
        ("search.first=[{}]", "search.first.0: no hyperparameter is given"),
    ],
)
def test_what_a_function_cannot_have_is_refused(mine, change, message):
    refused = mine.call("run", "own.toml", "--study", "refused", "--executor", "in-process", "--set", change, status=2).stderr
    assert message in " ".join(refused.split())


def test_a_typed_space_is_what_is_searched(mine, forks):
    space = "space.model={ x = { type = 'float', low = 1.0, high = 2.0 }, form = 'abs' }"
    mine.call("run", "own.toml", "--study", "typed", "--trials", 2, "--workers", 1, "--sampler", "gp", "--set", space)
    assert all(1 <= float(trial["x"]) <= 2 and float(trial["value"]) == float(trial["x"]) for trial in mine.trials("typed"))
    outside = space.replace("high = 2.0", "high = 20.0").replace("low = 1.0", "low = 19.0")
    refused = mine.call("run", "own.toml", "--study", "outside", "--trials", 1, "--workers", 1, "--set", outside, status=1).stderr
    assert 'trial asks for "x": it has the value 19' in refused
    unknown = space.replace("'abs'", "'cube'")
    refused = mine.call("run", "own.toml", "--study", "unknown", "--trials", 1, "--workers", 1, "--set", unknown, status=1).stderr
    assert "form = cube of [space.model] is outside of" in refused


@pytest.mark.parametrize("command", [["plan", "own.toml"], ["data", "own.toml"], ["evaluate", "own"]])
def test_commands_of_models_say_that_there_is_none(mine, command):
    assert "function" in mine.call(*command, status=2).stderr


def test_a_function_of_a_session_is_searched_with_what_it_uses(tmp_path, monkeypatch, forks):
    monkeypatch.chdir(tmp_path)
    cell = run_cell(
        "OFFSET = 0.5\ndef distance(x):\n    return (x - OFFSET) ** 2\ndef objective(trial):\n    return distance(trial.suggest_float('x', 0, 1))"
    )
    with as_main(cell):
        study = Study(objective={"function": cell["objective"], "direction": "maximize"}, executor={"n_workers": 1})
        study.run(n_trials=3, show_progress=False)
        with pytest.raises(ExperimentError, match="leave model and data out"):
            Study("mlp", (1, 2), objective=cell["objective"])
    assert study.best.value == max((x - 0.5) ** 2 for x in study.trials["params_x"])
    assert "Validation" not in study._repr_html_()


@pytest.mark.parametrize("sampler", ["tpe", "random", "nsgaii"])
def test_trials_that_ask_by_turns_get_values_of_their_own(mine, forks, rows, sampler):
    words = ["--study", sampler, "--sampler", sampler, "--trials", 4, "--set", "objective.function=mine:asking"]
    (mine.folder / "asking.toml").write_text(EXPERIMENT.replace('"mine:objective"', '{ function = "mine:objective" }'))
    typed = "space.model={ 'a (x)' = { type = 'float', low = 0.0, high = 1.0 } }"
    mine.call("run", "asking.toml", *words, "--set", typed)
    values = [trial[f"{name} (x)"] for trial in mine.trials(sampler) for name in "abcd"]
    assert len(set(values)) == len(values)
    stored = "select count(*) from tags where key = 'user.sum _x_' union all select count(*) from params where key = 'd _x_'"
    assert min(count for (count,) in rows(mine, stored)) >= 4


@pytest.mark.slow
def test_it_proposes_as_optuna_does(tmp_path, shell, forks):
    """Compare with Optuna itself: its sampler, seeded for each trial and hyperparameter as here, sees the same trials."""
    (shell.folder / "mine.py").write_text(MINE)
    (shell.folder / "own.toml").write_text(EXPERIMENT.replace("n_workers = 2", "n_workers = 1"))
    shell.call(
        "run",
        "own.toml",
        "--set",
        "search.sampler=optuna.samplers:TPESampler",
        "--set",
        "search.sampler_options={n_startup_trials=5}",
        "--pruner",
        "optuna.pruners:MedianPruner",
    )
    namespace = {}
    exec(MINE, namespace)
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    theirs = optuna.create_study(sampler=optuna.samplers.TPESampler(n_startup_trials=5, seed=0), pruner=optuna.pruners.MedianPruner())
    theirs.optimize(namespace["objective"], n_trials=24)
    ours = shell.trials()
    assert [float(trial["x"]) for trial in ours] == pytest.approx([trial.params["x"] for trial in theirs.trials])
    assert [trial["state"] for trial in ours] == [trial.state.name for trial in theirs.trials]


@pytest.mark.slow
def test_failures_are_named_and_several_numbers_and_networks_are_searched(shell, forks):
    (shell.folder / "mine.py").write_text(MINE)
    (shell.folder / "own.toml").write_text(EXPERIMENT)
    of_failing = ["--set", "search.max_failures_in_a_row=0", "--workers", 1]
    (shell.folder / "failing.toml").write_text(EXPERIMENT.replace('"mine:objective"', '{ function = "mine:failing" }'))
    shell.call("run", "failing.toml", *of_failing, "--trials", 11)
    reasons = [trial["reason"] for trial in shell.trials("failing")]
    expected = ["ValueError: wrong data", "None is not a number", "returned: NaN", "returned 2 numbers, but the objective has 1 direction"]
    expected += [
        'trial asks for "x" twice',
        "'much' is not a number",
        "",
        "trial.set_constraint is not supported",
        "expected what JSON can hold",
        "give names",
        "asks for trial.study.best_value, which a worker does not have, since it knows its own trial only; read the study after its run",
    ]
    assert all(text in reason for text, reason in zip(expected, reasons, strict=True))
    both = "{function='mine:several', direction=['minimize', 'minimize'], metric=['x', 'rest']}"
    output = shell.call("run", "own.toml", "--study", "both", "--trials", 8, "--set", f"objective={both}").stdout
    assert "Pareto front" in output
    assert "promote" not in output
    of_network = "{function='mine:network', direction='maximize', metric='accuracy'}"
    output = shell.call("run", "own.toml", "--study", "network", "--trials", 7, "--set", f"objective={of_network}").stdout
    assert "7 of 7" in output or "[7/7]" in output
    assert all(float(trial["value"]) > 0 for trial in shell.trials("network"))


@pytest.mark.slow
def test_it_continues_after_kill_with_the_same_hyperparameters(shell):
    (shell.folder / "mine.py").write_text(MINE)
    (shell.folder / "own.toml").write_text(EXPERIMENT.replace("mine:objective", "mine:slow"))
    calls = shell.folder / "calls.txt"
    with shell.start("run", "own.toml", "--trials", 6) as process:
        next(line for line in process.stdout if "COMPLETE" in line)  # others have asked for theirs meanwhile
        process.kill()
    shell.run("run", "own.toml", "--trials", 6)
    asked = {}
    for line in calls.read_text().splitlines():
        number, *values = line.split()
        asked.setdefault(number, set()).add(tuple(values))
    assert sorted(asked) == [str(number) for number in range(6)]
    assert all(len(values) == 1 for values in asked.values())
    assert [trial["state"] for trial in shell.trials()] == ["COMPLETE"] * 6
    assert "own: no problems" in shell.call("doctor").stdout
