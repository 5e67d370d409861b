"""Draws the plots of a study, and writes them into its report, one HTML file."""

import logging
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from ..atomic_file import replacing
from ..data.fitted_function import ACTIVATIONS, FUNCTION, FittedFunction, load_activations
from ..data.predictions import CHAMPION, OutputPredictions, Predictions
from . import class_plots, function_plots, learning_curves, number_plots, pareto_plot, search_plots
from .page import Report, to_html

if TYPE_CHECKING:
    import optuna
    from plotly.graph_objects import Figure

FILE = "report.html"
_PAGES_BEFORE = ("optimisation_history", "learning_curves", "importances", "parallel_coordinates", "slices")
"""The files of earlier versions' reports."""
_HEIGHT = "520px"
_logger = logging.getLogger(__name__)
_OF_PREDICTIONS: "Mapping[str, Callable[[OutputPredictions], Figure | None]]" = {
    "confusion_matrix": class_plots.confusion_matrix,
    "roc_curve": class_plots.roc_curve,
    "precision_recall_curve": class_plots.precision_recall_curve,
    "calibration": class_plots.calibration,
    "predicted_and_true": number_plots.predicted_and_true,
    "residuals": number_plots.residuals,
}
_CONFIG = {"displaylogo": False, "responsive": True}


def import_libraries() -> None:
    """Import what `draw_plots` needs, at a time when nobody waits for it; that takes about a second."""
    import optuna.visualization
    import plotly.io  # noqa: F401

    optuna.visualization.is_available()  # imports plotly


def draw_plots(
    study: "optuna.Study", histories: Mapping[int, Sequence[Mapping[str, float]]], metric: str, best: int | None = None, step: str = "epoch"
) -> dict[str, str]:
    """Draw a study's plots; one that cannot be drawn, such as importances of a single trial, is left out.

    Args:
        study: The study, with one objective.
        histories: The metrics of every epoch, in order, by the trial's number.
        metric: The objective's metric, such as ``val_accuracy``.
        best: Number of the best trial. Defaults to the one with the best value.
        step: What a point of a history is. Defaults to "epoch".

    Returns:
        HTML by the plot's name, in the order of the report.
    """
    plots: dict[str, Callable[[], Figure | None]] = {
        "optimisation_history": partial(search_plots.optimisation_history, study, metric, best),
        "learning_curves": partial(learning_curves.learning_curves, study, histories, metric, step),
        "importances": partial(search_plots.importances, study, metric),
        "parallel_coordinates": partial(search_plots.parallel_coordinates, study, metric),
        "slices": partial(search_plots.slices, study, metric),
    }
    return _draw_all(plots)


def draw_front(study: "optuna.Study", names: Sequence[str], front: Sequence[int], best: int | None) -> dict[str, str]:
    """Draw the Pareto front of a study with several objectives.

    Args:
        study: The study.
        names: The metric or cost of each objective.
        front: Numbers of the trials of the front.
        best: Number of the best trial; None if there is none.

    Returns:
        HTML by the plot's name, one for each objective after the first.
    """
    draw = pareto_plot.pareto_front
    return _draw_all({f"pareto_front_{name}": partial(draw, study, names, front, best, place) for place, name in enumerate(names) if place})


def draw_test_plots(folder: Path) -> dict[str, str]:
    """Draw the plots of a champion's predictions for the test part, and of its function.

    Args:
        folder: Their files, `search.store.StudyFolder.predictions_of`; it may lack any.

    Returns:
        HTML by the plot's name, in the order of the report.
    """
    plots: dict[str, Callable[[], Figure | None]] = {}
    if (folder / CHAMPION).is_file():
        for output, predictions in Predictions.load(folder / CHAMPION).outputs.items():
            for column, rows in predictions.by_column().items():
                suffix = "".join(f"_{name}" for name in (output, column) if name)
                plots |= {f"{plot}{suffix}": partial(draw, rows) for plot, draw in _OF_PREDICTIONS.items()}
    if (folder / FUNCTION).is_file():
        plots["fitted_function"] = lambda: function_plots.fitted_function(FittedFunction.load(folder / FUNCTION))
    if (folder / ACTIVATIONS).is_file():
        plots["activation_functions"] = lambda: function_plots.activation_functions(*load_activations(folder / ACTIVATIONS))
    return _draw_all(plots)


def write_report(folder: Path, report: Report) -> Path:
    """Write a study's report.

    Args:
        folder: Its folder, created if it does not exist. An earlier report, and the pages of earlier versions, are replaced.
        report: What it says.

    Returns:
        The file.
    """
    from plotly.offline import get_plotlyjs

    folder.mkdir(parents=True, exist_ok=True)
    script = f"<script>{get_plotlyjs()}</script>" if report.plots or report.test_plots else ""
    path = folder / FILE
    with replacing(path) as temporary:
        temporary.write_text(to_html(report, script), encoding="utf-8")
    for name in _PAGES_BEFORE:
        (folder / f"{name}.html").unlink(missing_ok=True)
    return path


def _draw_all(plots: "Mapping[str, Callable[[], Figure | None]]") -> dict[str, str]:
    drawn = {name: _draw(name, draw) for name, draw in plots.items()}
    return {name: plot for name, plot in drawn.items() if plot is not None}


def _draw(name: str, draw: "Callable[[], Figure | None]") -> str | None:
    try:
        figure = draw()
    except Exception as error:  # Optuna raises various exceptions for unusual spaces; a plot must not end the study
        _logger.warning("The plot %s could not be drawn: %s: %s", name, type(error).__name__, error)
        return None
    if figure is None:
        _logger.info("There is too little for the plot %s", name)
        return None
    meta = figure.layout.meta
    width, place = f"max(100%, {meta['min_width']}px)", "plot half" if meta["is_half"] else "plot"
    html = figure.to_html(full_html=False, include_plotlyjs=False, config=_CONFIG, default_width=width, default_height=_HEIGHT)
    return f'<div class="{place}">{html}</div>'
