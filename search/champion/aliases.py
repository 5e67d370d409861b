"""Which version of a study's registered model is the champion: a better one on the same data, or the one that a person chose.

The version has MLflow's alias ``champion``. A new one that does not get it has the alias ``challenger``, until the champion changes.
"""

import contextlib
import sqlite3
from collections.abc import Collection
from pathlib import Path
from typing import TYPE_CHECKING

from ..data.arrays import named
from ..data.positive_class import with_class
from ..errors import StoreUnavailableError
from ..tracking.mlflow_connection import connect, mlflow_session
from ..tracking.sqlite_store import is_local, path_of
from .metadata import FILE, ChampionMetadata

if TYPE_CHECKING:
    from mlflow import MlflowClient
    from mlflow.entities.model_registry import ModelVersion

CHAMPION, CHALLENGER = "champion", "challenger"
BROKEN = "perceptune.broken"
"""The tag of a version whose files cannot be found."""

PROMOTED = "perceptune.promoted"
"""The tag of a version that a person has made the champion in place of a better one."""

_FOLDER = "data/champion"
_TRIAL = "perceptune.trial"


def assign(client: "MlflowClient", version: "ModelVersion", tracking_uri: str, earlier_runs: Collection[str] = ()) -> str:
    """Give a registered version the alias that it deserves.

    It becomes the champion if there is none whose files can be read, if the champion is an earlier one of the same study, or if its value is
    better than the champion's, of the same metric and direction, on the same data, measured in the same way. A champion that a person has
    chosen in place of a better one is kept.

    Args:
        client: MLflow's client.
        version: The version; its files are uploaded.
        tracking_uri: The client's tracking URI.
        earlier_runs: Runs of the study before it was extended: the champion of the same trial is this one, and so is one by another objective.
            Defaults to none.

    Returns:
        A sentence that names the champion that is kept, and why; empty if the version is the champion.
    """
    champion = find(client, version.name, CHAMPION)
    if champion is not None and str(champion.version) == str(version.version):
        return ""
    old = None if champion is None or BROKEN in champion.tags else read_metadata(client, champion, tracking_uri)
    new = read_metadata(client, version, tracking_uri)
    if champion is None or old is None or new is None:
        choose(client, version)
        return ""
    difference = _difference(old, new)
    is_same = champion.run_id in earlier_runs and (
        champion.tags.get(_TRIAL) == version.tags.get(_TRIAL) or (old.metric, old.direction) != (new.metric, new.direction)
    )
    is_chosen = PROMOTED in champion.tags
    if not is_chosen and (is_same or champion.run_id == version.run_id or (not difference and _is_better(new, old))):
        choose(client, version)
        return ""
    client.set_registered_model_alias(version.name, CHALLENGER, version.version)
    given = difference or f"{new.value:.5g}"
    return (
        f"champion kept: version {champion.version}{', which was promoted by hand' if is_chosen else ''}, {_metric(old)} {old.value:.5g}; "
        f"version {version.version} has {given}; perceptune promote {version.name} {version.version} makes it the champion"
    )


def choose(client: "MlflowClient", version: "ModelVersion") -> None:
    """Make a version the champion; there is no challenger then."""
    client.set_registered_model_alias(version.name, CHAMPION, version.version)
    if CHALLENGER in client.get_registered_model(version.name).aliases:
        client.delete_registered_model_alias(version.name, CHALLENGER)


def choose_by_hand(client: "MlflowClient", version: "ModelVersion", tracking_uri: str) -> "ModelVersion | None":
    """Make a version the champion, for good if another one is better or cannot be compared, and return the one before; None if there was none."""
    before, new = find(client, version.name, CHAMPION), read_metadata(client, version, tracking_uri)
    others = [of for of in client.search_model_versions(f"name = '{version.name}'") if of.version != version.version and BROKEN not in of.tags]
    known = [old for of in others if (old := read_metadata(client, of, tracking_uri)) is not None]
    is_given_up = new is not None and any(_difference(old, new) or _is_better(old, new) for old in known)
    choose(client, version)
    if is_given_up:
        client.set_model_version_tag(version.name, version.version, PROMOTED, "true")
    elif PROMOTED in version.tags:
        client.delete_model_version_tag(version.name, version.version, PROMOTED)
    return before


