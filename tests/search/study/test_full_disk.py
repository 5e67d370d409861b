"""A full disk stops a study with a message that helps, and the same command continues it."""

import os
import subprocess
from dataclasses import replace

import pytest

MEBIBYTE = 2**20


@pytest.fixture
def small_disk(shell):
    """Mount a small disk on the shell's ``mlruns``, and return a function that fills it up to a number of free bytes."""
    folder = shell.folder / "mlruns"
    folder.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64m", "tmpfs", str(folder)], capture_output=True, text=True, check=False)
    if mounted.returncode:
        pytest.skip(f"no file system can be mounted here: {mounted.stderr.strip()}")

    def leave(free_bytes):
        status = os.statvfs(folder)
        with (folder / "filler").open("wb") as file:
            os.posix_fallocate(file.fileno(), 0, status.f_bavail * status.f_bsize - free_bytes)

    yield leave
    subprocess.run(["umount", "--lazy", str(folder)], check=True)


@pytest.mark.slow
@pytest.mark.timeout(1500)
def test_a_study_on_a_full_disk_stops_and_the_same_command_continues(shell, forks, small_disk, rows, write_own):
    shell = replace(shell, preloaded=forks)
    write_own(shell, "build_failing", "fails = 0", trials=6)
    shell.call("run", "own.toml", "--trials", 2)
    for free_bytes in (0, MEBIBYTE // 4):
        small_disk(free_bytes)
        stopped = shell.run("run", "own.toml", status=1)
        assert "The disk is full" in stopped.stderr
        assert f"free in {shell.folder}/mlruns" in stopped.stderr
        assert "Traceback" not in stopped.stdout + stopped.stderr
        before = shell.call("trials", "own").stdout.count("COMPLETE")
        assert before >= 2
        (shell.folder / "mlruns" / "filler").unlink()
    output = shell.call("run", "own.toml").stdout
    assert f"Study own: {before} of 6 trials finished" in output
    assert "6 COMPLETE" in output
    assert rows(shell, "select count(*) from runs where status = 'RUNNING'") == [(0,)]
    complete = "select run_uuid from tags where key = 'perceptune.state' and value = 'COMPLETE' and run_uuid in "
    children = "(select run_uuid from tags where key = 'perceptune.trial')"
    epochs = rows(shell, f"select step from metrics where key = 'val_loss' and run_uuid in ({complete}{children}) order by run_uuid, step")
    assert epochs == [(1,), (2,)] * 6
