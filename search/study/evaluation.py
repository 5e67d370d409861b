"""Evaluates a study's champion on a part of the study's data, or on the labelled rows of a file."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from ..champion import Champion, load_champion
from ..champion.aliases import champion_uri
from ..champion.evaluation import evaluate
from ..champion.labelled_rows import read_labelled
from ..data.dataset import load_dataset
from ..data.parts import Part
from ..data.targets import positive_classes
from ..errors import DataError, StudyNotFoundError
from ..experiment.code_versions import findable
from ..ledger import StudyView

PartName = Literal["train", "validation", "test"]


@dataclass(frozen=True, kw_only=True)
class Evaluation:
    """The metrics of a champion on some rows.

    Attributes:
        model_uri: The champion's URI.
        n_rows: Number of rows.
        n_left_out: Number of rows without a target, which are left out.
        metrics: Metrics by Keras' names, in the target's own units; None for one that is not defined on these rows.
        intervals: The 95 % interval of each metric that has one.
        positive: The positive class of each binary target, by output name.
    """

    model_uri: str
    n_rows: int
    n_left_out: int
    metrics: Mapping[str, float | None]
    intervals: Mapping[str, tuple[float, float]]
    positive: dict[str, str]


def evaluate_part(ledger: StudyView, tracking_uri: str, part: PartName) -> Evaluation:
    """Evaluate a study's champion on a part of the study's data, as at its registration.

    Args:
        ledger: The study.
        tracking_uri: MLflow's tracking URI.
        part: The part: "train", "validation" or "test".

    Raises:
        StudyNotFoundError: If no champion of the study is registered.
        InputError: If the data cannot be loaded, or have changed.
    """
    if part == "validation" and ledger.experiment.evaluation.folds > 1:
        raise DataError(
            f'The folds of study "{ledger.name}" are made of the training and the validation part, so its models were trained on both; '
            "evaluate the test part, or the rows of a file with --input"
        )
    model_uri = _model_uri(ledger, tracking_uri)
    dataset = load_dataset(ledger.experiment.data, ledger.experiment.executor.load_timeout_seconds)
    if dataset.fingerprint != ledger.attribute("dataset"):
        raise DataError(
            f'The data of study "{ledger.name}" have changed (fingerprint {ledger.attribute("dataset")}, now {dataset.fingerprint}), so its parts '
            "are others; evaluate the rows of a file with --input"
        )
    return _evaluate(ledger, model_uri, load_champion(model_uri, tracking_uri), getattr(dataset, part), 0)


def evaluate_file(ledger: StudyView, tracking_uri: str, path: Path) -> Evaluation:
    """Evaluate a study's champion on the labelled rows of a file.

    Args:
        ledger: The study.
        tracking_uri: MLflow's tracking URI.
        path: A file as for `predict_file`, with the target columns beside those of the features.

    Raises:
        StudyNotFoundError: If no champion of the study is registered.
        DataError: If the file cannot be read, or lacks columns.
    """
    model_uri = _model_uri(ledger, tracking_uri)
    champion = load_champion(model_uri, tracking_uri)
    part, n_left_out = read_labelled(path, champion)
    return _evaluate(ledger, model_uri, champion, part, n_left_out)


def _model_uri(ledger: StudyView, tracking_uri: str) -> str:
    """Return the URI of the version that `predict` uses, which may be one of another study of this name."""
    champion = ledger.attribute("champion")
    if ledger.experiment.function is not None:
        raise StudyNotFoundError(f'Study "{ledger.name}" is of a function, {ledger.experiment.function}, which leaves no champion here')
    if champion is None:
        raise StudyNotFoundError(f'No champion of study "{ledger.name}" is registered yet; the same run command continues the study')
    return champion_uri(champion["model_uri"], tracking_uri) or str(champion["model_uri"])


def _evaluate(ledger: StudyView, model_uri: str, champion: Champion, part: Part, n_left_out: int) -> Evaluation:
    settings = ledger.experiment.space.training_settings(champion.metadata.params)
    with findable(ledger.folder.code):  # losses and metrics by reference may be in modules that are not there any more
        found = evaluate(champion, part, ledger.experiment, settings)
    return Evaluation(
        model_uri=model_uri,
        n_rows=len(part.target),
        n_left_out=n_left_out,
        metrics=found.metrics,
        intervals=found.intervals(),
        positive=positive_classes(champion.preprocessor.targets),
    )
