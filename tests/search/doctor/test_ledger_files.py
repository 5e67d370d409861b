"""A journal that was cut, changed, emptied or removed is noticed, hides no other study, and is restored from MLflow."""

import shutil
import sqlite3

import pytest

from search import ledger as ledgers
from search.doctor import check_study
from search.errors import DamagedLedgerError
from search.ledger.journal_checksum import JournalChecksum
from search.store import Store
from tests.conftest import Shell
from tests.test_earlier_version import unpack

NAME = "old_study"


@pytest.fixture(autouse=True)
def _own_store(monkeypatch):
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)


@pytest.fixture
def shell(tmp_path):
    """Two studies of an earlier version; the journal of the first has a checksum, as if this version had continued it."""
    unpack(tmp_path)
    journal = Store(tmp_path / "mlruns").study(NAME).journal
    JournalChecksum().extended(journal.read_bytes()).write(journal)
    return Shell(tmp_path)


@pytest.fixture
def store(shell):
    return Store(shell.folder / "mlruns")


def cut_in_half(journal):
    lines = journal.read_bytes().splitlines(keepends=True)
    journal.write_bytes(b"".join(lines[: len(lines) // 2]))


def replace_a_line(number):
    def replace(journal):
        lines = journal.read_bytes().splitlines(keepends=True)
        lines[number] = b"\0" * (len(lines[number]) - 1) + b"\n"
        journal.write_bytes(b"".join(lines))

    return replace


def change_a_value(journal):
    journal.write_bytes(journal.read_bytes().replace(b'"state":"COMPLETE","value":0.9', b'"state":"COMPLETE","value":0.1'))


DAMAGES = {
    "cut": cut_in_half,
    "emptied": lambda journal: journal.write_bytes(b""),
    "removed": lambda journal: journal.unlink(),
    "first line": replace_a_line(0),
    "experiment": replace_a_line(1),
    "a trial's line": replace_a_line(12),
    "text": lambda journal: journal.write_text("not a journal\n" * 900),
    "foreign JSON": lambda journal: journal.write_text('{"op_code": 4}\n[]\n{"op_code": 6, "trial_id": 3}\n' * 300),
    "changed": change_a_value,
}
SLOW = {"first line", "experiment", "text", "foreign JSON"}


def facts(store, name=NAME):
    view = ledgers.read(store, name)
    trials = [(r.number, r.state, r.params, r.result and (r.result.value, [*map(dict, r.result.history)])) for r in view.records()]
    return trials, view.best, view.attribute("champion"), view.attribute("parent_run_id"), view.n_finished


@pytest.mark.parametrize("damage", [pytest.param(damage, id=name, marks=[pytest.mark.slow] * (name in SLOW)) for name, damage in DAMAGES.items()])
def test_a_damaged_ledger_is_noticed_and_restored_from_mlflow(shell, store, damage):
    before, journal = facts(store), store.study(NAME).journal
    damage(journal)
    damaged = journal.read_bytes() if journal.exists() else None
    refused = shell.call("run", "old_study.toml", status=2).stderr
    assert str(journal) in refused
    assert "doctor old_study --repair" in refused
    assert len(refused.splitlines()) == 1
    assert (journal.read_bytes() if journal.exists() else None) == damaged  # nothing was changed
    [found] = check_study(store, NAME).left
    assert found.kind == "damaged ledger"
    repaired = check_study(store, NAME, repair=True)
    assert (repaired.repaired, repaired.left) == ((found,), ())
    assert facts(store) == before
    assert check_study(store, NAME).left == ()
    if damaged is not None:
        assert (store.study(NAME).removed / "journal.log").read_bytes() == damaged


def test_a_study_whose_folder_was_removed_is_restored_from_mlflow(shell, store):
    before, folder = facts(store), store.study(NAME).root
    shutil.rmtree(folder)
    assert f"lost study: {folder}: MLflow has the study, whose folder was removed" in shell.call("doctor", NAME, status=1).stdout
    repaired = check_study(store, NAME, repair=True)
    assert [finding.kind for finding in repaired.repaired] == ["lost study"]
    assert repaired.left == ()
    assert facts(store) == before


def test_a_study_that_mlflow_does_not_know_either_is_not_found(shell):
    for words in (["doctor", "old_studi"], ["doctor", "old_studi", "--repair"], ["doctor", "it's"]):
        assert "There is no study" in shell.call(*words, status=2).stderr


def test_a_damaged_ledger_hides_no_other_study(shell, store):
    replace_a_line(3)(store.study(NAME).journal)
    listed = shell.call("studies")
    assert "old_interrupted" in listed.stdout
    assert str(store.study(NAME).journal) in listed.stderr
    checked = shell.call("doctor", status=1).stdout
    assert "old_interrupted: no problems" in checked
    assert "old_study: damaged ledger" in checked
    assert "old_interrupted" in shell.call("show", "old_interrupted").stdout


def test_an_experiment_that_this_version_refuses_hides_no_other_study(shell, store):
    journal = store.study(NAME).journal
    journal.with_suffix(".checksum").unlink()
    journal.write_bytes(journal.read_bytes().replace(b'"objective"', b'"goal"'))
    listed = shell.call("studies")
    assert "old_interrupted" in listed.stdout
    assert "goal" in listed.stderr


def test_trials_that_a_ledger_without_checksum_has_lost_are_restored(shell, store):
    store.study(NAME).journal.with_suffix(".checksum").unlink()
    before = facts(store)
    journal = store.study(NAME).journal
    lines = journal.read_bytes().splitlines(keepends=True)
    created = [number for number, line in enumerate(lines) if line.startswith(b'{"op_code":4')]
    journal.write_bytes(b"".join(lines[: created[3]]))
    assert "lost trials" in [finding.kind for finding in check_study(store, NAME).left]
    repaired = check_study(store, NAME, repair=True)
    assert repaired.left == ()
    assert facts(store)[0] == before[0]
    assert store.study(NAME).model(before[1][0]).is_file()


def test_an_emptied_ledger_without_checksum_does_not_start_the_study_again(shell, store):
    journal = store.study(NAME).journal
    journal.with_suffix(".checksum").unlink()
    journal.write_bytes(b"")
    assert "is empty, though its folder has the files of a study" in shell.call("run", "old_study.toml", status=2).stderr
    assert check_study(store, NAME, repair=True).left == ()


def test_without_mlflow_and_without_lines_nothing_is_changed(shell, store):
    journal = store.study(NAME).journal
    journal.write_bytes(b"")
    (store.root / "mlflow.db").unlink()
    assert "start a new study with --fresh" in shell.call("doctor", NAME, "--repair", status=2).stderr
    assert journal.read_bytes() == b""


def test_the_rebuilt_ledger_of_an_archived_study_keeps_its_name_and_is_its_owners_only(store):
    experiment, archived = ledgers.read(store, NAME).experiment, store.study(f"{NAME}.1")
    ledgers.create_or_continue(store, NAME, experiment, fresh=True).close()
    replace_a_line(0)(archived.journal)
    assert check_study(store, f"{NAME}.1", repair=True).left == ()
    assert archived.journal.stat().st_mode & 0o077 == 0
    shutil.rmtree(store.study(NAME).root)
    archived.root.rename(store.study(NAME).root)
    ledger = ledgers.create_or_continue(store, NAME, experiment, fresh=False)
    assert ledger.n_finished > 0
    ledger.close()


def test_trials_of_which_mlflow_knows_too_little_stay_lost_and_are_told(shell, store):
    journal = store.study(NAME).journal
    journal.with_suffix(".checksum").unlink()
    lines = journal.read_bytes().splitlines(keepends=True)
    created = [number for number, line in enumerate(lines) if line.startswith(b'{"op_code":4')]
    journal.write_bytes(b"".join(lines[: created[3]]))
    last = str(len(created) - 1)
    with sqlite3.connect(store.root / "mlflow.db") as database:
        database.execute("delete from params where run_uuid in (select run_uuid from tags where key = 'perceptune.trial' and value = ?)", [last])
    repaired = check_study(store, NAME, repair=True)
    assert [(finding.kind, finding.remedy) for finding in repaired.left] == [("lost trials", "")]
    assert "MLflow has 1 finished trials" in repaired.left[0].text
    assert "lost trials" in shell.call("doctor", NAME, status=1).stdout


def test_a_damaged_study_is_archived_by_fresh(store):
    journal = store.study(NAME).journal
    replace_a_line(0)(journal)
    experiment = ledgers.read(store, "old_interrupted").experiment
    ledgers.create_or_continue(store, NAME, experiment, fresh=True).close()
    assert store.study(f"{NAME}.1").journal.exists()
    shutil.rmtree(store.study(NAME).root)
    with pytest.raises(DamagedLedgerError):
        ledgers.read(store, f"{NAME}.1")
