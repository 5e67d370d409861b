"""Studies whose trials fail, or that end early."""


def test_failing_trials_are_recorded_and_the_study_goes_on(shell, rows, write_own):
    write_own(shell, "build_failing", "fails = { type = 'categorical', choices = [0, 1] }", trials=6)
    output = shell.run("run", "own.toml").stdout
    assert "FAILED: ValueError: this one fails on purpose" in output
    assert "COMPLETE" in output
    failed = rows(
        shell, "select t.value from runs r join tags t on t.run_uuid = r.run_uuid and t.key = 'perceptune.reason' where r.status = 'FAILED'"
    )
    assert failed
    assert set(failed) == {("ValueError: this one fails on purpose",)}


def test_a_study_of_failures_only_says_so_and_exits_with_1(shell, write_own):
    write_own(shell, "build_failing", "fails = 0", trials=2)
    refused = shell.run("run", "own.toml", "--set", "callbacks=[{use = 'own:Failing'}]", status=1)
    assert 'No trial of study "own" succeeded: 2 failed, most often with: ValueError: this one fails on purpose' in refused.stderr


def test_workers_that_are_all_being_replaced_are_waited_for(shell, write_own):
    write_own(shell, "build_failing", "fails = 0", trials=3)
    words = ["--workers", 1, "--set", "executor.recycle_after_trials=1"]
    assert "3 COMPLETE" in shell.run("run", "own.toml", *words).stdout


def test_a_grid_that_ends_early_says_so(shell, write_own):
    write_own(shell, "build_failing", "fails = { type = 'categorical', choices = [0, 1] }", trials=9)
    output = shell.run("run", "own.toml", "--sampler", "grid").stdout
    assert 'Ended with 2 of 9 trials: sampler "grid" has proposed every combination' in output


def test_in_this_process_a_failing_builder_shows_its_traceback(shell, rows, write_own):
    write_own(shell, "build_failing", "fails = { type = 'categorical', choices = [0, 1] }", trials=6)
    failed = shell.run("run", "own.toml", "--executor", "in-process", status=1)
    assert "Traceback" in failed.stderr
    assert 'raise ValueError("this one fails on purpose")' in failed.stderr
    assert rows(shell, "select count(*) from runs where status = 'RUNNING'") == [(0,)]
