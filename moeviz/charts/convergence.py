"""The log-log picture of a study: loss against sample size, curve by curve."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from moeviz.charts.against import printed_line
from moeviz.charts.chosen import Part, first_curves
from moeviz.charts.guides import slope_triangles
from moeviz.charts.lines import curve_traces
from moeviz.charts.palette import Theme, canvas, ruled_axis, style
from moeviz.charts.reach import reach_marks, reach_rows
from moeviz.study.reread import as_drawn
from moeviz.study.result import Result

_DODGE = 0.018
"""Decades by which neighbouring curves' replicates stand apart, so that none hides another."""

_EMPTY_RANGE = [-2.5, 0.5]
"""Decades of loss on the axis of a study without points."""

_HEIGHT, _NARROW_HEIGHT = 500, 420
_MARGIN = {"l": 74, "r": 24, "t": 10, "b": 58}
_NARROW_MARGIN = {"l": 56, "r": 12, "t": 8, "b": 50}
_ROW = 21
"""Pixels: of the figure, around it, and of a mark of a reach."""


def convergence_figure(
    result: Result, sizes: Sequence[int], theme: Theme, part: Part = ()
) -> dict[str, Any]:
    """Draw a study, finished or not.

    Parameters
    ----------
    result : Result
    sizes : sequence of int
        All sample sizes of the study; they fix the horizontal axis from the start.
    theme : Theme
        Colours.
    part : tuple
        Of the curves, those that are asked for: :func:`~moeviz.charts.chosen.part_of`.

    Returns
    -------
    dict
        Plotly's ``data`` and ``layout``, and ``narrow``: what changes on a narrow screen. Every
        trace carries ``meta`` with the ``curve`` it belongs to and its ``part``: ``mean``,
        ``start`` (the mean of a protocol's starts), ``separation`` (of a moving truth from its
        limit), ``bound`` (what two such truths imply), ``band``, ``replicates``, ``predicted``,
        ``protocol`` (predicted, too), ``paper``, ``guide`` or ``reach``; those of measured means
        ``measured`` besides. Guides and reaches belong to several ``curves``.

    Notes
    -----
    Per curve: every replicate as a faint point, the mean over replicates (the median, where the
    study's statistic is that) as a thick line with the curve's own marker and dash in a band
    (:func:`~moeviz.charts.bands.band_of`), the curve that the information matrix predicts as
    a thin dotted line, and what a protocol's linear recursion predicts, where it holds, as a thin
    dashed one, and what a paper prints as a dash-dotted one
    (:func:`~moeviz.charts.against.printed_line`). Theory's exponents are triangles. The reaches
    stand in a strip of their own between the curves and the axis of n. Only the curves of
    :func:`~moeviz.charts.chosen.first_curves` are visible; who shows the figure offers the others
    and writes the names at the ends, the words of triangles and printed lines where they cover
    nothing, and of the sample sizes below the axis those for which there is room.
    """
    spec, result = result.spec, as_drawn(result)
    curves = result.curves
    shown = first_curves(curves, part)
    ends = _ends(sizes)
    traces: list[dict[str, Any]] = []
    for index, curve in enumerate(curves):
        shift = 10 ** (_DODGE * (index - (len(curves) - 1) / 2))
        look = style(index, theme)
        if curve.published and (
            printed := printed_line(curve, curve.published, look, theme, sizes)
        ):
            traces.append({**printed, "meta": {**printed["meta"], "curve": index}})
        traces += curve_traces(spec, curve, index, look, sizes, shift)
    traces += slope_triangles(result, shown, sizes, theme)
    traces += reach_marks(result, theme, ends)
    for trace in traces:
        meta = trace["meta"]
        on = {meta["curve"], *meta.get("curves", ())} & {*shown}
        trace.update(showlegend=False, visible=bool(on))
    figure = {"data": traces, **_layout(sizes, theme, ends, reach_rows(result))}
    if not any(curve.n for curve in curves):
        figure["layout"]["yaxis"]["range"] = _EMPTY_RANGE
    return figure


def _ends(sizes: Sequence[int]) -> tuple[float, float]:
    """Return the ends of the axis of n, in decades."""
    low, high = math.log10(min(sizes)), math.log10(max(sizes))
    margin = max(0.06 * (high - low), 0.08)
    return low - margin, high + margin


def _layout(
    sizes: Sequence[int], theme: Theme, ends: tuple[float, float], rows: int
) -> dict[str, Any]:
    axis = {"type": "log", **ruled_axis(theme), "exponentformat": "power"}
    ticks = sorted(set(sizes))
    return {
        "layout": {
            **canvas(theme, 17),
            "margin": _MARGIN,
            "height": _HEIGHT,
            "showlegend": False,
            "hoverlabel": {"font": {"size": 17}},
            "xaxis": {
                **axis,
                "title": {"text": "sample size n", "font": {"size": 18}},
                "range": list(ends),
                "anchor": "y2",
                "tickvals": ticks,
                "ticktext": [size_text(n) for n in ticks],
            },
            "yaxis": {
                **axis,
                "title": {"text": "loss", "font": {"size": 18}},
                "dtick": 1,
                "domain": [_strip(rows, _HEIGHT, _MARGIN), 1],
                "minor": {"showgrid": False, "ticks": "outside", "tickcolor": theme.quiet},
            },
            "yaxis2": {
                "domain": [0, _strip(rows, _HEIGHT, _MARGIN)],
                "range": [0, max(rows, 1)],
                "visible": False,
                "fixedrange": True,
            },
        },
        "narrow": {
            "font": {"size": 14},
            "margin": _NARROW_MARGIN,
            "height": _NARROW_HEIGHT,
            "xaxis": {"title": {"font": {"size": 15}}},
            "yaxis": {
                "title": {"font": {"size": 15}},
                "domain": [_strip(rows, _NARROW_HEIGHT, _NARROW_MARGIN), 1],
            },
            "yaxis2": {"domain": [0, _strip(rows, _NARROW_HEIGHT, _NARROW_MARGIN)]},
        },
    }


def _strip(rows: int, height: int, margin: dict[str, int]) -> float:
    """Return the share of the plot's height that the strip of reaches takes."""
    return round(_ROW * max(rows, 1) / (height - margin["t"] - margin["b"]), 4)


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
