"""Renames or deletes all that MLflow has of a study: its run, the runs of its trials, their artifacts, its models and their versions."""

import contextlib
import json
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

from .mlflow_connection import connect, mlflow_session
from .mlflow_lookup import existing_run, find_children
from .notes import NOTE, renamed
from .sqlite_store import exists

if TYPE_CHECKING:
    from mlflow import MlflowClient
    from mlflow.entities import LoggedModel, Run
    from mlflow.entities.model_registry import ModelVersion

_STUDY, _MODEL_URI, _VERSIONS = "perceptune.study", "perceptune.model_uri", "mlflow.modelVersions"
_ALIAS = "champion"
_RUNS_PER_QUERY = 500


@dataclass(frozen=True)
class StudyRuns:
    """What MLflow has of a study.

    Attributes:
        parent: The study's run.
        children: The runs of its trials, deleted ones too.
        models: Its logged models.
        versions: Its versions in the model registry.
        champions: URIs of those among them that have the alias ``champion``.
    """

    parent: "Run"
    children: "Sequence[Run]"
    models: "Sequence[LoggedModel]"
    versions: "Sequence[ModelVersion]"
    champions: Sequence[str]


def find_study_runs(tracking_uri: str, parent_run_id: str | None) -> "tuple[MlflowClient, StudyRuns] | None":
    """Find what MLflow has of a study.

    Args:
        tracking_uri: MLflow's tracking URI.
        parent_run_id: The study's run; None if it was never tracked.

    Returns:
        MLflow's client and what it has; None if the store has no run of the study.

    Raises:
        InputError: If the store does not respond.
    """
    if parent_run_id is None or not exists(tracking_uri):  # MLflow would create the file
        return None
    client = connect(tracking_uri)
    with mlflow_session():
        parent = existing_run(client, parent_run_id)
        if parent is None:
            return None
        experiment_id = parent.info.experiment_id
        models = client.search_logged_models([experiment_id], filter_string=f"source_run_id = '{parent_run_id}'")
        versions = client.search_model_versions(f"run_id = '{parent_run_id}'")
        champions = [uri_of(name, client.get_registered_model(name).aliases.get(_ALIAS, "")) for name in {version.name for version in versions}]
        children = find_children(client, experiment_id, parent_run_id, deleted=True)
        return client, StudyRuns(parent, children, list(models), list(versions), champions)


def rename_runs(client: "MlflowClient", found: StudyRuns, name: str, model_uri: str | None = None) -> None:
    """Give a study's runs another name of the study.

    Args:
        client: MLflow's client.
        found: What MLflow has of the study.
        name: The new name.
        model_uri: The champion's new URI. Defaults to None, for no change.
    """
    with mlflow_session():
        client.update_run(found.parent.info.run_id, name=name)
        _tag_all(client, [found.parent.info.run_id, *(child.info.run_id for child in found.children)], name)
        tags = found.parent.data.tags
        if model_uri is not None and _MODEL_URI in tags:
            client.set_tag(found.parent.info.run_id, _MODEL_URI, model_uri)
        if NOTE in tags and _STUDY in tags:
            client.set_tag(found.parent.info.run_id, NOTE, renamed(tags[NOTE], tags[_STUDY], name, has_model=model_uri is not None))


def log_report(client: "MlflowClient", found: StudyRuns, path: Path) -> None:
    """Log a study's report again, in place of the one that its run has.

    Args:
        client: MLflow's client.
        found: What MLflow has of the study.
        path: The HTML file.
    """
    with mlflow_session():
        client.log_artifact(found.parent.info.run_id, str(path))


def rename_versions(client: "MlflowClient", found: StudyRuns, name: str) -> dict[str, str]:
    """Register a study's versions under another name.

    A registered model that has versions of this study only is renamed; of one that it shares with an archived study the versions move.

    Args:
        client: MLflow's client.
        found: What MLflow has of the study.
        name: The new name, which no registered model of another study has.

    Returns:
        The new URIs of the versions by their old ones.
    """
    with mlflow_session():
        moved: dict[str, str] = {}
        for old in {version.name for version in found.versions} - {name}:
            of_model = client.search_model_versions(f"name = '{old}'")
            ours = [version for version in found.versions if version.name == old]
            moved |= _rename_model(client, ours, name) if len(of_model) == len(ours) else _move_versions(client, ours, name)
        for model in found.models:
            known = json.loads(model.tags.get(_VERSIONS, "[]"))
            new = [_split(moved.get(uri_of(entry["name"], entry["version"]), uri_of(entry["name"], entry["version"]))) for entry in known]
            client.set_logged_model_tags(model.model_id, {_STUDY: name, _VERSIONS: json.dumps(new)})
        return moved


def is_name_of_others(client: "MlflowClient", found: StudyRuns, name: str) -> bool:
    """Return whether the model registry has a model of this name that is not the study's own."""
    with mlflow_session():
        models = client.search_registered_models(f"name = '{name}'", max_results=1)
        is_begun = any(model.description == _described(name) for model in models) and not client.search_model_versions(f"name = '{name}'")
        return bool(models) and not is_begun and not any(version.name == name for version in found.versions)


