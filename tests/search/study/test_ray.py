"""A study on the Ray cluster that ``RAY_ADDRESS`` names: nodes receive the project's code, and models are copied back."""

import shutil
from dataclasses import replace

import pytest

from tests.conftest import ROOT

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("is_checkout", [False, True], ids=["in another folder", "in the checkout"])
def test_a_user_s_own_builder_is_searched_on_a_cluster_and_its_champion_is_here(shell, cluster, write_own, rows, is_checkout):
    if is_checkout:
        for name in ("search", "models", "experiments"):
            shutil.copytree(ROOT / name, shell.folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    write_own(shell, "build_failing", "fails = 0", trials=2)
    shell = replace(shell, variables={"RAY_ADDRESS": cluster.address})
    printed = shell.run("run", "own.toml", "--executor", "ray", "--workers", 1).stdout
    assert "own (2 COMPLETE)" in printed
    assert "models:/own/1" in printed
    workers = rows(shell, "select distinct value from tags where key = 'perceptune.worker'")
    assert workers
    assert all(" on " in worker for (worker,) in workers)
