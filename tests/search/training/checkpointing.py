"""Helpers for tests of checkpoints: a report that ends a trial like a kill, and a trainer whose weights are plain numbers."""

import json

import numpy as np

from tests.search.training import conftest
from tests.search.training.dense.test_planner import SPACE

ALWAYS = 1e-9
"""A time between checkpoints so short that every epoch is followed by one."""


class KilledError(Exception):
    """Raised by a report to end a training without any cleaning up, like a kill of the process."""


def killed_at(epoch):
    """Return a report that raises `KilledError` at an epoch."""

    def report(given):
        if given.epoch == epoch:
            raise KilledError
        return True

    return report


def options(trainer, seconds=ALWAYS, **executor):
    """Return the sections of an experiment for a trainer, with a checkpoint after every epoch by default."""
    chosen = trainer if trainer in ("keras", "compiled") else "auto"
    return {"space": SPACE, "search": {"n_trials": 20}, "executor": {"trainer": chosen, "checkpoint_seconds": seconds} | executor}


def change_about(path, change):
    """Change the description that a checkpoint file holds beside its arrays."""
    with np.load(path) as file:
        arrays = {name: file[name] for name in file.files}
    about = json.loads(arrays["about"].tobytes())
    change(about)
    np.savez(path, **arrays | {"about": np.frombuffer(json.dumps(about).encode(), np.uint8)})


class Numbers:
    """A trainer whose weights are the number of the epoch."""

    def __init__(self, shape=(2,)):
        self.array = np.zeros(shape)

    def get_weights(self):
        return [self.array.copy()]

    def get_state(self):
        return [self.array.copy()]

    def set_state(self, arrays):
        (self.array,) = arrays


def make_assignment(path, **changes):
    """Return a trial with a path for its checkpoint."""
    return conftest.make_assignment(**{"model_arguments": {"n_neurons": 8}, "training": {"epochs": 9}, "checkpoint_path": str(path)} | changes)


def go_through(progress, trainer, values):
    """End an epoch with each value in order until the progress ends training, and return the epochs' learning rates."""
    rates = []
    for value in values:
        rates.append(progress.learning_rate)
        trainer.array = np.full(trainer.array.shape, float(progress.epoch))
        if not progress.end_epoch({"loss": 1.0, "val_loss": value, "note": float("nan")}, trainer.get_weights):
            break
        progress.between_epochs(trainer)
    return rates
