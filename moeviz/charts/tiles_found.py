"""Small pictures of what was measured and decided: kept results, rates, claims."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from typing import Any

from moeviz.charts.claims import claims_map
from moeviz.charts.rates import kind_of_claim
from moeviz.charts.tile import Tile
from moeviz.errors import MoevizError
from moeviz.study.kept import kept_result
from moeviz.study.rate_cell import COLUMNS
from moeviz.study.rates_table import RATE_ROWS
from moeviz.study.result import Curve
from moeviz.symbolic.catalogue import CATALOGUE
from moeviz.symbolic.catalogue.shipped import shipped_summary
from moeviz.text import signed

STUDY, STEPS = "cosine-exact", "gaussian-over"
"""Presets of the kept results that are drawn."""


def lab_tile() -> Tile:
    """Return the tile of the lab."""
    result = kept_result(STUDY)
    curves = {c.reading.loss: c for c in result.result.curves} if result else {}
    drawn = [curves[loss] for loss in ("radial", "angular") if loss in curves]
    if result is None or len(drawn) < 2:
        raise _missing(STUDY)
    lines = [_line(curve, place) for place, curve in enumerate(drawn)]
    length, direction = (curve.slope.estimate if curve.slope else None for curve in drawn)
    return Tile(
        f"Kept result of {result.date}: the direction of β is learnt like n to the power "
        f"*{signed(direction)}*, its length like *{signed(length)}*.",
        {"panel": framed(lines)},
    )


def fit_tile() -> Tile:
    """Return the tile of the page fit."""
    result = kept_result(STEPS)
    trace = result.result.curves[0].trace if result else None
    if not trace or len(trace) < 2:
        raise _missing(STEPS)
    cost = [[float(at), value] for at, value in enumerate(trace) if value is not None]
    return Tile(
        f"*{len(trace) - 1}* steps of the optimiser on the whole sample take the cost from "
        f"*{cost[0][1]:.3f}* to *{cost[-1][1]:.3f}*.",
        {"panel": framed([{"points": cost, "width": 3, "colour": 0}])},
    )


def rates_tile() -> Tile:
    """Return the tile of the page rates."""
    kinds = ["half", "quarter", "other", "slow"]
    places = {column: x for x, column in enumerate(COLUMNS)}
    rows = [
        {places[cell.column]: kind_of_claim(cell.claim) for cell in row.cells} for row in RATE_ROWS
    ]
    counts = Counter(kind for row in rows for kind in row.values())
    regions = [
        {
            "points": _box(x, len(rows) - 1 - y, 0.42),
            "colour": kinds.index(kind),
            "opacity": 0.85,
        }
        for y, row in enumerate(rows)
        for x, kind in row.items()
    ]
    return Tile(
        f"*{counts.total()}* rates of four papers: *{counts['half']}* like 1/√n, "
        f"*{counts['slow']}* slower than any power.",
        {
            "panel": {
                "x": [-0.6, len(COLUMNS) - 0.4],
                "y": [-0.6, len(rows) - 0.4],
                "regions": regions,
            }
        },
    )


def checker_tile() -> Tile:
    """Return the tile of the page checker."""
    looks = {"holds": (2, False), "fails": (1, True), "condition": (4, False), "mixed": (3, True)}
    columns = [paper["tiles"] for paper in claims_map()["papers"]]
    high = max(map(len, columns))
    dots = []
    for x, column in enumerate(columns):
        for y, tile in enumerate(column):
            colour, hollow = looks.get(tile["verdict"], (5, True))
            at = [high - 1 - y, len(columns) - 1 - x]
            dots.append({"at": at, "radius": 5, "colour": colour, "hollow": hollow})
    shipped = shipped_summary()
    against = sum(not one.agrees for one in shipped.values())
    return Tile(
        f"*{len(shipped)}* of *{len(CATALOGUE.claims)}* claims are decided by exact arithmetic; in "
        f"*{against}* the answer is not the paper’s, or has a condition.",
        {
            "panel": {
                "x": [-0.8, high - 0.2],
                "y": [-0.8, len(columns) - 0.2],
                "dots": dots,
            }
        },
    )


def _missing(preset: str) -> MoevizError:
    return MoevizError(f"Expected a kept result of {preset} with its numbers, but there is none.")


def _line(curve: Curve, place: int) -> dict[str, Any]:
    points = [
        [math.log10(n), math.log10(mean)]
        for n, mean in zip(curve.n, curve.mean, strict=True)
        if mean is not None and mean > 0
    ]
    dash = {"dash": "7,5"} if place == 0 else {}
    return {"points": points, "width": 3, "colour": 1 - place, **dash}


def framed(lines: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Return a panel around lines, with two axes.

    Parameters
    ----------
    lines : sequence of dict
        As a panel has them.
    """
    xs, ys = zip(*(point for line in lines for point in line["points"]), strict=True)
    wide, tall = 0.06 * (max(xs) - min(xs)), 0.12 * (max(ys) - min(ys))
    (left, right), (low, high) = (
        (min(xs) - wide, max(xs) + wide),
        (min(ys) - tall, max(ys) + tall),
    )
    axes = {"points": [[left, high], [left, low], [right, low]], "width": 2, "colour": "quiet"}
    return {"x": [left, right], "y": [low, high], "lines": [axes, *lines]}


def _box(x: float, y: float, half: float) -> list[list[float]]:
    corners = ((-half, -half), (half, -half), (half, half), (-half, half))
    return [[x + a, y + b] for a, b in corners]
