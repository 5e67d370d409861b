"""A store that was moved or copied uses its own files, wherever it is; the places of other artifacts stay as they are."""

import shutil
import sqlite3
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest

from search.champion import load_champion
from search.errors import ChampionError
from search.tracking.mlflow_connection import connect, reading
from search.tracking.moved_store import follow
from tests.test_earlier_version import unpack
from tests.unprivileged import make_read_only, unprivileged

OPENED: list[str] = []
PLACES = """
    SELECT artifact_location FROM experiments UNION SELECT artifact_uri FROM runs UNION SELECT artifact_location FROM logged_models
    UNION SELECT source FROM model_versions UNION SELECT storage_location FROM model_versions
"""


@pytest.fixture
def made(tmp_path: Path) -> Path:
    """A store with studies, in the folder that it was made in."""
    (tmp_path / "made here" / "project").mkdir(parents=True)
    unpack(tmp_path / "made here" / "project")
    with closing(sqlite3.connect(tmp_path / "made here" / "project" / "mlruns" / "mlflow.db")) as database, database:
        for table, column in (("experiments", "artifact_location"), ("runs", "artifact_uri"), ("logged_models", "artifact_location")):
            database.execute(f"UPDATE {table} SET {column} = replace({column}, 'made here', 'made%20here') WHERE {column} LIKE 'file:%'")
        for column in ("source", "storage_location"):
            database.execute(f"UPDATE model_versions SET {column} = replace({column}, 'made here', 'made%20here')")
    return tmp_path / "made here" / "project" / "mlruns"


@pytest.fixture
def moved(made: Path, tmp_path: Path) -> Path:
    return Path(shutil.move(made, tmp_path / "moved è"))


@pytest.fixture(scope="module", autouse=True)
def _audit() -> None:
    sys.addaudithook(lambda event, arguments: OPENED.append(str(arguments[0])) if event in ("open", "os.listdir", "os.mkdir", "os.scandir") else None)


def uri(store: Path) -> str:
    return f"sqlite:///{store}/mlflow.db"


def places(store: Path) -> set[str]:
    with closing(sqlite3.connect(store / "mlflow.db")) as database:
        return {str(place) for (place,) in database.execute(PLACES)}


def test_a_moved_store_has_its_artifacts_and_its_champion_where_it_is(moved: Path, made: Path) -> None:
    client = connect(uri(moved))
    runs = client.search_runs([client.get_experiment_by_name("old_study").experiment_id])
    assert "experiment.json" in {file.path for run in runs for file in client.list_artifacts(run.info.run_id)}
    assert load_champion("old_study", uri(moved)).model_file.is_relative_to(moved)
    assert places(moved)
    assert all(place.startswith((f"{moved.as_uri()}/", f"{moved}/")) for place in places(moved))
    assert not made.exists()


def test_a_copy_opens_no_file_of_the_original(made: Path, tmp_path: Path) -> None:
    copy, before = Path(shutil.copytree(made, tmp_path / "copy")), places(made)
    files = sorted(made.rglob("*"))
    OPENED.clear()
    client = connect(uri(copy))
    champion = load_champion("old_study", uri(copy))
    run_id = client.search_runs([client.get_experiment_by_name("old_study").experiment_id])[0].info.run_id
    client.log_text(run_id, "new", "new.txt")
    assert champion.metadata.study == "old_study"
    assert any(path.startswith(str(copy)) for path in OPENED)
    assert not [path for path in OPENED if path.startswith(str(made))]
    assert places(made) == before
    assert sorted(made.rglob("*")) == files


@pytest.mark.parametrize("is_open", [False, True])
def test_a_moved_store_that_may_not_be_written_is_read(moved: Path, is_open: bool) -> None:
    before = places(moved)
    writer = sqlite3.connect(moved / "mlflow.db") if is_open else None
    if writer:
        writer.execute("PRAGMA journal_mode = WAL")
        writer.execute("UPDATE registered_models SET description = 'new'")
        writer.commit()
    make_read_only(moved)
    try:
        with unprivileged():
            champion = load_champion("old_study", uri(moved))
            with reading(uri(moved)) as client:
                description = client.get_registered_model("old_study").description
    finally:
        if writer:
            writer.close()
    assert (description == "new") == is_open
    assert champion.model_file.is_relative_to(moved)
    assert places(moved) == before


def test_artifacts_that_never_lay_beside_the_database_stay_where_they_are(made: Path, tmp_path: Path) -> None:
    (tmp_path / "shared").mkdir()
    shutil.move(made / "mlflow.db", tmp_path / "shared")  # as with MLFLOW_TRACKING_URI
    before = places(tmp_path / "shared")
    (tmp_path / "shared" / "artifacts" / "old_study" / "of another store").mkdir(parents=True)
    connect(uri(tmp_path / "shared"))
    assert places(tmp_path / "shared") == before


def test_a_store_behind_a_link_was_not_moved(made: Path, tmp_path: Path) -> None:
    before = places(made)
    (tmp_path / "link").symlink_to(made)
    connect(uri(tmp_path / "link"))
    assert places(made) == before


def test_processes_that_open_a_moved_store_at_once_rewrite_it_once(moved: Path) -> None:
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(lambda _: follow(moved / "mlflow.db", moved), range(32)))
    assert all(place.startswith((f"{moved.as_uri()}/", f"{moved}/")) for place in places(moved))


def test_missing_files_of_a_champion_are_named_and_no_network_is_blamed(made: Path) -> None:
    shutil.rmtree(made / "artifacts" / "old_study" / "models")
    with pytest.raises(ChampionError, match=r'of version 1 of "old_study" are missing: there is no folder .*/mlruns/artifacts/old_study/models/'):
        load_champion("old_study", uri(made))
