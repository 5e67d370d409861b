"""Whole searches of functions that are objectives: beside Optuna itself, with failures, and after a kill."""

from dataclasses import replace

import optuna
import pytest

from tests.search.study.functions import EXPERIMENT, MINE


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
def test_it_continues_after_kill_with_the_same_hyperparameters(shell, forks):
    shell = replace(shell, preloaded=forks)
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
