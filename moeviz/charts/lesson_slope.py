"""A slope drawn by hand on axes with logarithms, and what came out on the same axes."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from moeviz.charts.checker import superscript
from moeviz.charts.chosen import short_names
from moeviz.charts.convergence import size_text
from moeviz.charts.words import no_slope
from moeviz.errors import SpecificationError
from moeviz.study.result import Curve
from moeviz.text import listed, signed

HANDLE = "end"
"""The name of the handle at the line's right end."""

ROOM = 0.25
"""Decades above and below."""


@dataclass(frozen=True)
class Known:
    """A curve on the axes.

    Attributes
    ----------
    words : str
        At its end.
    n : sequence of float
    mean : sequence of float or None
    """

    words: str
    n: Sequence[float]
    mean: Sequence[float | None]

    @property
    def points(self) -> list[list[float]]:
        """Where it passes, in decades."""
        pairs = zip(self.n, self.mean, strict=True)
        return [[math.log10(n), math.log10(m)] for n, m in pairs if m and n > 0.0]


def slope_document(
    first: float, sizes: tuple[float, float], ends: tuple[float, float], slope: float,
    step: float = 0.05, fixed: bool = False, beside: Sequence[Known] = (),
) -> dict[str, Any]:  # fmt: skip
    """Return the picture on which a slope is drawn, for the component ``plane``.

    Parameters
    ----------
    first : float
        The error at the smallest sample size, where every line begins.
    sizes : (float, float)
        The smallest and the largest sample size.
    ends : (float, float)
        The lowest and the highest slope.
    slope : float
        With which the line begins.
    step : float
        By which an arrow key changes it.
    fixed : bool
        Whether it stays.
    beside : sequence of Known
        What is known before.
    """
    left, right = (math.log10(size) for size in sizes)
    wide, start = right - left, math.log10(first)
    heights = [start + end * wide for end in ends]
    shown = [one for one in beside if one.points]
    heights += [y for one in shown for _, y in one.points]
    known = [{"words": one.words, "points": one.points} for one in shown]
    panel = _panel(first, sizes, heights)
    handle = {
        "id": HANDLE,
        "name": "",
        "title": "slope of your line",
        "kind": "point",
        "colour": 0,
        "at": [right, round(start + slope * wide, 4)],
        "step": round(step * wide, 6),
        "panels": [0],
    }
    return {
        "handles": [{**handle, "fixed": True} if fixed else handle],
        "panel": panel,
        "anchor": [left, start],
        "right": right,
        "ends": list(ends),
        "step": step,
        "known": known,
    }


def revealed_document(
    curve: Known, guess: float, theory: float | None, paper: float | None
) -> dict[str, Any]:
    """Return prediction, data, theory and paper on the axes of the prediction.

    Parameters
    ----------
    curve : Known
        What was measured.
    guess : float
        The slope that was predicted.
    theory, paper : float or None
        Slopes; None where there is none.
    """
    points = curve.points
    (left, start), right = points[0], points[-1][0]
    wide = right - left

    def line(slope: float, **look: Any) -> dict[str, Any]:
        return {"points": [[left, start], [right, start + slope * wide]], **look}

    said = [("you", guess, {"width": 4, "colour": 4, "dash": "10,6"})]
    if theory is not None:
        said.append(("theory", theory, {"width": 1.5, "colour": "text"}))
    if paper is not None:
        said.append(("paper", paper, {"width": 2, "colour": 1, "dash": "3,5"}))
    ends = [(start + slope * wide, f"{words} {signed(slope)}") for words, slope, _ in said]
    ends.append((points[-1][1], curve.words))
    heights = [start, *(y for _, y in points), *(y for y, _ in ends)]
    panel = _panel(10**start, (10**left, 10**right), heights)
    tall = panel["y"][1] - panel["y"][0]
    labels, lowest = [], math.inf
    for y, words in sorted(ends, reverse=True):
        lowest = min(y, lowest - 0.075 * tall)
        labels.append({"at": [right + 0.03 * wide, lowest], "text": words, "anchor": "start"})
    panel |= {
        "title": "Error, by sample size",
        "note": listed(["your line", *(words for words, *_ in said[1:]), "what was measured"]),
        "x": [left - 0.12 * wide, right + 0.62 * wide],
        "tall": 0.62,
        "narrow": 0.9,
        "lines": [
            *(line(slope, **look) for _, slope, look in said),
            {"points": points, "width": 3, "colour": 0},
        ],
        "dots": [{"at": at, "radius": 6, "colour": 0} for at in points],
        "labels": labels,
    }
    rows = [[words, slope] for words, slope, _ in said]
    return {
        "handles": [],
        "panels": [panel],
        "sentence": "; ".join(words for _, words in ends) + ".",
        "tables": [{"title": "Slopes", "columns": ["", "slope"], "rows": rows}],
    }


