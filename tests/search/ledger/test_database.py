import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from search.errors import InputError, LedgerError
from search.ledger.database import Database


@pytest.mark.parametrize("url", ["mysql://host/db", "ledger.db", "sqlite://", "nosuch://host/db", "sqlite:///:memory:"])
def test_a_url_that_cannot_hold_ledgers_is_refused_with_the_forms_that_can(url):
    with pytest.raises(InputError, match=r"expected postgresql\+psycopg://"):
        _ = Database(url).storage


def test_an_unavailable_server_is_reported_within_seconds_and_without_secrets(unused_port):
    started = time.monotonic()
    with pytest.raises(InputError, match=r"The ledger postgresql\+psycopg://\*\*\*@127") as raised:
        _ = Database(f"postgresql+psycopg://ann:secret@127.0.0.1:{unused_port}/perceptune").storage
    assert time.monotonic() - started < 10
    assert "secret" not in str(raised.value)


def test_a_missing_database_is_reported(postgresql, database_url):
    with pytest.raises(InputError, match='database "missing" does not exist'):
        _ = Database(database_url.rpartition("/")[0] + "/missing").storage


def test_operations_are_retried_while_a_server_restarts(postgresql, database_url):
    database = Database(database_url)
    storage = database.storage
    postgresql.stop()
    try:
        with ThreadPoolExecutor(1) as pool:
            studies = pool.submit(storage.get_all_studies)
            postgresql.start()
            assert studies.result() == []
    finally:
        database.close()


def test_a_server_that_stays_unavailable_ends_in_one_message_without_secrets(postgresql, database_url):
    database = Database(database_url, retry_seconds=0.5)
    storage = database.storage
    postgresql.stop()
    try:
        with pytest.raises(LedgerError, match=r"has been unavailable for 0\.5 s: .* the same command continues") as raised:
            storage.get_all_studies()
        assert "secret" not in str(raised.value)
        started = time.monotonic()
        with pytest.raises(LedgerError):
            storage.get_all_studies()
        assert time.monotonic() - started < 0.5, "a database that was unavailable for too long is not retried again"
    finally:
        postgresql.start()
        database.close()


def test_tables_are_created_once_by_concurrent_processes(database_url):
    databases = [Database(database_url) for _ in range(6)]
    with ThreadPoolExecutor(len(databases)) as pool:
        storages = list(pool.map(lambda database: database.storage, databases))
    assert [storage.get_all_studies() for storage in storages] == [[]] * len(databases)
    for database in databases:
        database.close()
