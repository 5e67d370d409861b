from pathlib import Path
from urllib.parse import quote

import pytest

from search.errors import InputError
from search.store import Store, check_address


def test_the_store_stays_where_it_was_when_the_working_directory_changes(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    store = Store()
    monkeypatch.chdir(Path.home())
    assert store.root == tmp_path / "mlruns"


def test_the_tracking_uri_of_the_environment_is_honoured(tmp_path, monkeypatch):
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "http://127.0.0.1:5000")
    assert Store(tmp_path).tracking_uri == "http://127.0.0.1:5000"


def test_the_tracking_uri_is_the_stores_own_database_otherwise(tmp_path, monkeypatch):
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    assert Store(tmp_path).tracking_uri == f"sqlite:///{tmp_path}/mlflow.db"


@pytest.mark.parametrize("form", ["{}", "file://{}", "sqlite:///{}", "runs", "file:runs", "sqlite:///", "sqlite:///?mode=ro"])
def test_a_tracking_uri_that_names_a_folder_is_refused(tmp_path, monkeypatch, form):
    monkeypatch.setenv("MLFLOW_TRACKING_URI", form.format(tmp_path))
    with pytest.raises(InputError, match="names a folder; expected a database or a server"):
        _ = Store().tracking_uri


@pytest.mark.parametrize(
    "uri", ["sqlite:///mlflow.db", "sqlite:////data/mlflow.db?mode=ro", "postgresql://h/mlflow", "databricks", "databricks://me"]
)
def test_any_other_tracking_uri_is_kept(monkeypatch, uri):
    monkeypatch.setenv("MLFLOW_TRACKING_URI", uri)
    assert Store().tracking_uri == uri


@pytest.mark.parametrize("suffix", ["keras", "skops"])
def test_a_kept_model_is_found_whatever_its_kind(tmp_path, suffix):
    folder = Store(tmp_path).study("diabetes")
    folder.models.mkdir(parents=True)
    assert not folder.model(7).exists()
    for name in (f"7.{suffix}", "7.expected.npz", f"7.123.unfinished.{suffix}", f"71.{suffix}"):
        (folder.models / name).touch()
    assert folder.model(7) == folder.models / f"7.{suffix}"


@pytest.mark.parametrize("password", ["Ge/heim@rd", "pa ss", "a#1", "b?c", "x@y"])
def test_a_password_whose_end_no_parser_finds_is_refused_and_not_shown(password):
    with pytest.raises(InputError, match="has a sign that cannot stand there as it is; write %2F for /") as raised:
        check_address(f"postgresql+psycopg://ada:{password}@127.0.0.1:9/x")
    assert "in the address postgresql+psycopg://***@127.0.0.1:9/x has a sign" in str(raised.value)
    check_address(f"postgresql+psycopg://ada:{quote(password, safe='')}@127.0.0.1:9/x")


def test_addresses_without_such_a_password_are_right():
    for address in ("sqlite:////tmp/a@b/x.db", "http://ada:x@y@lab.org/mlflow?a=b", "http://127.0.0.1:5000/a@b", "databricks", "file:///a b"):
        check_address(address)
