"""Computes positions of boxes and arrows in a diagram: in rows, with few crossings and straight arrows.

This is the layered graph drawing of Sugiyama, Tagawa and Toda (1981): rows by the longest path from an input, order within a
row by the mean position of the neighbours, positions by least squares. An arrow across several rows passes through a point
in each row between, which keeps a gap free for it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

N_ORDERINGS, N_PLACINGS = 16, 100
BOX_GAP, LANE_GAP = 28.0, 22.0


@dataclass(frozen=True)
class Layout:
    """Positions of boxes and arrows.

    Attributes:
        rows: Row of each box, from 0 at the top.
        places: Horizontal centre of each box, in pixels; the leftmost edge is at 0.
        lanes: For each arrow, its horizontal positions in the rows between its ends.
        width: Width of everything, in pixels.
    """

    rows: tuple[int, ...]
    places: tuple[float, ...]
    lanes: tuple[tuple[float, ...], ...]
    width: float


def lay_out(widths: Sequence[float], arrows: Sequence[tuple[int, int]]) -> Layout:
    """Compute the layout of boxes and arrows.

    Args:
        widths: Width of each box in pixels, in an order in which arrows go forward.
        arrows: Numbers of two boxes, from and to.

    Returns:
        The layout.
    """
    rows = _rows(len(widths), arrows)
    chains, points = _chains(rows, arrows)
    sizes = [*widths, *[0.0] * (len(points) - len(widths))]
    links = [link for chain in chains for link in pairwise(chain)]
    order = _order(points, links)
    places = _places(order, sizes, links, n_boxes=len(widths))
    left = min(place - size / 2 for place, size in zip(places, sizes, strict=True))
    places = [place - left for place in places]
    width = max(place + size / 2 for place, size in zip(places, sizes, strict=True))
    lanes = tuple(tuple(places[point] for point in chain[1:-1]) for chain in chains)
    return Layout(tuple(rows), tuple(places[: len(widths)]), lanes, width)


def _rows(n_boxes: int, arrows: Sequence[tuple[int, int]]) -> list[int]:
    rows = [0] * n_boxes
    for source, target in sorted(arrows, key=lambda arrow: arrow[1]):
        rows[target] = max(rows[target], rows[source] + 1)
    return rows


def _chains(rows: list[int], arrows: Sequence[tuple[int, int]]) -> tuple[list[list[int]], list[int]]:
    """Add a point in every row that an arrow passes; return the points of each arrow, and the row of every point."""
    points = list(rows)
    chains = []
    for source, target in arrows:
        between = list(range(rows[source] + 1, rows[target]))
        chains.append([source, *range(len(points), len(points) + len(between)), target])
        points += between
    return chains, points


def _order(points: list[int], links: list[tuple[int, int]]) -> list[list[int]]:
    """Order the points of each row so that few links cross."""
    order: list[list[int]] = [[] for _ in range(max(points) + 1)]
    for point, row in enumerate(points):
        order[row].append(point)
    best, fewest = [list(row) for row in order], _n_crossings(order, links)
    for sweep in range(N_ORDERINGS):
        for number in range(len(order)) if sweep % 2 == 0 else reversed(range(len(order))):
            _sort(order, number, links, downwards=sweep % 2 == 0)
        crossings = _n_crossings(order, links)
        if crossings < fewest:
            best, fewest = [list(row) for row in order], crossings
    return best


def _sort(order: list[list[int]], number: int, links: list[tuple[int, int]], *, downwards: bool) -> None:
    """Sort one row by the mean position of each point's neighbours in the row before."""
    place = {point: index for row in order for index, point in enumerate(row)}
    linked: dict[int, list[int]] = {}
    for upper, lower in links:
        point, other = (lower, upper) if downwards else (upper, lower)
        linked.setdefault(point, []).append(place[other])
    order[number].sort(key=lambda point: _mean(linked.get(point, [place[point]])))


def _n_crossings(order: list[list[int]], links: list[tuple[int, int]]) -> int:
    place = {point: (row, index) for row, points in enumerate(order) for index, point in enumerate(points)}
    ends: dict[int, list[tuple[int, int]]] = {}
    for upper, lower in links:
        ends.setdefault(place[upper][0], []).append((place[upper][1], place[lower][1]))
    return sum((a - c) * (b - d) < 0 for row in ends.values() for i, (a, b) in enumerate(row) for c, d in row[:i])


def _places(order: list[list[int]], sizes: list[float], links: list[tuple[int, int]], *, n_boxes: int) -> list[float]:
    """Move the points of each row towards their neighbours, as far as sizes and order allow."""
    places = [0.0] * len(sizes)
    for row in order:
        for point, offset in zip(row, _offsets(row, sizes, n_boxes), strict=True):
            places[point] = offset
    linked: list[list[int]] = [[] for _ in sizes]
    for upper, lower in links:
        times = 4 if min(upper, lower) >= n_boxes else 1  # straight lanes matter most
        linked[upper] += [lower] * times
        linked[lower] += [upper] * times
    for sweep in range(N_PLACINGS):
        for row in order if sweep % 2 == 0 else reversed(order):
            offsets = _offsets(row, sizes, n_boxes)
            middles = [_mean([places[other] for other in linked[point] or [point]]) for point in row]
            wanted = [middle - offset for middle, offset in zip(middles, offsets, strict=True)]
            for point, place, offset in zip(row, _isotonic(wanted, [len(linked[point]) or 1 for point in row]), offsets, strict=True):
                places[point] = place + offset
    return places


def _offsets(row: list[int], sizes: list[float], n_boxes: int) -> list[float]:
    """Return the tightest positions of a row's points."""
    offsets = [0.0]
    for before, point in pairwise(row):
        gap = BOX_GAP if before < n_boxes and point < n_boxes else LANE_GAP
        offsets.append(offsets[-1] + (sizes[before] + sizes[point]) / 2 + gap)
    return offsets


def _isotonic(wanted: Sequence[float], weights: Sequence[int]) -> list[float]:
    """Return the weighted isotonic regression of a sequence (pool adjacent violators, Ayer et al. 1955)."""
    pools: list[tuple[float, int, int]] = []  # mean, weight, number of values
    for value, value_weight in zip(wanted, weights, strict=True):
        mean, weight, count = value, value_weight, 1
        while pools and pools[-1][0] > mean:
            earlier, earlier_weight, n_earlier = pools.pop()
            mean = (mean * weight + earlier * earlier_weight) / (weight + earlier_weight)
            weight, count = weight + earlier_weight, count + n_earlier
        pools.append((mean, weight, count))
    return [mean for mean, _, count in pools for _ in range(count)]


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values)
