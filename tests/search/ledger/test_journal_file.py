import shutil
import subprocess
import sys

import pytest

from search.errors import LedgerError
from search.ledger.journal_file import StudyJournal, repair
from tests.unprivileged import unprivileged


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "journal.log"
    path.touch()
    return path


def lines(count, start=0):
    return [{"op_code": 5, "number": number} for number in range(start, start + count)]


def test_lines_are_read_in_order(path):
    journal = StudyJournal(path)
    journal.append_logs(lines(3))
    assert list(journal.read_logs(0)) == lines(3)


def test_reading_continues_where_it_stopped(path):
    journal = StudyJournal(path)
    journal.append_logs(lines(3))
    list(journal.read_logs(0))
    journal.append_logs(lines(2, start=3))
    assert list(journal.read_logs(3)) == lines(2, start=3)


def test_reading_may_start_in_the_middle_of_what_was_never_read(path):
    StudyJournal(path).append_logs(lines(5))
    assert list(StudyJournal(path).read_logs(2)) == lines(3, start=2)


def test_a_line_that_is_still_being_written_is_left_out_until_it_ends(path):
    journal = StudyJournal(path)
    journal.append_logs(lines(1))
    with path.open("a") as file:
        file.write('{"op_code":5,"num')
        file.flush()
        assert list(journal.read_logs(0)) == lines(1)
        file.write('ber":1}\n')
    assert list(journal.read_logs(1)) == lines(1, start=1)


@pytest.mark.parametrize(
    ("removed", "message"),
    [
        ("studies/own/journal.log", "journal.log was removed while the study ran.*doctor own --repair"),
        ("studies/own", "studies/own was removed while the study ran.*doctor own --repair"),
        (".", "The store .* was removed while the study ran.*starts the study anew"),
    ],
)
def test_what_was_removed_is_named_with_how_to_go_on(tmp_path, removed, message):
    path = tmp_path / "mlruns/studies/own/journal.log"
    repair(path)
    journal = StudyJournal(path)
    journal.append_logs(lines(1))
    list(journal.read_logs(0))
    target = tmp_path / "mlruns" / removed
    target.unlink() if target.is_file() else shutil.rmtree(target)
    with pytest.raises(LedgerError, match=message):
        journal.append_logs(lines(1))
    with pytest.raises(LedgerError, match=message):
        list(journal.read_logs(1))


def test_a_journal_that_may_not_be_opened_any_more_is_named_with_how_to_go_on(path):
    journal = StudyJournal(path)
    journal.append_logs(lines(1))
    list(journal.read_logs(0))
    path.chmod(0o400)
    with unprivileged(), pytest.raises(LedgerError, match=r"Permission denied; let this user .*the same command continues"):
        journal.append_logs(lines(1))
    path.chmod(0)
    with unprivileged(), pytest.raises(LedgerError, match="Permission denied"):
        list(journal.read_logs(1))


def test_repair_cuts_off_an_unfinished_line_and_nothing_else(path):
    journal = StudyJournal(path)
    journal.append_logs(lines(2))
    whole = path.read_bytes()
    path.write_bytes(whole + b'{"op_code":5,"num')
    repair(path)
    assert path.read_bytes() == whole
    repair(path)
    assert path.read_bytes() == whole


def test_repair_makes_a_missing_journal(tmp_path):
    repair(tmp_path / "new" / "journal.log")
    assert (tmp_path / "new" / "journal.log").read_bytes() == b""


def test_lines_that_a_full_disk_refuses_leave_nothing_behind(path):
    """The journal grows to a limit of the system's, as it would on a full disk."""
    program = f"""if True:
        import pathlib, resource, signal
        from search.ledger.journal_file import StudyJournal
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (100, 100))
        journal = StudyJournal(pathlib.Path({str(path)!r}))
        journal.append_logs([{{"op_code": 5, "number": 0}}])
        try:
            journal.append_logs([{{"op_code": 5, "number": 1, "text": "x" * 200}}])
        except OSError:
            journal.append_logs([{{"op_code": 5, "number": 2}}])
    """
    subprocess.run([sys.executable, "-c", program], check=True)
    assert [line["number"] for line in StudyJournal(path).read_logs(0)] == [0, 2]
