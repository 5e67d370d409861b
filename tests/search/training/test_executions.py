"""The executions of a trial: each on its fold with its seed, their mean, and what a killed, stopped or failed trial has."""

import statistics
from dataclasses import replace

import numpy as np
import pytest

from search.seeds import execution_seed
from search.spread import deviations, mean_curve
from search.training.context import TrainingContext
from search.training.executions import combined, train_executions
from search.trial import ExecutionReport, Failure, TrialResult, TrialState
from tests.search.training.conftest import make_arrays, make_assignment, make_experiment, train_trial

FOLDS = {"evaluation": {"folds": 3, "repeats": 2}}


def make_folds(task="binary"):
    """Return three folds of the same shapes."""
    whole = make_arrays(task, n_train=64)
    x, y = np.concatenate([whole.x_train, whole.x_validation]), np.concatenate([whole.y_train, whole.y_validation])
    found = []
    for fold in range(3):
        is_validation = np.arange(96) // 32 == fold
        rows = {"x_train": x[~is_validation], "y_train": y[~is_validation], "x_validation": x[is_validation], "y_validation": y[is_validation]}
        found.append(replace(whole, **rows))
    return found


def train(experiment, assignment, report=lambda _: True):
    return train_executions([TrainingContext(experiment, fold) for fold in ARRAYS], assignment, report)


ARRAYS = make_folds()
EXPERIMENT = make_experiment(**FOLDS)
"""One for most tests, which then share its compiled programs."""


@pytest.mark.slow
@pytest.mark.parametrize(("builder", "trainer"), [("dense", "auto"), ("subclassed", "compiled")])
def test_each_execution_has_the_curve_of_a_training_alone_by_fit(builder, trainer, tmp_path):
    """Folds share a compiled program, whose data are exchanged."""
    experiment = make_experiment(builder, trainer=trainer, **FOLDS)
    assignment = make_assignment(tmp_path / "models" / "3")
    result = train(experiment, assignment)
    assert (result.state, len(result.executions)) == (TrialState.COMPLETE, 6)
    reference = make_experiment(builder, trainer="keras")
    for number in (0, 1, 4):
        alone = train_trial(
            reference, replace(assignment, seed=execution_seed(assignment.seed, number), model_path=str(tmp_path / "fit")), ARRAYS[number % 3]
        )
        for epoch, expected in zip(result.executions[number].history, alone.history, strict=True):
            assert epoch == pytest.approx(expected, abs=1e-4)
    assert sorted(path.name for path in (tmp_path / "models").glob("*.keras")) == [f"3-{number}.keras" for number in range(6)]


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """The result of a trial that nothing stops."""
    return train(EXPERIMENT, make_assignment(tmp_path_factory.mktemp("whole") / "3"))


def test_the_value_and_the_curve_are_means(whole):
    result, values = whole, [execution.value for execution in whole.executions]
    assert result.value == pytest.approx(statistics.fmean(values))
    assert result.standard_error == pytest.approx(statistics.stdev(values) / 6**0.5)
    assert result.history[1]["val_loss"] == pytest.approx(statistics.fmean(execution.history[1]["val_loss"] for execution in result.executions))
    assert result.best_metrics["val_loss"] == pytest.approx(result.value)
    assert len({execution.history[0]["loss"] for execution in result.executions}) == 6


def test_a_killed_trial_goes_on_with_the_executions_it_has(whole, tmp_path):
    assignment, reported = make_assignment(tmp_path / "models" / "3"), []

    def report(progress):
        reported.extend([progress.execution] if isinstance(progress, ExecutionReport) else [])
        return True

    resumed = train(EXPERIMENT, replace(assignment, executions=whole.executions[:4]), report)
    assert reported == [4, 5]
    assert resumed.value == pytest.approx(whole.value, abs=1e-6)
    assert [execution.value for execution in resumed.executions] == pytest.approx([execution.value for execution in whole.executions], abs=1e-6)


def test_a_stopped_trial_is_pruned_with_the_mean_so_far_and_without_the_last_model(tmp_path):
    result = train(
        EXPERIMENT,
        make_assignment(tmp_path / "models" / "3"),
        lambda progress: not isinstance(progress, ExecutionReport) or progress.execution < 1,
    )
    assert (result.state, len(result.executions)) == (TrialState.PRUNED, 2)
    assert result.value == pytest.approx(statistics.fmean(execution.value for execution in result.executions))
    assert [path.name for path in (tmp_path / "models").glob("*.keras")] == ["3-0.keras"]


