"""Plots of a classifier's predictions for the test part: confusion matrix, ROC and precision-recall curves, calibration."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

import numpy as np

from ..data.predictions import OutputPredictions
from .figure_style import BLUE, COLOURS, GRID, INK, MUTED, apply_layout, thinned

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

MOST_CLASSES = 40
"""Classes of a confusion matrix at most."""
_MOST_CURVES = len(COLOURS)
_FEW_CLASSES = 12
_N_BINS = 10
_LEAST_PER_BIN = 5
_Curve = tuple[np.ndarray, np.ndarray, str]
"""x, y, and what the legend says of it."""


def confusion_matrix(rows: OutputPredictions) -> "Figure | None":
    """Plot how many rows of each class were predicted as which class.

    Args:
        rows: The predictions of an output.

    Returns:
        The figure; None for a regression, or more than 40 classes.
    """
    from plotly.graph_objects import Figure

    n_classes = len(rows.classes)
    if rows.task == "regression" or n_classes > MOST_CLASSES:
        return None
    counts = np.bincount(rows.truth * n_classes + rows.predicted, minlength=n_classes**2).reshape(n_classes, n_classes)
    shares = counts / np.maximum(1, counts.sum(axis=1, keepdims=True))
    names = [_short(name) for name in rows.classes]
    texts = [
        [f"{count}<br>{share:.0%}" if n_classes <= _FEW_CLASSES else str(count or "") for count, share in zip(*row, strict=True)]
        for row in zip(counts, shares, strict=True)
    ]
    figure = Figure()
    figure.add_heatmap(
        z=shares,
        x=names,
        y=names,
        text=texts,
        texttemplate="%{text}",
        colorscale=[[0, "#ffffff"], [1, BLUE]],
        zmin=0,
        zmax=1,
        xgap=1,
        ygap=1,
        customdata=counts,
        hovertemplate="true %{y}, predicted %{x}: %{customdata} rows, %{z:.1%}<extra></extra>",
        showscale=False,
    )
    apply_layout(figure, f"Confusion matrix{_of(rows)}", f"Rows of the test part ({counts.sum()}), and their share of the true class", is_half=True)
    figure.update_xaxes(title="predicted", type="category", showgrid=False)
    return figure.update_yaxes(title="true", type="category", autorange="reversed", showgrid=False)


def roc_curve(rows: OutputPredictions) -> "Figure | None":
    """Plot the ROC curve of the positive class, or of each class against all others.

    Args:
        rows: The predictions of an output.

    Returns:
        The figure; None for a regression, without probabilities or scores, or for more than eight classes.
    """
    from sklearn import metrics

    def curve(is_class: np.ndarray, score: np.ndarray) -> _Curve:
        false, true, _ = metrics.roc_curve(is_class, score)
        return false, true, f"area {metrics.roc_auc_score(is_class, score):.3f}"

    figure = _plot_curves(rows, curve, {"shape": "linear"}, by_chance=lambda _share: ([0, 1], [0, 1]))
    if figure is None:
        return None
    apply_layout(figure, f"ROC curve{_of(rows)}", f"Share of the class that is found against false alarms{_which(rows)}", is_half=True)
    return _name_axes(figure, "false positive rate", "true positive rate", {"x": 0.98, "xanchor": "right"})


def precision_recall_curve(rows: OutputPredictions) -> "Figure | None":
    """Plot the precision-recall curve of the positive class, or of each class against all others; None as for `roc_curve`."""
    from sklearn import metrics

    def curve(is_class: np.ndarray, score: np.ndarray) -> _Curve:
        precision, recall, _ = metrics.precision_recall_curve(is_class, score)
        return recall[::-1], precision[::-1], f"average precision {metrics.average_precision_score(is_class, score):.3f}"

    # A precision holds up to the next larger recall.
    figure = _plot_curves(rows, curve, {"shape": "vh"}, by_chance=lambda share: ([0, 1], [share, share]))
    if figure is None:
        return None
    apply_layout(figure, f"Precision-recall curve{_of(rows)}", f"How many of the rows that are chosen are of the class{_which(rows)}", is_half=True)
    return _name_axes(figure, "recall", "precision", {"x": 0.02, "xanchor": "left"})


def calibration(rows: OutputPredictions) -> "Figure | None":
    """Plot how often predicted probabilities come true: of the positive class, or of the predicted one if there are more than two.

    Rows are binned by quantiles of their probability, so that each of at most ten bins has as many rows; the line of a bin is the 95 %
    interval of Wilson.

    Args:
        rows: The predictions of an output.

    Returns:
        The figure; None without probabilities, or with fewer than ten rows.
    """
    from plotly.graph_objects import Figure
    from scipy.stats import binomtest

    predicted = rows.score if rows.task == "binary" else rows.confidence
    if not rows.has_probabilities or predicted is None or len(predicted) < 2 * _LEAST_PER_BIN:
        return None
    is_true = rows.truth == (1 if rows.task == "binary" else rows.predicted)
    bins = [part for part in np.array_split(np.argsort(predicted, kind="stable"), min(_N_BINS, len(predicted) // _LEAST_PER_BIN)) if len(part)]
    x, y = ([float(values[part].mean()) for part in bins] for values in (predicted, is_true))
    ends = [binomtest(int(is_true[part].sum()), len(part)).proportion_ci(method="wilson") for part in bins]
    figure = Figure()
    figure.add_scatter(x=[0, 1], y=[0, 1], name="perfect", mode="lines", line={"color": MUTED, "dash": "dot", "width": 1}, hoverinfo="skip")
    figure.add_scatter(
        x=x,
        y=y,
        mode="lines+markers",
        line={"color": BLUE, "width": 2},
        marker={"size": 9},
        error_y={
            "type": "data",
            "symmetric": False,
            "array": [end.high - share for end, share in zip(ends, y, strict=True)],
            "arrayminus": [share - end.low for end, share in zip(ends, y, strict=True)],
            "color": INK,
            "thickness": 1,
        },
        text=[f"{len(part)} rows" for part in bins],
        hovertemplate="predicted %{x:.1%}, happened %{y:.1%}, %{text}<extra></extra>",
    )
    counts, edges = np.histogram(predicted, bins=40, range=(0, 1))
    figure.add_bar(x=(edges[:-1] + edges[1:]) / 2, y=0.12 * counts / counts.max(), marker_color=GRID, width=1 / 40, hoverinfo="skip")
    what = f'"{_short(rows.classes[-1])}"' if rows.task == "binary" else "the predicted class"
    apply_layout(figure, f"Calibration{_of(rows)}", f"How often {what} came true, with 95 % intervals; bars: number of rows", is_half=True)
    figure.update_xaxes(title=f"predicted probability of {what}", range=[-0.02, 1.02], tickformat=".0%")
    figure.update_yaxes(title="share of rows", range=[-0.02, 1.02], tickformat=".0%")
    return figure.update_layout(showlegend=False, bargap=0)


def _plot_curves(
    rows: OutputPredictions,
    curve: Callable[[np.ndarray, np.ndarray], _Curve],
    line: Mapping[str, str],
    by_chance: Callable[[float], tuple[list[float], list[float]]],
) -> "Figure | None":
    """Plot a curve of each class, and what a guess would give if that is the same for all of them; None if there is no curve.

    Args:
        rows: The predictions of an output.
        curve: Returns x, y and a text of a class, from whether each row is of the class and its score.
        line: The line's style beside colour and width.
        by_chance: Returns x and y of a guess, from the share of the class.
    """
    from plotly.graph_objects import Figure

    scores = _scores(rows)
    if not scores:
        return None
    figure = Figure()
    for colour, (name, (is_class, score)) in zip(COLOURS, scores.items(), strict=False):
        x, y, text = curve(is_class, score)
        figure.add_scatter(**thinned(x, y), name=f"{_short(name)}, {text}", mode="lines", line={"color": colour, "width": 2.5, **line})
    guesses = [by_chance(float(is_class.mean())) for is_class, _ in scores.values()]
    if all(guess == guesses[0] for guess in guesses):
        guessed = dict(zip("xy", guesses[0], strict=True))
        figure.add_scatter(**guessed, name="by chance", mode="lines", line={"color": MUTED, "dash": "dot", "width": 1})
    return figure


def _name_axes(figure: "Figure", x: str, y: str, legend: Mapping[str, object]) -> "Figure":
    """Name two axes of shares, and place the legend at their lower end."""
    figure.update_xaxes(title=x, range=[-0.02, 1.02], tickformat=".0%")
    figure.update_yaxes(title=y, range=[-0.02, 1.02], tickformat=".0%")
    return figure.update_layout(legend={**legend, "y": 0.04, "yanchor": "bottom", "bgcolor": "rgba(255,255,255,0.8)"})


def _scores(rows: OutputPredictions) -> "dict[str, tuple[np.ndarray, np.ndarray]]":
    """Return whether each row is of a class, and the score of that class, for each class with rows of both kinds."""
    if rows.score is not None:
        found = {rows.classes[-1]: (rows.truth == 1, rows.score)}
    elif rows.probabilities is not None and len(rows.classes) <= _MOST_CURVES:
        found = {name: (rows.truth == number, rows.probabilities[:, number]) for number, name in enumerate(rows.classes)}
    else:
        found = {}
    return {name: pair for name, pair in found.items() if 0 < pair[0].sum() < len(pair[0])}


def _of(rows: OutputPredictions) -> str:
    return f" of {_short(rows.column)}"


def _which(rows: OutputPredictions) -> str:
    return "" if len(rows.classes) == 2 else ", each class against all others"


def _short(name: str) -> str:
    return name if len(name) <= 24 else f"{name[:23]}…"
