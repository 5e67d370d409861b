import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from search.errors import InputError, LedgerError
from search.ledger.database import Database


@pytest.mark.parametrize("url", ["mysql://host/db", "ledger.db", "sqlite://", "nosuch://host/db", "sqlite:///:memory:"])
def test_what_cannot_hold_ledgers_is_refused_with_what_can(url):
    with pytest.raises(InputError, match=r"expected postgresql\+psycopg://"):
        _ = Database(url).storage


def test_a_server_that_does_not_answer_is_said_within_seconds_and_without_secrets(unused_port):
    began = time.monotonic()
    with pytest.raises(InputError, match=r"The ledger postgresql\+psycopg://\*\*\*@127") as raised:
        _ = Database(f"postgresql+psycopg://ann:secret@127.0.0.1:{unused_port}/perceptune").storage
    assert time.monotonic() - began < 10
    assert "secret" not in str(raised.value)


def test_a_missing_database_is_said(postgresql, database_url):
    with pytest.raises(InputError, match='database "missing" does not exist'):
        _ = Database(database_url.rpartition("/")[0] + "/missing").storage


def test_a_server_that_is_restarted_is_waited_for(postgresql, database_url):
    database = Database(database_url)
    storage = database.storage
    postgresql.stop()
    try:
        with ThreadPoolExecutor(1) as pool:
            answer = pool.submit(storage.get_all_studies)
            postgresql.start()
            assert answer.result() == []
    finally:
        database.close()


def test_a_server_that_stays_away_ends_in_one_message_without_secrets(postgresql, database_url):
    database = Database(database_url, retry_seconds=0.5)
    storage = database.storage
    postgresql.stop()
    try:
        with pytest.raises(LedgerError, match=r"has been unavailable for 0\.5 s: .* the same command continues") as raised:
            storage.get_all_studies()
        assert "secret" not in str(raised.value)
        began = time.monotonic()
        with pytest.raises(LedgerError):
            storage.get_all_studies()
        assert time.monotonic() - began < 0.5, "one that was given up is not waited for again"
    finally:
        postgresql.start()
        database.close()


def test_the_tables_are_created_once_by_many_at_once(database_url):
    databases = [Database(database_url) for _ in range(6)]
    with ThreadPoolExecutor(len(databases)) as pool:
        storages = list(pool.map(lambda database: database.storage, databases))
    assert [storage.get_all_studies() for storage in storages] == [[]] * len(databases)
    for database in databases:
        database.close()