def find(client: "MlflowClient", name: str, alias: str) -> "ModelVersion | None":
    """Return the version of a registered model that has an alias; None if none has, or there is no such model."""
    from mlflow.exceptions import MlflowException

    try:
        return client.get_model_version_by_alias(name, alias)
    except MlflowException as error:
        if error.error_code not in ("RESOURCE_DOES_NOT_EXIST", "INVALID_PARAMETER_VALUE"):
            raise
        return None


def champion_uri(model_uri: str, tracking_uri: str) -> str | None:
    """Return the URI of the champion among the versions of a registered model; None if there is none.

    Args:
        model_uri: One of the model's versions, such as ``models:/diabetes/3``.
        tracking_uri: MLflow's tracking URI.
    """
    name = model_uri.removeprefix("models:/").partition("/")[0]
    if is_local(tracking_uri):
        number = _read_alias(path_of(tracking_uri), name)
        return None if number is None else f"models:/{name}/{number}"
    with mlflow_session():
        version = find(connect(tracking_uri), name, CHAMPION)
    return None if version is None else f"models:/{name}/{version.version}"


def _read_alias(database: Path, name: str) -> int | None:
    """Read the champion's version from a local store's file, since importing MLflow takes two seconds."""
    if not database.is_file():
        return None
    try:
        with contextlib.closing(sqlite3.connect(f"{database.absolute().as_uri()}?mode=ro", uri=True)) as connection:
            query = "SELECT version FROM registered_model_aliases WHERE name = ? AND alias = ?"
            found = connection.execute(query, (name, CHAMPION)).fetchone()
    except sqlite3.Error as error:
        raise StoreUnavailableError(f"{database} cannot be read: {error}") from error
    return None if found is None else int(found[0])


def read_metadata(client: "MlflowClient", version: "ModelVersion", tracking_uri: str) -> ChampionMetadata | None:
    """Read the metadata of a registered version from its files; None if it has none."""
    from mlflow import artifacts

    # Not "models:/...", which MLflow resolves with its global tracking URI instead of the client's.
    folder = f"{client.get_model_version_download_uri(version.name, version.version)}/{_FOLDER}"
    found = artifacts.list_artifacts(artifact_uri=folder, tracking_uri=tracking_uri)
    if not any(file.path.rpartition("/")[2] == FILE for file in found):
        return None
    return ChampionMetadata.load(Path(artifacts.download_artifacts(artifact_uri=f"{folder}/{FILE}", tracking_uri=tracking_uri)).parent)


def _is_better(new: ChampionMetadata, old: ChampionMetadata) -> bool:
    return new.value > old.value if new.direction == "maximize" else new.value < old.value


def _difference(old: ChampionMetadata, new: ChampionMetadata) -> str:
    """Return what keeps two values from being compared; empty if nothing does."""
    aims = [f"{of.direction} {_metric(of)}" for of in (old, new)]
    facts = (
        ("another metric", aims),
        ("other data", [f"{of.data}, fingerprint {of.fingerprint}" for of in (old, new)]),
        ("another evaluation", [of.evaluation for of in (old, new)]),
        ("other limits or objectives", [of.compared_by or "none" for of in (old, new)]),
    )
    return next((f"{new.value:.5g} of {what} ({given[1]}; not {given[0]})" for what, given in facts if given[0] != given[1]), "")


def _metric(of: ChampionMetadata) -> str:
    positive = dict(named(of.positive or {}))
    if not positive:  # an earlier version's: the last class was the positive one
        positive = {name: named(of.class_names)[name][-1] for name, task in named(of.task).items() if task == "binary"}
    return with_class(of.metric, positive)
