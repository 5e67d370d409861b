"""Studies that are killed or interrupted, and continued by the same command."""

import contextlib
import json
import os
import re
import signal
import sqlite3

import psutil
import pytest


def test_killing_the_coordinator_loses_nothing_and_the_same_command_continues(shell, rows, write_own):
    write_own(shell, "build_slow", "width = { type = 'int', low = 1, high = 9 }", trials=5)
    with shell.start("run", "own.toml") as process:
        workers = read_until_finished(process, 2)
        process.kill()
    _, alive = psutil.wait_procs(workers, timeout=60)
    assert not alive, "workers outlive a killed coordinator"
    output = shell.run("run", "own.toml").stdout
    assert "Study own: 2 of 5 trials finished" in output or "Study own: 3 of 5 trials finished" in output
    check_five_finished(shell, rows)


@pytest.mark.slow
def test_trials_go_on_while_the_store_is_busy_and_a_kill_then_loses_none(shell, rows, write_own):
    write_own(shell, "build_slow", "width = { type = 'int', low = 1, high = 9 }", trials=5)
    with shell.start("run", "own.toml") as process:
        read_until_finished(process, 1)
        with contextlib.closing(sqlite3.connect(shell.folder / "mlruns" / "mlflow.db", isolation_level=None)) as other:
            other.execute("begin exclusive")
            workers = read_until_finished(process, 4)
            process.kill()
            process.wait()
    psutil.wait_procs(workers, timeout=60)
    [(n_tracked,)] = rows(shell, "select count(*) from runs where status = 'FINISHED'")
    assert n_tracked < 4
    shell.run("run", "own.toml")
    check_five_finished(shell, rows)
    complete = "select run_uuid from tags where key = 'perceptune.state' and value = 'COMPLETE'"
    epochs = rows(shell, f"select step from metrics where key = 'val_loss' and run_uuid in ({complete}) order by run_uuid, step")
    assert epochs == [(1,), (2,)] * 5


@pytest.mark.slow
def test_an_interrupt_ends_in_order_and_the_same_command_continues(shell, rows, write_own):
    write_own(shell, "build_slow", "width = { type = 'int', low = 1, high = 9 }", trials=5)
    with shell.start("run", "own.toml") as process:
        read_until_finished(process, 1)
        process.send_signal(signal.SIGINT)
        rest = process.stdout.read()
    assert process.returncode == 130
    assert "interrupted; the same command continues" in rest
    assert rows(shell, "select count(*) from runs where status = 'RUNNING'") == [(0,)]
    shell.run("run", "own.toml")
    check_five_finished(shell, rows)


@pytest.mark.slow
def test_a_second_coordinator_is_refused(shell, write_own):
    write_own(shell, "build_slow", "width = 1", trials=3)
    with shell.start("run", "own.toml") as first:
        read_until_finished(first, 1)
        refused = shell.run("run", "own.toml", status=2)
        assert 'Study "own" is being run by another process' in refused.stderr
        first.stdout.read()
    assert first.returncode == 0


@pytest.mark.slow
def test_a_trial_whose_worker_is_killed_is_tried_again_in_the_same_run(shell, rows, write_own):
    write_own(shell, "build_slow", "width = 1", trials=5)
    with shell.start("run", "own.toml") as process:
        _, worker, *_ = read_until_finished(process, 1)
        os.kill(worker.pid, signal.SIGKILL)
        output = process.stdout.read()
    assert process.returncode == 0
    assert re.search(r"trial \d is tried again: the worker process died: SIGKILL", output)
    assert "5 COMPLETE" in output
    assert rows(shell, "select value from tags where key = 'perceptune.attempt'") == [("2",)]
    assert rows(shell, "select count(*) from tags where key = 'perceptune.trial'") == [(5,)]


@pytest.mark.slow
def test_a_trial_whose_worker_dies_every_time_fails_and_the_study_goes_on(shell, write_own):
    write_own(shell, "build_slow", "width = { type = 'int', low = 1, high = 2 }", trials=2)
    words = ["--sampler", "grid", "--set", "executor.max_retries=1", "--set", "callbacks=[{use = 'own:Deadly'}]"]
    output = shell.run("run", "own.toml", *words).stdout
    assert output.count("is tried again") == 1
    assert "1 COMPLETE, 1 FAILED" in output


@pytest.mark.slow
def test_ten_failures_in_a_row_end_the_study_and_the_same_command_tries_on(shell, write_own):
    write_own(shell, "build_failing", "fails = 0", trials=40)
    for n_finished in (0, 10):
        ended = shell.run("run", "own.toml", "--set", "callbacks=[{use = 'own:Failing'}]", status=1)
        assert f"Study own: {n_finished} of 40 trials finished" in ended.stdout
        assert "10 trials in a row failed in the same way (error)" in ended.stderr
        assert "ValueError: this one fails on purpose" in ended.stderr


@pytest.mark.slow
def test_a_kill_while_plots_are_drawn_is_made_good_by_the_same_command(shell, rows, write_own):
    write_own(shell, "build_failing", "fails = 0", trials=2)
    with shell.start("run", "own.toml") as process:
        for line in process.stdout:
            if "Drawing plots" in line:
                process.kill()
    shell.run("run", "own.toml")
    assert rows(shell, "select distinct status from runs") == [("FINISHED",)]
    assert rows(shell, "select count(*) from metrics where key = 'test_accuracy'") == [(1,)]
    assert rows(shell, "select count(*) from model_versions") == [(1,)]


def test_a_killed_run_is_finished_from_the_ledger_when_its_trial_had_ended(shell, rows, write_own):
    """What a kill between the ledger's line and MLflow's leaves: a finished trial whose run goes on for ever."""
    write_own(shell, "build_slow", "width = 1", trials=2)
    shell.run("run", "own.toml")
    with sqlite3.connect(shell.folder / "mlruns" / "mlflow.db") as store:
        [(run,)] = store.execute("select run_uuid from tags where key = 'perceptune.trial' and value = '1'").fetchall()
        store.execute(f"update runs set status = 'RUNNING', end_time = null where run_uuid = '{run}'")
        store.execute(f"delete from metrics where run_uuid = '{run}' and step = 2")
        store.execute(f"delete from tags where run_uuid = '{run}' and key = 'perceptune.state'")
    shell.run("run", "own.toml", "--trials", 3)
    assert rows(shell, f"select status from runs where run_uuid = '{run}'") == [("FINISHED",)]
    assert rows(shell, f"select step from metrics where run_uuid = '{run}' and key = 'val_loss' order by step") == [(1,), (2,)]
    assert rows(shell, f"select value from tags where run_uuid = '{run}' and key = 'perceptune.state'") == [("COMPLETE",)]


def read_until_finished(process, count):
    """Read the output until so many trials have finished, and return the processes: the one that forks workers, and the workers."""
    for line in process.stdout:
        if line.startswith(f"[{count}/"):
            return psutil.Process(process.pid).children(recursive=True)
    raise AssertionError(f"ended with exit status {process.wait()}")


def check_five_finished(shell, rows):
    best = json.loads(shell.run("best", "own", "--json").stdout)
    states = best["n_by_state"]
    assert states["COMPLETE"] == 5
    assert states.keys() <= {"COMPLETE", "INTERRUPTED"}
    assert rows(shell, "select count(*) from runs where status = 'RUNNING'") == [(0,)]
    states = "select s.value from tags s join tags p on p.run_uuid = s.run_uuid and p.key = 'mlflow.parentRunId' where s.key = 'perceptune.state'"
    assert [state for (state,) in rows(shell, states)].count("COMPLETE") == 5
