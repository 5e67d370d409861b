"""A trial by other objectives and limits: its value, best epoch, steps, constraints and models follow from what was recorded of it."""

import pytest
from optuna.trial import TrialState, create_trial

from search.errors import ExperimentError
from search.experiment.file import parse_experiment
from search.ledger.record import ATTRIBUTE, IMPORTED, execution_key, to_attribute, to_record
from search.ledger.revaluing import check_recorded, has_same_weights, revalued
from search.trial import Failure, TrialResult
from search.trial import TrialState as State

CONTENT = {
    "name": "toy",
    "model": "models.mlp:build_mlp",
    "data": {"loader": "experiments.datasets:iris"},
    "objective": {"metric": "val_accuracy", "direction": "maximize"},
    "space": {"training": {"epochs": 4, "learning_rate": {"type": "float", "low": 0.001, "high": 0.1}}},
}
BY_LOSS = {"objective": {"metric": "val_loss", "direction": "minimize"}}
CURVE = tuple({"val_accuracy": accuracy, "val_loss": loss} for accuracy, loss in ((0.5, 0.9), (0.8, 0.6), (0.7, 0.4), (0.6, 0.5)))


def experiment(**changes):
    return parse_experiment(CONTENT | changes, "test")


def result(curve=CURVE, state=State.COMPLETE, **facts):
    own = {"value": 0.8, "best_epoch": 2, "history": curve, "n_parameters": 100, "seconds": 1.0}
    return TrialResult(number=0, state=state, **(own | facts))


def trial(found, *, state=TrialState.COMPLETE, executions=(), **attributes):
    written = {ATTRIBUTE: to_attribute(found, 0, 1.0)} if found else {}
    written |= {execution_key(index): to_attribute(of, 0, 1.0) | {"batch_size": None} for index, of in enumerate(executions)}
    values = [found.value] if found and state is TrialState.COMPLETE else None
    steps = {step: epoch["val_accuracy"] for step, epoch in enumerate(found.history if found else (), start=1)}
    return create_trial(
        state=state,
        values=values,
        params={"learning_rate": 0.01},
        distributions=experiment().space.searched.distributions,
        user_attrs=written | attributes,
        intermediate_values=steps,
    )


def test_the_value_and_the_steps_are_those_of_the_other_metric():
    before = trial(result())
    after = revalued(before, experiment(), experiment(**BY_LOSS))
    found = to_record(after).result
    assert (found.value, found.best_epoch, after.values) == (0.4, 3, [0.4])
    assert after.intermediate_values == {1: 0.9, 2: 0.6, 3: 0.4, 4: 0.5}
    assert not has_same_weights(before, after)
    again = revalued(after, experiment(**BY_LOSS), experiment())
    assert (again.values, again.intermediate_values, to_record(again).result) == (before.values, before.intermediate_values, to_record(before).result)


def test_the_last_epoch_counts_where_best_weights_are_not_restored():
    last = {"space": {"training": CONTENT["space"]["training"] | {"restore_best_weights": False}}}
    before = trial(result(value=0.6, best_epoch=4))
    after = revalued(before, experiment(**last), experiment(**last, **BY_LOSS))
    assert (after.values, has_same_weights(before, after)) == ([0.5], True)


def test_a_mean_over_executions_is_valued_at_one_epoch_and_keeps_its_first_curve_as_steps():
    folds = {"evaluation": {"folds": 2}}
    other = tuple({name: value + 0.1 for name, value in epoch.items()} for epoch in CURVE)
    mean = tuple({name: value + 0.05 for name, value in epoch.items()} for epoch in CURVE)
    executions = (result(), result(other, value=0.9))
    before = trial(result(mean, value=0.85, executions=executions), executions=executions)
    after = revalued(before, experiment(**folds), experiment(**folds, **BY_LOSS))
    found = to_record(after).result
    assert (found.value, found.best_epoch) == (pytest.approx(0.45), 3)
    assert [execution.value for execution in found.executions] == pytest.approx([0.4, 0.5])
    assert after.intermediate_values == {1: 0.9, 2: 0.6, 3: 0.4, 4: 0.5}


def test_several_objectives_and_limits_are_written_as_optuna_compares_them():
    both = {"objective": [CONTENT["objective"], {"metric": "n_parameters"}], "limits": {"val_loss": 0.5}}
    after = revalued(trial(result()), experiment(), experiment(**both))
    assert after.values == [0.8, 100]
    assert list(after.constraints.values()) == [pytest.approx(0.2)]
    back = revalued(after, experiment(**both), experiment())
    assert (back.values, back.constraints) == ([0.8], {})


def test_one_that_was_not_trained_has_the_constraints_of_the_new_limits_or_is_left_out():
    before = experiment(limits={"n_parameters": 50, "val_loss": 0.1})
    untrained = trial(result((), State.PRUNED, value=None, best_epoch=0), state=TrialState.PRUNED)
    after = revalued(untrained, before, experiment(limits={"n_parameters": 80}))
    assert after.constraints == {"n_parameters": pytest.approx(0.25)}
    assert revalued(untrained, before, experiment(limits={"n_parameters": 200})) is None


def test_what_has_no_curve_of_its_own_is_kept_or_left_out():
    after = experiment(**BY_LOSS)
    failed = trial(TrialResult(number=0, state=State.FAILED, reason="x", failure=Failure.ERROR), state=TrialState.FAIL)
    assert to_record(revalued(failed, experiment(), after)) == to_record(failed)
    imported = create_trial(value=0.9, user_attrs={IMPORTED: True})
    assert revalued(imported, experiment(), after) is None
    assert revalued(imported, experiment(), experiment()) is imported
    waiting = trial(None, state=TrialState.WAITING, executions=(result(),))
    assert revalued(waiting, experiment(), after).user_attrs == {}
    assert revalued(waiting, experiment(), experiment()) is waiting
    restored = trial(result(executions=(result(()),)), executions=(result(()),))
    assert revalued(restored, experiment(), after) is None


def test_a_metric_that_is_known_of_no_trial_is_refused():
    records = [to_record(trial(result()))]
    check_recorded(records, experiment(**BY_LOSS, limits={"n_parameters": 10}))
    with pytest.raises(ExperimentError, match=r'"val_auc" was not recorded .* which have val_accuracy, val_loss, n_parameters, train_seconds'):
        check_recorded(records, experiment(champion={"by": "val_auc"}))
    check_recorded([], experiment(champion={"by": "val_auc"}))
