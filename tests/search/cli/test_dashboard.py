"""optuna-dashboard shows the ledgers of all studies to this machine's browser only, and changes none of them."""

import json
import sys
from dataclasses import replace
from types import SimpleNamespace

import optuna
import pytest

from search import ledger as ledgers
from search.experiment.file import parse_experiment
from search.store import Store
from search.trial import TrialResult, TrialState
from tests.search.cli.assistant_attack import send
from tests.search.cli.serving import free_port, serving
from tests.search.ledger.conftest import CONTENT, DISTRIBUTIONS


def start(store, name):
    ledger = ledgers.create_or_continue(store, name, parse_experiment(CONTENT, "toy.toml"), fresh=False)
    ledger.use(optuna.samplers.RandomSampler(seed=0), optuna.pruners.NopPruner())
    return ledger


def finish(ledger):
    number, _ = ledger.ask(DISTRIBUTIONS, 99)
    history = tuple({"val_accuracy": value} for value in (0.25, 0.75))
    ledger.tell(TrialResult(number=number, state=TrialState.COMPLETE, value=0.75, best_epoch=2, history=history), seed=7, finished=1.0)


@pytest.fixture(scope="module")
def running(tmp_path_factory):
    """A running `dashboard`, and a study that runs beside it, with one trial, among a finished one."""
    folder = tmp_path_factory.mktemp("dashboard")
    store = Store(folder / "mlruns", "")
    for name in ("finished", "toy"):
        ledger = start(store, name)
        finish(ledger)
        if name == "finished":
            ledger.close()
    with serving(folder, "dashboard") as served:
        yield SimpleNamespace(served=served, ledger=ledger, journal=store.study("toy").journal)
    ledger.close()


@pytest.fixture
def served(running):
    return running.served


def studies(served):
    status, found = send(served.address, "GET", "/api/studies")
    assert status == 200
    return {study["study_name"]: study["study_id"] for study in json.loads(found)["study_summaries"]}


def test_the_browser_opens_the_printed_address_and_all_studies_are_there(served):
    assert served.opened == served.url == f"{served.address}/"
    status, page = send(served.address, "GET", "/")
    assert (status, "<script" in page) == (200, True)
    assert sorted(studies(served)) == ["finished", "toy"]


def test_a_study_that_runs_shows_new_trials_with_their_curves(running):
    finish(running.ledger)
    status, found = send(running.served.address, "GET", f"/api/studies/{studies(running.served)['toy']}")
    study = json.loads(found)
    assert (status, study["has_intermediate_values"], study["objective_names"]) == (200, True, ["val_accuracy"])
    assert [[epoch["value"] for epoch in trial["intermediate_values"]] for trial in study["trials"]] == [[0.25, 0.75]] * 2
    assert send(running.served.address, "GET", f"/csv/{studies(running.served)['toy']}")[1].startswith("Number,State,val_accuracy")


@pytest.mark.parametrize(
    ("method", "path", "content"),
    [
        ("POST", "/api/studies", {"study_name": "new", "directions": ["minimize"]}),
        ("POST", "/api/studies/{}/rename", {"study_name": "new"}),
        ("DELETE", "/api/studies/{}", None),
        ("PUT", "/api/studies/{}/note", {"version": 1, "body": "a note"}),
        ("POST", "/api/trials/{}000000/user-attrs", {"user_attrs": {"tag": "a"}}),
        ("POST", "/api/trials/{}000000/tell", {"state": "Fail"}),
    ],
)
def test_writes_are_refused_and_the_ledger_stays_as_it_is(running, method, path, content):
    before = running.journal.read_bytes()
    status, refused = send(running.served.address, method, path.format(studies(running.served)["toy"]), content)
    assert (status, "only shows studies" in json.loads(refused)["reason"]) == (405, True)
    assert running.journal.read_bytes() == before
    assert sorted(studies(running.served)) == ["finished", "toy"]


@pytest.mark.parametrize("headers", [{"Host": "10.evil.example"}, {"Origin": "http://evil.example"}, {"Sec-Fetch-Site": "cross-site"}])
def test_pages_of_other_hosts_are_refused(served, headers):
    assert send(served.address, "GET", "/api/studies", **headers)[0] == 403


def test_one_process_listens_on_loopback_only_and_starts_no_other(served):
    assert served.other_processes() == []
    assert served.listening() == [("127.0.0.1", served.port)]


def test_a_missing_package_is_an_error_that_names_the_extra(shell, monkeypatch):
    monkeypatch.setitem(sys.modules, "optuna_dashboard", None)
    refused = shell.call("dashboard", "--no-browser", "--port", free_port(), status=2).stderr
    assert 'install it: .venv/bin/pip install -e ".[dashboard]"' in refused
    assert not (shell.folder / "mlruns").exists()


def test_an_unsafe_address_and_an_unknown_ledger_are_refused(shell, unused_port):
    assert "add --token" in shell.call("dashboard", "--host", "192.0.2.1", status=2).stderr
    away = replace(shell, variables={"PERCEPTUNE_LEDGER": f"postgresql+psycopg://ann:secret@127.0.0.1:{unused_port}/x"})
    refused = away.call("dashboard", "--port", free_port(), status=2).stderr
    assert "The ledger postgresql+psycopg://***@127.0.0.1" in refused
    assert "secret" not in refused
