"""A whole study by the command line, and what the other commands then print of it."""

import contextlib
import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import keras
import pandas as pd
import pytest

from experiments.datasets import diabetes
from search import load_champion

DIABETES = Path(__file__).parents[3] / "experiments" / "diabetes.toml"
N_TRIALS = 4
WORDS = ["run", DIABETES, "--trials", N_TRIALS, "--set", "space.training.epochs=5", "--set", "search.baselines=true", "--set", "evaluation.folds=1"]
FROM_NOTHING = """
import sys
from search.cli.app import run_app
status = run_app(sys.argv[1:])
print("backends:", sorted({"keras", "tensorflow", "jax"} & sys.modules.keys()))
sys.exit(status)
"""


@pytest.fixture(scope="module")
def finished(module_shell, preloaded):
    """A finished study of four trials."""
    with preloaded.in_place():
        return module_shell, module_shell.call(*WORDS).stdout


@pytest.fixture(scope="module")
def best(finished):
    shell, _ = finished
    return json.loads(shell.call("best", "diabetes", "--json").stdout)


def test_a_study_ends_with_its_best_trial_and_the_next_commands(finished):
    _, output = finished
    assert f"{N_TRIALS} COMPLETE" in output
    assert "Validation  val_accuracy" in output
    assert "Test        accuracy" in output
    assert "models:/diabetes/1" in output
    assert "perceptune ui" in output


def test_the_baselines_are_beside_the_result_and_in_mlflow(finished, best, rows):
    shell, output = finished
    baselines = best["baselines"]["metrics"]
    assert list(baselines) == ["majority_class", "logistic_regression", "gradient_boosting"]
    assert f"Baselines   on the test part, accuracy: majority class {baselines['majority_class']['accuracy']:.5g}, logistic" in output
    query = "select key, value from metrics where key like 'test_baseline_%accuracy' and run_uuid = '{}'"
    tracked = dict(rows(shell, query.format(best["parent_run_id"])))
    assert tracked == {f"test_baseline_{name}_accuracy": of["accuracy"] for name, of in baselines.items()}


def test_every_finished_trial_is_one_line(finished):
    _, output = finished
    assert [line for line in output.splitlines() if line.startswith(f"[{N_TRIALS}/{N_TRIALS}] trial")]


def test_the_best_trial_is_one_json_object(best):
    expected = {"study", "trial", "value", "metric", "direction", "params", "run_id", "parent_run_id", "model_uri", "test"}
    assert expected <= best.keys()
    assert best["model_uri"] == "models:/diabetes/1"


def test_mlflow_has_one_parent_run_with_a_child_per_trial(finished, best, rows):
    shell, _ = finished
    children = rows(shell, f"select run_uuid from tags where key = 'mlflow.parentRunId' and value = '{best['parent_run_id']}'")
    assert len(children) == N_TRIALS
    assert rows(shell, "select distinct status from runs") == [("FINISHED",)]
    assert len(rows(shell, "select run_uuid from runs")) == N_TRIALS + 1


def test_every_child_has_metrics_at_every_epoch_once(finished, best, rows):
    shell, _ = finished
    steps = rows(shell, "select run_uuid, step, count(*) from metrics where key = 'val_accuracy' group by run_uuid, step order by 1, 2")
    by_run = {}
    for run, step, count in steps:
        assert count == 1
        by_run.setdefault(run, []).append(step)
    assert list(by_run.values()) == [[1, 2, 3, 4, 5]] * N_TRIALS


def test_predicting_the_test_rows_gives_the_tracked_accuracy(finished, best, rows):
    shell, _ = finished
    features, target = diabetes()["test"]
    features.to_csv(shell.folder / "rows.csv", index=False)
    shell.call("predict", "diabetes", "--input", "rows.csv", "--output", "predictions.csv")
    predictions = pd.read_csv(shell.folder / "predictions.csv")
    accuracy = float((predictions["prediction"].astype(str).to_numpy() == target.astype(str).to_numpy()).mean())
    assert accuracy == best["test"]["accuracy"]
    [[tracked]] = rows(shell, f"select value from metrics where key = 'test_accuracy' and run_uuid = '{best['parent_run_id']}'")
    assert accuracy == tracked


