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
    with pytest.raises(DataError, match=message), writing(full) as written, written.open("w") as file:
        file.write("text")
    assert full.is_char_device()  # which no file has replaced


def fill(path):
    path.write_text("a part")
    raise OSError(28, "No space left on device")


def test_a_part_of_a_new_file_is_removed_and_an_existing_one_is_kept(tmp_path):
    (tmp_path / "old").write_text("before")
    (tmp_path / "link").symlink_to(tmp_path / "old")
    for name in ("new", "old", "link"):
        with pytest.raises(DataError, match="cannot be written"), writing(tmp_path / name) as temporary:
            fill(temporary)
    assert {path.name for path in tmp_path.iterdir()} == {"old", "link"}
    assert (tmp_path / "old").read_text() == "before"
    with writing(tmp_path / "link") as temporary:
        temporary.write_text("after")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "old").read_text() == "after"