def curves_document(curves: Sequence[Curve], sizes: Sequence[int]) -> dict[str, Any]:
    """Return the picture of some curves with their slopes, for the component ``plane``.

    Parameters
    ----------
    curves : sequence of Curve
        Of a study that may go on.
    sizes : sequence of int
        All sample sizes of the study.

    Raises
    ------
    SpecificationError
        If none has a point yet.
    """
    known = [Known(curve.label, curve.n, curve.mean).points for curve in curves]
    points = [point for line in known for point in line]
    if not points or not min(sizes) < max(sizes):
        raise SpecificationError("Expected points of a curve, but there are none yet; wait.")
    names = [f"{number}" if len(curves) > 1 else "" for number in range(1, len(curves) + 1)]
    rows = zip(names, short_names(curves), curves, strict=True)
    said = [f"{name} {_slope_words(each, short)}".strip() for name, short, each in rows]
    panel = _panel(10 ** points[0][1], (min(sizes), max(sizes)), [y for _, y in points])
    lines, dots = [], []
    for number, (name, line) in enumerate(zip(names, known, strict=True)):
        if line:
            lines.append({"points": line, "width": 3, "colour": number, "label": name})
            dots += [{"at": at, "radius": 6, "colour": number} for at in line]
    panel |= {
        "title": "Error, by sample size",
        "tall": 0.55,
        "narrow": 0.9,
        "lines": lines,
        "dots": dots,
    }
    slopes = [[each.label, each.slope.estimate if each.slope else math.nan] for each in curves]
    return {
        "handles": [],
        "panels": [panel],
        "sentence": "; ".join(said) + ".",
        "tables": [{"title": "Slopes", "columns": ["", "slope"], "rows": slopes}],
    }


def _slope_words(curve: Curve, name: str) -> str:
    slope = curve.slope
    if slope is None:
        return f"{name}: {no_slope(curve, 'no slope so far')}"
    between = f"({signed(slope.low)} to {signed(slope.high)})"
    return f"{name}: slope *{signed(slope.estimate)}* {between}"


def _panel(first: float, sizes: tuple[float, float], heights: Sequence[float]) -> dict[str, Any]:
    left, right = (math.log10(size) for size in sizes)
    wide = right - left
    y = [
        math.floor(10 * (min(heights) - ROOM)) / 10,
        math.ceil(10 * (max([*heights, math.log10(first)]) + ROOM)) / 10,
    ]
    return {
        "x": [left - 0.12 * wide, right + 0.3 * wide],
        "y": y,
        "ticks": {
            "x": [[math.log10(n), size_text(round(n))] for n in sizes],
            "y": [[*mark] for mark in _marks(*y)],
        },
    }


def _marks(low: float, high: float) -> list[tuple[float, str]]:
    """Return the powers of ten between two decades, and 2 and 5 times those where they are few."""
    powers = range(math.floor(low), math.floor(high) + 1)
    whole = [(float(p), superscript(f"10^{p}")) for p in powers if p >= low]
    if len(whole) > 1:
        return whole
    marks = [(p + math.log10(x), f"{x * 10.0**p:g}") for p in powers for x in (1, 2, 5)]
    return [mark for mark in marks if low <= mark[0] <= high]


def slope_at(document: dict[str, Any], at: tuple[float, float]) -> float:
    """Return the slope of the line through a place, within its ends and in whole steps.

    Parameters
    ----------
    document : dict
        As :func:`slope_document` makes it.
    at : (float, float)
        Where the handle is.
    """
    (x, y), (x0, y0) = at, document["anchor"]
    low, high = document["ends"]
    run = max(x - x0, 0.1 * (document["right"] - x0))
    value = min(high, max(low, (y - y0) / run))
    return float(round(round(value / document["step"]) * document["step"], 4)) + 0.0
