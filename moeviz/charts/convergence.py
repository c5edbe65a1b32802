"""The log-log picture of a study: loss against sample size, curve by curve."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Sequence
from typing import Any

from moeviz.charts.palette import Style, Theme, canvas, ruled_axis, style
from moeviz.study.result import Curve, Result
from moeviz.text import signed

_DODGE = 0.018
"""Decades by which neighbouring curves' replicates stand apart, so that none hides another."""

_EMPTY_RANGE = [-2.5, 0.5]
"""Decades of loss on the axis of a study without points."""

_LEGEND_LETTERS = 64
_LEGEND_LINES = 7
_LINE_PIXELS = 24

_GUIDE_LIFT = 1.6
"""How far above the curves the line with the theory's slope runs."""


def convergence_figure(result: Result, sizes: Sequence[int], theme: Theme) -> dict[str, Any]:
    """Draw a study, finished or not.

    Parameters
    ----------
    result : Result
    sizes : sequence of int
        All sample sizes of the study; they fix the horizontal axis from the start.
    theme : Theme
        Colours.

    Returns
    -------
    dict
        Plotly's ``data`` and ``layout``, and ``narrow``: what changes on a narrow screen. Traces
        of measured means carry ``meta = {"measured": true}``.

    Notes
    -----
    Per curve: every replicate as a faint point, the mean over replicates as a thick line with
    the curve's own marker and dash, and the curve that the information matrix predicts as a
    thin line. Each distinct exponent of the theory gives one grey guide line.
    """
    curves = result.curves
    traces: list[dict[str, Any]] = []
    for index, curve in enumerate(curves):
        look = style(index, theme)
        shift = 10 ** (_DODGE * (index - (len(curves) - 1) / 2))
        traces.append(_replicates(curve, look, shift))
        if curve.predicted_constant is not None:
            traces.append(_predicted(curve, curve.predicted_constant, look, sizes))
        traces.append(_means(curve, look))
    traces.extend(_legend_keys(curves, theme))
    traces.extend(_guides(curves, sizes, theme))
    figure = {"data": traces, **_layout(sizes, theme)}
    names = [trace["name"] for trace in traces if trace.get("showlegend", True)]
    for part in (figure["layout"], figure["narrow"]):
        part["height"] += legend_height(names)
    if not any(curve.n for curve in curves):
        figure["layout"]["yaxis"]["range"] = _EMPTY_RANGE
    return figure


def _means(curve: Curve, look: Style) -> dict[str, Any]:
    return {
        "type": "scatter",
        "mode": "lines+markers",
        "name": wrapped(curve.label),
        "legendgroup": curve.label,
        "x": list(curve.n),
        "y": [_positive(value) for value in curve.mean],
        "line": {"color": look.colour, "width": 4, "dash": look.dash},
        "marker": {"color": look.colour, "size": 14, "symbol": look.marker},
        "hovertemplate": "n = %{x:,}<br>mean loss %{y:.4g}",
        "meta": {"measured": True},
    }


def _replicates(curve: Curve, look: Style, shift: float) -> dict[str, Any]:
    points = [
        (n * shift, loss)
        for n, losses in zip(curve.n, curve.loss, strict=True)
        for loss in map(_positive, losses)
        if loss is not None
    ]
    return {
        "type": "scatter",
        "mode": "markers",
        "name": f"{curve.label}, replicates",
        "legendgroup": curve.label,
        "showlegend": False,
        "x": [n for n, _ in points],
        "y": [loss for _, loss in points],
        "marker": {"color": look.colour, "size": 5, "symbol": look.marker, "opacity": 0.35},
        "hoverinfo": "skip",
    }


def _predicted(curve: Curve, constant: float, look: Style, sizes: Sequence[int]) -> dict[str, Any]:
    ends = [min(sizes), max(sizes)]
    return {
        "type": "scatter",
        "mode": "lines",
        "name": f"{curve.label}, predicted",
        "legendgroup": curve.label,
        "showlegend": False,
        "x": ends,
        "y": [constant / math.sqrt(n) for n in ends],
        "line": {"color": look.colour, "width": 2.5, "dash": "3px,5px"},
        "hovertemplate": "n = %{x:,}<br>predicted by the information matrix %{y:.4g}",
    }


