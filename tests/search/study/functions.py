"""Functions that are objectives, and an experiment of one, as texts of files."""

MINE = """
import pathlib

import optuna

def objective(trial):
    x = trial.suggest_float("x", -5, 5)
    form = trial.suggest_categorical("form", ["square", "abs", None])
    scale = trial.suggest_float("scale", 0.1, 10, log=True) if form == "square" else 1.0
    value = scale * x * x if form == "square" else abs(x)
    assert trial.study.direction.name == "MINIMIZE"
    for step in range(3):
        trial.report(value + 1 / (step + 1), 10 * step)
        if trial.should_prune() and trial.number < 24:
            raise optuna.TrialPruned
    trial.set_user_attr("form of x", {"form": form})
    return value

def several(trial):
    x = trial.suggest_int("x", 0, 10)
    assert not hasattr(trial.study, "best_trials")
    return x, (10 - x) ** 2

def slow(trial):
    import time
    x, y = trial.suggest_float("x", 0, 1), trial.suggest_float("y", 0, 1)
    with pathlib.Path("calls.txt").open("a") as file:
        file.write(f"{trial.number} {x} {y}\\n")
    time.sleep(1)
    return x + y

def asking(trial):
    import time
    found = []
    for name in "abcd":
        found.append(trial.suggest_float(name + " (x)", 0, 1))
        time.sleep(0.02)
    trial.set_user_attr("sum (x)", sum(found))
    return sum(found) + trial.suggest_categorical("size", np.arange(3))

def failing(trial):
    x = trial.suggest_float("x", 0, 1)
    match trial.number:
        case 0: raise ValueError("wrong data")
        case 1: return None
        case 2: return float("nan")
        case 3: return 1.0, 2.0
        case 4: return trial.suggest_int("x", 0, 3)
        case 5: trial.report("much", 0)
        case 7: trial.set_constraint("c", 1.0)
        case 8: trial.set_user_attr("f", failing)
        case 10: return trial.study.best_value
        case 9: trial.suggest_categorical("layer", [keras.layers.Dense, keras.layers.GRU])
    return x

def without_trial(number, other):
    return number

import keras
import numpy as np

class Pruning(keras.callbacks.Callback):
    def __init__(self, trial, monitor):
        super().__init__()
        self.trial, self.monitor = trial, monitor

    def on_epoch_end(self, epoch, logs=None):
        self.trial.report(logs[self.monitor], step=epoch)
        if self.trial.should_prune():
            raise optuna.TrialPruned(f"at epoch {epoch}")

def network(trial):
    x = np.random.default_rng(0).normal(size=(60, 4))
    y = (x.sum(axis=1) > 0).astype(int)
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(trial.suggest_int("units", 4, 32)), keras.layers.Dense(1, activation="sigmoid")])
    model.compile(keras.optimizers.Adam(trial.suggest_float("rate", 1e-3, 1e-1, log=True)), "binary_crossentropy", metrics=["accuracy"])
    history = model.fit(x, y, epochs=2, verbose=0, validation_split=0.5, callbacks=[Pruning(trial, "val_accuracy")]).history
    return max(history["val_accuracy"])
"""
EXPERIMENT = """
objective = "mine:objective"
[search]
n_trials = 24
[executor]
n_workers = 2
"""
