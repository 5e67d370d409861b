"""A study's folder belongs to one ledger; a command that names another ledger does not change it."""

import pytest

from search import ledger as ledgers
from search.errors import InputError, StudyNotFoundError
from search.store import Store

from .conftest import EXPERIMENT


def open_ledger(store, *, fresh=False):
    return ledgers.create_or_continue(store, "toy", EXPERIMENT, fresh=fresh)


@pytest.mark.parametrize("fresh", [False, True])
@pytest.mark.parametrize("other", ["", "sqlite:///{}/other.db"], ids=["a file", "another database"])
def test_a_study_is_not_created_in_the_folder_of_another_ledgers_study(tmp_path, other, fresh):
    store = Store(tmp_path / "mlruns", ledger=f"sqlite:///{tmp_path}/ledger.db")
    ledger = open_ledger(store)
    kept = ledger.folder.model_stem(3).with_suffix(".keras")
    kept.parent.mkdir(parents=True)
    kept.write_text("a model")
    with pytest.raises(InputError, match=r"its ledger is elsewhere.*--ledger"):
        open_ledger(Store(tmp_path / "mlruns", ledger=other.format(tmp_path)), fresh=fresh)
    assert kept.read_text() == "a model"
    assert sorted(path.name for path in store.studies.iterdir() if path.is_dir()) == ["toy"]
    ledger.close()
    open_ledger(store).close()


def test_reading_an_unknown_study_creates_no_database(tmp_path):
    store = Store(tmp_path / "mlruns", ledger=f"sqlite:///{tmp_path}/ledgr.db")
    with pytest.raises(StudyNotFoundError):
        ledgers.read(store, "toy")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("url", ["ledger.db", "sqlite://", "mysql://host/database"])
def test_a_wrong_ledger_url_is_refused_before_anything_is_created(tmp_path, url):
    with pytest.raises(InputError, match="sqlite:///path"):
        open_ledger(Store(tmp_path / "mlruns", ledger=url))
