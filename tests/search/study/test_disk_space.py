"""A full disk is noticed, however it shows."""

import errno
import os

import pytest

from search.errors import DiskFullError, StoreUnavailableError
from search.study.disk_space import is_full, watched


def test_a_full_disk_is_known_by_what_caused_an_error(tmp_path):
    with pytest.raises(DiskFullError, match=r"MiB are free in .*what is finished is kept"), watched(tmp_path / "missing"):
        raise RuntimeError("something that came of it") from OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def test_other_errors_pass_as_they_are(tmp_path):
    with pytest.raises(FileNotFoundError), watched(tmp_path):
        (tmp_path / "missing").read_text()


def test_the_disk_of_a_server_is_not_ours(tmp_path):
    with pytest.raises(StoreUnavailableError), watched(tmp_path):
        raise StoreUnavailableError("the server says: database or disk is full")


def test_what_libraries_say_of_a_full_disk_is_known():
    assert is_full("OSError: [Errno 28] Can't write data (file write failed: errno = 28, error message = 'No space left on device')")
    assert is_full("(sqlite3.OperationalError) database or disk is full")
    assert not is_full("ValueError: the disk is round")
