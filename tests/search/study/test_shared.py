"""Studies that several coordinators run at once."""

import json
from dataclasses import replace

import pytest

from tests.conftest import Shell

CHILDREN = "select value, count(*) from tags where key = 'perceptune.trial' group by value order by cast(value as int)"


@pytest.fixture
def shared(shell, database_url, forks):
    """A shell whose ledgers are in a database."""
    return replace(shell, preloaded=forks, variables={"PERCEPTUNE_LEDGER": database_url})


def check_finished(shell: Shell, rows, n_trials, study="own"):
    """Every trial once in the ledger and once in MLflow, every epoch once, nothing left running, one champion."""
    best = json.loads(shell.call("best", study, "--json").stdout)
    assert best["n_by_state"] == {"COMPLETE": n_trials}
    assert rows(shell, CHILDREN) == [(str(number), 1) for number in range(n_trials)]
    assert rows(shell, "select distinct status from runs") == [("FINISHED",)]
    assert rows(shell, "select count(*) from runs") == [(n_trials + 1,)]
    assert rows(shell, "select step from metrics where key = 'val_loss' order by run_uuid, step") == [(1,), (2,)] * n_trials
    assert rows(shell, "select count(*) from model_versions") == [(1,)]


def wait_for(processes):
    outputs = [process.communicate()[0] for process in processes]
    assert [process.returncode for process in processes] == [0] * len(processes), outputs
    return outputs


def last_lines(output):
    return output[output.index("Best trial") :].splitlines()[:4]


@pytest.mark.slow
def test_two_coordinators_that_start_together_on_a_fresh_server_run_one_study(shared, postgresql, rows, write_own):
    mlflow = postgresql.create(f"mlflow-{shared.folder.name}".replace("_", "-")[:60])
    shared = replace(shared, variables={**shared.variables, "MLFLOW_TRACKING_URI": mlflow})
    write_own(shared, "build_slow", "width = { type = 'int', low = 1, high = 9 }", trials=8)
    first, second = wait_for([shared.start("run", "own.toml", "--workers", 1) for _ in range(2)])
    assert last_lines(first) == last_lines(second)
    assert first.count("COMPLETE:") + second.count("COMPLETE:") == 8
    assert min(first.count("COMPLETE:"), second.count("COMPLETE:")) > 0
    check_finished(shared, rows, 8)
    third = shared.call("run", "own.toml").stdout
    assert last_lines(third) == last_lines(first)
    check_finished(shared, rows, 8)


@pytest.mark.slow
def test_the_trials_of_a_killed_coordinator_are_finished_by_the_other(shared, rows, write_own):
    write_own(shared, "build_slow", "width = { type = 'int', low = 1, high = 9 }", trials=8)
    with shared.start("run", "own.toml", "--workers", 1) as killed, shared.start("run", "own.toml", "--workers", 1) as other:
        assert any("COMPLETE" in line for line in killed.stdout)
        killed.kill()
        wait_for([other])
    check_finished(shared, rows, 8)


def test_an_unavailable_ledger_is_reported_in_one_line_without_secrets(shell, unused_port):
    refused = shell.call("studies", "--ledger", f"postgresql+psycopg://ann:secret@127.0.0.1:{unused_port}/perceptune", status=2)
    assert f"The ledger postgresql+psycopg://***@127.0.0.1:{unused_port}/perceptune cannot be used" in refused.stderr
    assert "secret" not in refused.stderr
