"""The common style of all plots: title and subtitle, axes, colours."""

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from plotly.graph_objects import Figure

FONT = "system-ui, -apple-system, Segoe UI, Roboto, Helvetica, Arial, sans-serif"
GRID, INK, MUTED = "#e5e7eb", "#111827", "#6b7280"
BLUE, ORANGE = "#2563eb", "#ea580c"
COLOURS = ("#1d4ed8", "#ea580c", "#16a34a", "#9333ea", "#dc2626", "#0891b2", "#ca8a04", "#64748b")
"""Colours of several curves or classes."""
_MOST_POINTS = 500


def is_share(metric: str) -> bool:
    """Return whether a metric is a fraction of rows, which is best shown in percent.

    Args:
        metric: Name by Keras, such as ``val_accuracy`` or ``val_loss``.
    """
    return metric.removeprefix("val_").removeprefix("test_").endswith("accuracy")


def number_format(metric: str) -> str:
    """Return the d3 number format of a metric's axis: percent for accuracies, else plotly's default."""
    return ".3~%" if is_share(metric) else ""


def usual_range(values: Sequence[float], included: Sequence[float] = ()) -> tuple[float, float] | None:
    """Return the range of an axis that a few far values do not rule, or None if there are none.

    Source: the outer fences of Tukey (1977), three interquartile ranges beyond the quartiles.

    Args:
        values: The values to show.
        included: Those of them that the range includes, however far they are. Defaults to none.
    """
    import numpy as np

    finite = np.array([value for value in values if math.isfinite(value)])
    if not len(finite):
        return None
    first, third = np.quantile(finite, (0.25, 0.75))
    fence = 3 * (third - first)
    low, high = (bound(value for value in (end, *included) if math.isfinite(value)) for bound, end in ((min, first - fence), (max, third + fence)))
    inside = finite[(finite >= low) & (finite <= high)]
    if len(inside) == len(finite):
        return None
    margin = 0.06 * (inside.max() - inside.min() or abs(inside.max()) or 1.0)
    return float(inside.min() - margin), float(inside.max() + margin)


def thinned(x: "np.ndarray", y: "np.ndarray") -> dict[str, "np.ndarray"]:
    """Return at most 500 points of a curve, its ends included, as plotly's ``x`` and ``y``."""
    import numpy as np

    chosen = np.unique(np.linspace(0, len(x) - 1, min(len(x), _MOST_POINTS)).round().astype(int))
    return {"x": x[chosen], "y": y[chosen]}


def apply_layout(figure: "Figure", title: str, subtitle: str, min_width: int = 0, *, is_half: bool = False) -> "Figure":
    """Set a figure's title and subtitle, and the common style.

    Args:
        figure: The figure, changed in place.
        title: The title.
        subtitle: How to read the figure.
        min_width: Width in pixels below which the page scrolls sideways. Defaults to 0.
        is_half: Whether half of the page's width is enough. Defaults to False.

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
        meta={"min_width": min_width, "is_half": is_half},
        width=None,
        height=None,
        autosize=True,
    )
    figure.update_xaxes(gridcolor=GRID, automargin=True)
    figure.update_yaxes(gridcolor=GRID, automargin=True)
    return figure
