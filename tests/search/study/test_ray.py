"""A study on the Ray cluster that ``RAY_ADDRESS`` names: nodes receive the user's own builder, and models are copied back."""

from dataclasses import replace

import pytest

pytestmark = pytest.mark.slow


def test_a_user_s_own_builder_is_searched_on_a_cluster_and_its_champion_is_here(shell, cluster, write_own, rows):
    write_own(shell, "build_failing", "fails = 0", trials=2)
    shell = replace(shell, variables={"RAY_ADDRESS": cluster.address})
    printed = shell.call("run", "own.toml", "--executor", "ray", "--workers", 1).stdout
    assert "own (2 COMPLETE)" in printed
    assert "models:/own/1" in printed
    workers = rows(shell, "select distinct value from tags where key = 'perceptune.worker'")
    assert workers
    assert all(" on " in worker for (worker,) in workers)
