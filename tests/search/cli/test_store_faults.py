"""Stores that cannot be read or written: one line that says what and how to go on, for a user without the right to."""

import os
import shutil

import pytest

from search.ledger.journal_store import JournalStore
from search.store import Store
from tests.conftest import Shell
from tests.test_earlier_version import unpack
from tests.unprivileged import make_read_only, unprivileged

NOBODY = 65534


@pytest.fixture
def shell(tmp_path):
    unpack(tmp_path)
    return Shell(tmp_path)


@pytest.fixture
def as_nobody(shell, tmp_path, monkeypatch):
    """Let this process be another user during a test, who may not read or write what root's files do not allow."""
    if os.geteuid() != 0:
        yield
        return
    for words in (["studies"], ["show", "old_study"], ["trials", "old_study"], ["best", "old_study"]):
        shell.call(*words)  # nobody may not import what is in root's folders
    for folder in (tmp_path, *tmp_path.parents):
        if str(folder).startswith("/tmp/"):
            folder.chmod(folder.stat().st_mode | 0o055)
    monkeypatch.chdir(shell.folder)  # nobody may not enter the folder of the checkout again
    os.seteuid(NOBODY)
    yield
    os.seteuid(0)


def test_a_journal_without_read_permission_hides_no_other_study(shell, as_nobody):
    os.seteuid(0)
    journal = shell.folder / "mlruns/studies/old_study/journal.log"
    journal.chmod(0o000)
    os.seteuid(NOBODY)
    listed = shell.call("studies")
    assert "old_interrupted" in listed.stdout
    assert f"{journal}: Permission denied" in listed.stderr
    message = shell.call("show", "old_study", status=2).stderr
    assert f"{journal}: Permission denied" in message
    assert "let this user read and write" in message


@pytest.mark.parametrize("words", [["studies"], ["show", "old_study"], ["trials", "old_study"], ["best", "old_study"]])
def test_reading_commands_work_in_a_store_that_cannot_be_written(shell, as_nobody, words):
    assert shell.call(*words).stdout


READING = [
    ["studies"],
    ["show", "old_study"],
    ["trials", "old_study", "--csv", "trials.csv"],
    ["best", "old_study"],
    ["history", "old_study", "1"],
    ["compare", "old_study", "old_interrupted"],
    ["doctor"],
]


@pytest.mark.parametrize("words", READING, ids=" ".join)
def test_a_store_of_read_only_files_is_read_and_stays_as_it_is(shell, words):
    store = shell.folder / "mlruns"
    make_read_only(store)
    files = {path: path.stat().st_mtime_ns for path in store.rglob("*")}
    with unprivileged():
        assert shell.call(*words).stdout
    assert {path: path.stat().st_mtime_ns for path in store.rglob("*")} == files


WRITING = [
    ["doctor", "--repair"],
    ["doctor", "old_study", "--repair"],
    ["report", "old_study"],
    ["rename", "old_study", "new"],
    ["delete", "old_study", "--yes"],
    ["promote", "old_study", "1"],
]


@pytest.mark.parametrize("words", WRITING, ids=" ".join)
def test_what_would_write_to_read_only_files_says_so_in_one_line(shell, words):
    make_read_only(shell.folder / "mlruns")
    with unprivileged():
        [line] = shell.call(*words, status=2).stderr.splitlines()
    assert str(shell.folder / "mlruns") in line
    assert "cannot be written" in line


def test_doctor_does_not_check_a_study_that_the_owner_of_a_read_only_store_runs(shell):
    store = Store(shell.folder / "mlruns")
    release = JournalStore(store).lock("old_study")
    try:
        make_read_only(store.root)
        with unprivileged():
            assert "old_study: running in another process; not checked" in shell.call("doctor").stdout
            assert "RUNNING" in shell.call("studies").stdout
    finally:
        release()
    with unprivileged():
        assert "old_study: no problems" in shell.call("doctor").stdout


def test_doctor_checks_the_other_studies_when_one_cannot_be_repaired(shell):
    models = shell.folder / "mlruns/studies/old_study/models"
    (models / "7.keras").write_bytes(b"of no best trial")
    make_read_only(models)
    with unprivileged():
        found = shell.call("doctor", "--repair", status=1).stdout
    assert "old_interrupted: no problems" in found
    assert "old_study: cannot be checked" in found
    assert "Permission denied" in found


def test_a_read_only_store_is_named_by_a_search(shell):
    make_read_only(shell.folder / "mlruns")
    with unprivileged():
        message = shell.call("run", "old_study.toml", "--trials", 10, status=2).stderr
    assert f"The store {shell.folder / 'mlruns'} cannot be written: Permission denied" in message


def test_a_removed_folder_is_no_fault_of_perceptune(shell):
    target = shell.folder / "mlruns/studies"
    shutil.rmtree(target)
    target.write_text("a file in place of the folder")
    message = shell.call("run", "old_study.toml", status=2).stderr
    assert "fault of perceptune" not in message
    assert str(shell.folder / "mlruns") in message


OWN = """
import shutil
from pathlib import Path

from sklearn.linear_model import LogisticRegression


def build(width=1):
    if width == 2:
        {act}
    return LogisticRegression()
"""
EXPERIMENT = """
model = "own:build"
data = { loader = "experiments.datasets:iris" }
space = { model = { width = { type = "categorical", choices = [1, 2] } } }
objective = { metric = "val_accuracy", direction = "maximize" }
search = { sampler = "grid", n_trials = 2 }
executor = { name = "in-process" }
"""
FAULTS = {
    "removed": ('shutil.rmtree("mlruns/studies/own")', "mlruns/studies/own was removed while the study ran"),
    "unreadable": ('Path("mlruns/studies/own/journal.log").chmod(0)', "Permission denied; let this user read and write it"),
}


@pytest.mark.usefixtures("forks")
@pytest.mark.parametrize(("act", "message"), FAULTS.values(), ids=FAULTS)
def test_a_search_that_loses_its_files_says_so_in_one_line_and_keeps_what_has_finished(tmp_path, act, message):
    shell = Shell(tmp_path)
    (tmp_path / "own.py").write_text(OWN.format(act=act))
    (tmp_path / "own.toml").write_text(EXPERIMENT)
    with unprivileged():
        failed = shell.call("run", "own.toml", status=1)
    [line] = failed.stderr.splitlines()
    assert message in line
    assert "fault of perceptune" not in line
    if "denied" in message:
        (tmp_path / "mlruns/studies/own/journal.log").chmod(0o600)
        assert "1 COMPLETE" in shell.call("show", "own").stdout
