"""MLflow's store is removed, or is another one: all runs are written anew from the ledger, and the champion is registered there."""

from dataclasses import replace

import pytest

OWN = """
from pathlib import Path
import keras

def build(input_shape, width=1):
    return keras.Sequential([keras.Input(input_shape), keras.layers.Dense(width), keras.layers.Dense(1, activation="sigmoid")])

class Removing(keras.callbacks.Callback):
    def on_train_begin(self, logs=None):
        if self.model.layers[0].units == 2 and Path("remove").exists():
            Path("remove").unlink()
            for file in Path("mlruns").glob("mlflow.db*"):
                file.unlink()
"""
EXPERIMENT = """
model = "own:build"
data = { loader = "experiments.datasets:diabetes" }
space = { model = { width = { type = "categorical", choices = [1, 2, 3] } }, training = { epochs = 2 } }
callbacks = [{ use = "own:Removing" }]
objective = { metric = "val_loss", direction = "minimize" }
search = { sampler = "grid", n_trials = 3 }
executor = { name = "in-process", trainer = "keras" }
"""
RUNS = "select status, count(*) from runs group by 1"
STEPS = "select step, count(*) from metrics where key = 'val_loss' group by 1 order by 1"
CHAMPIONS = "select name, alias, version from registered_model_aliases"


@pytest.mark.slow
@pytest.mark.usefixtures("forks")
def test_all_runs_are_written_anew_from_the_ledger(shell, rows):
    def check(shell, n_trials):
        assert rows(shell, RUNS) == [("FINISHED", n_trials + 1)]
        assert rows(shell, STEPS) == [(1, n_trials), (2, n_trials)]
        [(name, alias, _)] = rows(shell, CHAMPIONS)
        assert (name, alias) == ("own", "champion")
        assert shell.call("doctor", "own").stdout == "own: no problems\n"

    (shell.folder / "own.py").write_text(OWN)
    (shell.folder / "own.toml").write_text(EXPERIMENT)
    (shell.folder / "remove").touch()
    finished = shell.call("run", "own.toml")  # its second or third trial removes the store
    assert not (shell.folder / "remove").exists()
    assert "written anew from the ledger" in finished.stdout + finished.stderr
    check(shell, 3)

    for file in (shell.folder / "mlruns").glob("mlflow.db*"):  # removed before the study is continued, and begun again by another one
        file.unlink()
    shell.call("run", "own.toml", "--study", "other", "--trials", 1)
    shell.call("run", "own.toml")
    assert ("own",) in rows(shell, "select name from registered_models")
    assert rows(shell, RUNS) == [("FINISHED", 2 + 4)]

    elsewhere = replace(shell, variables={"MLFLOW_TRACKING_URI": f"sqlite:///{shell.folder}/elsewhere.db"})
    elsewhere.call("run", "own.toml")
    check(elsewhere, 3)
