"""Commands that rename, delete and compare studies; the studies are an earlier version's, with their runs and models."""

import os
import sqlite3
from contextlib import chdir, closing
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import url2pathname

import pytest

from search import ledger as ledgers
from search import load_champion
from search.ledger.journal_store import JournalStore
from search.store import Store
from search.study.renaming import close_archived
from search.tracking.mlflow_connection import connect
from search.trial import TrialResult, TrialState
from tests.conftest import Shell
from tests.test_earlier_version import unpack


@pytest.fixture
def shell(tmp_path):
    unpack(tmp_path)
    return Shell(tmp_path)


def store_of(shell):
    return Store(root=shell.folder / "mlruns", ledger="")


def rows(shell, query):
    with closing(sqlite3.connect(shell.folder / "mlruns" / "mlflow.db")) as database:
        return database.execute(query).fetchall()


def studies_in_mlflow(shell):
    """Names of studies, and how many runs are tagged with each."""
    return dict(rows(shell, "select value, count(*) from tags where key = 'perceptune.study' group by value"))


def test_a_renamed_study_has_its_new_name_everywhere(shell):
    n_runs = studies_in_mlflow(shell)["old_study"]
    client = connect(store_of(shell).tracking_uri)
    client.update_model_version("old_study", "1", 'Trial 1 of study `old_study`: `load_champion("old_study")`')
    assert 'Study "old_study" is named "irises" now; its model is models:/irises/1' in shell.call("rename", "old_study", "irises").stdout
    assert studies_in_mlflow(shell).get("irises") == n_runs
    assert "old_study" not in studies_in_mlflow(shell)
    assert rows(shell, "select name from registered_models") == [("irises",)]
    assert ("irises",) in rows(shell, "select name from runs")
    assert "6 COMPLETE, 2 PRUNED" in shell.call("show", "irises").stdout
    assert "models:/irises/1" in shell.call("best", "irises").stdout
    with chdir(shell.folder):
        assert load_champion("irises", store_of(shell).tracking_uri).metadata.task == "multiclass"
    assert "no problems" in shell.call("doctor", "irises").stdout
    assert 'There is no study "old_study"' in shell.call("show", "old_study", status=2).stderr
    assert client.get_model_version("irises", "1").description == 'Trial 1 of study `irises`: `load_champion("irises")`'
    notes = rows(shell, "select value from tags where key = 'mlflow.note.content'")
    assert notes
    assert not any("models:/old_study/" in note for (note,) in notes)


def test_the_report_of_a_renamed_study_has_the_new_name_here_and_in_mlflow(shell):
    shell.call("report", "old_study")
    shell.call("rename", "old_study", "irises")
    [(run_id, artifacts)] = rows(shell, "select run_uuid, artifact_uri from runs where name = 'irises'")
    assert run_id
    for folder in (store_of(shell).study("irises").report, Path(url2pathname(urlsplit(artifacts).path))):
        head = (folder / "report.html").read_text(encoding="utf-8")[:400]
        assert "<title>Study irises</title>" in head


def test_versions_of_a_study_that_shares_its_model_move_alone(shell):
    client = connect(store_of(shell).tracking_uri)
    [other] = rows(shell, "select run_uuid from runs where name = 'old_interrupted'")
    client.create_model_version("old_study", "file:///elsewhere", run_id=other[0])
    shell.call("rename", "old_study", "irises")
    assert sorted(rows(shell, "select name, version from model_versions where current_stage != 'Deleted_Internal'")) == [
        ("irises", 1),
        ("old_study", 2),
    ]
    assert client.get_model_version_by_alias("irises", "champion").version == 1
    assert client.get_model_version_by_alias("old_study", "champion").version == 2  # it is not left without one
    assert "no problems" in shell.call("doctor", "irises").stdout


@pytest.mark.parametrize(
    ("new", "message"),
    [("a/b", "cannot be the name of a study"), ("old_interrupted", 'There is a study "old_interrupted" already'), ("taken", 'has a model "taken"')],
)
def test_a_name_that_cannot_be_had_is_refused_and_nothing_changes(shell, new, message):
    connect(store_of(shell).tracking_uri).create_registered_model("taken")
    before = studies_in_mlflow(shell)
    assert message in shell.call("rename", "old_study", new, status=2).stderr
    assert studies_in_mlflow(shell) == before
    assert "6 COMPLETE" in shell.call("show", "old_study").stdout


def test_a_deleted_study_leaves_nothing_but_the_others(shell):
    [[parent]] = rows(shell, "select run_uuid from runs where name = 'old_study'")
    artifacts = shell.folder / "mlruns" / "artifacts" / "old_study"
    assert (artifacts / parent).is_dir()
    deleted = shell.call("delete", "old_study", "--yes").stdout
    for words in ("the ledger with 8 trials", "9 runs in MLflow", "the registered model models:/old_study/1, its champion", "was deleted"):
        assert words in deleted
    assert not (shell.folder / "mlruns" / "studies" / "old_study").exists()
    assert [path for path in artifacts.rglob("*") if path.is_file()] == []
    assert list(studies_in_mlflow(shell)) == ["old_interrupted"]
    for table in ("model_versions", "registered_models", "logged_models"):
        assert rows(shell, f"select count(*) from {table}") == [(0,)]
    assert "no problems" in shell.call("doctor", "old_interrupted").stdout


def test_deleting_asks_and_needs_a_terminal_to_ask_on(shell, monkeypatch):
    read_end, write_end = os.pipe()
    os.close(write_end)
    with os.fdopen(read_end) as nothing:
        monkeypatch.setattr("sys.stdin", nothing)
        refused = shell.call("delete", "old_study", status=2)
    assert "add --yes" in refused.stderr
    assert "the ledger with 8 trials" in refused.stdout
    assert "6 COMPLETE" in shell.call("show", "old_study").stdout


