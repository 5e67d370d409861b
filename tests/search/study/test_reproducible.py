"""A reproducible search has the same trials and the same winner with 1, 2 and 4 workers, and after a kill."""

import functools
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
evaluation.folds = 5
search = { n_trials = 20, seed = 3, reproducible = true, sampler = "SAMPLER" }
"""
N_TRIALS = 20


def trials_of(shell):
    view = ledgers.read(Store(shell.folder / "mlruns"), "same")
    try:
        return [(record.number, dict(record.params), record.state.value, record.value) for record in view.records()], view.best
    finally:
        view.close()


@pytest.fixture(scope="module")
def search(module_shell, preloaded):
    """A function that runs the search in a folder of its own; the same search is run once."""

    @functools.cache
    def run(sampler, workers):
        shell = folder(module_shell, f"{sampler}-{workers}", sampler, preloaded)
        shell.run("run", "same.toml", "--workers", workers)
        return trials_of(shell)

    return run


def folder(shell, name, sampler, preloaded):
    own = replace(shell, folder=shell.folder / name, preloaded=preloaded)
    own.folder.mkdir()
    (own.folder / "same.toml").write_text(EXPERIMENT.replace("SAMPLER", sampler))
    return own


@pytest.mark.slow
@pytest.mark.parametrize(("sampler", "workers"), [("tpe", 2), ("tpe", 4), ("kt-bayesian", 3)])
def test_the_number_of_workers_changes_nothing(search, sampler, workers):
    trials, best = search(sampler, 1)
    assert len(trials) == N_TRIALS
    assert {state for _, _, state, _ in trials} == {"COMPLETE", "PRUNED"}
    assert search(sampler, workers) == (trials, best)


@pytest.mark.slow
def test_a_kill_changes_nothing(search, module_shell, preloaded):
    killed = folder(module_shell, "killed", "tpe", preloaded)
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
    assert trials_of(killed) == search("tpe", 1)


def test_a_pruner_is_refused(tmp_path):
    with pytest.raises(ExperimentError, match="reproducible = true excludes pruner"):
        load_experiment("diabetes", ["search.reproducible=true", "search.pruner=median"])