def test_the_champion_is_evaluated_as_at_its_registration_on_any_part_or_file(finished, best):
    shell, _ = finished
    lines = []
    for name in ("accuracy", "loss"):
        low, high = best["test_intervals"][name]
        assert low < best["test"][name] < high
        lines.append(f"  {name:<8}  {best['test'][name]:.5g}  (95 % interval {low:.4g} to {high:.4g})\n")
    expected = "".join(lines)
    assert shell.call("evaluate", "diabetes").stdout == f"models:/diabetes/1 on the test part: 177 rows\n{expected}"
    features, target = diabetes()["test"]
    features.assign(**{target.name: target}).to_csv(shell.folder / "labelled.csv", index=False)
    assert shell.call("evaluate", "diabetes", "--input", "labelled.csv").stdout == f"models:/diabetes/1 on labelled.csv: 177 rows\n{expected}"
    validation = shell.call("evaluate", "diabetes", "--part", "validation").stdout
    assert f"  accuracy  {best['value']:.5g}  (95 %" in validation  # the objective is its accuracy


def test_the_champion_predicts_from_python_and_holds_a_keras_model(finished):
    shell, _ = finished
    with contextlib.chdir(shell.folder):
        champion = load_champion("diabetes")
    assert len(champion.predict(diabetes()["test"][0].head(3))) == 3
    assert isinstance(champion.model, keras.Model)


def test_the_model_is_exported_as_keras(finished, best):
    shell, _ = finished
    shell.call("export", "diabetes", "model.keras")
    assert keras.models.load_model(shell.folder / "model.keras").count_params() == best["n_parameters"]


def test_the_report_and_the_experiment_are_artifacts_of_the_parent_run(finished, best):
    shell, _ = finished
    [folder] = (shell.folder / "mlruns" / "artifacts").glob(f"*/{best['parent_run_id']}/artifacts")
    assert {path.name for path in folder.iterdir()} >= {"report.html", "experiment.toml"}
    assert best["model_uri"] in (folder / "report.html").read_text(encoding="utf-8")


def test_running_again_adds_nothing_and_prints_the_same(finished, best, rows):
    shell, _ = finished
    shell.call(*WORDS)
    assert json.loads(shell.call("best", "diabetes", "--json").stdout) == best
    assert len(rows(shell, "select run_uuid from runs")) == N_TRIALS + 1


@pytest.mark.parametrize("words", [["studies"], ["show", "diabetes"], ["trials", "diabetes"], ["best", "diabetes"], ["doctor", "diabetes"]])
def test_a_study_is_printed(finished, words):
    shell, _ = finished
    expected = {
        "studies": "models:/diabetes/1",
        "show": "maximize val_accuracy",
        "trials": "COMPLETE",
        "best": "Best trial",
        "doctor": "diabetes: no problems",
    }
    assert expected[words[0]] in shell.call(*words).stdout


def test_the_trials_are_written_as_a_table(finished):
    shell, _ = finished
    shell.call("trials", "diabetes", "--csv", "trials.csv")
    table = pd.read_csv(shell.folder / "trials.csv")
    assert list(table["trial"]) == list(range(N_TRIALS))
    assert {"n_hidden", "learning_rate", "value", "state"} <= set(table.columns)


@pytest.mark.slow
def test_the_coordinator_of_a_study_from_nothing_imports_no_backend(shell):
    command = [sys.executable, "-c", FROM_NOTHING, *map(str, WORDS)]
    done = subprocess.run(command, cwd=shell.folder, env=shell.environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"{N_TRIALS} COMPLETE" in done.stdout
    assert done.stdout.splitlines()[-1] == "backends: []"


@pytest.mark.slow
@pytest.mark.usefixtures("forks")
def test_a_keras_tuner_sampler_fills_one_parent_run(shell, rows):
    shell.call("run", DIABETES, "--sampler", "kt-bayesian", "--trials", 5, "--set", "space.training.epochs=3")
    best = json.loads(shell.call("best", "diabetes", "--json").stdout)
    children = f"select run_uuid from tags where key = 'mlflow.parentRunId' and value = '{best['parent_run_id']}'"
    steps = rows(shell, f"select run_uuid, group_concat(step) from metrics where key = 'val_loss' and run_uuid in ({children}) group by 1")
    assert [epochs for _, epochs in steps] == ["1,2,3"] * 5


@pytest.mark.slow
def test_a_study_runs_on_jax(shell, rows):
    jax = replace(shell, variables={"KERAS_BACKEND": "jax", "JAX_DISABLE_MOST_OPTIMIZATIONS": "true"})
    jax.run("run", DIABETES, "--trials", 1, "--set", "space.training.epochs=1")
    best = json.loads(shell.call("best", "diabetes", "--json").stdout)
    assert best["test"]["accuracy"] > 0
    assert rows(shell, "select distinct value from tags where key = 'perceptune.trainer'") == [("compiled",)]
