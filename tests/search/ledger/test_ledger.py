import subprocess
import sys
from pathlib import Path

import optuna
import pytest

from search import ledger as ledgers
from search.errors import StudyBusyError, StudyChangedError, StudyNotFoundError
from search.experiment.file import parse_experiment
from search.experiment.sections import SearchSection
from search.ledger import RetryState
from search.ledger.journal_checksum import checksum_path
from search.samplers import make_sampler
from search.store import Store
from search.trial import EpochReport, Failure, TrialResult, TrialState

from .conftest import CONTENT, DISTRIBUTIONS, open_ledger


def finish(ledger, value, *, state=TrialState.COMPLETE, finished=1.0):
    number, _ = ledger.ask(DISTRIBUTIONS, 99)
    history = ({"loss": 0.5, "val_accuracy": value}, {"loss": 0.25, "val_accuracy": value})
    reason = "ValueError: no" if state is TrialState.FAILED else ""
    if state is TrialState.PRUNED:
        ledger.should_prune(EpochReport(number, 1, history[0]), "val_accuracy")
    kept = {"value": None if reason else value, "best_epoch": 0 if reason else 1, "reason": reason}
    result = TrialResult(number=number, state=state, history=history, seconds=1.5, device="cpu", worker="worker-1", **kept)
    return number, ledger.tell(result, seed=7, finished=finished)


def reopened(ledger, store):
    ledger.close()
    return open_ledger(store)


def test_a_finished_trial_is_read_as_it_was_told(ledger, store):
    number, _ = finish(ledger, 0.75)
    record = reopened(ledger, store).record(number)
    history = ({"loss": 0.5, "val_accuracy": 0.75}, {"loss": 0.25, "val_accuracy": 0.75})
    named = {"value": 0.75, "best_epoch": 1, "history": history, "seconds": 1.5, "device": "cpu", "worker": "worker-1"}
    assert record.result == TrialResult(number=number, state=TrialState.COMPLETE, **named)
    assert record.result.finished == 1.0
    assert set(record.params) == {"n_hidden"}


@pytest.mark.parametrize("state", [TrialState.COMPLETE, TrialState.PRUNED, TrialState.FAILED])
def test_every_finished_trial_counts_after_reopening(ledger, store, state):
    finish(ledger, 0.5, state=state)
    assert ledger.n_finished == 1
    continued = reopened(ledger, store)
    assert continued.n_finished == 1
    assert continued.n_by_state() == {state.value: 1}


def test_the_best_is_the_first_to_finish_among_equals(ledger, store):
    slow, _ = ledger.ask(DISTRIBUTIONS, 99)
    quick, is_best = finish(ledger, 0.8, finished=1.0)
    assert is_best
    late = TrialResult(number=slow, state=TrialState.COMPLETE, value=0.8)
    assert not ledger.tell(late, seed=1, finished=2.0)
    assert ledger.best == (quick, 0.8)
    assert reopened(ledger, store).best == (quick, 0.8)


def test_a_combination_that_was_excluded_is_not_proposed_again(ledger):
    ledger.use(make_sampler(SearchSection(sampler="grid"), DISTRIBUTIONS, 9), optuna.pruners.NopPruner())
    for value in (0.1, 0.2, 0.3, 0.4):
        finish(ledger, value)
    ledger.exclude(1, "wrong")
    assert ledger.is_exhausted
    assert ledger.ask(DISTRIBUTIONS, 99) is None


def test_a_pruned_trial_is_never_the_best(ledger):
    finish(ledger, 0.9, state=TrialState.PRUNED)
    assert ledger.best is None


def test_minimizing_prefers_the_smaller_value(store):
    content = CONTENT | {"objective": {"metric": "val_loss", "direction": "minimize"}}
    ledger = open_ledger(store, content)
    finish(ledger, 0.5)
    number, is_best = finish(ledger, 0.25)
    assert is_best
    assert ledger.best == (number, 0.25)
    ledger.close()


