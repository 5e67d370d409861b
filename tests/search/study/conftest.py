"""Studies of a custom builder, and queries of MLflow's store."""

import pytest
import sqlalchemy

BUILDERS = """
import os
import signal
import time
import keras

def build_failing(input_shape, fails=0):
    if fails:
        raise ValueError("this one fails on purpose")
    return keras.Sequential([keras.Input(input_shape), keras.layers.Dense(1, activation="sigmoid")])

def build_slow(input_shape, width=1):
    time.sleep(1)
    return keras.Sequential([keras.Input(input_shape), keras.layers.Dense(width), keras.layers.Dense(1, activation="sigmoid")])

class Deadly(keras.callbacks.Callback):
    def on_train_begin(self, logs=None):
        if self.model.layers[0].units == 2:
            os.kill(os.getpid(), signal.SIGKILL)

class Failing(keras.callbacks.Callback):
    def on_train_begin(self, logs=None):
        raise ValueError("this one fails on purpose")
"""
EXPERIMENT = """
model = "own:{builder}"
data = {{ loader = "experiments.datasets:diabetes" }}
space = {{ model = {{ {argument} }}, training = {{ epochs = 2 }} }}
objective = {{ metric = "val_loss", direction = "minimize" }}
search = {{ sampler = "random", n_trials = {trials}, seed = 0 }}
executor = {{ n_workers = 2, trainer = "keras" }}
"""


@pytest.fixture(scope="session")
def rows():
    """A function that queries MLflow's store of a shell."""

    def ask(shell, query):
        uri = shell.variables.get("MLFLOW_TRACKING_URI", f"sqlite:///{shell.folder}/mlruns/mlflow.db")
        engine = sqlalchemy.create_engine(uri, poolclass=sqlalchemy.NullPool)
        with engine.connect() as store:
            return [tuple(row) for row in store.execute(sqlalchemy.text(query))]

    return ask


@pytest.fixture(scope="session")
def write_own():
    """A function that writes ``own.toml`` and the module of its builder into a shell's folder."""

    def write(shell, builder, argument, trials=4):
        (shell.folder / "own.py").write_text(BUILDERS)
        (shell.folder / "own.toml").write_text(EXPERIMENT.format(builder=builder, argument=argument, trials=trials))

    return write