def delete_runs(client: "MlflowClient", found: StudyRuns) -> None:
    """Delete what MLflow has of a study; what is deleted already is passed over.

    A database is left without them. A server marks runs and models as deleted, and its ``mlflow gc`` removes them with their artifacts.
    """
    with mlflow_session():
        for version in found.versions:
            client.delete_model_version(version.name, version.version)
        for name in {version.name for version in found.versions}:
            if not client.search_model_versions(f"name = '{name}'"):
                client.delete_registered_model(name)
        store: Any = client._tracking_client.store
        is_database = hasattr(store, "_hard_delete_run")
        for model in found.models:
            client.delete_logged_model(model.model_id)
            if is_database:
                _delete_artifacts(model.artifact_location)
                store._hard_delete_logged_model(model.model_id)
        for run in (*found.children, found.parent):  # the study's run last: what is left is found again after a kill
            if run.info.lifecycle_stage == "active":
                client.delete_run(run.info.run_id)
            if is_database:
                _delete_artifacts(run.info.artifact_uri)
                store._hard_delete_run(run.info.run_id)


def _delete_artifacts(uri: str | None) -> None:
    """Delete a folder of artifacts, and the folder above it if nothing else is in it."""
    if not uri:
        return
    from mlflow.store.artifact.artifact_repository_registry import get_artifact_repository

    address = urlsplit(uri)
    folder = Path(unquote(address.path if address.scheme == "file" else uri))
    if address.scheme not in ("", "file"):
        repository: Any = get_artifact_repository(uri)
        repository.delete_artifacts()
    elif folder.is_dir():
        shutil.rmtree(folder)
    with contextlib.suppress(OSError):  # not empty, or no folder
        folder.parent.rmdir()


def _rename_model(client: "MlflowClient", versions: "Sequence[ModelVersion]", name: str) -> dict[str, str]:
    old = versions[0].name
    client.rename_registered_model(old, name)
    client.update_registered_model(name, description=_described(name))
    moved = {}
    for version in versions:
        client.set_model_version_tag(name, version.version, _STUDY, name)
        client.update_model_version(name, version.version, renamed(version.description or "", old, name, has_model=True))
        moved[uri_of(old, version.version)] = uri_of(name, version.version)
    return moved


def _move_versions(client: "MlflowClient", versions: "Sequence[ModelVersion]", name: str) -> dict[str, str]:
    """Register versions under another name, with their aliases; the model that they leave keeps a champion."""
    old = versions[0].name
    if not client.search_registered_models(f"name = '{name}'", max_results=1):  # it exists if an earlier attempt was interrupted
        client.create_registered_model(name, description=_described(name))
    aliases = {str(number): alias for alias, number in client.get_registered_model(old).aliases.items()}
    moved, champion = {}, ""
    for version in sorted(versions, key=lambda version: int(version.version)):
        tags = {**version.tags, _STUDY: name}
        described, model_id = renamed(version.description or "", old, name, has_model=True), version.model_id or None
        new = client.create_model_version(name, str(version.source), version.run_id, tags=tags, description=described, model_id=model_id)
        client.delete_model_version(version.name, version.version)  # with its alias
        moved[uri_of(version.name, version.version)] = uri_of(name, new.version)
        champion = str(new.version) if not champion or aliases.get(str(version.version)) == _ALIAS else champion
    client.set_registered_model_alias(name, _ALIAS, champion)
    _keep_champion(client, old)
    return moved


def _keep_champion(client: "MlflowClient", name: str) -> None:
    """Make the challenger, or else the newest version, the champion of a model whose champion was moved."""
    aliases = client.get_registered_model(name).aliases
    left = client.search_model_versions(f"name = '{name}'")
    if _ALIAS not in aliases and left:
        newest = max(left, key=lambda version: int(version.version)).version
        client.set_registered_model_alias(name, _ALIAS, str(aliases.get("challenger", newest)))


def _described(name: str) -> str:
    """Return the description of a study's registered model; one without versions was left by an interrupted renaming."""
    return f'Champions of the study "{name}".'


def _split(uri: str) -> dict[str, str]:
    name, _, version = uri.removeprefix("models:/").rpartition("/")
    return {"name": name, "version": version}


def uri_of(name: str, version: int | str) -> str:
    """Return the URI of a registered model's version."""
    return f"models:/{name}/{version}"


def _tag_all(client: "MlflowClient", run_ids: list[str], name: str) -> None:
    """Set the tag of the study's name; in a database in few statements, on a server with one request a run."""
    open_session = getattr(client._tracking_client.store, "ManagedSessionMaker", None)
    if open_session is None:
        for run_id in run_ids:
            client.set_tag(run_id, _STUDY, name)
        return
    from mlflow.store.tracking.dbmodels.models import SqlTag

    with open_session(read_only=False) as session:
        for some in _parts(run_ids):
            of_runs: Any = SqlTag.run_uuid.in_(some)
            session.query(SqlTag).filter(SqlTag.key == _STUDY, of_runs).update({"value": name}, synchronize_session=False)


def _parts(run_ids: list[str]) -> Iterator[list[str]]:
    for start in range(0, len(run_ids), _RUNS_PER_QUERY):
        yield run_ids[start : start + _RUNS_PER_QUERY]
