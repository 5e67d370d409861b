"""A copy of each version of the user's modules is kept once, whichever process comes first."""

from search.experiment import code_versions
from search.experiment.code_versions import keep, versions


def test_a_version_that_another_process_has_kept_meanwhile_stays(tmp_path, monkeypatch):
    file, folder = tmp_path / "own.py", tmp_path / "code"
    file.write_text("units = 3\n")
    copy = code_versions.copy_files

    def copy_twice(files, target):
        monkeypatch.setattr(code_versions, "copy_files", copy)
        keep(files, folder)  # the other process is faster
        copy(files, target)

    monkeypatch.setattr(code_versions, "copy_files", copy_twice)
    keep({"own": file}, folder)
    [version] = versions(folder)
    assert (version / "own.py").read_text() == "units = 3\n"
    assert list(folder.iterdir()) == [version]
