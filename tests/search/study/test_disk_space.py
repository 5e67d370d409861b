"""The errors of a full disk are recognized."""

import errno
import os

import pytest

from search.errors import DiskFullError, StoreUnavailableError
from search.study.disk_space import disk_full_errors, is_full


def test_a_full_disk_is_recognized_in_the_causes_of_an_error(tmp_path):
    with pytest.raises(DiskFullError, match=r"MiB are free in .*finished trials are kept"), disk_full_errors(tmp_path / "missing"):
        raise RuntimeError("a consequence") from OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def test_other_errors_are_not_changed(tmp_path):
    with pytest.raises(FileNotFoundError), disk_full_errors(tmp_path):
        (tmp_path / "missing").read_text()


def test_the_full_disk_of_a_server_is_not_this_machines(tmp_path):
    with pytest.raises(StoreUnavailableError), disk_full_errors(tmp_path):
        raise StoreUnavailableError("the server says: database or disk is full")


def test_the_messages_of_libraries_on_a_full_disk_are_recognized():
    assert is_full("OSError: [Errno 28] Can't write data (file write failed: errno = 28, error message = 'No space left on device')")
    assert is_full("(sqlite3.OperationalError) database or disk is full")
    assert not is_full("ValueError: the disk is round")