@pytest.mark.parametrize("words", [["delete", "old_study", "--yes"], ["rename", "old_study", "irises"]])
def test_a_running_study_is_neither_deleted_nor_renamed(shell, words):
    release = JournalStore(store_of(shell)).lock("old_study")
    try:
        assert 'Study "old_study" is being run by another process; wait for its end' in shell.call(*words, status=2).stderr
        assert "RUNNING" in shell.call("studies").stdout
    finally:
        release()
    assert "RUNNING" not in shell.call("studies").stdout
    assert shell.call("show", "old_study").stdout


def test_an_archived_study_is_renamed_in_mlflow_too(shell):
    store = store_of(shell)
    with closing(ledgers.read(store, "old_study")) as view:
        experiment = view.experiment
    n_runs = studies_in_mlflow(shell)["old_study"]
    with closing(ledgers.create_or_continue(store, "old_study", experiment, fresh=True)) as ledger:
        assert close_archived(store, ledger) == ""
    assert studies_in_mlflow(shell)["old_study.1"] == n_runs
    assert ("old_study.1",) in rows(shell, "select name from runs")
    assert rows(shell, "select name from registered_models") == [("old_study",)]  # the new study continues it


def test_the_runs_that_a_killed_process_left_end_when_their_study_is_archived(shell):
    store = store_of(shell)
    with closing(ledgers.read(store, "old_study")) as view:
        experiment, parent = view.experiment, view.attribute("parent_run_id")
    client = connect(store.tracking_uri)
    children = client.search_runs([client.get_run(parent).info.experiment_id], f"tags.`mlflow.parentRunId` = '{parent}'")
    trial = children[0]
    for run_id in (parent, trial.info.run_id):
        client.update_run(run_id, status="RUNNING")
    with closing(ledgers.create_or_continue(store, "old_study", experiment, fresh=True)) as ledger:
        assert close_archived(store, ledger) == ""
    assert client.get_run(trial.info.run_id).info.status == trial.info.status == "FINISHED"
    ended = client.get_run(parent)
    assert (ended.info.status, ended.data.tags["perceptune.study"]) == ("KILLED", "old_study.1")
    assert "no problems" in shell.call("doctor", "old_study.1").stdout


def test_studies_are_compared_and_what_differs_is_marked(shell):
    text = shell.call("compare", "old_study", "old_interrupted").stdout
    [best] = [line for line in text.splitlines() if "best value" in line]
    [model] = [line for line in text.splitlines() if line.strip().startswith("model") or line.startswith("* model")]
    assert best.startswith("*")
    assert model.split()
    same = shell.call("compare", "old_study", "old_study").stdout
    assert not any(line.startswith("*") for line in same.splitlines())
    assert 'There is no study "nothing"' in shell.call("compare", "old_study", "nothing", status=2).stderr


def test_a_study_of_failed_trials_only_has_failed(shell):
    store = store_of(shell)
    with closing(ledgers.create_or_continue(store, "failing", ledgers.read(store, "old_study").experiment, fresh=False)) as ledger:
        distributions = ledger.experiment.space.searched
        number, _ = ledger.ask(distributions, 1)
        ledger.tell(TrialResult(number=number, state=TrialState.FAILED, reason="ValueError: shapes differ"), seed=0, finished=0.0)
        ledger.set_attribute("n_trials", 1)
        ledger.set_attribute("tracked", 1)
    [line] = [line for line in shell.call("studies").stdout.splitlines() if line.startswith("failing")]
    assert line.split()[1] == "FAILED"


def test_the_history_of_a_trial_is_shown_and_written(shell):
    shown = shell.call("history", "old_study", 0).stdout
    header, *lines = shown.splitlines()
    assert header.split()[0] == "epoch"
    assert "val_accuracy" in header
    assert sum(line.startswith("★") for line in lines) == 1
    shell.call("history", "old_study", 0, "--csv", "history.csv")
    written = (shell.folder / "history.csv").read_text().splitlines()
    assert written[0].split(",")[0] == "epoch"
    assert len(written) == len(lines) + 1
    assert "has no trial 99; it has the trials 0 to 7" in shell.call("history", "old_study", 99, status=2).stderr
    assert "has no epochs: interrupted" in shell.call("history", "old_interrupted", 1, status=2).stderr


def test_what_cannot_be_evaluated_is_refused(shell):
    (shell.folder / "rows.csv").write_text("sepal_length,sepal_width,petal_length,petal_width\n5.1,3.5,1.4,0.2\n")
    assert "exclude each other" in shell.call("evaluate", "old_study", "--part", "test", "--input", "rows.csv", status=2).stderr
    assert "No champion of study" in shell.call("evaluate", "old_interrupted", status=2).stderr
    assert "lacks the target" in shell.call("evaluate", "old_study", "--input", "rows.csv", status=2).stderr
    assert "--part" in shell.call("evaluate", "old_study", "--part", "tests", status=2).stderr


def test_the_version_is_printed(shell):
    assert shell.call("--version").stdout.startswith("perceptune 0.")


def test_the_shell_completes_commands_and_studies(shell, monkeypatch, capfd):
    from typer.main import get_command

    from search.cli.app import app

    group = get_command(app)
    with chdir(shell.folder):
        [parameter] = [parameter for parameter in group.commands["show"].params if parameter.name == "study"]
        found = parameter.shell_complete(None, "old_s")
    assert [item.value for item in found] == ["old_study"]
