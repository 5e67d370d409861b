from pathlib import Path

import pytest

from experiments.datasets.folder import data_folder, find


def test_the_setting_names_the_folder_and_has_a_default(tmp_path, monkeypatch):
    monkeypatch.setenv("PERCEPTUNE_DATA", str(tmp_path))
    assert data_folder() == tmp_path
    monkeypatch.delenv("PERCEPTUNE_DATA")
    assert data_folder() == Path.home() / ".cache" / "perceptune"


def test_the_working_directory_comes_before_the_folder(tmp_path, monkeypatch):
    monkeypatch.setenv("PERCEPTUNE_DATA", str(tmp_path / "data"))
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "cats.csv").touch()
    monkeypatch.chdir(tmp_path)
    assert find("cats.csv") == tmp_path / "data" / "cats.csv"
    (tmp_path / "cats.csv").touch()
    assert find("cats.csv").absolute() == tmp_path / "cats.csv"


def test_a_missing_file_is_named_with_the_folder_and_its_source(empty):
    with pytest.raises(FileNotFoundError, match=rf'"cats\.csv".*{empty}; get it from https://example\.org.*PERCEPTUNE_DATA'):
        find("cats.csv", "https://example.org")
