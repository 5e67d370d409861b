"""Plots of a regression's predictions for the test part: predicted against true values, and residuals."""

from typing import TYPE_CHECKING

import numpy as np

from ..data.predictions import OutputPredictions
from .figure_style import BLUE, MUTED, ORANGE, apply_layout, usual_range

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

MOST_POINTS = 2_000


def predicted_and_true(rows: OutputPredictions) -> "Figure | None":
    """Plot predicted against true values; None for a classifier."""
    from plotly.graph_objects import Figure

    if rows.task != "regression":
        return None
    truth, predicted, note = _points(rows)
    both = np.concatenate([truth, predicted])
    shown = usual_range(both.tolist(), truth.tolist())
    ends = [float(both.min()), float(both.max())]
    figure = Figure()
    figure.add_scattergl(x=truth, y=predicted, mode="markers", marker=_marker(len(truth)), name="a row of the test part")
    figure.add_scatter(x=ends, y=ends, mode="lines", line={"color": MUTED, "dash": "dot"}, name="perfect", hoverinfo="skip")
    apply_layout(
        figure, f"Predicted and true {rows.column}", f"A point is a row of the test part{note}; on the line the prediction is right", is_half=True
    )
    figure.update_xaxes(title=f"true {rows.column}", range=shown)
    return figure.update_yaxes(title=f"predicted {rows.column}", range=shown).update_layout(showlegend=False)


def residuals(rows: OutputPredictions) -> "Figure | None":
    """Plot residuals against predicted values, with the median and the middle half of ten bins; None for a classifier."""
    from plotly.graph_objects import Figure

    if rows.task != "regression":
        return None
    truth, predicted, note = _points(rows)
    values = truth - predicted
    figure = Figure()
    figure.add_scattergl(x=predicted, y=values, mode="markers", marker=_marker(len(truth)), name="a row of the test part")
    figure.add_hline(y=0, line={"color": MUTED, "dash": "dot", "width": 1})
    whole = rows.truth - rows.predicted
    bins = [part for part in np.array_split(np.argsort(rows.predicted), min(10, max(1, len(whole) // 10))) if len(part)]
    first, middle, third = (np.array([np.quantile(whole[part], share) for part in bins]) for share in (0.25, 0.5, 0.75))
    figure.add_scatter(
        x=[float(np.median(rows.predicted[part])) for part in bins],
        y=middle,
        mode="lines+markers",
        line={"color": ORANGE, "width": 2},
        error_y={"type": "data", "symmetric": False, "array": third - middle, "arrayminus": middle - first, "thickness": 1.5},
        name="median and middle half",
    )
    apply_layout(figure, f"Residuals of {rows.column}", f"True minus predicted value{note}; orange: median and middle half", is_half=True)
    figure.update_xaxes(title=f"predicted {rows.column}", range=usual_range(predicted.tolist()))
    return figure.update_yaxes(title="residual", range=usual_range(values.tolist())).update_layout(showlegend=False)


def _points(rows: OutputPredictions) -> tuple[np.ndarray, np.ndarray, str]:
    """Return true and predicted values of the rows that are drawn, and a note if they are not all."""
    n_rows = len(rows.truth)
    if n_rows <= MOST_POINTS:
        return rows.truth, rows.predicted, ""
    chosen = np.random.default_rng(0).permutation(n_rows)[:MOST_POINTS]
    return rows.truth[chosen], rows.predicted[chosen], f" ({MOST_POINTS} of {n_rows} are drawn)"


def _marker(n_points: int) -> dict[str, object]:
    return {"color": BLUE, "size": 7 if n_points < 300 else 5, "opacity": 0.7 if n_points < 300 else 0.4}
