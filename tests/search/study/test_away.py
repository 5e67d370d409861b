"""A search whose tracking server is killed and restarted."""

import sqlite3
from dataclasses import replace

import pytest

from tests.search.tracking.server import Server

N_TRIALS = 6


@pytest.mark.slow
@pytest.mark.timeout(900)  # a server that starts twice, beside a search
def test_a_search_continues_without_its_tracking_server_and_ends_complete_after_its_restart(shell, forks, write_own):
    write_own(shell, "build_slow", "width = { type = 'int', low = 1, high = 9 }", trials=N_TRIALS)
    server = Server(shell.folder)
    server.start()
    shell = replace(shell, preloaded=forks, variables={"MLFLOW_TRACKING_URI": server.uri})
    try:
        with shell.start("run", "own.toml") as process:
            output = read_until(process, "[2/")
            server.kill()
            output += read_until(process, f"[{N_TRIALS - 1}/")
            server.start()
            output += process.stdout.read()
        assert process.returncode == 0, output
        assert "the search continues" in output
        assert f"{N_TRIALS} COMPLETE" in output
        with sqlite3.connect(server.database) as store:
            assert store.execute("select status, count(*) from runs group by 1").fetchall() == [("FINISHED", N_TRIALS + 1)]
            steps = store.execute("select run_uuid, step from metrics where key = 'val_loss' order by run_uuid, rowid").fetchall()
        assert [step for _, step in steps] == [1, 2] * N_TRIALS
    finally:
        server.kill()


def read_until(process, start):
    """Read the output up to a line with this start."""
    lines = []
    for line in process.stdout:
        lines.append(line)
        if line.startswith(start):
            return "".join(lines)
    raise AssertionError("".join(lines))
