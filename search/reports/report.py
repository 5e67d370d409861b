"""Writes the plots of a study as web pages, one file each.

A page contains everything it needs, plotly.js included (4.8 MB): MLflow's artifact viewer shows HTML in a sandboxed frame
with a ``blob:`` URL, from which a script in another file cannot be loaded, and there may be no network.
"""

import logging
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from . import learning_curves, search_plots

if TYPE_CHECKING:
    import optuna
    from plotly.graph_objects import Figure

_logger = logging.getLogger(__name__)
_CONFIG = {"displaylogo": False, "responsive": True}


def import_libraries() -> None:
    """Import what `write_report` needs, at a time when nobody waits for it; that takes about a second."""
    import optuna.visualization
    import plotly.io  # noqa: F401

    optuna.visualization.is_available()  # imports plotly


def write_report(study: "optuna.Study", histories: Mapping[int, Sequence[Mapping[str, float]]], metric: str, folder: Path) -> list[Path]:
    """Write one page per plot; a plot that cannot be drawn, such as importances of a single trial, is left out.

    Args:
        study: The study, with one objective.
        histories: The metrics of every epoch, in order, by the trial's number.
        metric: The objective's metric, such as ``val_accuracy``.
        folder: Folder of the pages, created if it does not exist. Pages of an earlier report are replaced.

    Returns:
        The pages that were written.
    """
    plots: dict[str, Callable[[], Figure | None]] = {
        "optimisation_history": partial(search_plots.optimisation_history, study, metric),
        "learning_curves": partial(learning_curves.learning_curves, study, histories, metric),
        "importances": partial(search_plots.importances, study, metric),
        "parallel_coordinates": partial(search_plots.parallel_coordinates, study, metric),
        "slices": partial(search_plots.slices, study, metric),
    }
    folder.mkdir(parents=True, exist_ok=True)
    pages = [_write_page(folder / f"{name}.html", draw) for name, draw in plots.items()]
    return [page for page in pages if page is not None]


def _write_page(path: Path, draw: "Callable[[], Figure | None]") -> Path | None:
    path.unlink(missing_ok=True)
    try:
        figure = draw()
    except Exception as error:  # Optuna raises various exceptions for unusual spaces; a plot must not end the study
        _logger.warning("The plot %s could not be drawn: %s: %s", path.stem, type(error).__name__, error)
        return None
    if figure is None:
        _logger.info("There are too few trials for the plot %s", path.stem)
        return None
    width = f"max(100%, {figure.layout.meta['min_width']}px)"
    page = figure.to_html(include_plotlyjs=True, config=_CONFIG, default_width=width, default_height="96vh")
    title = figure.layout.title.text.partition("<")[0]
    # Without a doctype browsers use quirks mode, and without a title the tab shows the file's name.
    path.write_text("<!DOCTYPE html>\n" + page.replace("<head>", f"<head><title>{title}</title>", 1), encoding="utf-8")
    return path
