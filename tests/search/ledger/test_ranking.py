"""Trials are ranked by the metric of ``champion.by``, of several executions by its mean at their best epochs."""

import optuna
import pytest

from search import ledger as ledgers
from search.experiment.file import parse_experiment
from search.ledger.record import ATTRIBUTE, execution_key, metric_of, to_attribute, to_record
from search.ledger.repeats import write_confirmed
from search.store import Store
from search.study.model_retention import retention_threshold
from search.trial import TrialResult, TrialState

from .conftest import DISTRIBUTIONS, EXPERIMENT

CONTENT = EXPERIMENT.model_dump(mode="json", exclude_none=True) | {"objective": {"metric": "val_accuracy", "direction": "maximize"}}


def open_ledger(folder, **sections):
    experiment = parse_experiment(CONTENT | {"champion": {"by": "val_loss"}} | sections, "test")
    ledger = ledgers.create_or_continue(Store(folder), "ranked", experiment, fresh=False)
    ledger.use(optuna.samplers.RandomSampler(seed=0), optuna.pruners.NopPruner())
    return ledger


def result(number, *epochs, state=TrialState.COMPLETE, executions=()):
    """A result of epochs given by accuracy and loss, the first of the largest accuracy is the best."""
    history = tuple({"val_accuracy": accuracy, "val_loss": loss} for accuracy, loss in epochs)
    best = max(range(len(epochs)), key=lambda epoch: epochs[epoch][0])
    return TrialResult(number=number, state=state, value=epochs[best][0], best_epoch=best + 1, history=history, executions=tuple(executions))


def tell(ledger, found):
    return ledger.tell(found, seed=0, finished=float(found.number))


def ranking_of(ledger, folder, **sections):
    """The ranking as it is and as another process reads it."""
    ranked, best = ledger.ranking(9), ledger.best
    ledger.close()
    reopened = open_ledger(folder, **sections)
    assert (reopened.ranking(9), reopened.ranking(1), reopened.best) == (ranked, ranked[:1], best)
    reopened.close()
    return ranked, best


def test_the_loss_at_the_best_epoch_of_the_accuracy_decides(tmp_path):
    ledger = open_ledger(tmp_path)
    trials = [((0.9, 0.5), (0.8, 0.1)), ((0.6, 0.9), (0.7, 0.4)), ((0.8, 0.45),)]
    is_best = []
    for epochs in trials:
        number, _ = ledger.ask(DISTRIBUTIONS, 9)
        is_best.append(tell(ledger, result(number, *epochs)))
    assert is_best == [True, True, False]
    assert ranking_of(ledger, tmp_path) == ([(1, 0.4), (2, 0.45), (0, 0.5)], (1, 0.7))


def test_a_metric_whose_name_does_not_tell_it_is_ranked_in_the_direction_of_its_objective(tmp_path):
    further = [{"metric": "val_specificity", "direction": "maximize"}]
    sections = {"objective": [CONTENT["objective"], *further], "champion": {"by": "val_specificity", "tolerance": 0.0}}
    ledger = open_ledger(tmp_path, **sections)
    for specificity in (0.5, 0.9, 0.7):
        number, _ = ledger.ask(DISTRIBUTIONS, 9)
        metrics = {"val_accuracy": 0.5, "val_specificity": specificity}
        tell(ledger, TrialResult(number=number, state=TrialState.COMPLETE, value=0.5, best_epoch=1, history=(metrics,)))
    assert [number for number, _ in ledger.ranking(9)] == [1, 2, 0]
    ledger.close()


def test_a_pruned_trial_is_not_ranked(tmp_path):
    ledger = open_ledger(tmp_path)
    for state in (TrialState.PRUNED, TrialState.COMPLETE):
        number, _ = ledger.ask(DISTRIBUTIONS, 9)
        tell(ledger, result(number, (0.9, 0.1), state=state))
    assert ranking_of(ledger, tmp_path) == ([(1, 0.1)], (1, 0.9))


@pytest.mark.parametrize(("changes", "expected"), [({}, 0.3), ({"execution_values": None}, 0.4)])
def test_of_executions_the_mean_curve_counts_and_for_an_earlier_version_their_own_best_epochs(changes, expected):
    executions = [result(0, (0.5, 0.3), (0.8, 0.4)), result(0, (0.9, 0.4), (0.6, 0.2))]
    whole = result(0, (0.7, 0.35), (0.71, 0.3), executions=executions)
    attributes = {ATTRIBUTE: to_attribute(whole, 0, 1.0) | changes}
    attributes[ATTRIBUTE] = {name: value for name, value in attributes[ATTRIBUTE].items() if value is not None}
    attributes |= {execution_key(index): to_attribute(execution, index, 1.0) | {"batch_size": 32} for index, execution in enumerate(executions)}
    trial = optuna.trial.create_trial(value=0.71, user_attrs=attributes)
    assert metric_of(trial, "val_loss") == pytest.approx(expected)
    assert len(to_record(trial).result.executions) == 2


def test_a_trial_without_the_metric_is_not_ranked(tmp_path):
    ledger = open_ledger(tmp_path)
    number, _ = ledger.ask(DISTRIBUTIONS, 9)
    failed = TrialResult(number=number, state=TrialState.FAILED, reason="no memory")
    assert not ledger.tell(failed, seed=0, finished=1.0)
    assert ranking_of(ledger, tmp_path) == ([], None)


def test_trials_that_were_trained_again_come_first_as_long_as_the_best_of_the_search_are_the_same(tmp_path):
    sections = {"champion": {"confirm": 2}}
    ledger = open_ledger(tmp_path, **sections)

    def finish(accuracy):
        number, _ = ledger.ask(DISTRIBUTIONS, 9)
        tell(ledger, result(number, (accuracy, 0.5)))

    for accuracy in (0.8, 0.7, 0.6):
        finish(accuracy)
    assert ledger.confirmed is None
    write_confirmed(ledger, [0, 1], [1, 0])
    assert (ledger.confirmed, ledger.best) == ([1, 0], (1, 0.7))
    assert [number for number, _ in ledger.ranking(9)] == [1, 0, 2]
    assert [number for number, _ in ledger.search_ranking(9)] == [0, 1, 2]
    assert retention_threshold(ledger, 2) == 0.7  # not that of the last of those that were trained again
    finish(0.65)
    assert ledger.best == (1, 0.7)  # the best two are the same
    finish(0.75)
    assert (ledger.confirmed, ledger.best) == (None, (0, 0.8))
    ranking_of(ledger, tmp_path, **sections)
