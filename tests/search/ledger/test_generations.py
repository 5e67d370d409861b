"""The trials of a reproducible search are proposed in generations, each once the one before has finished."""

import pytest

from search.errors import StudyChangedError
from search.trial import TrialResult, TrialState

from .conftest import CONTENT, DISTRIBUTIONS, open_ledger

REPRODUCIBLE = {**CONTENT, "search": {"reproducible": True}}


def end(ledger, number, value=0.5):
    result = TrialResult(number=number, state=TrialState.COMPLETE, value=value, best_epoch=1, history=({"val_accuracy": value},))
    return ledger.tell(result, seed=7, finished=100.0 - number)


def test_a_generation_is_proposed_once_the_one_before_has_finished(ledger):
    ledger.propose(DISTRIBUTIONS, 6, 4)
    started = [ledger.ask(DISTRIBUTIONS, 6, may_propose=False) for _ in range(5)]
    assert [asked and asked[0] for asked in started] == [0, 1, 2, 3, None]
    for number in (3, 1, 0):
        end(ledger, number)
        ledger.propose(DISTRIBUTIONS, 6, 4)
        assert ledger.ask(DISTRIBUTIONS, 6, may_propose=False) is None
    end(ledger, 2)
    ledger.propose(DISTRIBUTIONS, 6, 4)
    assert [ledger.ask(DISTRIBUTIONS, 6, may_propose=False)[0] for _ in range(2)] == [4, 5]
    assert len(ledger.records()) == 6


def test_a_generation_that_was_proposed_in_part_is_completed(ledger, store):
    ledger.propose(DISTRIBUTIONS, 8, 4)
    expected = [record.params for record in ledger.records()]
    for number in range(4):
        ledger.ask(DISTRIBUTIONS, 8, may_propose=False)
        end(ledger, number)
    ledger.ask(DISTRIBUTIONS, 8)  # the first of the next four; then the process is killed
    ledger.close()
    continued = open_ledger(store)
    continued.recover_trials(max_retries=3)
    continued.propose(DISTRIBUTIONS, 8, 4)
    assert [continued.ask(DISTRIBUTIONS, 8, may_propose=False)[0] for _ in range(4)] == [4, 5, 6, 7]
    assert [record.params for record in continued.records()][:4] == expected
    continued.close()


def test_of_equal_trials_of_a_reproducible_search_the_first_one_is_the_best(store):
    ledger = open_ledger(store, REPRODUCIBLE)
    ledger.propose(DISTRIBUTIONS, 3, 4)
    for _ in range(3):
        ledger.ask(DISTRIBUTIONS, 3, may_propose=False)
    for number in (2, 0, 1):
        end(ledger, number)
    assert ledger.best == (0, 0.5)
    ledger.close()
    assert open_ledger(store, REPRODUCIBLE).best == (0, 0.5)


def test_a_study_does_not_become_reproducible_later(ledger, store):
    end(ledger, ledger.ask(DISTRIBUTIONS, 3)[0])
    ledger.close()
    with pytest.raises(StudyChangedError, match=r": search\.reproducible False → True; start another"):
        open_ledger(store, REPRODUCIBLE)


def test_a_study_of_an_earlier_version_was_measured_on_one_part(ledger, store):
    end(ledger, ledger.ask(DISTRIBUTIONS, 3)[0])
    ledger.close()
    with pytest.raises(StudyChangedError, match=r": evaluation\.folds 1 → 5; start another"):
        open_ledger(store, {**CONTENT, "evaluation": {"folds": 5}})
