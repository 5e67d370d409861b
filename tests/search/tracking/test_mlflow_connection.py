"""A store is created once and without messages; one that does not respond is an early, clear error without secrets."""

import os
import socket
import time
from multiprocessing.connection import Connection
from pathlib import Path

import pytest

from search.errors import InputError, PerceptuneError
from search.tracking.mlflow_connection import connect, mlflow_session
from tests.preloaded import PreloadedProcess


def create(pipe: Connection) -> None:
    """Create an experiment in each of two stores; runs in a process of its own."""
    plain, from_template, template, name = pipe.recv()
    connect(plain).create_experiment(name)
    connect(from_template, template).create_experiment(name)
    pipe.send("created")


def test_processes_that_start_together_share_new_stores_and_print_nothing(tmp_path: Path, template: Path, preloaded: PreloadedProcess) -> None:
    plain, from_template = (f"sqlite:///{tmp_path}/{folder}/mlflow.db" for folder in ("plain", "template"))
    processes = [preloaded.fork(f"{__name__}:create", {}) for _ in "ab"]
    for process, name in zip(processes, "ab", strict=True):
        process.send((plain, from_template, template, name))
    assert [process.receive() for process in processes] == ["created", "created"]
    for process in processes:
        process.close(is_idle=True)
        process.join()
    assert [Path(process.log).read_text() for process in processes] == ["", ""]
    for uri in (plain, from_template):
        assert {experiment.name for experiment in connect(uri).search_experiments()} == {"a", "b", "Default"}


@pytest.mark.parametrize("scheme", ["http", "postgresql"])
def test_a_missing_server_is_reported_within_seconds_without_its_password(scheme: str) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    before, started = dict(os.environ), time.perf_counter()
    with pytest.raises(InputError, match="MLFLOW_TRACKING_URI") as caught:
        connect(f"{scheme}://ada:s3cret@127.0.0.1:{port}/lab?token=hidden")
    assert time.perf_counter() - started < 20
    assert f"127.0.0.1:{port}" in str(caught.value)
    assert "s3cret" not in str(caught.value)
    assert "hidden" not in str(caught.value)
    assert os.environ.keys() - before.keys() <= {"MLFLOW_DISABLE_TELEMETRY", "MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT"}


def test_a_database_that_is_no_mlflow_store_is_refused(tmp_path: Path) -> None:
    (tmp_path / "mlflow.db").write_text("not a database " * 100)
    with pytest.raises(InputError, match="cannot be used"):
        connect(f"sqlite:///{tmp_path}/mlflow.db")


def test_an_unknown_scheme_is_refused() -> None:
    with pytest.raises(InputError, match="gopher://store cannot be used"):
        connect("gopher://store")


def test_mlflow_errors_are_translated(tracking_uri: str) -> None:
    client = connect(tracking_uri)
    with pytest.raises(PerceptuneError, match="run the same command again"), mlflow_session():
        client.get_run("0" * 32)
