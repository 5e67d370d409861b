"""Compares a study's champion with each baseline on the same rows of the test part."""

from collections.abc import Mapping
from dataclasses import asdict

from ..data.predictions import CHAMPION, Predictions
from ..ledger import Ledger, StudyView
from ..training.intervals import Difference, compare
from .baselines import read_baselines

_ATTRIBUTE = "comparisons"


def compare_with_baselines(ledger: Ledger) -> None:
    """Compare the champion with each baseline in the objective's metric, and write the differences into the ledger.

    A baseline whose predictions are not known, such as one that an earlier version measured, is left out. Losses are compared only if the
    champion's is the task's own, which is that of the baselines.
    """
    champion, baselines, folder = ledger.attribute("champion"), read_baselines(ledger), ledger.folder.predictions
    if champion is None or baselines is None or not (own := ledger.folder.predictions_of(champion["trial"]) / CHAMPION).is_file():
        return
    metric = ledger.experiment.objective.metric.removeprefix("val_")
    settings = ledger.experiment.space.training_settings(ledger.record(champion["trial"]).params)
    if metric.endswith("loss") and (settings.loss != "auto" or settings.label_smoothing or ledger.experiment.outputs):
        return
    ours, found = Predictions.load(own), {}
    for name, metrics in baselines.metrics.items():
        value, other, path = champion["test"].get(metric), metrics.get(metric), folder / f"{name}.npz"
        if value is not None and other is not None and path.is_file():
            difference = compare(metric, ours, Predictions.load(path), (value, other))
            if difference is not None:
                found[name] = asdict(difference)
    ledger.set_attribute(_ATTRIBUTE, {"trial": champion["trial"], "metric": metric, "baselines": found})


def read_comparisons(ledger: StudyView) -> Mapping[str, Difference]:
    """Return how the champion differs from each baseline in the objective's metric, by the baseline's name; none if not compared."""
    stored, champion = ledger.attribute(_ATTRIBUTE), ledger.attribute("champion")
    if not stored or champion is None or stored["trial"] != champion["trial"]:
        return {}
    return {name: Difference(**facts) for name, facts in stored["baselines"].items()}
