"""A file that cannot be written is refused in one line."""

from pathlib import Path

import pytest

from search.errors import DataError
from search.output_files import check_output, writing


def test_a_folder_and_a_missing_folder_are_refused(tmp_path):
    with pytest.raises(DataError, match="is a folder; give the path of a file"):
        check_output(tmp_path)
    with pytest.raises(DataError, match=r"The folder of .* does not exist; create it first"), writing(tmp_path / "missing" / "a.csv"):
        pass


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="only Linux has a file that is always full")
def test_a_full_disk_is_named():
    full, message = Path("/dev/full"), '"/dev/full" cannot be written: No space left on device; give another file'
    with pytest.raises(DataError, match=message), writing(full), full.open("w") as file:
        file.write("text")
    assert Path("/dev/full").exists()


def fill(path):
    path.touch()
    raise OSError(28, "No space left on device")


def test_a_part_of_a_new_file_is_removed_and_an_existing_one_is_kept(tmp_path):
    for name, kept in (("new", False), ("old", True)):
        path = tmp_path / name
        if kept:
            path.write_text("before")
        with pytest.raises(DataError, match="cannot be written"), writing(path):
            fill(path)
        assert path.exists() == kept
