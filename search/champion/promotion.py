"""Promotes a study's best trials to champion: packages their models, has them verified in a fresh process, and registers them."""

import shutil
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Self

from ..data.dataset import Dataset
from ..errors import ChampionError
from ..experiment.code_versions import versions
from ..experiment.file import Experiment
from ..ledger import Ledger, StudyView, extension_of
from ..temporary_files import temporary_prefix
from ..tracking.mlflow_connection import mlflow_session
from ..trial import TrialState
from .aliases import champion_uri
from .model_overview import log_overview
from .package import Packager, PackageSpec
from .registry import register


def is_promoted(ledger: StudyView) -> bool:
    """Return whether the models of the study's best trials are its registered champion."""
    champion = ledger.attribute("champion")
    return champion is not None and champion.get("trials", [champion["trial"]]) == champion_trials(ledger)


def champion_trials(ledger: StudyView) -> list[int]:
    """Return the trials whose models the champion has, the best one first; those of a lower rank only if their models are there."""
    numbers = [number for number, _ in ledger.ranking(ledger.experiment.champion.n_trials)]
    return [number for place, number in enumerate(numbers) if place == 0 or has_models(ledger, number)]


def has_models(ledger: StudyView, number: int) -> bool:
    """Return whether the models of a trial that its champion has are in the study's folder."""
    experiment = ledger.experiment
    return len(models_of(ledger, number)) == (1 if experiment.needs_refit else experiment.evaluation.n_executions)


def models_of(ledger: StudyView, number: int) -> list[Path]:
    """Return the models of a trial that its champion has: those of its executions, or the one that was trained on all rows."""
    if not ledger.experiment.needs_refit:
        return ledger.folder.models_of(number)
    only = ledger.folder.refitted_model(number)
    return [only] if only.is_file() else []


def spec_of(ledger: StudyView, experiment: Experiment, trials: Sequence[int], folder: Path) -> PackageSpec:
    """Return what is packaged of a study.

    Args:
        ledger: The study.
        experiment: Its experiment.
        trials: The trials whose models are taken, the best one first.
        folder: Where the package is written.
    """
    records = [ledger.record(number) for number in trials]
    return PackageSpec(
        experiment=experiment,
        study=ledger.name,
        trials=tuple(trials),
        params=tuple(record.params for record in records),
        value=float(records[0].value or 0.0),
        fingerprint=ledger.attribute("dataset"),
        model_paths=tuple(path for number in trials for path in models_of(ledger, number)),
        preprocessor=ledger.folder.preprocessor,
        folder=folder,
        code=versions(ledger.folder.code),
    )


