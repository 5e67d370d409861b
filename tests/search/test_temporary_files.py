"""What a killed process has left is removed; what a living one uses is not."""

import os
import subprocess
import sys
import tempfile

import pytest

from search.temporary_files import remove_abandoned, temporary_prefix

KILLED = """
import os, tempfile
from search.temporary_files import temporary_prefix
tempfile.mkdtemp(prefix=temporary_prefix())
tempfile.NamedTemporaryFile(prefix=temporary_prefix(), suffix=".log", delete=False)
os.kill(os.getpid(), 9)
"""


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


def test_only_files_of_ended_processes_of_this_machine_are_removed(folder):
    killed = subprocess.run([sys.executable, "-c", KILLED], env=os.environ | {"TMPDIR": str(folder), "PYTHONPATH": os.getcwd()}, check=False)
    assert killed.returncode == -9
    abandoned = list(folder.iterdir())
    assert len(abandoned) == 2
    ended = abandoned[0].name.split("-")[-2]
    kept = {tempfile.mkdtemp(prefix=temporary_prefix()), str(folder / "other"), str(folder / f"perceptune-another.host-{ended}-x")}
    for name in kept:
        os.makedirs(name, exist_ok=True)
    (folder / "link").symlink_to(folder / "other")
    (folder / f"{temporary_prefix().removesuffix(f'{os.getpid()}-')}{ended}-link").symlink_to(folder / "other")
    remove_abandoned()
    assert {str(path) for path in folder.iterdir()} == kept | {str(folder / "link")}
