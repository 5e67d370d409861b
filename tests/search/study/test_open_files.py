"""A limit of open files that is too low for a search is raised, or refused before anything runs."""

import resource
import subprocess

import pytest

from search.study.open_files import check_open_files


@pytest.fixture
def limits():
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    yield before
    resource.setrlimit(resource.RLIMIT_NOFILE, before)


def test_a_low_limit_is_raised_with_room_for_the_user_s_own_files(limits):
    _, hard = limits
    resource.setrlimit(resource.RLIMIT_NOFILE, (30, hard))
    check_open_files(2)
    assert resource.getrlimit(resource.RLIMIT_NOFILE) == (min(1024, hard), hard)


def test_a_limit_that_cannot_be_raised_is_refused_before_anything_runs(shell):
    command = ["sh", "-c", 'ulimit -n 20; exec "$@"', "sh", *shell.command("run", "iris", "--workers", 2)]
    refused = subprocess.run(command, cwd=shell.folder, env=shell.environment, capture_output=True, text=True, check=False)
    assert refused.returncode == 2, refused.stderr
    [line] = refused.stderr.splitlines()
    assert "A process may have 20 files open (ulimit -Hn), a search with 2 workers needs 36; have the limit raised" in line
    assert not (shell.folder / "mlruns").exists()
