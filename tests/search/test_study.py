"""Whole studies by the command line: real processes, real stores."""

import json
import os
import signal
import sqlite3
from dataclasses import replace
from pathlib import Path

import pandas as pd
import psutil
import pytest

DIABETES = Path(__file__).parents[2] / "experiments" / "diabetes.toml"
N_TRIALS = 4
BUILDERS = """
import time
import keras

def build_failing(input_shape, fails=0):
    if fails:
        raise ValueError("this one fails on purpose")
    return keras.Sequential([keras.Input(input_shape), keras.layers.Dense(1, activation="sigmoid")])

def build_slow(input_shape, width=1):
    time.sleep(1)
    return keras.Sequential([keras.Input(input_shape), keras.layers.Dense(width), keras.layers.Dense(1, activation="sigmoid")])
"""
EXPERIMENT = """
model = "own:{builder}"
data = {{ loader = "experiments.datasets:diabetes" }}
space = {{ model = {{ {argument} }}, training = {{ epochs = 2 }} }}
objective = {{ metric = "val_loss", direction = "minimize" }}
search = {{ sampler = "random", n_trials = {trials}, seed = 0 }}
executor = {{ n_workers = 2, trainer = "keras" }}
"""


def rows(shell, query):
    with sqlite3.connect(shell.folder / "mlruns" / "mlflow.db") as store:
        return store.execute(query).fetchall()


def write_own(shell, builder, argument, trials=4):
    (shell.folder / "own.py").write_text(BUILDERS)
    (shell.folder / "own.toml").write_text(EXPERIMENT.format(builder=builder, argument=argument, trials=trials))


@pytest.fixture(scope="module")
def finished(module_shell):
    """A finished study of four trials."""
    words = ["run", DIABETES, "--trials", N_TRIALS, "--set", "space.training.epochs=5"]
    return module_shell, module_shell.run(*words).stdout


@pytest.fixture(scope="module")
def best(finished):
    shell, _ = finished
    return json.loads(shell.run("best", "diabetes", "--json").stdout)


def test_a_study_ends_with_its_best_trial_and_the_next_commands(finished):
    _, output = finished
    assert f"{N_TRIALS} COMPLETE" in output
    assert "Validation  val_accuracy" in output
    assert "Test        accuracy" in output
    assert "models:/diabetes/1" in output
    assert "make ui" in output


def test_every_finished_trial_is_one_line(finished):
    _, output = finished
    assert [line for line in output.splitlines() if line.startswith(f"[{N_TRIALS}/{N_TRIALS}] trial")]


def test_the_best_trial_is_one_json_object(best):
    expected = {"study", "trial", "value", "metric", "direction", "params", "run_id", "parent_run_id", "model_uri", "test"}
    assert expected <= best.keys()
    assert best["model_uri"] == "models:/diabetes/1"


def test_mlflow_has_one_parent_run_with_a_child_per_trial(finished, best):
    shell, _ = finished
    children = rows(shell, f"select run_uuid from tags where key = 'mlflow.parentRunId' and value = '{best['parent_run_id']}'")
    assert len(children) == N_TRIALS
    assert rows(shell, "select distinct status from runs") == [("FINISHED",)]
    assert len(rows(shell, "select run_uuid from runs")) == N_TRIALS + 1


def test_every_child_has_metrics_at_every_epoch_once(finished, best):
    shell, _ = finished
    steps = rows(shell, "select run_uuid, step, count(*) from metrics where key = 'val_accuracy' group by run_uuid, step order by 1, 2")
    by_run = {}
    for run, step, count in steps:
        assert count == 1
        by_run.setdefault(run, []).append(step)
    assert list(by_run.values()) == [[1, 2, 3, 4, 5]] * N_TRIALS


def test_predicting_the_test_rows_gives_the_tracked_accuracy(finished, best):
    shell, _ = finished
    shell.python("""if True:
        from experiments.datasets import diabetes
        features, target = diabetes()["test"]
        features.to_csv("rows.csv", index=False)
        target.to_csv("target.csv", index=False)
    """)
    shell.run("predict", "diabetes", "--input", "rows.csv", "--output", "answers.csv")
    answers = pd.read_csv(shell.folder / "answers.csv")
    target = pd.read_csv(shell.folder / "target.csv").iloc[:, 0]
    accuracy = float((answers["prediction"].astype(str).to_numpy() == target.astype(str).to_numpy()).mean())
    assert accuracy == best["test"]["accuracy"]
    [[tracked]] = rows(shell, f"select value from metrics where key = 'test_accuracy' and run_uuid = '{best['parent_run_id']}'")
    assert accuracy == tracked


def test_the_champion_predicts_from_python_and_holds_a_keras_model(finished):
    shell, _ = finished
    printed = shell.python("""if True:
        from search import load_champion
        from experiments.datasets import diabetes
        champion = load_champion("diabetes")
        answers = champion.predict(diabetes()["test"][0].head(3))
        import keras
        print(len(answers), isinstance(champion.model, keras.Model))
    """)
    assert printed.split() == ["3", "True"]


