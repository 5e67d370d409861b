"""A study that continues with other code than it was started with."""

import optuna
import pytest

from search import ledger as ledgers
from search.errors import StudyChangedError
from search.experiment.code_versions import versions
from search.experiment.file import load_experiment
from search.store import Store
from search.study.code_changes import check_code, code_notes

EXPERIMENT = """
model = "own_code:build"
data = { loader = "own_loader:load" }
objective = { metric = "val_loss", direction = "minimize" }
search = { n_trials = 2 }
"""
FILES = {
    "own_code": "import own_helper\n\ndef build():\n    return own_helper.units\n",
    "own_helper": "units = 3\n",
    "own_loader": "def load():\n    pass\n",
}


@pytest.fixture
def study(shell, monkeypatch):
    """The experiment of a study of one trial, whose code was recorded."""
    for name, text in FILES.items():
        (shell.folder / f"{name}.py").write_text(text)
    (shell.folder / "own.toml").write_text(EXPERIMENT)
    monkeypatch.syspath_prepend(shell.folder)
    monkeypatch.chdir(shell.folder)
    experiment = load_experiment("own.toml")
    ledger = ledgers.create_or_continue(Store(), "own", experiment, fresh=False)
    ledger.study.add_trial(optuna.create_trial(value=0.5))
    ledger.close()
    return experiment


def check(experiment, **options):
    ledger = ledgers.create_or_continue(Store(), "own", experiment, fresh=False)
    try:
        check_code(ledger, experiment, **{"accept_code": False} | options)
        return ledger.attribute("code")
    finally:
        ledger.close()


def test_a_study_of_an_earlier_version_gets_a_record_and_continues(study, caplog):
    assert check(study).keys() == FILES.keys()
    assert not caplog.records


def test_a_comment_changes_nothing(study, shell):
    recorded = check(study)
    (shell.folder / "own_code.py").write_text("# builds it\n" + FILES["own_code"])
    assert check(study) == recorded


@pytest.mark.parametrize("name", FILES)
def test_changed_code_is_named_and_refused_until_it_is_accepted(name, study, shell, caplog):
    recorded = check(study)
    (shell.folder / f"{name}.py").write_text(FILES[name] + "changed = 1\n")
    with pytest.raises(StudyChangedError, match=f'Study "own" was started with other code: {name}.py has changed since; .*--fresh.*--accept-code'):
        check(study)
    accepted = check(study, accept_code=True)
    assert f'Study "own" continues with other code than its earlier trials: {name}.py has changed' in caplog.text
    assert {module for module in FILES if accepted[module] != recorded[module]} == {name}
    caplog.clear()
    assert check(study) == accepted
    assert not caplog.records


def test_an_import_by_a_computed_name_is_told(study, shell):
    assert list(code_notes(study)) == []
    (shell.folder / "own_helper.py").write_text("import importlib\nunits = len(importlib.import_module('own_' + 'code').__doc__ or '')\n")
    [note] = code_notes(study)
    assert note.startswith("own_helper.py, line 2, imports a module by a computed name")


def test_a_copy_of_each_version_is_kept(study, shell):
    check(study)
    (shell.folder / "own_helper.py").write_text("units = 4\n")
    check(study, accept_code=True)
    kept = [(version / "own_helper.py").read_text() for version in versions(Store().study("own").code)]
    assert kept == ["units = 4\n", "units = 3\n"]
    (shell.folder / "own_helper.py").write_text("units = 3\n")
    check(study, accept_code=True)
    assert [(version / "own_helper.py").read_text() for version in versions(Store().study("own").code)] == kept[::-1]


def test_a_module_that_is_not_imported_any_more_is_named(study, shell):
    check(study)
    (shell.folder / "own_code.py").write_text("def build():\n    return 3\n")
    (shell.folder / "own_helper.py").unlink()
    with pytest.raises(StudyChangedError, match=r"own_code\.py, own_helper\.py have changed"):
        check(study)


def test_many_long_names_make_one_short_message(study, shell):
    check(study)
    names = [f"own_{number:03}_{'long' * 20}" for number in range(100)]
    for name in names:
        (shell.folder / f"{name}.py").write_text("")
    (shell.folder / "own_helper.py").write_text("\n".join(f"import {name}" for name in names))
    with pytest.raises(StudyChangedError, match="and 97 more have changed") as caught:
        check(study)
    assert len(str(caught.value)) < 500


def test_the_command_refuses_before_anything_runs(study, shell):
    check(study)
    (shell.folder / "own_helper.py").write_text("units = 4\n")
    refused = shell.call("run", "own.toml", status=2)
    [line] = refused.stderr.splitlines()
    assert line.startswith('perceptune: Study "own" was started with other code: own_helper.py has changed since; start another study with --fresh')
    assert not refused.stdout
    assert not Store().study("own").logs.exists()
