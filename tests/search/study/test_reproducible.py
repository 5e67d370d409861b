"""A reproducible search has the same trials and the same winner with 1, 2 and 4 workers, and after a kill."""

import time
from dataclasses import replace

import pytest

from search import ledger as ledgers
from search.errors import ExperimentError
from search.experiment.file import load_experiment
from search.store import Store

EXPERIMENT = """
model = "mlp"
data.loader = "diabetes"
space.model.n_neurons = { type = "int", low = 2, high = 30 }
space.model.activation = { type = "categorical", choices = ["relu", "tanh"] }
space.training = { epochs = 6, learning_rate = { type = "float", low = 1e-3, high = 1e-1, log = true } }
objective = { metric = "val_accuracy", direction = "maximize" }
evaluation.folds = 3
search = { n_trials = 20, seed = 3, reproducible = true, sampler = "SAMPLER" }
"""
N_TRIALS = 20


def trials_of(shell):
    view = ledgers.read(Store(shell.folder / "mlruns"), "same")
    try:
        return [(record.number, dict(record.params), record.state.value, record.value) for record in view.records()], view.best
    finally:
        view.close()


def search(shell, tmp_path, name, *words, sampler="tpe"):
    own = replace(shell, folder=tmp_path / name)
    own.folder.mkdir()
    (own.folder / "same.toml").write_text(EXPERIMENT.replace("SAMPLER", sampler))
    own.run("run", "same.toml", *words)
    return trials_of(own)


@pytest.mark.slow
@pytest.mark.parametrize(("sampler", "workers"), [("tpe", (1, 2, 4)), ("kt-bayesian", (1, 3))])
def test_the_number_of_workers_changes_nothing(shell, forks, tmp_path, sampler, workers):
    own = replace(shell, preloaded=forks)
    (trials, best), *others = (search(own, tmp_path, f"{number}", "--workers", number, sampler=sampler) for number in workers)
    assert len(trials) == N_TRIALS
    assert {state for _, _, state, _ in trials} == {"COMPLETE", "PRUNED"}
    for found, winner in others:
        assert found == trials
        assert winner == best


@pytest.mark.slow
def test_a_kill_changes_nothing(shell, forks, tmp_path):
    own = replace(shell, preloaded=forks)
    expected = search(own, tmp_path, "whole", "--workers", 2)
    killed = replace(own, folder=tmp_path / "killed")
    killed.folder.mkdir()
    (killed.folder / "same.toml").write_text(EXPERIMENT.replace("SAMPLER", "tpe"))
    for n_finished in (2, 9):
        process = killed.start("run", "same.toml", "--workers", 2)
        deadline = time.monotonic() + 120
        for line in process.stdout:
            if line.startswith(f"[{n_finished:>2}/{N_TRIALS}]"):
                break
            assert time.monotonic() < deadline
        process.kill()
        process.communicate()
    killed.run("run", "same.toml", "--workers", 2)
    assert trials_of(killed) == expected


def test_a_pruner_is_refused(tmp_path):
    with pytest.raises(ExperimentError, match="reproducible = true excludes pruner"):
        load_experiment("diabetes", ["search.reproducible=true", "search.pruner=median"])