def test_the_model_is_exported_as_keras(finished):
    shell, _ = finished
    shell.run("export", "diabetes", "model.keras")
    assert shell.python("import keras; print(keras.models.load_model('model.keras').count_params())").strip().isdigit()


def test_the_plots_are_artifacts_of_the_parent_run(finished, best):
    shell, _ = finished
    [folder] = (shell.folder / "mlruns" / "artifacts").glob(f"*/{best['parent_run_id']}/artifacts")
    assert {"optimisation_history.html", "learning_curves.html", "parallel_coordinates.html", "slices.html"} <= {
        path.name for path in folder.iterdir()
    }


def test_running_again_adds_nothing_and_says_the_same(finished, best):
    shell, _ = finished
    shell.run("run", DIABETES, "--trials", N_TRIALS, "--set", "space.training.epochs=5")
    assert json.loads(shell.run("best", "diabetes", "--json").stdout) == best
    assert len(rows(shell, "select run_uuid from runs")) == N_TRIALS + 1


@pytest.mark.parametrize("words", [["studies"], ["show", "diabetes"], ["trials", "diabetes"], ["best", "diabetes"]])
def test_studies_are_looked_at(finished, words):
    shell, _ = finished
    expected = {"studies": "models:/diabetes/1", "show": "maximize val_accuracy", "trials": "COMPLETE", "best": "Best trial"}
    assert expected[words[0]] in shell.run(*words).stdout


def test_the_trials_are_written_as_a_table(finished):
    shell, _ = finished
    shell.run("trials", "diabetes", "--csv", "trials.csv")
    table = pd.read_csv(shell.folder / "trials.csv")
    assert list(table["trial"]) == list(range(N_TRIALS))
    assert {"n_hidden", "learning_rate", "value", "state"} <= set(table.columns)


def test_the_coordinator_imports_no_backend(finished):
    shell, _ = finished
    printed = shell.python(f"""if True:
        import sys
        from search import load_experiment, run_study
        experiment = load_experiment({str(DIABETES)!r}, ["search.n_trials=1", "space.training.epochs=1", "executor.n_workers=1"])
        summary = run_study(experiment, study="clean")
        print(summary.trial, sorted({{"keras", "tensorflow", "jax"}} & sys.modules.keys()))
    """)
    assert printed.splitlines()[-1] == "0 []"


def test_failing_trials_are_recorded_and_the_study_goes_on(shell):
    write_own(shell, "build_failing", "fails = { type = 'categorical', choices = [0, 1] }", trials=6)
    output = shell.run("run", "own.toml").stdout
    assert "FAILED: ValueError: this one fails on purpose" in output
    assert "COMPLETE" in output
    failed = rows(
        shell, "select t.value from runs r join tags t on t.run_uuid = r.run_uuid and t.key = 'perceptune.reason' where r.status = 'FAILED'"
    )
    assert failed
    assert set(failed) == {("ValueError: this one fails on purpose",)}


def test_a_study_of_failures_only_says_so_and_exits_with_1(shell):
    write_own(shell, "build_failing", "fails = 1", trials=2)
    refused = shell.run("run", "own.toml", status=1)
    assert 'No trial of study "own" succeeded: 2 failed, most often with: ValueError: this one fails on purpose' in refused.stderr


def test_killing_the_coordinator_loses_nothing_and_the_same_command_continues(shell):
    write_own(shell, "build_slow", "width = { type = 'int', low = 1, high = 9 }", trials=5)
    with shell.start("run", "own.toml") as process:
        workers = read_until_finished(process, 2)
        process.kill()
    _, alive = psutil.wait_procs(workers, timeout=60)
    assert not alive, "workers outlive a killed coordinator"
    output = shell.run("run", "own.toml").stdout
    assert "Study own: 2 of 5 trials finished" in output or "Study own: 3 of 5 trials finished" in output
    check_five_finished(shell)


@pytest.mark.slow
def test_an_interrupt_ends_in_order_and_the_same_command_continues(shell):
    write_own(shell, "build_slow", "width = { type = 'int', low = 1, high = 9 }", trials=5)
    with shell.start("run", "own.toml") as process:
        read_until_finished(process, 1)
        process.send_signal(signal.SIGINT)
        rest = process.stdout.read()
    assert process.returncode == 130
    assert "interrupted; the same command continues" in rest
    assert rows(shell, "select count(*) from runs where status = 'RUNNING'") == [(0,)]
    shell.run("run", "own.toml")
    check_five_finished(shell)


@pytest.mark.slow
def test_a_second_coordinator_is_refused(shell):
    write_own(shell, "build_slow", "width = 1", trials=3)
    with shell.start("run", "own.toml") as first:
        read_until_finished(first, 1)
        refused = shell.run("run", "own.toml", status=2)
        assert 'Study "own" is being run by another process' in refused.stderr
        first.stdout.read()
    assert first.returncode == 0


@pytest.mark.slow
def test_a_worker_that_is_killed_fails_its_trial_and_is_replaced(shell):
    write_own(shell, "build_slow", "width = 1", trials=5)
    with shell.start("run", "own.toml") as process:
        os.kill(read_until_finished(process, 1)[0].pid, signal.SIGKILL)
        output = process.stdout.read()
    assert process.returncode == 0
    assert "SIGKILL" in output
    assert "4 COMPLETE, 1 FAILED" in output


