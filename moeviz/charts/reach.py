"""Marks on the axis of n: how far the reach of a study's designs is."""

from __future__ import annotations

import math
from typing import Any

from moeviz.charts.palette import Theme, style
from moeviz.charts.words import model_words, whole
from moeviz.study.moving import leaves
from moeviz.study.result import Result

MOST_ROWS = 4


def reach_rows(result: Result) -> int:
    """Return how many rows the marks of a study's reaches take, known or not yet known."""
    return min(MOST_ROWS, len(set(model_words(result.curves).values())))


def reach_marks(result: Result, theme: Theme, ends: tuple[float, float]) -> list[dict[str, Any]]:
    """Return a mark on the axis of n for the reach of each model, or an arrow where it lies beyond.

    Parameters
    ----------
    result : Result
    theme : Theme
    ends : tuple of float
        Ends of the axis, in decades.

    Returns
    -------
    list of dict
        Plotly's traces on the second vertical axis, which counts rows from below. ``narrow`` in
        their ``meta`` is what changes on a narrow screen.
    """
    names = model_words(result.curves)
    rows = reach_rows(result)
    several = len(set(names.values())) > 1
    stands = not leaves(result.spec.fields)
    begun, design = ("reach", "reach of this design") if stands else ("reach of limit",) * 2
    made: dict[tuple[str, float | None], dict[str, Any]] = {}
    for fit in result.truth:
        key = (names.get(fit.fit, ""), fit.reach)
        readers = [i for i, c in enumerate(result.curves) if c.fit == fit.fit]
        if fit.null is None or not readers:
            continue
        if key in made:
            made[key]["meta"]["curves"] += readers  # shares the mark, the estimator differs
            continue
        words = f"{begun}, {key[0]}: " if several else f"{design}: "
        row = rows - 1 - len(made) % rows + 0.5
        mark = _mark(fit.reach, words, ends, row)
        short = words.replace(" router", "").removeprefix(f"{begun}, " if made else "")
        mark["marker"]["color"] = style(readers[0], theme).colour
        mark["marker"]["line"]["color"] = style(readers[0], theme).colour
        mark["meta"] = {
            "part": "reach",
            "curve": readers[0],
            "curves": readers,
            "narrow": {"text": [mark["text"][0].replace(words, short)], "textfont": {"size": 14}},
        }
        made[key] = mark
    return list(made.values())


def _mark(reach: float | None, words: str, ends: tuple[float, float], row: float) -> dict[str, Any]:
    """Return a mark at a reach, or an arrow at the edge towards it."""
    left, right = ends
    edge = 0.02 * (right - left)
    said = "infinite" if reach is None else whole(reach)
    at = math.inf if reach is None else math.log10(reach)
    symbol, position = "line-ns", "middle left" if at > 0.5 * (left + right) else "middle right"
    if at > right:
        at, symbol, position = right - edge, "triangle-right", "middle left"
    elif at < left:
        at, symbol, position = left + edge, "triangle-left", "middle right"
    return {
        "type": "scatter",
        "mode": "markers+text",
        "name": f"{words}{said}",
        "x": [10.0**at],
        "y": [row],
        "yaxis": "y2",
        "text": [f" {words}{said} "],
        "textposition": position,
        "textfont": {"size": 15},
        "cliponaxis": False,
        "marker": {"symbol": symbol, "size": 11, "line": {"width": 3}},
        "hoverinfo": "skip",
    }
