import pytest

from search.atomic_file import replacing, write_bytes


def test_a_file_is_replaced_at_the_end_of_the_block(tmp_path):
    path = tmp_path / "model.keras"
    path.write_text("old")
    with replacing(path) as temporary:
        temporary.write_text("new")
        assert path.read_text() == "old"
        assert temporary.suffix == ".keras"
    assert path.read_text() == "new"
    assert list(tmp_path.iterdir()) == [path]


def test_a_failed_write_leaves_the_old_file_and_no_other(tmp_path):
    path = tmp_path / "rows.csv"
    path.write_text("old")
    with pytest.raises(TypeError, match="bytes"):
        write_bytes(path, "text, which cannot be written")
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_missing_folders_of_written_bytes_are_created(tmp_path):
    write_bytes(tmp_path / "a" / "b.npz", b"content")
    assert (tmp_path / "a" / "b.npz").read_bytes() == b"content"