def test_a_trial_of_a_killed_process_does_not_count_and_is_retried_as_the_same_trial(ledger, store):
    number, params = ledger.ask(DISTRIBUTIONS, 99)
    finish(ledger, 0.5)
    continued = reopened(ledger, store)
    assert continued.recover_trials(max_retries=3) == [number]
    assert continued.n_finished == 1
    assert (continued.record(number).state, continued.record(number).result) == (TrialState.INTERRUPTED, None)
    assert continued.n_by_state() == {"COMPLETE": 1, "INTERRUPTED": 1}
    assert continued.ask(DISTRIBUTIONS, 99) == (number, params)
    assert continued.retry_state(number) == RetryState(attempt=2, n_lost=1)


def test_a_trial_whose_process_was_killed_before_it_had_hyperparameters_is_no_trial(ledger, store):
    finish(ledger, 0.5)
    ledger.study.ask()  # Optuna writes the trial first, then its hyperparameters
    continued = reopened(ledger, store)
    continued.recover_trials(max_retries=3)
    assert continued.n_by_state() == {"COMPLETE": 1}
    assert [record.number for record in continued.records()] == [0]
    assert continued.ask(DISTRIBUTIONS, 2)[0] == 2


def test_a_trial_that_is_lost_too_often_fails_and_counts(ledger, store):
    number, _ = ledger.ask(DISTRIBUTIONS, 99)
    for _ in range(2):
        ledger = reopened(ledger, store)
        assert ledger.recover_trials(max_retries=2) == [number]
        assert ledger.ask(DISTRIBUTIONS, 99)[0] == number
    ledger = reopened(ledger, store)
    ledger.recover_trials(max_retries=2)
    result = reopened(ledger, store).result(number)
    assert (result.state, result.failure) == (TrialState.FAILED, Failure.LOST)
    assert result.reason == "the search was killed while it ran, 3 times (executor.max_retries = 2)"


def test_a_trial_that_is_released_was_not_lost(ledger, store):
    number, params = ledger.ask(DISTRIBUTIONS, 99)
    ledger.release_trials()
    continued = reopened(ledger, store)
    assert continued.recover_trials(max_retries=0) == []
    assert continued.ask(DISTRIBUTIONS, 99) == (number, params)
    assert continued.retry_state(number) == RetryState(attempt=2, n_lost=0)


def test_a_trial_keeps_the_epochs_that_it_reported_and_may_report_them_again(ledger, store):
    number, _ = ledger.ask(DISTRIBUTIONS, 99)
    ledger.should_prune(EpochReport(number, 1, {"val_accuracy": 0.5}), "val_accuracy")
    continued = reopened(ledger, store)
    continued.recover_trials(max_retries=1)
    continued.use(optuna.samplers.RandomSampler(seed=0), optuna.pruners.ThresholdPruner(lower=0.4))
    continued.ask(DISTRIBUTIONS, 99)
    assert not continued.should_prune(EpochReport(number, 1, {"val_accuracy": 0.5}), "val_accuracy")
    assert continued.should_prune(EpochReport(number, 2, {"val_accuracy": 0.3}), "val_accuracy")


def test_a_result_written_just_before_a_kill_is_not_lost(ledger, store):
    """The journal of a process that was killed between writing a result and ending the trial."""
    finish(ledger, 0.75)
    journal = ledger.folder.journal
    written = journal.read_bytes().splitlines(keepends=True)
    journal.write_bytes(b"".join(written[:-1]))
    checksum_path(journal).unlink()  # it was written after the line that is missing
    continued = reopened(ledger, store)
    assert continued.n_finished == 0
    assert continued.recover_trials(max_retries=0) == []
    assert continued.n_finished == 1
    assert continued.best == (0, 0.75)


def test_any_cut_of_the_journal_can_be_continued(ledger, store):
    for value in (0.5, 0.75):
        finish(ledger, value)
    ledger.close()
    whole = ledger.folder.journal.read_bytes()
    for length in range(0, len(whole), 97):
        checksum_path(ledger.folder.journal).unlink()  # it is written after a line: a killed process leaves none that says more
        ledger.folder.journal.write_bytes(whole[:length])
        continued = open_ledger(store)
        continued.recover_trials(max_retries=3)
        finish(continued, 0.9)
        assert continued.n_by_state().get("RUNNING", 0) == 0
        continued.close()


