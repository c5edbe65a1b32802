"""Voronoi cells in the plane, as polygons in a box."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


def voronoi_polygons(points: Array, low: Sequence[float], high: Sequence[float]) -> list[Array]:
    """Return the part of a box that lies nearest to each of some points.

    Parameters
    ----------
    points : array, shape (K, 2)
        In any position; of equal ones the first has the cell. They may lie outside the box.
    low, high : sequence of float
        Two opposite corners of the box, the lower left and the upper right.

    Returns
    -------
    list of array, shape (V, 2)
        Each polygon's corners, counter-clockwise; none for an empty cell.

    Notes
    -----
    The box is cut by the line half way to every other point, so that points on one line or on one
    circle need no special case.
    """
    (left, bottom), (right, top) = low, high
    box = np.array([[left, bottom], [right, bottom], [right, top], [left, top]], dtype=float)
    cells = []
    for place, own in enumerate(points):
        cell = box
        for other_place, other in enumerate(points):
            normal = other - own
            if normal.any():
                cell = _cut(cell, normal, float(normal @ (own + other)) / 2.0)
            elif other_place < place:
                cell = box[:0]
        cells.append(cell)
    return cells


def area(polygon: Array) -> float:
    """Return the area of a polygon, positive where its corners run counter-clockwise.

    Parameters
    ----------
    polygon : array, shape (V, 2)
    """
    if len(polygon) < 3:
        return 0.0
    x, y = (polygon - polygon[0]).T
    return float(x @ np.roll(y, -1) - y @ np.roll(x, -1)) / 2.0


def _cut(polygon: Array, normal: Array, level: float) -> Array:
    """Return the part of a convex polygon where `normal` times the place is at most `level`."""
    if not len(polygon):
        return polygon
    height = polygon @ normal - level
    following, after = np.roll(polygon, -1, axis=0), np.roll(height, -1)
    crossed = (height > 0) != (after > 0)
    gap = np.where(crossed, height - after, 1.0)
    meeting = polygon + (height / gap)[:, None] * (following - polygon)
    both = np.stack([polygon, meeting], axis=1).reshape(-1, 2)
    kept = np.stack([height <= 0, crossed], axis=1).ravel()
    return np.asarray(both[kept])
