"""Twenty secrets in every place of a study: none of them is stored, tracked, logged or printed, and the study goes on without them."""

from dataclasses import replace

import pytest

OWN = """
import logging
import os
import sys
import warnings
import keras
import numpy as np
import pandas as pd

def load(token, url, options, user):
    assert (token, options["password"], user) == ("s-01-data token/+", "s-02-nested@pass", "s-03-env-by-reference")
    print("loading with", token, options, url, user, os.environ)
    print("to standard error", token, file=sys.stderr)
    warnings.warn(f"deprecated token {token}")
    logging.getLogger("own").warning("token %s", token)
    rows = np.random.default_rng(0).normal(size=(120, 3))
    def part(start, end):
        return pd.DataFrame(rows[start:end], columns=list("abc")), pd.Series((rows[start:end, 0] > 0).astype(int), name="y")
    return {"train": part(0, 60), "validation": part(60, 90), "test": part(90, 120), "task": "binary", "name": f"rows of {token}"}

def build(input_shape, api_key, secret, units, endpoint):
    assert (api_key, secret) == ("s-07-builder", "s-08-env-builder")
    print("building with", api_key, secret, os.environ["HF_TOKEN"], endpoint, flush=True)
    logging.getLogger("own").warning("build %s", api_key)
    if units == 3:
        raise ValueError(f"{api_key} Authorization: Bearer s-12-bearer-header {os.environ['OPENAI_API_KEY']} {'x ' * 212}{endpoint}")
    return keras.Sequential([keras.layers.Input(input_shape), keras.layers.Dense(units), keras.layers.Dense(1, activation="sigmoid")])

class Notify(keras.callbacks.Callback):
    def __init__(self, access_token, webhook, headers):
        super().__init__()
        assert access_token == "s-06-callback"
        self.told = access_token, webhook, headers
    def on_epoch_end(self, epoch, logs=None):
        print("notify", *self.told)
"""
EXPERIMENT = """
model = "own:build"
[data]
loader = "own:load"
token = "s-01-data token/+"
url = "postgresql://ada:s-04/pa ss@w@db.lab/rows?sslpassword=s-05-query"
options = { password = "s-02-nested@pass", n = 3 }
user = "env:OWN_USER"
[space.model]
api_key = "s-07-builder"
secret = "env:BUILDER_SECRET"
endpoint = "https://bob:s-09-endpoint@api.lab/v1"
units = { type = "categorical", choices = [2, 3] }
[space.training]
epochs = 2
[objective]
metric = "val_loss"
direction = "minimize"
[[callbacks]]
use = "own:Notify"
access_token = "s-06-callback"
webhook = "https://hooks.lab/x?token=s-10-webhook"
headers = { Authorization = "Bearer s-11-header" }
[search]
n_trials = 1
sampler = "grid"
"""
VARIABLES = {
    "OWN_USER": "s-03-env-by-reference",
    "BUILDER_SECRET": "s-08-env-builder",
    "HF_TOKEN": "s-13-hf",
    "OPENAI_API_KEY": "s-14-openai",
    "AWS_SECRET_ACCESS_KEY": "s-15/aws+key",
    "MLFLOW_TRACKING_PASSWORD": "s-16-mlflow",
    "DATABASE_URL": "mysql://u:s-17-url@h/d",
    "MY_DB_CREDENTIALS": "s-18 with blanks",
    "PGPASSWORD": "s-19-pg",
    "GITHUB_TOKEN": "s-20-github",
}
SECRETS = (
    *("s-01-data", "s-02-nested", "s-03-env", "s-04/pa", "ss@w", "s-05-query", "s-06-callback", "s-07-builder", "s-08-env", "s-09-endpoint"),
    *("s-10-webhook", "s-11-header", "s-12-bearer", "s-13-hf", "s-14-openai", "s-15/aws", "s-16-mlflow", "s-17-url", "s-18 with", "s-19-pg"),
    "s-20-github",
)


def found_in(text):
    return [secret for secret in SECRETS if secret in text]


@pytest.mark.slow
@pytest.mark.parametrize("ledger", ["", "sqlite:///ledger.db"])
def test_none_of_twenty_secrets_is_stored_or_printed_and_the_study_continues(shell, forks, ledger):
    shell = replace(shell, variables=VARIABLES | {"PERCEPTUNE_LEDGER": ledger}, preloaded=forks if ledger else None)
    (shell.folder / "own.py").write_text(OWN)
    (shell.folder / "own.toml").write_text(EXPERIMENT)
    printed = []
    for words in (["--trials", 1], ["--trials", 2, "--set", "data.token='s-01-data token/+'"]):  # the second continues the study
        done = shell.run("--debug", "run", "own.toml", "--workers", 1, *words)
        printed.append(done.stdout + done.stderr)
    for words in (["show", "own"], ["trials", "own"], ["best", "own", "--json"], ["doctor"], ["trials", "own", "--csv", "trials.csv"]):
        done = shell.call(*words)
        printed.append(done.stdout + done.stderr)
    assert "loading with ***" in printed[0]
    assert "1 COMPLETE, 1 FAILED" in printed[1]
    assert "models:/own/1" in printed[1]
    assert found_in("".join(printed)) == []
    written = [path for path in shell.folder.rglob("*") if path.is_file() and path.name not in ("own.py", "own.toml") and path.suffix != ".pyc"]
    assert len(written) > 20
    assert {path.name: found for path in written if (found := found_in(path.read_bytes().decode("latin-1")))} == {}
    ledger_file = shell.folder / ("ledger.db" if ledger else "mlruns/studies/own/journal.log")
    assert ledger_file.stat().st_mode & 0o777 == 0o600
