import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from search.ledger.database import Database
from search.ledger.lease_table import DatabaseLeases, LeaseTimes

STUDY = 1
ENDED, QUICK = LeaseTimes(lease_seconds=0.0, heartbeat_seconds=60.0), LeaseTimes(lease_seconds=1.0, heartbeat_seconds=0.1)


@pytest.fixture(params=["postgresql", "sqlite"])
def url(request, tmp_path):
    return request.getfixturevalue("database_url") if request.param == "postgresql" else f"sqlite:///{tmp_path / 'ledger.db'}"


@pytest.fixture
def join(url):
    """A function that makes one more coordinator's leases."""
    made = []

    def build(times=None):
        database = Database(url)
        _ = database.storage
        made.append(DatabaseLeases(database, STUDY, times))
        return made[-1]

    yield build
    for leases in made:
        leases.close()


def test_only_one_coordinator_holds_a_lease(join):
    first, second = join(), join()
    assert first.acquire("trial 0")
    assert not second.acquire("trial 0")
    assert first.acquire("trial 0")
    assert first.holds("trial 0")
    assert not second.holds("trial 0")
    assert second.held_by_others() == {"trial 0"}


def test_a_released_lease_can_be_acquired(join):
    first, second = join(), join()
    first.acquire("ending")
    first.release("ending")
    assert second.held_by_others() == set()
    assert second.acquire("ending")
    first.release("ending")
    assert second.renew("ending")


def test_an_expired_lease_is_acquired_by_exactly_one_coordinator(join):
    dead = join(ENDED)
    dead.acquire("trial 0")
    others = [join() for _ in range(6)]
    assert others[0].held_by_others() == set()
    with ThreadPoolExecutor(len(others)) as pool:
        acquired = list(pool.map(lambda leases: leases.acquire("trial 0"), others))
    assert sum(acquired) == 1
    assert not dead.renew("trial 0")
    assert not dead.holds("trial 0")


def test_the_heartbeat_renews_a_lease(join):
    first, second = join(QUICK), join()
    first.acquire("trial 0")
    threading.Event().wait(1.5)
    assert second.held_by_others() == {"trial 0"}
    assert not second.acquire("trial 0")
    assert first.holds("trial 0")


def test_closing_releases_all_leases(join):
    first, second = join(), join()
    first.acquire("trial 0")
    first.close()
    assert second.acquire("trial 0")


def test_locked_blocks_never_overlap(join):
    inside, most = 0, 0

    def work(leases):
        nonlocal inside, most
        for _ in range(5):
            with leases.lock(), leases.lock():
                inside += 1
                most = max(most, inside)
                leases.held_by_others()
                inside -= 1

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(work, [join() for _ in range(4)]))
    assert most == 1


def test_studies_have_separate_leases(join, url):
    join().acquire("trial 0")
    other = DatabaseLeases(Database(url), STUDY + 1)
    assert other.held_by_others() == set()
    assert other.acquire("trial 0")
    other.close()