def _legend_keys(curves: Sequence[Curve], theme: Theme) -> list[dict[str, Any]]:
    if all(curve.predicted_constant is None for curve in curves):
        return []
    key = {"color": theme.text, "width": 2.5, "dash": "3px,5px"}
    name = "predicted by the information matrix"
    shape = {"type": "scatter", "mode": "lines", "x": [None], "y": [None], "hoverinfo": "skip"}
    return [{**shape, "name": name, "line": key}]


def _guides(curves: Sequence[Curve], sizes: Sequence[int], theme: Theme) -> list[dict[str, Any]]:
    ends = [min(sizes), max(sizes)]
    guides = []
    exponents = {c.claim.exponent for c in curves if c.claim.exponent is not None}
    for exponent in sorted(exponents):
        levels = [
            first / c.n[0] ** exponent
            for c in curves
            if c.claim.exponent == exponent
            and c.mean
            and (first := _positive(c.mean[0])) is not None
        ]
        if not levels:
            continue
        level = _GUIDE_LIFT * max(levels)
        guides.append(
            {
                "type": "scatter",
                "mode": "lines",
                "name": f"slope {signed(exponent)} (theory)",
                "x": ends,
                "y": [level * n**exponent for n in ends],
                "line": {"color": theme.quiet, "width": 2.5, "dash": "10px,8px"},
                "hoverinfo": "skip",
            }
        )
    return guides


def _layout(sizes: Sequence[int], theme: Theme) -> dict[str, Any]:
    axis = {
        "type": "log",
        **ruled_axis(theme),
        "exponentformat": "power",
        "title": {"font": {"size": 20}},
    }
    low, high = math.log10(min(sizes)), math.log10(max(sizes))
    margin = max(0.06 * (high - low), 0.08)
    return {
        "layout": {
            **canvas(theme, 18),
            "margin": {"l": 84, "r": 16, "t": 12, "b": 64},
            "height": 640,
            "hoverlabel": {"font": {"size": 17}},
            "legend": {
                "orientation": "h",
                "x": 0,
                "y": -0.2,
                "yanchor": "top",
                "itemwidth": 50,
                "font": {"size": 17},
            },
            "xaxis": {
                **axis,
                "title": {"text": "sample size n", "font": {"size": 20}},
                "range": [low - margin, high + margin],
                "tickvals": sorted(set(sizes)),
                "ticktext": [size_text(n) for n in sorted(set(sizes))],
            },
            "yaxis": {
                **axis,
                "title": {"text": "loss", "font": {"size": 20}},
                "dtick": 1,
                "minor": {"showgrid": False, "ticks": "outside", "tickcolor": theme.quiet},
            },
        },
        "narrow": {
            "font": {"size": 14},
            "margin": {"l": 58, "r": 8, "t": 8, "b": 60},
            "height": 640,
            "legend": {"y": -0.24, "itemwidth": 40, "font": {"size": 13}},
            "xaxis": {"title": {"font": {"size": 15}}},
            "yaxis": {"title": {"font": {"size": 15}}},
        },
    }


def wrapped(label: str) -> str:
    """Return a label in lines that a legend has room for.

    Parameters
    ----------
    label : str
    """
    return "<br>".join(textwrap.wrap(label, _LEGEND_LETTERS))


def legend_height(names: Sequence[str]) -> int:
    """Return by how many pixels a legend of `names` exceeds the room that a figure keeps for it.

    Parameters
    ----------
    names : sequence of str
        As :func:`wrapped` returns them.
    """
    lines = sum(1 + name.count("<br>") for name in names)
    return _LINE_PIXELS * max(0, lines - _LEGEND_LINES)


def size_text(n: int) -> str:
    """Write a sample size for an axis, such as ``300``, ``3,000`` or ``10⁵``.

    Parameters
    ----------
    n : int
        Positive.
    """
    power = round(math.log10(n)) if n > 0 else 0
    if power >= 3 and 10**power == n:
        return "10" + str(power).translate(str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹"))
    return f"{n:,}"


def _positive(value: float | None) -> float | None:
    """Return `value` where a logarithmic axis can show it, else None."""
    return value if value is not None and math.isfinite(value) and value > 0 else None
