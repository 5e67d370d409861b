"""A champion that was registered before a kill, but is not in the ledger."""

import sqlite3

import pytest

from search import ledger as ledgers
from search.champion.promotion import promote
from search.store import Store
from search.tracking.mlflow_tracker import MlflowTracker
from tests.test_earlier_version import unpack


@pytest.mark.slow
@pytest.mark.usefixtures("forks")
def test_promoting_again_without_the_ledgers_entry_registers_nothing(tmp_path, monkeypatch):
    unpack(tmp_path)
    monkeypatch.chdir(tmp_path)
    store = Store()
    experiment = ledgers.read(store, "old_study").experiment
    ledger = ledgers.create_or_continue(store, "old_study", experiment, fresh=False)
    try:
        champion = ledger.attribute("champion")
        ledger.set_attribute("champion", None)
        promote(ledger, experiment, store.tracking_uri, MlflowTracker(store.tracking_uri, store.artifacts).find_run_id)
        again = ledger.attribute("champion")
        intervals, cost = again.pop("test_intervals"), again.pop("cost")  # which the earlier version did not measure
        assert again == champion
        assert cost["n_models"] == 1
        assert intervals.keys() == champion["test"].keys()
        assert all(low < champion["test"][name] < high for name, (low, high) in intervals.items())
    finally:
        ledger.close()
    with sqlite3.connect(tmp_path / "mlruns" / "mlflow.db") as database:
        assert database.execute("select name, version from model_versions").fetchall() == [("old_study", 1)]
        assert database.execute("select count(*) from logged_models").fetchall() == [(1,)]
