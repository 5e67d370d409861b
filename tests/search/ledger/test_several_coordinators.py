"""Several coordinators on one study: real ledgers with leases, trials that train nothing."""

import subprocess
import sys
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import optuna
import pytest

from search import ledger as ledgers
from search.errors import StudyBusyError, TakenOverError
from search.ledger.database_store import DatabaseStore
from search.ledger.lease_table import LeaseTimes
from search.ledger.ledger import Ledger
from search.store import Store
from search.trial import TrialResult, TrialState

from .conftest import DISTRIBUTIONS, EXPERIMENT

QUICK = LeaseTimes(lease_seconds=1.5, heartbeat_seconds=0.3, poll_seconds=0.05)
ROOT = Path(__file__).parents[3]
KILLED = """if True:
    import os, signal, sys
    from pathlib import Path
    from search.store import Store
    from tests.search.ledger.test_several_coordinators import DISTRIBUTIONS, join
    ledger = join(Store(Path(sys.argv[1]), sys.argv[2]))
    print(ledger.ask(DISTRIBUTIONS, 9), flush=True)
    os.kill(os.getpid(), signal.SIGKILL)
"""


def join(store):
    ledger = Ledger("toy", store.study("toy"), DatabaseStore(store, QUICK).create_or_load("toy", ["maximize"], fresh=False))
    ledger.set_attribute("experiment", EXPERIMENT.model_dump(mode="json", exclude_none=True))
    ledger.use(optuna.samplers.RandomSampler(seed=0), optuna.pruners.NopPruner())
    return ledger


def complete(number, value=0.5):
    return TrialResult(number=number, state=TrialState.COMPLETE, value=value, best_epoch=1, history=({"val_accuracy": value},))


def work(store, n_trials):
    """Do what the search loop does until ``n_trials`` have finished; return the trials that this coordinator finished."""
    ledger, finished = join(store), []
    while ledger.n_finished < n_trials:
        asked = ledger.ask(DISTRIBUTIONS, n_trials)
        if asked is None:
            ledger.recover_trials(max_retries=3)
            ledger.wait()
            continue
        ledger.tell(complete(asked[0], asked[0] / n_trials), seed=1, finished=float(asked[0]))
        finished.append(asked[0])
    is_last = ledger.acquire_ending(wait=True)
    if is_last:
        ledger.set_attribute("tracked", ledger.n_finished)
    best = ledger.best
    ledger.close()
    return finished, is_last, best


def run_many(store, n_coordinators, n_trials):
    with ThreadPoolExecutor(n_coordinators) as pool:
        done = list(pool.map(lambda _: work(store, n_trials), range(n_coordinators)))
    assert Counter(number for finished, _, _ in done for number in finished) == Counter(range(n_trials))
    assert [is_last for _, is_last, _ in done].count(True) == 1
    assert {best for _, _, best in done} == {(n_trials - 1, (n_trials - 1) / n_trials)}
    ledger = ledgers.read(store, "toy")
    assert ledger.n_by_state() == {"COMPLETE": n_trials}
    ledger.close()


@pytest.fixture
def store(tmp_path, database_url):
    return Store(tmp_path / "mlruns", database_url)


def test_coordinators_share_the_trials_of_a_study_and_one_ends_it(store):
    run_many(store, n_coordinators=3, n_trials=12)


def test_a_sqlite_file_is_shared_by_processes_of_one_machine_too(tmp_path):
    run_many(Store(tmp_path / "mlruns", f"sqlite:///{tmp_path / 'ledger.db'}"), n_coordinators=3, n_trials=9)


def test_a_study_that_is_ended_while_another_coordinator_leaves_is_not_ended_again(store, monkeypatch):
    ending, leaving = join(store), join(store)
    leaving.tell(complete(leaving.ask(DISTRIBUTIONS, 1)[0]), seed=1, finished=1.0)
    leaving._leases.release_all()
    assert ending.acquire_ending(wait=True)
    held_by_others = leaving._leases.held_by_others

    def held_by_others_once_ended():
        ending.set_attribute("tracked", ending.n_finished)
        ending.close()
        return held_by_others()

    monkeypatch.setattr(leaving._leases, "held_by_others", held_by_others_once_ended)
    assert not leaving.acquire_ending(wait=True)
    leaving.close()


@pytest.mark.slow
def test_500_trials_of_16_coordinators_are_neither_lost_nor_doubled(store):
    run_many(store, n_coordinators=16, n_trials=500)


@pytest.mark.slow
def test_the_trial_of_a_killed_coordinator_is_retried_with_its_number_and_hyperparameters(store):
    command = [sys.executable, "-c", KILLED, str(store.root), store.ledger]
    killed = subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT)
    assert killed.returncode == -9, killed.stderr
    ledger = join(store)
    while not ledger.recover_trials(max_retries=3):
        ledger.wait()
    number, params = ledger.ask(DISTRIBUTIONS, 9)
    assert f"{(number, params)}\n" == killed.stdout
    assert ledger.retry_state(number).attempt == 2
    ledger.close()


def test_a_coordinator_whose_lease_expired_records_nothing(store):
    expired = Ledger("toy", store.study("toy"), DatabaseStore(store, LeaseTimes(0.0, 600.0)).create_or_load("toy", ["maximize"], fresh=False))
    expired.set_attribute("experiment", EXPERIMENT.model_dump(mode="json", exclude_none=True))
    number, _ = expired.ask(DISTRIBUTIONS, 9)
    other = join(store)
    assert other.recover_trials(max_retries=3) == [number]
    assert other.ask(DISTRIBUTIONS, 9)[0] == number
    assert not expired.holds(number)
    with pytest.raises(TakenOverError):
        expired.tell(complete(number, 0.1), seed=1, finished=1.0)
    other.tell(complete(number, 0.9), seed=1, finished=2.0)
    assert other.record(number).value == 0.9
    expired.close()
    other.close()


def test_a_running_study_is_not_archived(store):
    ledger = join(store)
    with pytest.raises(StudyBusyError, match="join it without --fresh"):
        ledgers.create_or_continue(store, "toy", EXPERIMENT, fresh=True)
    ledger.close()


def test_the_server_is_restarted_between_two_trials(store, postgresql):
    ledger = join(store)
    number, _ = ledger.ask(DISTRIBUTIONS, 9)
    postgresql.stop()
    with ThreadPoolExecutor(1) as pool:
        is_best = pool.submit(ledger.tell, complete(number), seed=1, finished=1.0)
        postgresql.start()
        assert is_best.result()
    assert ledger.ask(DISTRIBUTIONS, 9)[0] == number + 1
    ledger.close()
