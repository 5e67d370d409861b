"""Registers champions in MLflow and loads them. Keras is imported when a champion's model is first used."""

import json
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from ..data.arrays import named
from ..data.positive_class import with_class
from ..errors import ChampionError, InputError, StudyNotFoundError, nearest
from ..formats import format_cost, format_number, format_params, format_test
from ..store import Store
from ..tracking.descriptions import positive_tags
from ..tracking.mlflow_connection import connect, mlflow_session, reading
from ..tracking.sqlite_store import exists
from . import aliases
from .metadata import ChampionMetadata
from .package import PackagedChampion
from .pyfunc import Champion

if TYPE_CHECKING:
    from mlflow import MlflowClient
    from mlflow.entities import LoggedModel
    from mlflow.entities.model_registry import ModelVersion

_TRIALS = "perceptune.trials"


@dataclass(frozen=True)
class Registration:
    """A registered version.

    Attributes:
        model_uri: Its URI, such as ``models:/diabetes/3``.
        kept: A sentence about the champion that is kept; empty if this version is the champion.
    """

    model_uri: str
    kept: str


def register(
    packaged: PackagedChampion, tracking_uri: str, parent_run_id: str, earlier_runs: Collection[str] = (), *, is_chosen: bool = False
) -> Registration:
    """Upload a packaged champion and register it as the newest version of the model ``<study>``.

    It gets the alias ``champion`` or ``challenger``, see `aliases.assign` and `aliases.choose_by_hand`, and the run lists it among its
    models. The steps are those of `mlflow.pyfunc.log_model`, which itself would save and validate the model once more in this process
    and so import the Keras backend.

    A trial that is registered already, because a kill came before the ledger's entry, keeps its version.

    Args:
        packaged: The champion, from `package_champion`.
        tracking_uri: MLflow's tracking URI.
        parent_run_id: The study's run.
        earlier_runs: As for `aliases.assign`. Defaults to none.
        is_chosen: Whether a person has chosen it, so that it is the champion whatever its value. Defaults to False.
    """
    client, study = connect(tracking_uri), packaged.metadata.study
    version = _find_registered(client, packaged, parent_run_id) or _create_version(client, packaged, parent_run_id)
    if is_chosen:
        aliases.choose_by_hand(client, version, tracking_uri)
    kept = "" if is_chosen else aliases.assign(client, version, tracking_uri, earlier_runs)
    return Registration(f"models:/{study}/{version.version}", kept)


def _find_registered(client: "MlflowClient", packaged: PackagedChampion, parent_run_id: str) -> "ModelVersion | None":
    """Return the version that was registered for this trial of this study, or None."""
    tags = _tags(packaged, parent_run_id)
    versions = client.search_model_versions(f"name = '{packaged.metadata.study}' and run_id = '{parent_run_id}'")
    sound = [version for version in versions if tags.items() <= version.tags.items() and aliases.BROKEN not in version.tags]
    return next((version for version in sound if version.tags.get(_TRIALS) == tags.get(_TRIALS)), None)


def _create_version(client: "MlflowClient", packaged: PackagedChampion, parent_run_id: str) -> "ModelVersion":
    model = _upload(client, packaged, parent_run_id)
    study, tags = packaged.metadata.study, _tags(packaged, parent_run_id)
    _create_registered_model(client, study)
    # Not "models:/<id>", which the SQL store resolves with MLflow's global tracking URI instead of the client's.
    source = model.artifact_location
    described = _description(packaged.metadata)
    shown = tags | _test_tags(packaged.metadata)
    version = client.create_model_version(study, source, parent_run_id, tags=shown, description=described, model_id=model.model_id)
    client.set_logged_model_tags(model.model_id, {"mlflow.modelVersions": json.dumps([{"name": study, "version": version.version}])})
    return version


def _tags(packaged: PackagedChampion, parent_run_id: str) -> dict[str, str]:
    metadata = packaged.metadata
    facts = {"study": metadata.study, "parent_run_id": parent_run_id, "trial": metadata.trial, "metric": metadata.metric, "value": metadata.value}
    tags = {f"perceptune.{name}": str(fact) for name, fact in facts.items()}
    tags |= {_TRIALS: ", ".join(map(str, metadata.trials))} if len(metadata.trials) > 1 else {}
    return tags | positive_tags(named(metadata.positive or {}))


def _test_tags(metadata: ChampionMetadata) -> dict[str, str]:
    """Return the tags with the metrics on the test part; they may differ when a trial is registered again."""
    return {f"perceptune.test_{name}": format_number(value) for name, value in metadata.test.items() if value is not None}


