"""Early stopping, the best epoch and the learning rate, on given values."""

import pytest

from search.errors import TrialError
from search.experiment.settings import TrainingSettings
from search.training.loop.progress import Progress
from search.trial import Assignment
from tests.search.training.conftest import make_experiment


def make_progress(metric="val_loss", report=lambda _: True, is_prunable=False, **settings):
    assignment = Assignment(
        number=3,
        params={},
        model_arguments={},
        training=TrainingSettings(**settings),
        seed=0,
        is_prunable=is_prunable,
        keep_if_better_than=None,
        model_path="model.keras",
    )
    return Progress(make_experiment(metric=metric), assignment, report)


def go_through(progress, values, metric="val_loss"):
    """End an epoch with each value until training ends and return its epochs; the weights are the number of the epoch."""
    for value in values:
        epoch = progress.epoch
        if not progress.end_epoch({"loss": 1.0, metric: value}, lambda: [epoch]):  # noqa: B023
            return len(progress.history)
    return None


def test_training_ends_when_the_epochs_are_used_up():
    assert go_through(make_progress(epochs=3), [3.0, 2.0, 1.0, 0.0]) == 3


def test_training_ends_after_patience_epochs_without_improvement():
    progress = make_progress(patience=2)
    assert go_through(progress, [3.0, 2.0, 2.5, 2.0, 1.0]) == 4
    assert (progress.value, progress.value_epoch, progress.weights_to_restore) == (2.0, 2, [2])


def test_a_smaller_change_than_min_delta_does_not_renew_patience_but_can_be_the_best():
    progress = make_progress(patience=2, min_delta=0.5)
    assert go_through(progress, [3.0, 2.7, 2.6, 1.0]) == 3
    assert (progress.value, progress.best_epoch) == (2.6, 3)


def test_a_maximized_objective_is_best_at_its_largest_value():
    progress = make_progress("val_accuracy", epochs=4)
    go_through(progress, [0.5, 0.9, 0.9, 0.7], "val_accuracy")
    assert (progress.value, progress.best_epoch, progress.weights_to_restore) == (0.9, 2, [2])


def test_without_restoring_the_value_is_the_last_epochs():
    progress = make_progress(epochs=2, restore_best_weights=False)
    go_through(progress, [1.0, 2.0])
    assert (progress.value, progress.value_epoch, progress.weights_to_restore) == (2.0, 2, None)


def test_nothing_is_restored_when_the_last_epoch_is_the_best():
    progress = make_progress(epochs=2)
    go_through(progress, [2.0, 1.0])
    assert progress.weights_to_restore is None


@pytest.mark.parametrize(
    ("metrics", "message"),
    [
        ({"loss": float("nan"), "val_loss": 1.0}, "loss is NaN at epoch 1"),
        ({"loss": 1.0, "val_loss": float("inf")}, "val_loss is infinite at epoch 1"),
        ({"loss": 1.0}, 'the model has no metric "val_loss"; it has learning_rate, loss'),
    ],
)
def test_a_loss_that_is_not_finite_ends_the_trial(metrics, message):
    progress = make_progress()
    with pytest.raises(TrialError, match=message):
        progress.end_epoch(metrics, list)
    assert len(progress.history) == 1


def test_each_epoch_is_reported_once_with_its_learning_rate():
    reports = []
    progress = make_progress(report=lambda report: reports.append(report) or True, epochs=2, learning_rate=0.5)
    go_through(progress, [2.0, 1.0])
    assert [(report.number, report.epoch) for report in reports] == [(3, 1), (3, 2)]
    assert reports[0].metrics == {"loss": 1.0, "val_loss": 2.0, "learning_rate": 0.5}


def rates(values, **settings):
    progress = make_progress(learning_rate=0.8, epochs=len(values), **settings)
    go_through(progress, values)
    return [metrics["learning_rate"] for metrics in progress.history]


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({"schedule": "constant"}, [0.8, 0.8, 0.8, 0.8]),
        ({"schedule": "step", "decay_epochs": 2}, [0.8, 0.8, 0.4, 0.4]),
        ({"schedule": "exponential", "decay_epochs": 2, "decay_rate": 0.25}, [0.8, 0.4, 0.2, 0.1]),
        ({"schedule": "cosine"}, [0.8, 0.8 * 0.8535533905932737, 0.4, 0.8 * 0.1464466094067262]),
        ({"schedule": "plateau", "decay_epochs": 2}, [0.8, 0.8, 0.8, 0.4]),
        ({"schedule": "plateau", "decay_epochs": 1, "decay_rate": 0.1}, [0.8, 0.8, 0.08, 0.008]),
    ],
)
def test_the_learning_rate_follows_its_schedule(settings, expected):
    assert rates([1.0, 1.0, 1.0, 1.0], **settings) == pytest.approx(expected)


def test_an_improvement_restarts_the_plateau():
    assert rates([1.0, 1.0, 0.5, 0.5, 0.5], schedule="plateau", decay_epochs=2) == pytest.approx([0.8] * 5)


def test_epochs_are_certain_until_patience_or_a_plateau_or_a_pruner_can_end_them():
    progress = make_progress(epochs=9, patience=4, schedule="plateau", decay_epochs=3, learning_rate=1.0)
    assert (progress.n_certain, progress.learning_rates(3)) == (3, [1.0] * 3)
    go_through(progress, [3.0, 3.0, 3.0])
    assert progress.n_certain == 1
    go_through(progress, [3.0])
    assert (progress.n_certain, progress.learning_rates(1)) == (1, [0.5])
    go_through(progress, [2.0])
    assert progress.n_certain == 3
    assert make_progress(epochs=9, is_prunable=True).n_certain == 1
    assert make_progress(epochs=9, schedule="cosine", learning_rate=1.0).n_certain == 9
