"""Triangles with theory's slopes, placed beside a study's curves."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import product
from typing import Any

import numpy as np
from numpy.typing import NDArray

from moeviz.charts.bands import positive
from moeviz.charts.palette import Theme
from moeviz.study.result import Curve, Result
from moeviz.text import signed

Array = NDArray[np.float64]

WIDTH = 0.3
"""Share of the axis of n that a triangle takes; down to half of it where it would be too high."""

_PLACES = (0.02, 0.2, 0.4, 0.6, 0.68)
_GAPS = (0.07, 0.13, 0.2, 0.3)
_AIR, _TEXT, _BEYOND = 0.035, 0.1, 0.12
"""Shares of the height of the curves: gaps to try, air around, a line of text, room below."""

_POINT, _FAR = 0.1, 8.0
"""Costs: of covering a replicate, in lines' points; of a gap as wide as the curves are high."""

_STEPS = 40
_LEVEL = ", level"


@dataclass(frozen=True)
class _Place:
    """A triangle in decades: its hypotenuse from (left, start) to (right, end)."""

    left: float
    right: float
    start: float
    end: float
    below: bool

    @property
    def level(self) -> float:
        """Where the horizontal leg lies."""
        return self.end if self.below == (self.end <= self.start) else self.start


def slope_triangles(
    result: Result, shown: Sequence[int], sizes: Sequence[int], theme: Theme
) -> list[dict[str, Any]]:
    """Return one triangle per distinct exponent of the theory, each beside a curve that has it.

    Its hypotenuse has theory's slope; a level line stands for the exponent 0. It lies where no
    point and no line of the curves that are shown first runs, as far as such a place is found.

    Parameters
    ----------
    result : Result
    shown : sequence of int
        Places of the curves that are on at first; others own a triangle if none of these can.
    sizes : sequence of int
        All sample sizes of the study.
    theme : Theme

    Returns
    -------
    list of dict
        Plotly's traces. The first two points of each are the ends of the hypotenuse; ``meta``
        names the ``curve`` beside which it stands and all ``curves`` with that exponent, and
        what is shorter on a ``narrow`` screen.
    """
    low, high = math.log10(min(sizes)), math.log10(max(sizes))
    owners = _owners(result.curves, shown)
    if high <= low or not owners:
        return []
    drawn = sorted({*shown, *owners})
    taken = np.concatenate([_course(result.curves[i], low, high) for i in drawn])
    traces = []
    for place in owners:
        curve = result.curves[place]
        exponent = curve.claim.exponent
        if exponent is None:
            continue
        found = _best(_first(curve), exponent, taken, low, high)
        taken = np.concatenate([taken, _outline(found)])
        meta = {
            "part": "guide",
            "curve": place,
            "curves": [i for i, c in enumerate(result.curves) if c.claim.exponent == exponent],
        }
        triangle = _triangle(found, exponent, theme)
        short = [
            text.replace("theory: ", "theory ").removesuffix(_LEVEL) for text in triangle["text"]
        ]
        traces.append({**triangle, "meta": {**meta, "narrow": {"text": short}}})
    return traces


def power_text(exponent: float) -> str:
    """Write theory's power of n in Plotly's own markup, such as ``n<sup>−1/2</sup>``.

    Parameters
    ----------
    exponent : float
    """
    part = Fraction(exponent).limit_denominator(24)
    exact = abs(float(part) - exponent) < 1e-9
    text = str(part).replace("-", "−") if exact else signed(exponent)
    return f"n<sup>{text}</sup>"


def _owners(curves: Sequence[Curve], shown: Sequence[int]) -> list[int]:
    """Return, for each exponent, the curve beside which its triangle stands."""
    order = [*shown, *(i for i in range(len(curves)) if i not in shown)]
    owners: dict[float, int] = {}
    for place in order:
        exponent = curves[place].claim.exponent
        if exponent is not None and any(positive(value) for value in curves[place].mean):
            owners.setdefault(exponent, place)
    return list(owners.values())


def _first(curve: Curve) -> tuple[float, float]:
    """Return a curve's first mean, in decades."""
    pairs = zip(curve.n, map(positive, curve.mean), strict=True)
    n, mean = next((n, mean) for n, mean in pairs if mean is not None)
    return math.log10(n), math.log10(mean)


