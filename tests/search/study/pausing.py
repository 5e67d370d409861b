"""An experiment whose trials are paused and continue, as the text of a file, and the sections that every experiment of a network has."""

EXPERIMENT = """
model = "mlp"
data = { loader = "iris" }
objective = { metric = "val_loss", direction = "minimize" }
executor = { name = "in-process" }
[space.model]
n_neurons = { type = "int", low = 2, high = 32 }
[space.training]
epochs = 27
learning_rate = { type = "float", low = 1e-4, high = 1e-1, log = true }
[search]
pruner = "asha"
pruner_options = { min_epochs = 1 }
n_trials = 9
"""
CONTENT = {
    "name": "own",
    "model": "models.mlp:build_mlp",
    "data": {"loader": "experiments.datasets:diabetes"},
    "objective": {"metric": "val_loss", "direction": "minimize"},
}