def test_a_second_process_is_refused_while_the_first_runs_the_study(ledger, store):
    program = """if True:
        import sys
        from pathlib import Path
        from search import ledger as ledgers
        from search.errors import StudyBusyError
        from search.experiment.file import parse_experiment
        from search.store import Store
        try:
            ledgers.create_or_continue(Store(Path(sys.argv[1])), "toy", parse_experiment(eval(sys.argv[2]), "toy"), fresh=False)
        except StudyBusyError as error:
            print(error)
    """
    command = [sys.executable, "-c", program, str(store.root), repr(CONTENT)]
    refused = subprocess.run(command, capture_output=True, text=True, check=True, cwd=Path(__file__).parents[3])
    assert 'Study "toy" is being run by another process' in refused.stdout


def test_the_same_process_is_refused_too(ledger, store):
    with pytest.raises(StudyBusyError, match="another process"):
        open_ledger(store)


def test_another_space_is_refused_with_the_key_that_changed(ledger, store):
    ledger.close()
    changed = CONTENT | {"space": {"model": {"n_hidden": {"type": "int", "low": 0, "high": 5}}}}
    with pytest.raises(StudyChangedError, match=r"model\.n_hidden\.high 3 → 5; keep the trials"):
        open_ledger(store, changed)


def test_another_sampler_continues_the_study(ledger, store):
    finish(ledger, 0.5)
    ledger.close()
    continued = open_ledger(store, CONTENT | {"search": {"sampler": "random", "n_trials": 3}})
    assert continued.n_finished == 1
    continued.close()


def test_fresh_keeps_the_earlier_study_under_a_number(ledger, store):
    finish(ledger, 0.5)
    ledger.close()
    fresh = open_ledger(store, fresh=True)
    assert fresh.n_finished == 0
    assert ledgers.study_names(store) == ["toy", "toy.1"]
    assert ledgers.read(store, "toy.1").n_finished == 1
    fresh.close()


def test_discarding_a_fresh_study_restores_the_earlier_one(ledger, store):
    finish(ledger, 0.5)
    ledger.close()
    fresh = open_ledger(store, fresh=True)
    ledgers.discard(fresh, store)
    fresh.close()
    assert ledgers.study_names(store) == ["toy"]
    assert ledgers.read(store, "toy").n_finished == 1


def test_a_study_is_read_while_another_process_runs_it(ledger, store):
    finish(ledger, 0.5)
    assert ledgers.read(store, "toy").best == (0, 0.5)


def test_an_unknown_study_names_the_nearest(ledger, store):
    with pytest.raises(StudyNotFoundError, match='did you mean "toy"'):
        ledgers.read(store, "tyo")


@pytest.mark.parametrize("database", ["", "sqlite:///{folder}/ledger.db"])
def test_a_renamed_study_continues_and_a_deleted_one_starts_anew(tmp_path, database):
    store = Store(tmp_path / "mlruns", ledger=database.format(folder=tmp_path))
    ledger = open_ledger(store)
    finish(ledger, 0.5)
    ledger.close()
    renamed = ledgers.open_for_repair(store, "toy")
    ledgers.rename(renamed, store, "new")
    renamed.close()
    assert ledgers.study_names(store) == ["new"]
    continued = ledgers.create_or_continue(store, "new", parse_experiment(CONTENT, "toy.toml"), fresh=False)
    assert continued.n_finished == 1
    with pytest.raises(StudyBusyError):
        ledgers.open_for_repair(store, "new")
    assert ledgers.is_running(store, "new")
    continued.close()
    assert not ledgers.is_running(store, "new")
    deleted = ledgers.open_for_repair(store, "new")
    ledgers.delete(deleted, store)
    deleted.close()
    assert ledgers.study_names(store) == []
    again = open_ledger(store)
    assert again.n_finished == 0
    again.close()
