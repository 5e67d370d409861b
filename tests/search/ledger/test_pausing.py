"""A paused trial waits with its result so far, whatever ends the process, and continues when its pruner names it."""

import pytest

from search.ledger.record import ATTRIBUTE, PAUSED
from search.pruners import make_pruner
from search.trial import EpochReport, TrialResult, TrialState

from .conftest import DISTRIBUTIONS, open_ledger

N_TRIALS = 9


def use_asha(ledger):
    ledger.use(ledger.study.sampler, make_pruner("asha", {"min_epochs": 1}, 27))
    return ledger


def run_to_rung(ledger, value, epoch=1):
    """Start or continue a trial, report it until a rung, and pause it if its pruner says so; return its number and whether it was paused."""
    number, _ = ledger.ask(DISTRIBUTIONS, N_TRIALS)
    is_paused = ledger.should_prune(EpochReport(number, epoch, {"val_accuracy": value}), "val_accuracy")
    if is_paused:
        history = ({"loss": 0.5, "val_accuracy": value},) * epoch
        result = TrialResult(number=number, state=TrialState.PRUNED, value=value, best_epoch=1, history=history, seconds=1.5)
        ledger.pause(result, seed=7, finished=1.0)
    return number, is_paused


@pytest.fixture
def paused(ledger):
    """A ledger with three trials that are paused at their first rung, of which the first is the best."""
    use_asha(ledger)
    assert [run_to_rung(ledger, value) for value in (0.9, 0.8, 0.7)] == [(0, True), (1, True), (2, True)]
    return ledger


def test_a_paused_trial_is_read_with_its_values_so_far(paused):
    record = paused.record(1)
    assert (record.state, record.value, record.result, record.is_finished) == (TrialState.PAUSED, 0.8, None, False)
    assert record.history == ({"loss": 0.5, "val_accuracy": 0.8},)
    assert paused.n_by_state() == {"PAUSED": 3}
    assert (paused.n_finished, paused.n_epochs, paused.seconds) == (0, 3, 4.5)
    assert paused.best is None


def test_the_best_one_continues_before_a_new_one_starts_and_is_the_same_trial(paused):
    params = paused.record(0).params
    assert paused.ask(DISTRIBUTIONS, N_TRIALS) == (0, params)
    assert paused.retry_state(0).attempt == 2
    assert paused.n_by_state() == {"RUNNING": 1, "PAUSED": 2}
    number, _ = paused.ask(DISTRIBUTIONS, N_TRIALS)
    assert number == 3


def test_paused_trials_are_paused_after_reopening(paused, store):
    paused.close()
    ledger = use_asha(open_ledger(store))
    assert ledger.recover_trials(max_retries=2) == []
    assert ledger.n_by_state() == {"PAUSED": 3}
    assert ledger.n_epochs == 3
    assert ledger.ask(DISTRIBUTIONS, N_TRIALS)[0] == 0
    ledger.close()


def test_a_continued_trial_whose_process_was_killed_continues_first(paused, store):
    assert paused.ask(DISTRIBUTIONS, N_TRIALS)[0] == 0
    paused.close()
    ledger = use_asha(open_ledger(store))
    assert ledger.recover_trials(max_retries=2) == [0]
    assert ledger.n_by_state() == {"PAUSED": 2, "INTERRUPTED": 1}
    assert ledger.ask(DISTRIBUTIONS, N_TRIALS)[0] == 0
    assert (ledger.retry_state(0).attempt, ledger.retry_state(0).n_lost) == (3, 1)
    ledger.close()


def test_a_trial_that_begins_anew_is_paused_at_the_rungs_that_it_reaches_again(paused):
    assert run_to_rung(paused, 0.9, epoch=3) == (0, True)
    assert paused.ask_last()[0] == 0  # its checkpoint was lost
    report = EpochReport(0, 2, {"val_accuracy": 0.6})
    assert not paused.should_prune(report, "val_accuracy")  # no rung, though its values reach epoch 3


def test_samplers_see_their_values(paused):
    seen = paused.visible_study.get_trials()
    assert [(trial.state.name, trial.value) for trial in seen] == [("PRUNED", 0.9), ("PRUNED", 0.8), ("PRUNED", 0.7)]


