"""MLflow's page is served to this machine's browser only, without anything that runs commands or writes files elsewhere."""

import socket
from dataclasses import replace

import pytest

from search.store import Store
from search.tracking.mlflow_connection import connect
from tests.search.cli.assistant_attack import attack, send
from tests.search.cli.serving import serving

AJAX = "/ajax-api/2.0/mlflow"


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    """A running `ui` with an experiment, whose home folder is the test's own, as is the browser that it opens."""
    folder = tmp_path_factory.mktemp("ui")
    connect(Store(folder / "mlruns").tracking_uri).create_experiment("rings", artifact_location=(folder / "mlruns" / "artifacts").as_uri())
    with serving(folder, "ui") as served:
        yield served


def test_the_browser_opens_the_printed_address_when_the_server_answers(served):
    assert served.opened == served.url == f"{served.address}/#/experiments/1/runs?workflowType=machine_learning"
    status, page = send(served.address, "GET", "/")
    assert (status, "mlflow.workflowType_v1" in page) == (200, True)
    status, found = send(served.address, "POST", f"{AJAX}/experiments/search", {"max_results": 5})
    assert (status, '"rings"' in found) == (200, True)


def test_the_assistant_runs_no_command(served):
    assert attack(served.address, f"touch {served.shell.folder}/owned") == [404, 404, 404]
    assert not (served.shell.folder / "owned").exists()
    assert not list((served.shell.folder / "home").rglob("config.json"))


def test_no_file_is_written_where_a_caller_wants_it(served):
    place = served.shell.folder / "ssh"
    assert send(served.address, "POST", f"{AJAX}/experiments/create", {"name": "x", "artifact_location": str(place)})[0] == 404
    assert send(served.address, "POST", f"{AJAX}/runs/create", {"experiment_id": "1"})[0] == 404
    assert send(served.address, "POST", f"{AJAX}/upload-artifact?run_uuid=1&path=authorized_keys", b"evil")[0] == 404
    assert send(served.address, "POST", f"{AJAX}/model-versions/create", {"name": "rings", "source": str(place)})[0] == 404


@pytest.mark.parametrize("headers", [{"Host": "10.evil.example"}, {"Origin": "http://evil.example"}, {"Origin": "http://localhost:1"}])
def test_pages_of_other_hosts_are_refused(served, headers):
    assert send(served.address, "POST", f"{AJAX}/experiments/search", {}, **headers)[0] == 403


def test_one_process_listens_on_loopback_only_and_starts_no_other(served):
    assert served.other_processes() == []
    assert served.listening() == [("127.0.0.1", served.port)]


@pytest.mark.parametrize(
    ("words", "variables", "message"),
    [
        (["--host", "0.0.0.0"], {}, "is not one name"),
        (["--host", "192.0.2.1"], {}, "may be reached from other machines"),
        (["--host", "192.0.2.1", "--token"], {}, "cannot be used (Cannot assign requested address); give a name or an IP address of this machine"),
        (["--host", "no such host"], {"PERCEPTUNE_UI_TOKEN": "x" * 16}, "is not known"),
        ([], {"PERCEPTUNE_UI_TOKEN": "secret"}, "has 6 characters; expected at least 16 letters, digits"),
        ([], {"PERCEPTUNE_UI_TOKEN": "x" * 16 + ";"}, "expected at least 16 letters, digits"),
    ],
)
def test_an_unsafe_address_or_token_is_refused(shell, words, variables, message):
    refused = replace(shell, variables=variables).call("ui", *words, status=2).stderr
    assert message in refused
    assert "secret" not in refused
    assert len(refused.splitlines()) == 1


def test_a_port_in_use_is_refused(shell):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert f"Port {port} of 127.0.0.1 cannot be used" in shell.call("ui", "--port", port, status=2).stderr


def test_a_tracking_uri_that_is_a_folder_is_refused_before_a_search_writes_anything(shell):
    (shell.folder / "runs").mkdir()
    away = replace(shell, variables={"MLFLOW_TRACKING_URI": f"sqlite:///{shell.folder / 'runs'}"})
    experiment = "model='models.mlp:build_mlp'\ndata.loader='experiments.datasets:iris'\n[objective]\nmetric='val_loss'\ndirection='minimize'\n"
    (shell.folder / "own.toml").write_text(experiment)
    refused = away.call("run", "own.toml", "--trials", 1, status=2).stderr
    assert "names a folder; expected a database or a server" in refused
    assert not (shell.folder / "mlruns").exists()
    assert away.call("ui", status=2).stderr == refused