def _description(metadata: ChampionMetadata) -> str:
    """Return what MLflow's page of a version says, in Markdown."""
    positive = dict(named(metadata.positive or {}))
    lines = [
        f"Trial {metadata.trial} of study `{metadata.study}`: {with_class(metadata.metric, positive)} {format_number(metadata.value)}.",
        f"Serving it: {format_cost(metadata.cost, metadata.trials)}." if metadata.cost else "",
        f"Test part: {format_test(metadata.test, positive, metadata.test_intervals)}." if metadata.test else "",
        f"Hyperparameters: {format_params(metadata.params)}." if metadata.params else "",
        "It has the state of its optimizer, to be trained on." if metadata.optimizer_state else "",
        f'It takes raw rows of {metadata.data}: `load_champion("{metadata.study}").predict(dataframe)`.',
    ]
    return "\n\n".join(filter(None, lines))


def _upload(client: "MlflowClient", packaged: PackagedChampion, parent_run_id: str) -> "LoggedModel":
    """Upload the model as an output of the run."""
    from mlflow.entities import LoggedModelOutput, LoggedModelStatus

    experiment_id = client.get_run(parent_run_id).info.experiment_id
    params = {name: str(value) for name, value in packaged.metadata.params.items()}
    kind = "keras" if packaged.metadata.backend else "scikit-learn"
    name, tags = f"{packaged.metadata.study}-trial-{packaged.metadata.trial}", _tags(packaged, parent_run_id)
    model = client.create_logged_model(experiment_id, name, source_run_id=parent_run_id, tags=tags, params=params, model_type=kind)
    try:
        _write_ids(packaged.folder, model, parent_run_id)
        client.log_model_artifacts(model.model_id, str(packaged.folder))
    except BaseException:
        client.finalize_logged_model(model.model_id, LoggedModelStatus.FAILED)
        raise
    client.log_outputs(parent_run_id, [LoggedModelOutput(model.model_id, step=0)])
    return client.finalize_logged_model(model.model_id, LoggedModelStatus.READY)


def _write_ids(folder: Path, model: "LoggedModel", run_id: str) -> None:
    """Write the ids of the run and of the logged model into the MLmodel file."""
    from mlflow.models import Model

    description = Model.load(str(folder))
    description.run_id, description.model_id, description.model_uuid = run_id, model.model_id, model.model_id
    description.artifact_path = model.artifact_location
    description.save(str(folder / "MLmodel"))


def _create_registered_model(client: "MlflowClient", study: str) -> None:
    from mlflow.exceptions import MlflowException

    try:
        client.create_registered_model(study, description=f'Champions of the study "{study}".')
    except MlflowException as error:
        if error.error_code != "RESOURCE_ALREADY_EXISTS":
            raise


def promote_version(study: str, version: int | None = None, tracking_uri: str | None = None) -> tuple[str, str | None]:
    """Make a registered version its study's champion, whatever its value.

    Args:
        study: A study's name; that of an archived study, such as ``diabetes.1``, stands for the version that it registered.
        version: The version's number. Defaults to the one with the alias ``challenger``.
        tracking_uri: MLflow's tracking URI. Defaults to ``MLFLOW_TRACKING_URI``, or the store in the working directory.

    Returns:
        The URIs of the champion and of the one before, which may be the same; None if there was none.

    Raises:
        StudyNotFoundError: If no version is registered for the study.
        InputError: If there is no such version, or none is named and there is no challenger.
        ChampionError: If the version's files are missing.
    """
    tracking_uri = tracking_uri or Store().tracking_uri
    name, _, of_archived = _archived_model_uri(study).removeprefix("models:/").partition("/")
    _check_exists(study, tracking_uri)
    with mlflow_session():
        client = connect(tracking_uri)
        if not client.search_registered_models(f"name = '{name}'", max_results=1):
            raise _not_found(client, study, name)
        chosen = _chosen_version(client, name, of_archived if version is None else str(version))
        if aliases.read_metadata(client, chosen, tracking_uri) is None:
            raise ChampionError(f'Version {chosen.version} of "{name}" has no files of a champion; choose another one; {_listed(client, name)}')
        before = aliases.choose_by_hand(client, chosen, tracking_uri)
    return f"models:/{name}/{chosen.version}", None if before is None else f"models:/{name}/{before.version}"


