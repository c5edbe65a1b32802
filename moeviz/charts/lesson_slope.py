"""A slope drawn by hand: axes with logarithms, where a curve begins, and a line to be turned."""

from __future__ import annotations

import math
from typing import Any

from moeviz.charts.checker import superscript
from moeviz.charts.convergence import size_text

HANDLE = "end"
"""The name of the handle at the line's right end."""

ROOM = 0.25
"""Decades above and below."""


def slope_document(
    first: float, sizes: tuple[float, float], ends: tuple[float, float], slope: float,
    step: float = 0.05, fixed: bool = False,
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
    """
    left, right = (math.log10(size) for size in sizes)
    wide, start = right - left, math.log10(first)
    low, high = (start + end * wide for end in ends)
    y = [math.floor(10 * (low - ROOM)) / 10, math.ceil(10 * (high + ROOM)) / 10]
    powers = range(math.ceil(y[0]), math.floor(y[1]) + 1)
    panel = {
        "x": [left - 0.12 * wide, right + 0.16 * wide],
        "y": y,
        "ticks": {
            "x": [[math.log10(n), size_text(round(n))] for n in sizes],
            "y": [[power, superscript(f"10^{power}")] for power in powers],
        },
    }
    return {
        "handles": [
            {
                "id": HANDLE,
                "name": "",
                "title": "slope of your line",
                "kind": "point",
                "colour": 0,
                "at": [right, round(start + slope * wide, 4)],
                "step": round(step * wide, 6),
                "panels": [0],
                **({"fixed": True} if fixed else {}),
            }
        ],
        "panel": panel,
        "anchor": [left, start],
        "right": right,
        "ends": list(ends),
        "step": step,
    }


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
