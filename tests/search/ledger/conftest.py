"""The experiment whose ledgers are tested, and its ledger."""

import optuna
import pytest

from search import ledger as ledgers
from search.experiment.file import parse_experiment
from search.store import Store

CONTENT = {
    "name": "toy",
    "model": "models.mlp:build_mlp",
    "data": {"loader": "experiments.datasets:diabetes"},
    "space": {"model": {"n_hidden": {"type": "int", "low": 0, "high": 3}}},
    "objective": {"metric": "val_accuracy", "direction": "maximize"},
}
EXPERIMENT = parse_experiment(CONTENT, "toy.toml")
DISTRIBUTIONS = EXPERIMENT.space.searched


def open_ledger(store, content=CONTENT, *, fresh=False):
    ledger = ledgers.create_or_continue(store, "toy", parse_experiment(content, "toy.toml"), fresh=fresh)
    ledger.use(optuna.samplers.RandomSampler(seed=0), optuna.pruners.NopPruner())
    return ledger


@pytest.fixture
def store(tmp_path):
    return Store(tmp_path / "mlruns")


@pytest.fixture
def ledger(store):
    ledger = open_ledger(store)
    yield ledger
    ledger.close()
