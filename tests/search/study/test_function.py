"""A function as Optuna's objectives are: it asks for hyperparameters in the course of its trials, trains itself, and returns a number."""

import json
import shutil
import sqlite3
from pathlib import Path

import pytest

from search import Study
from search.errors import ExperimentError
from tests.conftest import Shell
from tests.search.sessions import as_main, run_cell
from tests.search.study.functions import EXPERIMENT, MINE


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
            assert trial["reason"] == f"pruned at report {trial['epochs']} by the pruner"
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
    assert "after each report of the best" in report
    assert "<th>reports</th>" in report
    assert "<th>epochs</th>" not in report
    for command in (["trials", "own"], ["history", "own", 0]):
        assert "report" in mine.call(*command).stdout.splitlines()[0].split()
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
