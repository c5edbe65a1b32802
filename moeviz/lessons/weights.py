"""What a movement of vectors does to the weights of a gate, over the picture's plane."""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch

from moeviz.charts.gates import TALL, WIDE, Point, Setup, score_of
from moeviz.charts.gates_formula import library_weights, shifted
from moeviz.errors import SpecificationError

_LATTICE = (192, 128)
"""Cells of the plane, as many as the picture takes at rest: both then say the same number."""


@dataclass(frozen=True)
class WeightsMoved:
    """What a movement of vectors does to the weights of one gate.

    Attributes
    ----------
    most : float
        The most that a weight moves, over inputs and experts.
    others : float
        The same of experts whose vector stays.
    least_sum, most_sum : float
        Ends of the sum of weights over inputs, afterwards.
    """

    most: float
    others: float
    least_sum: float
    most_sum: float


def weights_moved(setup: Setup, panel: int) -> WeightsMoved:
    """Return what happens between where vectors start and where they are, with what is added.

    Parameters
    ----------
    setup : Setup
    panel : int
        From 0.
    """
    after: list[Point] = list(setup.vectors)
    if setup.shift is not None:
        moved = shifted(setup, score_of(setup, panel)[0])
        if any(row is None for row in moved):
            raise SpecificationError("Expected a shift that keeps all vectors inside the ball.")
        after = [(row[0], row[1]) for row in moved if row is not None]
    before_w, after_w = (
        library_weights(setup, panel, vectors, _points()) for vectors in (setup.start, after)
    )
    change = (after_w - before_w).abs()
    pairs = zip(setup.start, after, strict=True)
    stay = [k for k, (one, other) in enumerate(pairs) if math.dist(one, other) < 1e-12]
    total = after_w.sum(0)
    return WeightsMoved(
        float(change.max()),
        float(change[stay].max()) if stay else 0.0,
        float(total.min()),
        float(total.max()),
    )


def _points() -> list[Point]:
    (left, right), (low, high) = WIDE, TALL
    xs = torch.linspace(left, right, 2 * _LATTICE[0] + 1, dtype=torch.float64)[1::2]
    ys = torch.linspace(low, high, 2 * _LATTICE[1] + 1, dtype=torch.float64)[1::2]
    return [(x, y) for y in ys.tolist() for x in xs.tolist()]
