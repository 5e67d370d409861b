"""Follows a local store that was moved or copied: MLflow's SQLite file has absolute places of artifacts.

No file is moved and no artifact is read.
"""

import contextlib
import logging
import os
import sqlite3
from pathlib import Path
from urllib.parse import unquote, urlsplit

_ARTIFACTS = "artifacts"
_PLACES = (
    ("experiments", "artifact_location"),
    ("runs", "artifact_uri"),
    ("logged_models", "artifact_location"),
    ("model_versions", "source"),
    ("model_versions", "storage_location"),
)
_BUSY_SECONDS = 30.0


def follow(database: Path, folder: Path) -> None:
    """Rewrite the places of artifacts in a store's database if the store was moved or copied to another folder.

    It was, if artifacts of its runs lie beside the database, and the folder that the database has for them is another one.
    All places change in one transaction, so that other processes see the old ones or the new ones.

    Args:
        database: SQLite file with MLflow's tables.
        folder: The store's folder, ``mlruns``, with the folder ``artifacts``.
    """
    folder = folder.resolve()
    with contextlib.closing(sqlite3.connect(database, timeout=_BUSY_SECONDS, isolation_level=None)) as connection:
        if not _moved_roots(connection, folder):
            return
        connection.execute("BEGIN IMMEDIATE")
        for root in _moved_roots(connection, folder):  # another process may have been quicker
            for old, new in ((root, folder.as_uri()), (str(_path(root)), str(folder))):
                _replace(connection, f"{old}/", f"{new}/")
            logging.getLogger(__name__).info("The store %s was at %s: its places of artifacts were rewritten", folder, _path(root))
        connection.execute("COMMIT")


def _moved_roots(connection: sqlite3.Connection, folder: Path) -> list[str]:
    """Return the addresses of the store's earlier folders, such as ``file:///old/mlruns``."""
    experiments: dict[str, list[tuple[int, str]]] = {}
    for number, location in connection.execute("SELECT experiment_id, artifact_location FROM experiments WHERE artifact_location LIKE 'file:%'"):
        above, _, name = location.rpartition("/")
        if above.endswith(f"/{_ARTIFACTS}"):
            experiments.setdefault(above.removesuffix(f"/{_ARTIFACTS}"), []).append((number, unquote(name)))
    return [
        root
        for root, named in experiments.items()
        if not _is_same(_path(root), folder) and any(_has_artifacts(connection, number, folder / _ARTIFACTS / name) for number, name in named)
    ]


def _has_artifacts(connection: sqlite3.Connection, experiment: int, folder: Path) -> bool:
    """Return whether a folder has the artifacts of a run of an experiment."""
    known = {run for (run,) in connection.execute("SELECT run_uuid FROM runs WHERE experiment_id = ?", [experiment])} if folder.is_dir() else set()
    return any(path.name in known for path in folder.iterdir()) if known else False


def _is_same(recorded: Path, folder: Path) -> bool:
    """Return whether two paths are one folder, also by a link or a mount."""
    try:
        return recorded == folder or os.path.samefile(recorded, folder)
    except OSError:  # the recorded one does not exist any more, or is another user's
        return False


def _path(root: str) -> Path:
    return Path(unquote(urlsplit(root).path))


def _replace(connection: sqlite3.Connection, old: str, new: str) -> None:
    for table, column in _PLACES:
        statement = f"UPDATE {table} SET {column} = ? || substr({column}, ?) WHERE substr({column}, 1, ?) = ?"  # noqa: S608 - names from above
        connection.execute(statement, [new, len(old) + 1, len(old), old])
