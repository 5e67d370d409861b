"""As many trials are started as were asked for, however they end."""

import optuna
import pytest

from search import ledger as ledgers
from search.ledger import RetryState
from search.store import Store
from search.trial import Failure, TrialResult, TrialState

from .conftest import DISTRIBUTIONS, EXPERIMENT

WHERE = ["a journal file", "a database"]


@pytest.fixture(params=WHERE)
def store(tmp_path, request):
    return Store(tmp_path / "mlruns", ledger="" if request.param == WHERE[0] else f"sqlite:///{tmp_path}/ledger.db")


@pytest.fixture
def ledger(store):
    ledger = open_ledger(store)
    yield ledger
    ledger.close()


def open_ledger(store):
    ledger = ledgers.create_or_continue(store, "toy", EXPERIMENT, fresh=False)
    ledger.use(optuna.samplers.RandomSampler(seed=0), optuna.pruners.NopPruner())
    return ledger


def ask(ledger, n_trials):
    asked = ledger.ask(DISTRIBUTIONS, n_trials)
    return None if asked is None else asked[0]


def tell(ledger, number, value=0.5, failure=None):
    state = TrialState.FAILED if failure else TrialState.COMPLETE
    result = TrialResult(number=number, state=state, value=None if failure else value, reason=failure or "", failure=failure)
    return ledger.tell(result, seed=0, finished=float(number + 1))


def test_no_more_trials_start_than_asked_for(ledger):
    assert [ask(ledger, 2) for _ in range(3)] == [0, 1, None]
    tell(ledger, 0)
    assert ask(ledger, 2) is None
    assert ask(ledger, 3) == 2


def test_a_requeued_trial_starts_before_new_ones_and_once(ledger):
    assert [ask(ledger, 2) for _ in range(2)] == [0, 1]
    ledger.requeue(0, RetryState(attempt=2))
    assert [ask(ledger, 3) for _ in range(3)] == [0, 2, None]


def test_a_failed_trial_counts(ledger):
    ask(ledger, 1)
    tell(ledger, 0, failure=Failure.ERROR)
    assert ask(ledger, 1) is None
    assert (ledger.n_finished, ledger.best) == (1, None)


def test_the_next_process_starts_the_trials_that_the_last_released(ledger, store):
    assert [ask(ledger, 3) for _ in range(3)] == [0, 1, 2]
    tell(ledger, 1)
    ledger.release_trials()
    ledger.close()
    following = open_ledger(store)
    try:
        assert following.recover_trials(max_retries=9) == []
        assert [ask(following, 3) for _ in range(3)] == [0, 2, None]
    finally:
        following.close()


def test_the_best_is_the_first_of_equals(ledger):
    assert [ask(ledger, 3) for _ in range(3)] == [0, 1, 2]
    assert [tell(ledger, 2, 0.7), tell(ledger, 1, 0.7), tell(ledger, 0, 0.4)] == [True, True, False]  # 1 finished before 2
    assert ledger.best == (1, 0.7)
    assert ledger.ranking(2) == [(1, 0.7), (2, 0.7)]


def test_trials_since_the_best_one_are_counted_however_they_end_and_after_a_restart(store):
    ledger = open_ledger(store)
    counts = []
    for value, failure in ((0.5, None), (0.5, None), (0.7, Failure.TIMEOUT), (0.8, None), (0.3, None)):
        tell(ledger, ask(ledger, 9), value, failure)
        counts.append(ledger.n_since_best)
    assert counts == [0, 1, 2, 0, 1]
    ledger.close()
    again = open_ledger(store)
    assert again.n_since_best == 1
    again.close()
