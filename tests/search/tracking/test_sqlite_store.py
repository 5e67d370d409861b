"""A new store is created whole, whatever other processes do or a deleted store has left."""

import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from types import SimpleNamespace

import psutil
import pytest

from search.tracking.mlflow_connection import connect, prepare
from search.tracking.sqlite_store import exists, install_template, path_of


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return prepare(tmp_path_factory.mktemp("prepared"))


def journal_mode(database: Path) -> str:
    with closing(sqlite3.connect(database)) as connection:
        return str(connection.execute("PRAGMA journal_mode").fetchone()[0])


def test_a_store_from_a_template_works_with_mlflow(prepared: Path, tmp_path: Path) -> None:
    uri = f"sqlite:///{tmp_path}/mlruns/mlflow.db"
    client = connect(uri, prepared)
    client.create_run(client.create_experiment("one"))
    again = connect(uri, prepared)
    assert [experiment.name for experiment in again.search_experiments()] == ["one", "Default"]
    assert journal_mode(tmp_path / "mlruns" / "mlflow.db") == "wal"


def test_side_files_of_a_deleted_store_are_removed(prepared: Path, tmp_path: Path) -> None:
    database = tmp_path / "mlflow.db"
    install_template(prepared, database)
    killed = (
        "import os, sqlite3, sys; store = sqlite3.connect(sys.argv[1]); "
        "store.execute('create table old (a)'); store.commit(); os.kill(os.getpid(), 9)"
    )
    subprocess.run([sys.executable, "-c", killed, database], check=False)
    assert Path(f"{database}-wal").stat().st_size
    database.unlink()
    install_template(prepared, database)
    with closing(sqlite3.connect(database)) as store:
        assert store.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        tables = {name for (name,) in store.execute("select name from sqlite_master where type = 'table'")}
    assert "runs" in tables
    assert "old" not in tables


def test_no_write_ahead_log_is_used_on_a_network_drive(prepared: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    drive = SimpleNamespace(mountpoint=str(tmp_path), fstype="nfs4")
    monkeypatch.setattr(psutil, "disk_partitions", lambda all: [drive])
    install_template(prepared, tmp_path / "mlflow.db")
    assert journal_mode(tmp_path / "mlflow.db") == "delete"


def test_the_file_of_a_uri_is_without_escapes_and_options() -> None:
    assert path_of("sqlite:///my%20runs/mlflow.db?timeout=30") == Path("my runs/mlflow.db")
    assert not exists("sqlite:///nowhere/mlflow.db")
    assert exists("http://127.0.0.1:1")
