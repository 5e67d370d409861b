"""A champion that was registered before a kill, but is not in the ledger."""

import sqlite3
from pathlib import Path

DIABETES = Path(__file__).parents[3] / "experiments" / "diabetes.toml"
PROGRAM = """if True:
    from search import ledger as ledgers
    from search.champion.promotion import promote
    from search.store import Store
    from search.tracking.mlflow_tracker import MlflowTracker

    store = Store()
    experiment = ledgers.read(store, "diabetes").experiment
    ledger = ledgers.create_or_continue(store, "diabetes", experiment, fresh=False)
    champion = ledger.attribute("champion")
    ledger.set_attribute("champion", None)
    promote(ledger, experiment, store.tracking_uri, MlflowTracker(store.tracking_uri, store.artifacts).find_run_id)
    print(ledger.attribute("champion") == champion)
"""


def test_crowning_again_without_the_ledgers_note_registers_nothing(shell):
    shell.run("run", DIABETES, "--trials", 1, "--workers", 1, "--set", "space.training.epochs=2")
    assert shell.python(PROGRAM).splitlines()[-1] == "True"
    with sqlite3.connect(shell.folder / "mlruns" / "mlflow.db") as store:
        assert store.execute("select name, version from model_versions").fetchall() == [("diabetes", 1)]
        assert store.execute("select count(*) from logged_models").fetchall() == [(1,)]
