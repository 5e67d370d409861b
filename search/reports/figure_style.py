"""The common style of all plots: title and subtitle, axes, colours."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

FONT = "system-ui, -apple-system, Segoe UI, Roboto, Helvetica, Arial, sans-serif"
GRID, INK, MUTED = "#e5e7eb", "#111827", "#6b7280"


def is_share(metric: str) -> bool:
    """Return whether a metric is a fraction of rows, which is best shown in percent.

    Args:
        metric: Name by Keras, such as ``val_accuracy`` or ``val_loss``.
    """
    return metric.removeprefix("val_").removeprefix("test_").endswith("accuracy")


def number_format(metric: str) -> str:
    """Return the d3 number format of a metric's axis: percent for accuracies, else plotly's default."""
    return ".1~%" if is_share(metric) else ""


def apply_layout(figure: "Figure", title: str, subtitle: str, min_width: int = 0) -> "Figure":
    """Set a figure's title and subtitle, and the common style.

    Args:
        figure: The figure, changed in place.
        title: The title.
        subtitle: How to read the figure.
        min_width: Width in pixels below which the page scrolls sideways. Defaults to 0.

    Returns:
        The same figure.
    """
    figure.update_layout(
        template="plotly_white",
        title={
            "text": title,
            "subtitle": {"text": subtitle, "font": {"size": 14, "color": MUTED}},
            "x": 0.02,
            "xanchor": "left",
            "y": 0.94,
            "yanchor": "auto",
            "yref": "container",
        },
        font={"family": FONT, "size": 14, "color": INK},
        margin={"l": 80, "r": 40, "t": 110, "b": 70},
        meta={"min_width": min_width},
        width=None,
        height=None,
        autosize=True,
    )
    figure.update_xaxes(gridcolor=GRID, automargin=True)
    figure.update_yaxes(gridcolor=GRID, automargin=True)
    return figure
