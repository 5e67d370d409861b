"""Positions of boxes and arrows."""

import itertools

import pytest

from search.inspection.diagram_layout import BOX_GAP, lay_out

GRAPHS = {
    "a chain": (3, [(0, 1), (1, 2)]),
    "a skip": (4, [(0, 1), (1, 2), (2, 3), (0, 3)]),
    "branches": (7, [(0, 1), (0, 2), (0, 3), (0, 4), (1, 5), (2, 5), (3, 5), (4, 5), (5, 6)]),
    "two inputs and outputs": (6, [(0, 2), (2, 3), (1, 4), (3, 4), (4, 5)]),
    "many skips": (8, [(i, j) for i, j in itertools.combinations(range(8), 2) if j - i in (1, 3)]),
    "one box": (1, []),
}
WIDTH = 100.0


@pytest.mark.parametrize("name", GRAPHS)
def test_boxes_do_not_overlap_and_no_arrow_runs_through_one(name):
    n_boxes, arrows = GRAPHS[name]
    layout = lay_out([WIDTH] * n_boxes, arrows)
    assert all(layout.rows[source] < layout.rows[target] for source, target in arrows)
    for one, other in itertools.combinations(range(n_boxes), 2):
        if layout.rows[one] == layout.rows[other]:
            assert abs(layout.places[one] - layout.places[other]) >= WIDTH + BOX_GAP - 1e-6
    for (source, _), lanes in zip(arrows, layout.lanes, strict=True):
        for row, place in enumerate(lanes, start=layout.rows[source] + 1):
            assert all(abs(place - layout.places[box]) > WIDTH / 2 for box in range(n_boxes) if layout.rows[box] == row)
    assert min(layout.places) >= WIDTH / 2 - 1e-6
    assert max(layout.places) <= layout.width - WIDTH / 2 + 1e-6


def test_a_chain_is_straight_and_branches_lie_on_both_sides_of_it():
    assert len(set(lay_out([80.0, 120.0, 60.0], [(0, 1), (1, 2)]).places)) == 1
    places = lay_out([100.0] * 4, [(0, 1), (0, 2), (1, 3), (2, 3)]).places
    assert places[0] == pytest.approx(places[3])
    assert places[1] < places[0] < places[2]


def test_parallel_arrows_do_not_cross():
    layout = lay_out([100.0] * 4, [(0, 3), (1, 2)])
    assert (layout.places[0] < layout.places[1]) == (layout.places[3] < layout.places[2])
