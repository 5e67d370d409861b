"""The plot of learning-rate range tests: the loss against the rate."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from .figure_style import COLOURS, apply_layout, usual_range

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

Curve = tuple[str, Sequence[float], Sequence[float]]


def rate_plot(name: str, curves: Sequence[Curve], proposed: tuple[float, float] | None) -> "Figure":
    """Plot the smoothed loss of each model against its learning rate, with the proposed range.

    Args:
        name: The experiment's name.
        curves: What is shown of each model, its learning rates and its losses.
        proposed: Lowest and highest learning rate; None if there are none.
    """
    from plotly.graph_objects import Figure

    figure = Figure()
    for number, (label, rates, losses) in enumerate(curves):
        figure.add_scatter(x=rates, y=losses, name=label, mode="lines", line={"color": COLOURS[number % len(COLOURS)]})
    if proposed is not None:
        figure.add_vrect(x0=proposed[0], x1=proposed[1], fillcolor=COLOURS[0], opacity=0.08, line_width=0)
    apply_layout(figure, f"Learning-rate range test of {name}", "loss of each batch, smoothed; one step a rate; the range to search is shaded")
    figure.update_xaxes(title="learning rate", type="log", exponentformat="power")
    every = [loss for _, _, losses in curves for loss in losses]
    figure.update_layout(legend={"orientation": "h", "yanchor": "top", "y": -0.2, "x": 0})  # below: the names are long
    figure.update_yaxes(title="training loss", range=usual_range(every, [min(every)]))
    return figure
