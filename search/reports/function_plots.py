"""Plots of a model's function: fitted line of one feature, decision regions of two, and activation functions."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from ..data.fitted_function import FittedFunction
from .figure_style import BLUE, COLOURS, MUTED, ORANGE, apply_layout

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

_LIGHT = ("#dbeafe", "#ffedd5", "#dcfce7", "#f3e8ff", "#fee2e2", "#cffafe", "#fef9c3", "#f1f5f9")


def fitted_function(function: FittedFunction) -> "Figure | None":
    """Plot the fitted line of a single feature, or the regions of two features with the data.

    Returns:
        The figure; None if there are more classes than colours.
    """
    if len(function.classes) > len(COLOURS):
        return None
    return _line(function) if len(function.features) == 1 else _regions(function)


def activation_functions(x: np.ndarray, values: Mapping[str, np.ndarray]) -> "Figure":
    """Plot the activation functions of a model, and their derivatives.

    Args:
        x: Where they were computed, ascending, ``(n,)``.
        values: Their values there, by name.
    """
    from plotly.subplots import make_subplots

    figure = make_subplots(cols=2, subplot_titles=["function", "derivative"])
    for number, (name, y) in enumerate(values.items()):
        line = {"color": COLOURS[number % len(COLOURS)], "width": 2.5}
        figure.add_scatter(x=x, y=y, name=name, line=line, mode="lines", row=1, col=1)
        figure.add_scatter(x=x, y=np.gradient(y, x), name=name, line=line, mode="lines", showlegend=False, row=1, col=2)
    apply_layout(figure, "Activation functions", "Those of the best model, and their derivatives, by which gradients are multiplied")
    figure.update_layout(showlegend=True, margin_t=135)
    return figure.update_xaxes(title="input")


def _line(function: FittedFunction) -> "Figure":
    from plotly.graph_objects import Figure

    figure, (axis,) = Figure(), function.axes
    is_step = bool(function.classes) and not function.has_probabilities
    shape = {"shape": "hv"} if is_step else {}
    figure.add_scatter(x=axis, y=function.values, mode="lines", line={"color": ORANGE, "width": 3, **shape}, name="model")
    for is_test, colour, name in ((False, MUTED, "training part"), (True, BLUE, "test part")):
        chosen = function.is_test == is_test
        y = function.truth[chosen]
        figure.add_scatter(x=function.points[chosen, 0], y=y, mode="markers", marker={"color": colour, "size": 7, "opacity": 0.7}, name=name)
    (feature,) = function.features
    what = f'probability of "{function.classes[-1]}"' if function.has_probabilities else function.column
    apply_layout(figure, "Fitted line", f"{what} that the model predicts for each value of {feature}, and the data")
    figure.update_xaxes(title=feature)
    if function.classes:
        ticks = {} if function.has_probabilities else {"tickvals": list(range(len(function.classes))), "ticktext": list(function.classes)}
        figure.update_yaxes(**ticks)
    return figure.update_yaxes(title=what)


def _regions(function: FittedFunction) -> "Figure":
    from plotly.graph_objects import Figure

    figure, (first, second) = Figure(), function.axes
    grid = {"x": first, "y": second, "z": function.values}
    if not function.classes:
        figure.add_contour(**grid, colorscale="Viridis", contours={"coloring": "heatmap"}, line={"width": 0.5}, colorbar={"title": function.column})
        title, subtitle = "Predictions over both features", f"Colour: predicted {function.column}; points: the data with their true one"
    else:
        _add_classes(figure, grid, function)
        title, subtitle = "Decision regions", f"Colour: predicted {function.column}; points: the data with their true one"
    figure.update_traces(hoverinfo="skip", selector={"type": "heatmap"})
    scale = {"cmin": float(function.values.min()), "cmax": float(function.values.max()), "colorscale": "Viridis"}
    for is_test, symbol, part in ((False, "circle", "training"), (True, "diamond", "test")):
        for number, name in enumerate(function.classes or ("",)):
            chosen = (function.is_test == is_test) & ((function.truth == number) if function.classes else np.full(len(function.truth), True))
            if not chosen.any():
                continue
            truth = function.truth[chosen]
            colour = {"color": COLOURS[number]} if function.classes else {"color": truth, **scale}
            x, y = function.points[chosen].T
            marker = {"symbol": symbol, "size": 9 if is_test else 6, "line": {"color": "white", "width": 1}, **colour}
            figure.add_scatter(x=x, y=y, mode="markers", marker=marker, name=f"{name}, {part}" if name else part)
    apply_layout(figure, title, subtitle)
    if not function.classes:  # the scale of colours is where the legend would be
        figure.update_layout(legend={"orientation": "h", "x": 1, "xanchor": "right", "y": 1.02, "yanchor": "bottom"})
    figure.update_xaxes(title=function.features[0], range=[float(first[0]), float(first[-1])])
    return figure.update_yaxes(title=function.features[1], range=[float(second[0]), float(second[-1])])


def _add_classes(figure: "Figure", grid: Mapping[str, object], function: FittedFunction) -> None:
    if function.has_probabilities:
        scale = [[0, "#93c5fd"], [0.5, "#ffffff"], [1, "#fdba74"]]
        figure.add_heatmap(**grid, zmin=0, zmax=1, colorscale=scale, showscale=False)
        lines = {"type": "constraint", "operation": "=", "value": 0.5}
        figure.add_contour(**grid, contours=lines, line={"color": "#111827", "width": 2}, showlegend=False, showscale=False, hoverinfo="skip")
        return
    n_classes = len(function.classes)
    steps = [[place / n_classes, _LIGHT[number]] for number in range(n_classes) for place in (number, number + 1)]
    figure.add_heatmap(**grid, zmin=-0.5, zmax=n_classes - 0.5, colorscale=steps, showscale=False)
