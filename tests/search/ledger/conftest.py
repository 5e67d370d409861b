"""The experiment whose ledgers are tested."""

from search.experiment.file import parse_experiment
from search.experiment.space import to_distributions

CONTENT = {
    "name": "toy",
    "model": "models.mlp:build_mlp",
    "data": {"loader": "experiments.datasets:diabetes"},
    "space": {"model": {"n_hidden": {"type": "int", "low": 0, "high": 3}}},
    "objective": {"metric": "val_accuracy", "direction": "maximize"},
}
EXPERIMENT = parse_experiment(CONTENT, "toy.toml")
DISTRIBUTIONS = to_distributions(EXPERIMENT.space.searched)
