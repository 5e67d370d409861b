"""Checks the registered champion: its trial, its version in MLflow's registry, its files."""

from typing import TYPE_CHECKING, Any

from ..champion import aliases
from ..champion.promotion import has_models, promote
from ..tracking.mlflow_connection import mlflow_session
from ..tracking.mlflow_tracker import MlflowTracker
from ..trial import TrialState
from .finding import Case, Finding

if TYPE_CHECKING:
    from mlflow.entities.model_registry import ModelVersion

_REMEDY = "the best trial's model is packaged, verified and registered again"


def examine(case: Case) -> list[Finding]:
    """Find a champion that cannot be loaded any more, or a best model that was lost before its registration."""
    ledger = case.ledger
    if ledger.experiment.function is not None:
        return []  # it has no models
    champion: dict[str, Any] | None = ledger.attribute("champion")
    has_model = ledger.best is not None and has_models(ledger, ledger.best[0])
    remedy = _REMEDY if has_model else ""
    if champion is None:
        lost = ledger.best is not None and not has_model and not ledger.experiment.needs_refit  # whose model the same command trains
        text = "its model was removed before it was registered; train it again with --fresh"
        return [Finding("lost model", f"trial {ledger.best[0]}", text)] if lost and ledger.best else []
    record = case.records.get(champion["trial"])
    if record is None or record.state is not TrialState.COMPLETE:
        return [Finding("champion without a trial", champion["model_uri"], f"the ledger has no finished trial {champion['trial']}", remedy)]
    version = _version(case, champion["model_uri"])
    if version is None:
        return [Finding("champion without a version", champion["model_uri"], "MLflow's registry has no such model", remedy)]
    if not _has_files(case, version):
        return [Finding("champion without files", champion["model_uri"], f"there is no model at {version.source}", remedy)]
    return _examine_alias(case, version)


def _examine_alias(case: Case, own: "ModelVersion") -> list[Finding]:
    """Find an alias ``champion`` that nothing can be loaded by; that of an archived study's model belongs to the study after it."""
    if case.client is None or own.name != case.ledger.name:
        return []
    with mlflow_session():
        champion = aliases.find(case.client, own.name, aliases.CHAMPION)
    remedy = f"version {own.version} becomes the champion"
    if champion is None:
        return [Finding("model without a champion", own.name, f'no version has the alias "{aliases.CHAMPION}"', remedy)]
    if str(champion.version) != str(own.version) and not _has_files(case, champion):
        return [Finding("champion without files", f"models:/{own.name}/{champion.version}", f"there is no model at {champion.source}", remedy)]
    return []


def repair(case: Case, findings: list[Finding]) -> None:
    """Register the best trial's model again, and mark a registered version that has no files; or move the alias to one that has."""
    ledger, client = case.ledger, case.client
    if client is None or not any(finding.remedy for finding in findings):
        return
    registered = _version(case, ledger.attribute("champion")["model_uri"])
    if registered is not None and _has_files(case, registered):
        with mlflow_session():
            aliases.choose(client, registered)
        return
    if registered is not None:
        with mlflow_session():
            client.set_model_version_tag(registered.name, registered.version, aliases.BROKEN, "its files cannot be found")
    tracker = MlflowTracker(case.store.tracking_uri, case.store.artifacts)
    promote(ledger, ledger.experiment, case.store.tracking_uri, tracker.find_run_id)


def _version(case: Case, model_uri: str) -> "ModelVersion | None":
    from mlflow.exceptions import MlflowException

    name, _, version = model_uri.removeprefix("models:/").partition("/")
    if case.client is None:
        return None
    with mlflow_session():
        try:
            return case.client.get_model_version(name, version)
        except MlflowException as error:
            if error.error_code != "RESOURCE_DOES_NOT_EXIST":
                raise
            return None


def _has_files(case: Case, version: "ModelVersion") -> bool:
    from mlflow import artifacts

    with mlflow_session():
        return bool(artifacts.list_artifacts(artifact_uri=version.source, tracking_uri=case.store.tracking_uri))