def test_no_more_trials_are_begun_than_asked_for(paused):
    assert paused.ask(DISTRIBUTIONS, 3)[0] == 0
    assert paused.ask(DISTRIBUTIONS, 3) is None


def test_enqueued_trials_are_no_more_than_asked_for_either(paused):
    for value in (1, 2, 3):
        paused.enqueue({"n_hidden": value}, {"enqueue": value})
    assert paused.ask(DISTRIBUTIONS, 3)[0] == 0
    assert paused.ask(DISTRIBUTIONS, 3) is None
    assert paused.ask(DISTRIBUTIONS, 4)[0] == 3


def test_the_search_is_over_once_none_may_continue_or_begin(paused, store):
    assert not paused.is_over(3)  # the first one may continue
    assert run_to_rung(paused, 0.9, epoch=3) == (0, True)
    assert paused.is_over(3)
    assert not paused.is_over(4)
    ended = paused.end_paused(paused.paused)
    assert [(result.number, result.value, len(result.history)) for result in ended] == [
        (0, 0.9, 3),
        (1, 0.8, 1),
        (2, 0.7, 1),
    ]
    assert (paused.n_by_state(), paused.n_finished, paused.n_epochs, paused.paused) == ({"PRUNED": 3}, 3, 5, set())
    paused.close()
    ledger = open_ledger(store)
    assert (ledger.n_by_state(), ledger.n_finished, ledger.n_epochs) == ({"PRUNED": 3}, 3, 5)
    assert [trial.value for trial in ledger.study.trials] == [0.9, 0.8, 0.7]
    ledger.close()


def test_a_kill_while_they_end_loses_none(paused, store):
    paused._storage.set_trial_user_attr(paused._id(1), ATTRIBUTE, paused.study.trials[1].user_attrs[PAUSED])  # and no further
    paused.close()
    ledger = use_asha(open_ledger(store))
    assert ledger.n_by_state() == {"PAUSED": 3}
    assert [result.number for result in ledger.end_paused({0, 1, 2})] == [0, 1, 2]
    ledger.close()


def test_the_most_promising_one_continues_if_the_search_would_end_without_a_complete_trial(paused):
    assert run_to_rung(paused, 0.75, epoch=3) == (0, True)
    assert paused.ask_last()[0] == 0  # it has been trained longest
    assert paused.ask_last() is None  # one runs
    paused.tell(TrialResult(number=0, state=TrialState.COMPLETE, value=0.75, best_epoch=1), seed=7, finished=2.0)
    assert paused.ask_last() is None
    assert [result.number for result in paused.end_paused({0, 1, 2})] == [1, 2]


def test_patience_counts_what_was_paused_since_the_best_trial(paused):
    assert paused.n_since_best == 3
    assert paused.ask_last()[0] == 0
    paused.tell(TrialResult(number=0, state=TrialState.COMPLETE, value=0.75, best_epoch=1), seed=7, finished=0.5)
    assert paused.n_since_best == 2


def test_one_of_them_is_ended_and_an_excluded_one_never_continues(paused, store):
    paused.exclude(0, "wrong")
    assert [result.number for result in paused.end_paused({1, 7})] == [1]
    assert paused.n_by_state() == {"PAUSED": 2, "PRUNED": 1}
    assert paused.most_promising == 2
    assert paused.ask_last()[0] == 2
    paused.close()
    ledger = use_asha(open_ledger(store))
    ledger.recover_trials(max_retries=2)
    assert ledger.end_paused({2}) == []  # it waits for its next attempt
    assert ledger.ask(DISTRIBUTIONS, N_TRIALS)[0] == 2
    assert ledger.most_promising is None
    ledger.close()


def test_the_time_of_paused_trials_counts_and_that_of_running_ones_while_the_study_runs(paused):
    assert len(paused.spans(is_running=False)) == 3
    number, _ = paused.ask(DISTRIBUTIONS, N_TRIALS)  # one of the three continues
    start = paused.study.trials[number].datetime_start
    assert [begin for begin, _ in paused.spans(is_running=False)].count(start) == 0
    [(begin, end)] = [span for span in paused.spans(is_running=True) if span[0] == start]
    assert end > begin