def _course(curve: Curve, low: float, high: float) -> Array:
    """Return where a curve runs: decades of n and of the loss, and what it costs to cover them.

    That is its line, the way still to go, and its replicates, which are faint and cost little.
    What has not been computed yet is taken to follow theory, so that a triangle need not move
    when it is.
    """
    pairs = [
        (n, m) for n, m in zip(curve.n, map(positive, curve.mean), strict=True) if m is not None
    ]
    if not pairs:
        return np.empty((0, 3))
    n, mean = np.log10(np.array(pairs, dtype=float)).T
    if n[-1] < high and curve.claim.exponent is not None:
        mean = np.append(mean, mean[-1] + curve.claim.exponent * (high - n[-1]))
        n = np.append(n, high)
    along = np.linspace(low, high, _STEPS)
    along = along[along >= n[0]]
    points = [
        (math.log10(size), math.log10(loss))
        for size, losses in zip(curve.n, curve.loss, strict=True)
        for loss in map(positive, losses)
        if loss is not None
    ]
    size, loss = np.array(points).reshape(-1, 2).T
    line = _priced(along, np.interp(along, n, mean), 1.0)
    return np.concatenate([line, _priced(size, loss, _POINT)])


def _priced(x: Array, y: Array, cost: float) -> Array:
    return np.stack([x, y, np.full(len(x), cost)], axis=-1)


def _best(
    first: tuple[float, float], exponent: float, taken: Array, low: float, high: float
) -> _Place:
    """Return the place of a triangle that covers least of what is there, nearest to its curve."""
    floor, top = float(taken[:, 1].min()), float(taken[:, 1].max())
    height = max(top - floor, 0.5)
    width = WIDTH * (high - low)
    if exponent != 0.0:  # where the curves are flat a large triangle would press them together
        width = min(width, max(0.5 * width, 0.5 * (top - floor) / abs(exponent)))
    candidates: list[tuple[float, int, _Place]] = []
    for gap, below, share in product(_GAPS, (True, False), _PLACES):
        left = low + share * (high - low)
        start = first[1] + exponent * (left - first[0]) + gap * height * (-1 if below else 1)
        place = _Place(left, left + width, start, start + exponent * width, below)
        lowest = min(place.start, place.end) - (_TEXT * height if below else 0.0)
        highest = max(place.start, place.end) + (0.0 if below else _TEXT * height)
        beyond = max(0.0, floor - lowest, highest - top) / height
        cost = _covered(place, taken, height) + 50.0 * max(0.0, beyond - _BEYOND) + _FAR * gap
        candidates.append((cost, len(candidates), place))
    return min(candidates)[2]


def _covered(place: _Place, taken: Array, height: float) -> float:
    """Return the cost of what lies in a triangle, in the air around it or under its text."""
    x, y, cost = taken.T
    share = np.clip((x - place.left) / (place.right - place.left), 0.0, 1.0)
    slanted = place.start + share * (place.end - place.start)
    side = -1.0 if place.below else 1.0
    outer = place.level + side * _TEXT * height
    inner = slanted - side * _AIR * height
    air = 0.1 * (place.right - place.left)
    beside = (x >= place.left - air) & (x <= place.right + air)
    inside = (y >= np.minimum(outer, inner)) & (y <= np.maximum(outer, inner))
    return float(cost[beside & inside].sum())


def _outline(place: _Place) -> Array:
    x = np.linspace(place.left, place.right, 9)
    slanted = np.linspace(place.start, place.end, 9)
    level = np.full(9, place.level)
    return np.concatenate([_priced(x, slanted, 1.0), _priced(x, level, 1.0)])


def _triangle(place: _Place, exponent: float, theme: Theme) -> dict[str, Any]:
    middle = 0.5 * (place.left + place.right)
    corners = [(place.left, place.start), (place.right, place.end)]
    words = f"theory: {power_text(exponent)}"
    text = ["", ""]
    if exponent == 0.0:
        corners.insert(2, (middle, place.level))
        text = ["", "", f"{words}{_LEVEL}"]
    elif place.level == place.end:
        corners += [(middle, place.end), (place.left, place.end), corners[0]]
        text += [words, "", ""]
    else:
        corners += [(place.right, place.start), (middle, place.start), corners[0]]
        text += ["", words, ""]
    return {
        "type": "scatter",
        "mode": "lines+markers+text",
        "name": f"slope {signed(exponent)} (theory)",
        "x": [10.0**x for x, _ in corners],
        "y": [10.0**y for _, y in corners],
        "text": text,
        "textposition": "bottom center" if place.below else "top center",
        "textfont": {"color": theme.text, "size": 16},
        "line": {"color": theme.quiet, "width": 2.0},
        "marker": {"size": 12, "opacity": 0},  # keeps the text off the leg
        "hoverinfo": "skip",
    }
