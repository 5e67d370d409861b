"""Studies whose trials fail, or that end early."""

import pytest


@pytest.mark.slow
@pytest.mark.usefixtures("forks")
def test_failing_trials_are_recorded_and_a_grid_that_ends_early_says_so(shell, rows, write_own):
    write_own(shell, "build_failing", "fails = { type = 'categorical', choices = [0, 1] }", trials=9)
    output = shell.call("run", "own.toml", "--sampler", "grid", "--set", "executor.recycle_after_trials=1", "--workers", 1).stdout
    assert "FAILED: ValueError: this one fails on purpose" in output
    assert "COMPLETE" in output
    assert 'Ended with 2 of 9 trials: sampler "grid" has proposed every combination' in output
    failed = rows(
        shell, "select t.value from runs r join tags t on t.run_uuid = r.run_uuid and t.key = 'perceptune.reason' where r.status = 'FAILED'"
    )
    assert failed
    assert set(failed) == {("ValueError: this one fails on purpose",)}


@pytest.mark.slow
@pytest.mark.usefixtures("forks")
def test_a_study_of_failures_only_says_so_and_exits_with_1(shell, write_own):
    write_own(shell, "build_failing", "fails = 0", trials=2)
    refused = shell.call("run", "own.toml", "--set", "callbacks=[{use = 'own:Failing'}]", status=1)
    assert 'No trial of study "own" succeeded: 2 failed, most often with: ValueError: this one fails on purpose' in refused.stderr


@pytest.mark.usefixtures("forks")
def test_in_this_process_a_failing_builder_shows_its_traceback(shell, rows, write_own):
    write_own(shell, "build_failing", "fails = { type = 'categorical', choices = [0, 1] }", trials=6)
    failed = shell.call("run", "own.toml", "--executor", "in-process", status=1)
    assert "Traceback" in failed.stderr
    assert 'raise ValueError("this one fails on purpose")' in failed.stderr
    assert rows(shell, "select count(*) from runs where status = 'RUNNING'") == [(0,)]
