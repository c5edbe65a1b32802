"""Voronoi cells in a box: they contain what is nearest, and fill the box."""

from __future__ import annotations

import numpy as np
import pytest

from moeviz.charts.cells import area, voronoi_polygons

LOW, HIGH = (-2.0, -1.0), (3.0, 2.0)
WHOLE = 15.0

POINTS = {
    "one": [[0.3, 0.4]],
    "random": np.random.default_rng(3).uniform(-1, 2, (7, 2)),
    "on one line": [[-1.0, 0.0], [0.0, 0.0], [2.5, 0.0]],
    "on a slanted line": [[0.0, 0.0], [1.0, 1.0], [-1.0, -1.0], [0.5, 0.5]],
    "on a circle": [[1.0, 0.0], [0.0, 1.0], [-1.0, 0.0], [0.0, -1.0]],
    "equal": [[0.5, 0.5], [1.0, 1.0], [0.5, 0.5], [0.5, 0.5]],
    "outside": [[0.0, 0.0], [9.0, 9.0], [4.0, 0.0]],
    "all equal": [[0.0, 0.0], [0.0, 0.0]],
}


def inside(polygon, places):
    """Whether each place lies to the left of every side, shape (M,)."""
    ends = np.roll(polygon, -1, axis=0) - polygon
    off = places[:, None] - polygon
    return (ends[:, 0] * off[..., 1] - ends[:, 1] * off[..., 0] >= -1e-12).all(1)


@pytest.mark.parametrize("name", POINTS)
def test_a_cell_contains_exactly_what_is_nearest_to_its_atom(name):
    points = np.array(POINTS[name], dtype=float)
    cells = voronoi_polygons(points, LOW, HIGH)
    places = np.random.default_rng(1).uniform(LOW, HIGH, (3000, 2))
    far = np.linalg.norm(places[:, None] - points, axis=-1)
    for atom, cell in enumerate(cells):
        nearest = far.argmin(1) == atom
        assert len(cell) != 0 or not nearest.any()
        if len(cell):
            assert (inside(cell, places) == nearest).all()


@pytest.mark.parametrize("name", POINTS)
def test_the_cells_fill_the_box(name):
    cells = voronoi_polygons(np.array(POINTS[name], dtype=float), LOW, HIGH)
    assert sum(map(area, cells)) == pytest.approx(WHOLE)
    assert min(map(area, cells)) >= 0


def test_of_equal_points_the_first_has_the_cell():
    cells = voronoi_polygons(np.array(POINTS["equal"]), LOW, HIGH)
    assert [len(cell) > 0 for cell in cells] == [True, True, False, False]


def test_the_area_of_a_triangle():
    assert area(np.array([[0.0, 0.0], [4.0, 0.0], [0.0, 3.0]])) == 6.0
    assert area(np.zeros((0, 2))) == 0.0
