import tempfile
from dataclasses import replace
from pathlib import Path

import pytest

from search.atomic_file import write_bytes
from search.executors.trial_files import TrialFolder, read_checkpoint
from search.trial import TrialResult, TrialState
from tests.search.executors.conftest import assignment


@pytest.fixture
def given(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return replace(assignment(4, tmp_path), model_path=str(tmp_path / "models" / "4"), checkpoint_path=str(tmp_path / "checkpoints" / "4.npz"))


def test_a_checkpoint_travels_there_and_back_each_time_that_it_is_new(given):
    assert read_checkpoint(given) == {}
    write_bytes(Path(given.checkpoint_path), b"one")
    folder = TrialFolder.create(given, read_checkpoint(given))
    there = Path(folder.assignment.checkpoint_path)
    assert there != Path(given.checkpoint_path)
    assert there.read_bytes() == b"one"
    assert folder.new_checkpoint() == {}
    write_bytes(there, b"two")
    assert folder.new_checkpoint() == {given.checkpoint_path: b"two"}
    assert folder.new_checkpoint() == {}


def test_what_a_trial_wrote_is_named_as_the_coordinator_knows_it_and_the_folder_is_removed(given, tmp_path):
    folder = TrialFolder.create(given, {given.checkpoint_path: b"one"})
    here = Path(folder.assignment.model_path)
    write_bytes(here.with_suffix(".keras"), b"model")
    result, files = folder.finish(TrialResult(number=4, state=TrialState.COMPLETE, value=1.0, model_path=f"{here}.keras"))
    assert result.model_path == str(tmp_path / "models" / "4.keras")
    assert files == {result.model_path: b"model"}
    assert not here.parents[1].exists()


def test_a_trial_without_a_checkpoint_has_none_on_a_node(given):
    assert TrialFolder.create(replace(given, checkpoint_path=""), {}).assignment.checkpoint_path == ""


def test_models_of_executions_travel_once_and_a_removed_checkpoint_is_none(given, tmp_path):
    folder = TrialFolder.create(given, {given.checkpoint_path: b"one"})
    here = Path(folder.assignment.model_path)
    write_bytes(here.with_name("4-0.keras"), b"first")
    Path(folder.assignment.checkpoint_path).unlink()
    assert folder.new_checkpoint() == {}
    assert folder.new_models() == {str(tmp_path / "models" / "4-0.keras"): b"first"}
    assert folder.new_models() == {}
    write_bytes(here.with_name("4-1.keras"), b"second")
    _, files = folder.finish(TrialResult(number=4, state=TrialState.COMPLETE, value=1.0))
    assert files == {str(tmp_path / "models" / "4-1.keras"): b"second"}
