"""Promotes a study's best trial to champion: packages its model, has it verified in a fresh process, and registers it."""

import tempfile
from collections.abc import Callable
from pathlib import Path

from ..errors import ChampionError
from ..experiment.file import Experiment
from ..ledger import Ledger, StudyView
from ..tracking.mlflow_connection import mlflow_session
from .model_overview import log_overview
from .package import PackagedChampion, Packager, PackageSpec
from .registry import register


def is_promoted(ledger: StudyView) -> bool:
    """Return whether the study's best trial is its registered champion."""
    champion = ledger.attribute("champion")
    return ledger.best is not None and champion is not None and champion["trial"] == ledger.best[0]


class Promotion:
    """One promotion, in two steps, so that the caller can do something else while the model is packaged.

    Args:
        ledger: A study with a best trial and a tracked run.
        experiment: The experiment.
        packager: The process that packages.

    Raises:
        ChampionError: If the study has no trial that succeeded.
    """

    def __init__(self, ledger: Ledger, experiment: Experiment, packager: Packager) -> None:
        if ledger.best is None:
            raise ChampionError(f'Study "{ledger.name}" has no trial that succeeded')
        self._ledger, self._experiment, self._packager = ledger, experiment, packager
        self._trial, self._value = ledger.best
        self._folder = tempfile.TemporaryDirectory(prefix="champion-")  # removed with this object, whatever happens

    def start(self) -> None:
        """Start packaging the best trial's model, without waiting.

        Raises:
            ChampionError: If the saved model is missing.
        """
        ledger, model = self._ledger, self._ledger.folder.model(self._trial)
        if not model.is_file():
            raise ChampionError(f"The model of trial {self._trial} is not at {model} any more; search again with --fresh")
        self._packager.submit(
            PackageSpec(
                experiment=self._experiment,
                study=ledger.name,
                trial=self._trial,
                params=ledger.record(self._trial).params,
                value=self._value,
                fingerprint=ledger.attribute("dataset"),
                model_path=model,
                preprocessor=ledger.folder.preprocessor,
                folder=Path(self._folder.name) / "champion",
            )
        )

    def finish(self, tracking_uri: str, find_run_id: Callable[[str, int], str]) -> None:
        """Wait for the packaged model, register it, and write the champion into the ledger.

        Args:
            tracking_uri: MLflow's address.
            find_run_id: Finds the run of a trial, by the study's run and the trial's number.

        Raises:
            InputError: If the data set cannot be loaded again or has changed.
            ChampionError: If the model does not load or predicts otherwise than when it was trained.
        """
        parent_run_id = self._ledger.attribute("parent_run_id")
        run_id = find_run_id(parent_run_id, self._trial)  # first: it waits until all trials are tracked
        packaged = self._packager.result()
        model_uri = self._register(packaged, tracking_uri, (parent_run_id, run_id))
        champion = {"trial": self._trial, "model_uri": model_uri, "run_id": run_id, "test": dict(packaged.metadata.test)}
        self._ledger.set_attribute("champion", champion)

    def _register(self, packaged: PackagedChampion, tracking_uri: str, run_ids: tuple[str, str]) -> str:
        with self._folder, mlflow_session():
            model_uri = register(packaged, tracking_uri, run_ids[0])
            log_overview(packaged.folder, tracking_uri, run_ids)
        return model_uri


def promote(ledger: Ledger, experiment: Experiment, tracking_uri: str, find_run_id: Callable[[str, int], str]) -> None:
    """Package, verify and register the best trial's model; see `Promotion`."""
    with Packager() as packager:
        promotion = Promotion(ledger, experiment, packager)
        promotion.start()
        promotion.finish(tracking_uri, find_run_id)