def test_workers_that_are_all_being_replaced_are_waited_for(shell):
    write_own(shell, "build_failing", "fails = 0", trials=3)
    words = ["--workers", 1, "--set", "executor.recycle_after_trials=1"]
    assert "3 COMPLETE" in shell.run("run", "own.toml", *words).stdout


@pytest.mark.slow
def test_a_kill_while_plots_are_drawn_is_made_good_by_the_same_command(shell):
    write_own(shell, "build_failing", "fails = 0", trials=2)
    with shell.start("run", "own.toml") as process:
        for line in process.stdout:
            if "Drawing plots" in line:
                process.kill()
    shell.run("run", "own.toml")
    assert rows(shell, "select distinct status from runs") == [("FINISHED",)]
    assert rows(shell, "select count(*) from metrics where key = 'test_accuracy'") == [(1,)]
    assert rows(shell, "select count(*) from model_versions") == [(1,)]


def test_a_grid_that_ends_early_says_so(shell):
    write_own(shell, "build_failing", "fails = { type = 'categorical', choices = [0, 1] }", trials=9)
    output = shell.run("run", "own.toml", "--sampler", "grid").stdout
    assert 'Ended with 2 of 9 trials: sampler "grid" has proposed every combination' in output


def test_in_this_process_a_failing_builder_shows_its_traceback(shell):
    write_own(shell, "build_failing", "fails = 1", trials=2)
    failed = shell.run("run", "own.toml", "--executor", "in-process", status=1)
    assert "Traceback" in failed.stderr
    assert 'raise ValueError("this one fails on purpose")' in failed.stderr
    assert rows(shell, "select count(*) from runs where status = 'RUNNING'") == [(0,)]


@pytest.mark.slow
@pytest.mark.parametrize("sampler", ["tpe", "random", "kt-bayesian", "kt-random"])
def test_every_sampler_fills_one_parent_run(shell, sampler):
    shell.run("run", DIABETES, "--sampler", sampler, "--trials", 5, "--set", "space.training.epochs=3")
    best = json.loads(shell.run("best", "diabetes", "--json").stdout)
    children = f"select run_uuid from tags where key = 'mlflow.parentRunId' and value = '{best['parent_run_id']}'"
    steps = rows(shell, f"select run_uuid, group_concat(step) from metrics where key = 'val_loss' and run_uuid in ({children}) group by 1")
    assert [epochs for _, epochs in steps] == ["1,2,3"] * 5


@pytest.mark.slow
def test_a_study_runs_on_jax(shell):
    jax = replace(shell, variables={"KERAS_BACKEND": "jax"})
    jax.run("run", DIABETES, "--trials", 2, "--set", "space.training.epochs=2")
    best = json.loads(jax.run("best", "diabetes", "--json").stdout)
    assert best["test"]["accuracy"] > 0
    assert rows(shell, "select distinct value from tags where key = 'perceptune.trainer'") == [("keras",)]


def test_a_killed_run_is_finished_from_the_ledger_when_its_trial_had_ended(shell):
    """What a kill between the ledger's line and MLflow's leaves: a finished trial whose run goes on for ever."""
    write_own(shell, "build_slow", "width = 1", trials=2)
    shell.run("run", "own.toml")
    with sqlite3.connect(shell.folder / "mlruns" / "mlflow.db") as store:
        [(run,)] = store.execute("select run_uuid from tags where key = 'perceptune.trial' and value = '1'").fetchall()
        store.execute(f"update runs set status = 'RUNNING', end_time = null where run_uuid = '{run}'")
        store.execute(f"delete from metrics where run_uuid = '{run}' and step = 2")
        store.execute(f"delete from tags where run_uuid = '{run}' and key = 'perceptune.state'")
    shell.run("run", "own.toml", "--trials", 3)
    assert rows(shell, f"select status from runs where run_uuid = '{run}'") == [("FINISHED",)]
    assert rows(shell, f"select step from metrics where run_uuid = '{run}' and key = 'val_loss' order by step") == [(1,), (2,)]
    assert rows(shell, f"select value from tags where run_uuid = '{run}' and key = 'perceptune.state'") == [("COMPLETE",)]


def read_until_finished(process, count):
    """Read the output until so many trials have finished, and return the worker processes."""
    for line in process.stdout:
        if line.startswith(f"[{count}/"):
            return psutil.Process(process.pid).children()
    raise AssertionError(f"ended with exit status {process.wait()}")


def check_five_finished(shell):
    best = json.loads(shell.run("best", "own", "--json").stdout)
    states = best["n_by_state"]
    assert states["COMPLETE"] == 5
    assert states.keys() <= {"COMPLETE", "INTERRUPTED"}
    assert rows(shell, "select count(*) from runs where status = 'RUNNING'") == [(0,)]
    states = "select s.value from tags s join tags p on p.run_uuid = s.run_uuid and p.key = 'mlflow.parentRunId' where s.key = 'perceptune.state'"
    assert [state for (state,) in rows(shell, states)].count("COMPLETE") == 5
