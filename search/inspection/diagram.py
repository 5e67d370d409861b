"""Draws a model as an SVG diagram with names, shapes and parameter counts."""

from collections.abc import Iterator
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape

from .base import Inspected, keras_model
from .diagram_layout import Layout, lay_out

if TYPE_CHECKING:
    from .graph import Box, Graph

MARGIN, TITLE_HEIGHT, BOX_HEIGHT, ROW_HEIGHT = 24.0, 36.0, 54.0, 90.0
_CHARACTER, _BOLD_CHARACTER, _PADDING, _NARROWEST, _PORT = 7.0, 8.4, 24.0, 110.0, 14.0
_FILLS = {"input": "#e3effb", "hidden": "#ffffff", "output": "#fdebd8"}
_STYLE = """
text { font-family: system-ui, "Segoe UI", "Helvetica Neue", Arial, sans-serif; font-size: 12px; fill: #4a5560; text-anchor: middle }
.title { font-size: 15px; font-weight: 600; fill: #1b2733; text-anchor: start }
.name { font-size: 13px; font-weight: 600; fill: #1b2733 }
rect { stroke: #5c6b7a }
.arrow { fill: none; stroke: #5c6b7a; stroke-width: 1.4 }
"""


def draw_model(champion: Inspected) -> str:
    """Draw a champion's model, inputs at the top.

    Args:
        champion: The champion. A subclassed model is drawn as its `call` connects the layers; if `call` cannot be traced, its
            layers are listed from top to bottom without arrows.

    Returns:
        The SVG file's text.

    Raises:
        InputError: If the champion is not a Keras model.
    """
    model = keras_model(champion)
    from .graph import model_graph

    return draw_graph(model_graph(model))


def draw_graph(graph: "Graph") -> str:
    """Draw boxes and arrows.

    Args:
        graph: The boxes and arrows.

    Returns:
        The SVG file's text.
    """
    widths = [_width(box) for box in graph.boxes]
    layout = lay_out(widths, graph.arrows)
    width = max(layout.width, len(graph.title) * 9) + 2 * MARGIN
    height = TITLE_HEIGHT + (max(layout.rows) + 1) * ROW_HEIGHT - (ROW_HEIGHT - BOX_HEIGHT) + 2 * MARGIN
    shift = (width - layout.width) / 2
    arrows = _arrows(graph, layout, shift) if graph.is_traced else []
    boxes = (_box(box, layout.places[n] + shift, _top(layout.rows[n]), widths[n]) for n, box in enumerate(graph.boxes))
    head = f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:.0f}" height="{height:.0f}" viewBox="0 0 {width:.0f} {height:.0f}">'
    marker = '<marker id="head" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="8" markerHeight="8" orient="auto">'
    defs = f'<defs>{marker}<path d="M0 0 8 4 0 8z" fill="#5c6b7a"/></marker></defs>'
    title = f'<text class="title" x="{MARGIN}" y="{MARGIN + 14}">{escape(graph.title)}</text>'
    background = f'<rect width="{width:.0f}" height="{height:.0f}" fill="#ffffff" style="stroke: none"/>'
    return "\n".join([head, f"<style>{_STYLE}</style>", defs, background, title, *arrows, *boxes, "</svg>", ""])


def _lines(box: "Box") -> tuple[str, str, str]:
    n = box.n_parameters
    size = "shared" if n is None else f"{n:,} parameter{'' if n == 1 else 's'}" if n else ""
    return box.name, box.kind, "   ".join(filter(None, (box.shape, size)))


def _width(box: "Box") -> float:
    name, *others = map(len, _lines(box))
    return max(_NARROWEST, name * _BOLD_CHARACTER + _PADDING, max(others) * _CHARACTER + _PADDING)


def _top(row: int) -> float:
    return MARGIN + TITLE_HEIGHT + row * ROW_HEIGHT


def _box(box: "Box", middle: float, top: float, width: float) -> str:
    name, kind, facts = map(escape, _lines(box))
    texts = [
        f'<text class="name" x="{middle:.1f}" y="{top + 17:.1f}">{name}</text>',
        f'<text x="{middle:.1f}" y="{top + 32:.1f}">{kind}</text>',
        f'<text x="{middle:.1f}" y="{top + 47:.1f}" xml:space="preserve">{facts}</text>',
    ]
    frame = f'<rect x="{middle - width / 2:.1f}" y="{top:.1f}" width="{width:.1f}" height="{BOX_HEIGHT}" rx="6" fill="{_FILLS[box.role]}"/>'
    return "".join([frame, *texts])


def _arrows(graph: "Graph", layout: Layout, shift: float) -> Iterator[str]:
    """Draw each arrow with curves between rows and straight lines past the boxes of a row."""
    ports = _ports(graph, layout)
    for number, (source, target) in enumerate(graph.arrows):
        x, row = layout.places[source] + shift, layout.rows[source]
        path = f"M{x:.1f} {_top(row) + BOX_HEIGHT:.1f}"
        stops = [lane + shift for lane in layout.lanes[number]]
        for place in [*stops, layout.places[target] + ports[number] + shift]:
            row += 1
            bottom, top = _top(row - 1) + BOX_HEIGHT, _top(row)
            path += f" C{x:.1f} {(bottom + top) / 2:.1f} {place:.1f} {(bottom + top) / 2:.1f} {place:.1f} {top:.1f}"
            x = place
            if row < layout.rows[target]:
                path += f" V{top + BOX_HEIGHT:.1f}"
        yield f'<path class="arrow" d="{path}" marker-end="url(#head)"/>'


def _ports(graph: "Graph", layout: Layout) -> list[float]:
    """Spread the arrows that end at one box, in the order of their origins from left to right."""
    ports = [0.0] * len(graph.arrows)
    for target in {target for _, target in graph.arrows}:
        ends = [number for number, arrow in enumerate(graph.arrows) if arrow[1] == target]
        ends.sort(key=lambda number: (layout.lanes[number] or (layout.places[graph.arrows[number][0]],))[-1])
        for place, number in enumerate(ends):
            ports[number] = (place - (len(ends) - 1) / 2) * _PORT
    return ports
