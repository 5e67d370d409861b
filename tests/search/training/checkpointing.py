"""Trials that end as a kill ends them, and a trainer of plain numbers, for tests of checkpoints."""

import json

import numpy as np

from search.experiment.settings import TrainingSettings
from search.trial import Assignment
from tests.search.training.dense.test_planner import SPACE

ALWAYS = 1e-9


class KilledError(Exception):
    """Ends a training from the report of an epoch, as a kill does: nothing is tidied up for the next one."""


def killed_at(epoch):
    def report(told):
        if told.epoch == epoch:
            raise KilledError
        return True

    return report


def options(trainer, seconds=ALWAYS, **executor):
    chosen = trainer if trainer in ("keras", "compiled") else "auto"
    return {"space": SPACE, "search": {"n_trials": 20}, "executor": {"trainer": chosen, "checkpoint_seconds": seconds} | executor}


def change_about(path, change):
    with np.load(path) as file:
        arrays = {name: file[name] for name in file.files}
    about = json.loads(arrays["about"].tobytes())
    change(about)
    np.savez(path, **arrays | {"about": np.frombuffer(json.dumps(about).encode(), np.uint8)})


class Numbers:
    """A trainer of plain numbers: its weights are the number of the epoch."""

    def __init__(self, shape=(2,)):
        self.array = np.zeros(shape)

    def get_weights(self):
        return [self.array.copy()]

    def get_state(self):
        return [self.array.copy()]

    def set_state(self, arrays):
        (self.array,) = arrays


def make_assignment(path, **changes):
    given = {"number": 3, "params": {}, "model_arguments": {"n_neurons": 8}, "training": TrainingSettings(epochs=9), "seed": 7}
    return Assignment(**{**given, "is_prunable": False, "keep_if_better_than": None, "model_path": "model", "checkpoint_path": str(path)} | changes)


def go_through(progress, trainer, values):
    """Feed values and return the learning rates, until it ends."""
    rates = []
    for value in values:
        rates.append(progress.learning_rate)
        trainer.array = np.full(trainer.array.shape, float(progress.epoch))
        if not progress.end_epoch({"loss": 1.0, "val_loss": value, "note": float("nan")}, trainer.get_weights):
            break
        progress.between_epochs(trainer)
    return rates
