"""Studies that are killed or interrupted, and continued by the same command."""

import contextlib
import json
import os
import re
import signal
import sqlite3
from dataclasses import replace

import psutil
import pytest

pytestmark = pytest.mark.slow
N_TRIALS = 9


@pytest.mark.timeout(1500)
def test_a_study_that_is_killed_interrupted_and_loses_a_worker_ends_whole(shell, rows, write_own):
    """Four processes run one study, one after another; each is stopped in another way but the last."""
    shell = replace(shell, variables={"KERAS_BACKEND": "jax"})  # which takes half the time of TensorFlow to import
    write_own(shell, "build_slow", "width = { type = 'int', low = 1, high = 9 }", trials=N_TRIALS)
    kill_while_mlflows_store_is_busy(shell, rows)
    interrupt(shell, rows)
    kill_a_worker_and_then_the_coordinator_while_plots_are_drawn(shell)
    shell.call("run", "own.toml")
    assert json.loads(shell.call("best", "own", "--json").stdout)["n_by_state"] == {"COMPLETE": N_TRIALS}
    assert rows(shell, "select status, count(*) from runs group by status") == [("FINISHED", N_TRIALS + 1)]
    assert rows(shell, "select count(distinct value) from tags where key = 'perceptune.trial'") == [(N_TRIALS,)]
    assert rows(shell, "select step from metrics where key = 'val_loss' order by run_uuid, step") == [(1,), (2,)] * N_TRIALS
    assert rows(shell, "select count(*) from metrics where key = 'test_accuracy'") == [(1,)]
    assert rows(shell, "select count(*) from model_versions") == [(1,)]
    assert "own: no problems" in shell.call("doctor", "own").stdout


def kill_while_mlflows_store_is_busy(shell, rows):
    """Kill a coordinator whose trials have finished in the ledger and not in MLflow."""
    with shell.start("run", "own.toml") as process:
        read_until_finished(process, 1)
        with contextlib.closing(sqlite3.connect(shell.folder / "mlruns" / "mlflow.db", isolation_level=None)) as other:
            other.execute("begin exclusive")
            workers = read_until_finished(process, 4)
            process.kill()
            process.wait()
    _, alive = psutil.wait_procs(workers, timeout=60)
    assert not alive, "workers outlive a killed coordinator"
    [(n_tracked,)] = rows(shell, "select count(*) from runs where status = 'FINISHED'")
    assert n_tracked < 4


def interrupt(shell, rows):
    with shell.start("run", "own.toml") as process:
        n_finished = read_n_finished(process)
        read_until_finished(process, n_finished + 1)
        process.send_signal(signal.SIGINT)
        rest = process.stdout.read()
    assert process.returncode == 130
    assert n_finished >= 4
    assert "interrupted; the same command continues" in rest
    assert rows(shell, "select count(*) from runs where status = 'RUNNING'") == [(0,)]


def kill_a_worker_and_then_the_coordinator_while_plots_are_drawn(shell):
    output = ""
    with shell.start("run", "own.toml") as process:
        _, worker, *_ = read_until_finished(process, read_n_finished(process) + 1)
        os.kill(worker.pid, signal.SIGKILL)
        for line in process.stdout:
            output += line
            if "Drawing plots" in line:
                process.kill()
    assert re.search(r"trial \d+ is tried again: the worker process died: SIGKILL", output), output
    assert "Drawing plots" in output


@pytest.mark.usefixtures("forks")
def test_a_trial_whose_worker_dies_every_time_fails_and_the_study_continues(shell, write_own):
    write_own(shell, "build_slow", "width = { type = 'int', low = 1, high = 2 }", trials=2)
    words = ["--sampler", "grid", "--set", "executor.max_retries=1", "--set", "callbacks=[{use = 'own:Deadly'}]"]
    output = shell.call("run", "own.toml", *words).stdout
    assert output.count("is tried again") == 1
    assert "1 COMPLETE, 1 FAILED" in output


@pytest.mark.usefixtures("forks")
def test_too_many_failures_in_a_row_end_the_study_and_the_same_command_continues(shell, write_own):
    write_own(shell, "build_failing", "fails = 0", trials=40)
    for n_finished in (0, 4):
        words = ["--set", "search.max_failures_in_a_row=4", "--workers", 1, "--set", "callbacks=[{use = 'own:Failing'}]"]
        ended = shell.call("run", "own.toml", *words, status=1)
        assert f"Study own: {n_finished} of 40 trials finished" in ended.stdout
        assert "4 trials in a row failed in the same way (error)" in ended.stderr
        assert "ValueError: this one fails on purpose" in ended.stderr


def read_n_finished(process):
    """Read the output until the study starts, and return the number of trials that have finished already."""
    return next(int(found[1]) for line in process.stdout if (found := re.match(r"Study own: (\d+) of", line)))


def read_until_finished(process, count):
    """Read the output until so many trials have finished, and return the processes: the one that forks workers, and the workers."""
    for line in process.stdout:
        if re.match(rf"\[ *{count}/", line):
            return psutil.Process(process.pid).children(recursive=True)
    raise AssertionError(f"ended with exit status {process.wait()}")
