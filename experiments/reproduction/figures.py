"""Figures of one random training: each is compared with the documented one within the tolerance that other seeds justify."""

from collections.abc import Callable
from dataclasses import dataclass

from .checks import Check, Finding, Studies
from .studies import Study


@dataclass(frozen=True)
class Figure:
    """A documented figure of one training.

    Attributes:
        name: Name of the figure, as the table shows it.
        read: Returns ours from a study.
        documented: The documented value.
        tolerance: Largest absolute difference from it.
    """

    name: str
    read: Callable[[Study], float]
    documented: float
    tolerance: float


def figures(run: str, *documented: Figure) -> Check:
    """Expect each figure of a study within its tolerance.

    Args:
        run: Experiment of the study, and its name.
        documented: The figures.

    Returns:
        The check; the finding lists ours, and the documented value and tolerance of those that are missed.
    """

    def check(studies: Studies) -> Finding:
        found = [(figure, figure.read(studies[run])) for figure in documented]
        missed = [figure for figure, ours in found if not abs(ours - figure.documented) <= figure.tolerance]
        texts = [
            f"{figure.name} {_shown(ours)}" + f" (not {figure.documented:,g} ± {figure.tolerance:g})" * (figure in missed) for figure, ours in found
        ]
        return Finding(", ".join(texts), not missed)

    return check


def _shown(value: float) -> str:
    return f"{value:,}" if isinstance(value, int) else f"{value:.4g}"


def parameters(documented: int) -> Figure:
    """Return the number of parameters, which is exact."""
    return Figure("parameters", lambda study: study.best["n_parameters"], documented, 0)


def test(metric: str, documented: float, tolerance: float) -> Figure:
    """Return a metric of the champion on the test part."""
    return Figure(f"test {metric}", lambda study: study.test[metric], documented, tolerance)


def train(metric: str, documented: float, tolerance: float) -> Figure:
    """Return a metric of the champion on the training part."""
    return Figure(f"train {metric}", lambda study: study.train[metric], documented, tolerance)


def epoch(number: int, documented: float, tolerance: float) -> Figure:
    """Return the training loss of one epoch of the best trial, from 1."""
    return Figure(f"loss of epoch {number}", lambda study: float(study.epochs.set_index("epoch").loc[number, "loss"]), documented, tolerance)