def test_a_refit_trains_once_on_the_last_arrays(tmp_path):
    assignment = make_assignment(tmp_path / "models" / "refitted", is_refit=True)
    reports: list[object] = []
    result = train_executions([TrainingContext(EXPERIMENT, fold) for fold in ARRAYS], assignment, lambda report: reports.append(report) or True)
    alone = train_trial(make_experiment(trainer="keras"), replace(assignment, model_path=str(tmp_path / "fit")), ARRAYS[-1])
    assert (result.executions, [report.epoch for report in reports]) == ((), list(range(1, len(alone.history) + 1)))
    for epoch, expected in zip(result.history, alone.history, strict=True):
        assert epoch == pytest.approx(expected, abs=1e-4)
    assert [path.name for path in (tmp_path / "models").glob("*.keras")] == ["refitted.keras"]


def test_an_execution_that_fails_fails_the_trial_with_its_number(tmp_path):
    def report(progress):
        if isinstance(progress, ExecutionReport) and progress.execution == 1:
            broken.append(True)
        return True

    broken: list[bool] = []
    arrays = [*ARRAYS[:2], replace(ARRAYS[2], y_train=np.full_like(ARRAYS[2].y_train, np.nan))]
    contexts = [TrainingContext(EXPERIMENT, fold) for fold in arrays]
    result = train_executions(contexts, make_assignment(tmp_path / "models" / "3"), report)
    assert broken
    assert (result.state, result.failure, len(result.executions), result.value) == (TrialState.FAILED, Failure.NAN, 2, None)
    assert result.reason.startswith("execution 3: ")


def test_a_pruner_judges_the_epochs_of_the_first_execution_only(tmp_path):
    seen = []

    def report(progress):
        seen.append((progress.execution, isinstance(progress, ExecutionReport)))
        return isinstance(progress, ExecutionReport)

    result = train(EXPERIMENT, make_assignment(tmp_path / "models" / "3", is_prunable=True), report)
    assert (result.state, len(result.history), seen) == (TrialState.PRUNED, 1, [(0, False)])


def test_the_time_limit_is_that_of_all_executions(whole, tmp_path):
    experiment = make_experiment(trainer="keras", executor={"trial_timeout_seconds": 1000}, **FOLDS)
    slow = tuple(replace(execution, seconds=500.0) for execution in whole.executions[:2])
    result = train(experiment, make_assignment(tmp_path / "models" / "3", executions=slow))
    assert (result.state, result.failure) == (TrialState.FAILED, Failure.TIMEOUT)


def test_a_trial_that_is_not_kept_saves_no_last_model(tmp_path):
    assignment = make_assignment(tmp_path / "models" / "3", keep_if_better_than=float("-inf"))
    result = train(EXPERIMENT, assignment)
    assert result.state is TrialState.COMPLETE
    assert not (tmp_path / "models").exists()


def test_seeds_of_executions_are_different_and_the_first_is_the_trials_own():
    seeds = [execution_seed(7, number) for number in range(20)]
    assert seeds[0] == 7
    assert len(set(seeds)) == 20
    assert seeds == [execution_seed(7, number) for number in range(20)]


def test_the_mean_curve_ends_with_the_shortest_since_its_mean_would_jump_there():
    curves = [[{"loss": 1.0}, {"loss": 0.5}, {"loss": 0.1}], [{"loss": 3.0}, {"loss": 1.5}]]
    assert mean_curve(curves) == [{"loss": 2.0}, {"loss": 1.0}]
    assert deviations(curves) == [{"loss": pytest.approx(2**0.5)}, {"loss": pytest.approx(0.5**0.5)}]
    assert deviations(curves[:1]) == []


def test_the_value_is_that_of_the_mean_curve_at_its_best_epoch_of_all_executions():
    """The mean of the executions' own best values, at epochs of their own, would be better than any number of epochs gives."""
    losses = [[0.9, 0.5, 0.8, 0.1], [0.9, 0.8, 0.4], [0.9, 0.5, 0.9]]
    executions = [execution_of(curve) for curve in losses]
    result = combined(EXPERIMENT, make_assignment(), executions, TrialState.COMPLETE)
    assert (result.value, result.best_epoch, len(result.history)) == (pytest.approx(0.6), 2, 3)
    assert [(execution.value, execution.best_epoch) for execution in result.executions] == [(0.5, 2), (0.8, 2), (0.5, 2)]
    assert result.standard_error == pytest.approx(0.1)
    last = combined(EXPERIMENT, make_assignment(training={"restore_best_weights": False}), executions, TrialState.COMPLETE)
    assert (last.value, last.best_epoch) == (pytest.approx(0.7), 3)


def execution_of(losses):
    history = tuple({"val_loss": loss} for loss in losses)
    return TrialResult(number=3, state=TrialState.COMPLETE, value=min(losses), best_epoch=losses.index(min(losses)) + 1, history=history)
