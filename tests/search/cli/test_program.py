"""The command that messages name works where the user stands."""

import sys
from pathlib import Path

from search.cli.program import program

INSTALLED = Path(sys.executable).parent / "perceptune"


def test_the_command_on_the_path_is_named(monkeypatch):
    monkeypatch.setenv("PATH", str(INSTALLED.parent))
    assert program() == "perceptune"


def test_another_installation_on_the_path_is_not_ours(monkeypatch, tmp_path):
    other = tmp_path / "perceptune"
    other.touch(mode=0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    assert program() == str(INSTALLED)


def test_a_command_below_the_working_directory_has_a_short_path(monkeypatch):
    monkeypatch.setenv("PATH", "")
    monkeypatch.chdir(INSTALLED.parents[2])
    assert program() == str(INSTALLED.relative_to(INSTALLED.parents[2]))
