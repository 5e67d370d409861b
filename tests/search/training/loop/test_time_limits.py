"""A trial that takes longer than its limit fails, and the time before a kill counts."""

import pytest

from search.errors import OverdueError
from search.training.loop.progress import Progress
from search.trial import Failure, TrialState
from tests.search.training.checkpointing import ALWAYS, KilledError, Numbers, change_about, go_through, killed_at, make_assignment, options
from tests.search.training.conftest import make_experiment


@pytest.mark.parametrize(
    ("trainer", "callback"),
    [("compiled", ""), *(pytest.param(*pair, marks=pytest.mark.slow) for pair in (("keras", "TerminateOnNaN"), ("compiled", "ReduceLROnPlateau")))],
)
def test_a_trial_that_takes_too_long_fails_at_its_epoch(train, trainer, callback):
    callbacks = [{"use": f"keras.callbacks:{callback}"}] if callback else []
    result = train(experiment={"executor": {"trainer": trainer, "trial_timeout_seconds": 1e-3}, "callbacks": callbacks})
    assert (result.trainer, result.state, result.failure, len(result.history), result.value) == (trainer, TrialState.FAILED, Failure.TIMEOUT, 1, None)
    assert result.reason == f"past its limit of 0.001 seconds: {result.reason.split()[-4]} at epoch 1"


def test_a_trial_that_takes_too_long_for_its_last_epoch_is_complete(train):
    assert train(epochs=1, experiment={"executor": {"trial_timeout_seconds": 1e-3}}).state is TrialState.COMPLETE


def test_the_time_before_a_kill_counts(tmp_path):
    path, limits = tmp_path / "3.npz", {"checkpoint_seconds": ALWAYS, "trial_timeout_seconds": 500.0}
    experiment = make_experiment(executor=limits)
    progress = Progress(experiment, make_assignment(path), lambda _: True)
    progress.seconds = 499.0
    go_through(progress, Numbers(), [3.0])
    continued = Progress(experiment, make_assignment(path), lambda _: True)
    continued.resume(Numbers())
    assert 499.0 <= continued.seconds < 500.0
    continued.seconds += 1
    with pytest.raises(OverdueError, match=r"past its limit of 500 seconds: 50\d\.\d at epoch 2"):
        go_through(continued, Numbers(), [2.0])


def test_a_result_has_the_time_of_all_attempts(train, tmp_path):
    given = {"experiment": options("compiled"), "is_prunable": True, "checkpoint_path": tmp_path / "3.npz"}
    with pytest.raises(KilledError):
        train(**given, report=killed_at(3))
    change_about(tmp_path / "3.npz", lambda about: about["course"].update(seconds=1000.0))
    assert 1000.0 < train(**given).seconds < 1300.0
