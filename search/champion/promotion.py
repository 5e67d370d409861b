"""Makes a study's best trial its champion: packages its model, has it proven in a fresh process, and registers it."""

import tempfile
from collections.abc import Callable
from pathlib import Path

from ..errors import ChampionError
from ..experiment.file import Experiment
from ..ledger import Ledger, StudyView
from ..tracking.mlflow_connection import mlflow_session
from .model_overview import log_overview
from .package import PackageSpec, package_champion
from .registry import register


def is_promoted(ledger: StudyView) -> bool:
    """Say whether the study's best trial is its registered champion."""
    champion = ledger.attribute("champion")
    return ledger.best is not None and champion is not None and champion["trial"] == ledger.best[0]


def promote(ledger: Ledger, experiment: Experiment, tracking_uri: str, find_run_id: Callable[[str, int], str]) -> None:
    """Package, prove and register the best trial's model, and note it in the ledger.

    Args:
        ledger: A study with a best trial and a tracked run.
        experiment: The experiment.
        tracking_uri: MLflow's address.
        find_run_id: Tells the run of a trial.

    Raises:
        ChampionError: If the kept model is missing or does not answer as when it was trained.
    """
    if ledger.best is None:
        raise ChampionError(f'Study "{ledger.name}" has no trial that succeeded')
    number, value = ledger.best
    model = ledger.folder.model(number)
    if not model.is_file():
        raise ChampionError(f"The model of trial {number} is not at {model} any more; search again with --fresh")
    parent_run_id = ledger.attribute("parent_run_id")
    run_id = find_run_id(parent_run_id, number)  # first: it waits until all trials are tracked
    with tempfile.TemporaryDirectory() as folder:
        spec = PackageSpec(
            experiment=experiment,
            study=ledger.name,
            trial=number,
            params=ledger.record(number).params,
            value=value,
            fingerprint=ledger.attribute("dataset"),
            model_path=model,
            preprocessor=ledger.folder.preprocessor,
            folder=Path(folder) / "champion",
        )
        packaged = package_champion(spec)
        with mlflow_session():
            model_uri = register(packaged, tracking_uri, parent_run_id)
            log_overview(packaged.folder, tracking_uri, (parent_run_id, run_id))
    champion = {"trial": number, "model_uri": model_uri, "run_id": run_id, "test": dict(packaged.metadata.test)}
    ledger.set_attribute("champion", champion)
