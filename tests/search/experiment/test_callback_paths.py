"""Callbacks write into the study's folder, or into a folder that the experiment file allows."""

from pathlib import Path

import pytest

from search.errors import ExperimentError
from search.experiment.callback_paths import CallbackPaths


def place(tmp_path, name, given, allowed=()):
    return CallbackPaths(tmp_path / "study", 3, allowed).place(name, given, "callbacks[0]")


@pytest.mark.parametrize(
    ("name", "given", "placed"),
    [
        ("filename", "log.csv", "callbacks/3/log.csv"),
        ("filename", "logs/{trial}.csv", "callbacks/logs/3.csv"),
        ("target", "log.csv", "callbacks/3/log.csv"),
        ("log_dir", "{study_folder}/logs/{trial}", "logs/3"),
        ("files", ["a.csv", {"path": "b"}], ["callbacks/3/a.csv", {"path": "callbacks/3/b"}]),
    ],
)
def test_paths_lie_in_the_studys_folder(tmp_path, name, given, placed):
    def absolute(value):
        if isinstance(value, list):
            return [absolute(inner) for inner in value]
        return {key: absolute(inner) for key, inner in value.items()} if isinstance(value, dict) else str(tmp_path / "study" / value)

    assert place(tmp_path, name, given) == absolute(placed)


@pytest.mark.parametrize(
    ("name", "given"),
    [("monitor", "val_loss"), ("root", "http://localhost:9000"), ("token", "/tmp/x.csv"), ("n", 3), ("name", "v1.2"), ("note", f"/{'long' * 80}/x")],
)
def test_other_arguments_stay_as_they_are(tmp_path, name, given):
    assert place(tmp_path, name, given) == given


@pytest.mark.parametrize("given", ["../log.csv", "logs/../../log.csv", "{study_folder}/../{trial}.csv", "../{trial}.csv"])
@pytest.mark.parametrize("name", ["filename", "target"])
def test_a_path_out_of_the_studys_folder_is_refused(tmp_path, name, given):
    with pytest.raises(ExperimentError, match=r"leads out of the study's folder"):
        place(tmp_path, name, given)


def test_a_home_that_is_not_known_is_refused(tmp_path):
    with pytest.raises(ExperimentError, match="the home folder is not known"):
        place(tmp_path, "filename", "~nosuchuser/{trial}.csv")


@pytest.mark.parametrize("given", ["/tmp/log.csv", "{study_folder}/log.csv", "~/log.csv"])
def test_a_file_that_all_trials_would_share_is_refused(tmp_path, given):
    with pytest.raises(ExperimentError, match="all trials would write there"):
        place(tmp_path, "filename", given, allowed=["/tmp"])


def test_a_folder_outside_must_be_allowed_by_the_file(tmp_path):
    given = str(tmp_path / "elsewhere" / "{trial}.csv")
    with pytest.raises(ExperimentError, match=r"lies outside the study's folder; .* callback_folders = "):
        place(tmp_path, "filename", given)
    assert place(tmp_path, "filename", given, [str(tmp_path / "elsewhere")]) == str(tmp_path / "elsewhere" / "3.csv")


def test_a_link_does_not_lead_out_of_an_allowed_folder(tmp_path):
    (tmp_path / "allowed").mkdir()
    (tmp_path / "allowed" / "link").symlink_to(Path("/"))
    with pytest.raises(ExperimentError, match="lies outside"):
        place(tmp_path, "filename", str(tmp_path / "allowed" / "link" / "{trial}.csv"), [str(tmp_path / "allowed")])