def _chosen_version(client: "MlflowClient", name: str, number: str) -> "ModelVersion":
    """Return the version with a number, or the challenger if the number is empty."""
    if not number:
        challenger = aliases.find(client, name, aliases.CHALLENGER)
        if challenger is None:
            raise InputError(f'"{name}" has no challenger; name the version: perceptune promote {name} VERSION; {_listed(client, name)}')
        return challenger
    found = {str(version.version): version for version in client.search_model_versions(f"name = '{name}'")}
    if number not in found:
        raise InputError(f'"{name}" has no version {number}; {_listed(client, name)}')
    return found[number]


def load_champion(study: str, tracking_uri: str | None = None) -> Champion:
    """Load a champion.

    Args:
        study: A study's name, or a model's URI such as ``models:/diabetes/3``.
        tracking_uri: MLflow's tracking URI. Defaults to ``MLFLOW_TRACKING_URI``, or the store in the working directory.

    Returns:
        The champion. Its Keras model is read when it is first needed.

    Raises:
        StudyNotFoundError: If no champion is registered for the study, or no model with the URI.
        ChampionError: If the registered model is not one of Perceptune's.
    """
    tracking_uri = tracking_uri or Store().tracking_uri
    study = _archived_model_uri(study)
    _check_exists(study, tracking_uri)
    with mlflow_session():
        folders = [found.parent for found in _download(study, tracking_uri).glob("data/*/champion.json")]
    if not folders:
        raise ChampionError(f'The model registered as "{study}" is not one of Perceptune\'s: it has no champion.json')
    return Champion(folders[0], study if study.startswith("models:/") else f"models:/{study}@{aliases.CHAMPION}")


def _check_exists(study: str, tracking_uri: str) -> None:
    if not exists(tracking_uri):  # MLflow would create the file
        raise StudyNotFoundError(f'There is no champion "{study}": nothing is registered yet. Run a study first: perceptune run')


def _archived_model_uri(study: str) -> str:
    """Return the model URI of an archived study's champion, ``diabetes.1``, from its ledger; other names unchanged."""
    if study.startswith("models:/") or "." not in study:
        return study
    from ..ledger import read

    champion = read(Store(), study).attribute("champion")
    return study if champion is None else str(champion["model_uri"])


def _download(study: str, tracking_uri: str) -> Path:
    """Return the model's folder: the one of a local store, else a downloaded copy."""
    with reading(tracking_uri) as client:
        version = _find_version(client, study)
        # Not "models:/...", which MLflow resolves with its global tracking URI instead of the client's.
        location = client.get_model_version_download_uri(version.name, version.version)
    from mlflow import artifacts

    folder = Path(unquote(urlsplit(location).path)) if location.startswith("file:") else None
    if folder and not folder.is_dir():
        raise ChampionError(
            f'The files of version {version.version} of "{version.name}" are missing: there is no folder {folder}; put it back, '
            f"or let perceptune doctor {version.name} --repair register the best model again"
        )
    return Path(artifacts.download_artifacts(artifact_uri=location, tracking_uri=tracking_uri))


def _find_version(client: "MlflowClient", study: str) -> "ModelVersion":
    from mlflow.exceptions import MlflowException

    name, separator, version = study.removeprefix("models:/").partition("/")
    name, _, alias = name.partition("@")
    try:
        return client.get_model_version(name, version) if separator else client.get_model_version_by_alias(name, alias or aliases.CHAMPION)
    except MlflowException as error:
        if error.error_code not in ("RESOURCE_DOES_NOT_EXIST", "INVALID_PARAMETER_VALUE"):
            raise
        raise _not_found(client, study, name) from error


def _not_found(client: "MlflowClient", study: str, name: str) -> StudyNotFoundError:
    models = client.search_registered_models()
    if study == name and any(model.name == name for model in models):
        return StudyNotFoundError(f'No version of "{name}" is the champion; choose one: perceptune promote {name} VERSION; {_listed(client, name)}')
    names = [model.name for model in models if aliases.CHAMPION in model.aliases]
    return StudyNotFoundError(f'No champion is registered as "{study}"; {nearest(name, names)}')


def _listed(client: "MlflowClient", name: str) -> str:
    """Return the versions of a registered model with their aliases, as text."""
    versions = sorted(client.search_model_versions(f"name = '{name}'"), key=lambda version: int(version.version))
    of_alias = {str(number): alias for alias, number in client.get_registered_model(name).aliases.items()}
    numbers = [str(version.version) for version in versions]
    texts = [f"{number} ({of_alias[number]})" if number in of_alias else number for number in numbers]
    return f"versions: {', '.join(texts) or 'none'}"