class Promotion:
    """One promotion; inside its ``with`` block the model is packaged, and the caller may do something else before `finish`.

    Args:
        ledger: A study with a best trial and a tracked run.
        experiment: The experiment.
        packager: The process that packages.
        dataset: The data set that the study was trained on. Defaults to what its loader returns now.
    """

    def __init__(self, ledger: Ledger, experiment: Experiment, packager: Packager, dataset: Dataset | None = None) -> None:
        self._ledger, self._experiment, self._packager, self._dataset = ledger, experiment, packager, dataset
        self._folder: Path
        self._trials: list[int]

    def __enter__(self) -> Self:
        """Start packaging the models of the best trials, without waiting.

        Raises:
            ChampionError: If the study has no trial that succeeded, or its saved model is missing.
        """
        ledger = self._ledger
        if ledger.best is None:
            raise ChampionError(f'Study "{ledger.name}" has no trial that succeeded')
        best, self._trials = ledger.best[0], champion_trials(ledger)
        if not has_models(ledger, best):
            n_expected = 1 if self._experiment.needs_refit else self._experiment.evaluation.n_executions
            way_out = "the same run command trains it" if self._experiment.needs_refit else "search again with --fresh"
            raise ChampionError(
                f"{ledger.folder.models} has {len(models_of(ledger, best))} models of trial {best} for its champion; expected {n_expected}; {way_out}"
            )
        self._folder = Path(tempfile.mkdtemp(prefix=temporary_prefix()))
        self._packager.submit(spec_of(ledger, self._experiment, self._trials, self._folder / "champion"), self._dataset)
        return self

    def __exit__(self, *_: object) -> None:
        """Remove what was packaged: it is registered, or lost."""
        shutil.rmtree(self._folder, ignore_errors=True)

    def finish(self, tracking_uri: str, find_run_id: Callable[[str, int], str]) -> str:
        """Wait for the packaged model, register it, and write the champion into the ledger.

        Args:
            tracking_uri: MLflow's address.
            find_run_id: Finds the run of a trial, by the study's run and the trial's number.

        Returns:
            Sentences on an earlier study's champion that is kept, and on models that are missing; empty if there is nothing to tell.

        Raises:
            InputError: If the data set cannot be loaded again or has changed.
            ChampionError: If the model does not load or predicts otherwise than when it was trained.
        """
        parent_run_id = self._ledger.attribute("parent_run_id")
        run_id = find_run_id(parent_run_id, self._trials[0])  # first: it waits until all trials are tracked
        packaged = self._packager.result()
        with mlflow_session():
            extension = extension_of(self._ledger)
            registration = register(packaged, tracking_uri, parent_run_id, extension.run_ids if extension else ())
            log_overview(packaged.folder, tracking_uri, (parent_run_id, run_id))
        champion = {"trial": self._trials[0], "model_uri": registration.model_uri, "run_id": run_id, "test": dict(packaged.metadata.test)}
        champion |= {"trials": self._trials} if len(self._trials) > 1 else {}
        champion |= {"test_intervals": dict(packaged.metadata.test_intervals), "cost": dict(packaged.metadata.cost)}
        self._keep(packaged.predictions)
        self._ledger.set_attribute("champion", champion)
        return "; ".join(filter(None, [registration.kept, self._missing()]))

    def _missing(self) -> str:
        """Return which of the best trials the champion lacks."""
        wanted = [number for number, _ in self._ledger.ranking(self._experiment.champion.n_trials)]
        lacking = [str(number) for number in wanted if number not in self._trials]
        return f"the champion lacks the trials {', '.join(lacking)}, whose models are not in {self._ledger.folder.models}" if lacking else ""

    def _keep(self, predictions: Path | None) -> None:
        """Move what the report needs into the study's folder, in place of an earlier champion's."""
        if predictions is None:
            return
        folder = self._ledger.folder
        for earlier in folder.predictions.glob("trial-*"):
            shutil.rmtree(earlier)
        folder.predictions.mkdir(parents=True, exist_ok=True)
        shutil.move(predictions, folder.predictions_of(self._trials[0]))


def promote_trial(ledger: StudyView, number: int, tracking_uri: str) -> tuple[str, str | None]:
    """Package, verify and register a trial of a study, and make it the champion; the study's best trial stays what it is.

    Args:
        ledger: The study, which MLflow tracks.
        number: The trial.
        tracking_uri: MLflow's address.

    Returns:
        URI of the version, and of the champion before; None if there was none.

    Raises:
        ChampionError: If the trial is not COMPLETE, or its models were not kept.
        StudyNotFoundError: If there is no such trial.
    """
    record, experiment = ledger.find(number), ledger.experiment
    if "." in ledger.name:
        raise ChampionError(f'study "{ledger.name}" is archived, and its model belongs to the study after it; perceptune rename gives it a name')
    if record.state is not TrialState.COMPLETE or not has_models(ledger, number):
        if experiment.needs_refit and record.state is TrialState.COMPLETE:
            raise ChampionError(
                f'trial {number} has no model of the rows of all folds: with folds and ensemble = "none" only the best trial is trained on them; '
                "another [champion] tolerance and --extend choose another trial"
            )
        kept = [of.number for of in ledger.records() if of.state is TrialState.COMPLETE and has_models(ledger, of.number)]
        raise ChampionError(
            f"trial {number} is {record.state}, and {ledger.folder.models} has no model of it, only of "
            f"{', '.join(map(str, kept)) or '(none)'}; search.keep_models keeps more"
        )
    before = champion_uri(f"models:/{ledger.name}/1", tracking_uri)
    folder = Path(tempfile.mkdtemp(prefix=temporary_prefix()))
    try:
        with Packager() as packager:
            packager.submit(spec_of(ledger, experiment, [number], folder / "champion"), None)
            packaged = packager.result()
        with mlflow_session():
            registration = register(packaged, tracking_uri, ledger.attribute("parent_run_id"), is_chosen=True)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return registration.model_uri, before


def promote(ledger: Ledger, experiment: Experiment, tracking_uri: str, find_run_id: Callable[[str, int], str]) -> None:
    """Package, verify and register the best trial's model; see `Promotion`."""
    with Packager() as packager, Promotion(ledger, experiment, packager) as promotion:
        promotion.finish(tracking_uri, find_run_id)
