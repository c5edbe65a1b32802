"""The traces of one curve of a study: means or medians, bands, replicates, what is predicted."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from moeviz.charts.bands import band_of, band_words, positive
from moeviz.charts.palette import Style, faded
from moeviz.study.curve_kinds import APART, FITS, STARTS, UNFINISHED
from moeviz.study.result import Curve
from moeviz.study.specification import Specification
from moeviz.study.statistic import STATISTICS

_BAND = 0.2
_REPLICATES = 0.35
"""Opacities."""


def curve_traces(
    spec: Specification, curve: Curve, index: int, look: Style, sizes: Sequence[int], shift: float
) -> list[dict[str, Any]]:
    """Return the traces of one curve, the mean last so that it lies on top.

    Parameters
    ----------
    spec : Specification
        The curve's study, which says what is drawn and what the bands are.
    curve : Curve
        Its means are what is drawn (:func:`~moeviz.study.reread.as_drawn`).
    index : int
        Its place in the study.
    look : Style
    sizes : sequence of int
        All sample sizes of the study.
    shift : float
        Factor by which replicates stand beside their sample size.

    Returns
    -------
    list of dict
        Plotly's traces, each with ``meta`` that names the curve and the part.
    """
    if curve.separates:
        made = [*_bound(curve, look), _separation(curve, look, STATISTICS[spec["statistic"]].drawn)]
        for trace in made:
            trace["meta"]["curve"] = index
        return made
    drawn = STATISTICS[spec["statistic"]].drawn
    made = [_band(spec, curve, look), _replicates(curve, look, shift)]
    if curve.predicted_constant is not None:
        made.append(_predicted(curve, curve.predicted_constant, look, sizes))
    if any(positive(value) is not None for value in curve.trusted_protocol):
        made.append(_protocol(curve, look, sizes))
    made.append(_LINES[curve.kind](curve, look, drawn))
    for trace in made:
        trace["meta"]["curve"] = index
    return made


def _means(curve: Curve, look: Style, drawn: str) -> dict[str, Any]:
    return {
        "type": "scatter",
        "mode": "lines+markers",
        "name": curve.label,
        "x": list(curve.n),
        "y": [positive(value) for value in curve.mean],
        "line": {"color": look.colour, "width": 3.5, "dash": look.dash},
        "marker": {"color": look.colour, "size": 12, "symbol": look.marker},
        "hovertemplate": f"n = %{{x:,}}<br>{drawn} loss %{{y:.4g}}",
        "meta": {"part": "mean", "measured": True},
    }


def _starts(curve: Curve, look: Style, drawn: str) -> dict[str, Any]:
    """Return the means or medians of a protocol's starts: a thin line with open markers."""
    return {
        **_means(curve, look, drawn),
        "line": {"color": look.colour, "width": 2, "dash": look.dash},
        "marker": {"color": look.colour, "size": 9, "symbol": f"{look.marker}-open"},
        "hovertemplate": f"n = %{{x:,}}<br>{drawn} loss before training %{{y:.4g}}",
        "meta": {"part": "start"},
    }


def _left(curve: Curve, look: Style, drawn: str) -> dict[str, Any]:
    """Return the means of what a protocol has left to do: a thin broken line, dotted markers."""
    return {
        **_means(curve, look, drawn),
        "line": {"color": look.colour, "width": 2, "dash": "9px,3px,2px,3px"},
        "marker": {"color": look.colour, "size": 9, "symbol": f"{look.marker}-open-dot"},
        "hovertemplate": f"n = %{{x:,}}<br>{drawn} distance to the converged estimator %{{y:.4g}}",
        "meta": {"part": "left"},
    }


def _separation(curve: Curve, look: Style, drawn: str) -> dict[str, Any]:
    """Return how far a moving truth is from its limit: a thin line without fits."""
    return {
        **_means(curve, look, drawn),
        "line": {"color": look.colour, "width": 2, "dash": look.dash},
        "marker": {"color": look.colour, "size": 7, "symbol": f"{look.marker}-open"},
        "hovertemplate": "n = %{x:,}<br>the truth lies %{y:.4g} from its limit",
        "meta": {"part": "separation"},
    }


def _bound(curve: Curve, look: Style) -> list[dict[str, Any]]:
    """Return what no estimator stays below at both truth and limit, where a metric says so."""
    if not curve.reading.metric or not curve.least_errors:
        return []
    pairs = zip(curve.mean, curve.least_errors, strict=True)
    values = [None if m is None or e is None else positive(0.5 * m * e) for m, e in pairs]
    if all(value is None for value in values):
        return []
    return [
        {
            "type": "scatter",
            "mode": "lines",
            "name": f"{curve.label}, two-point bound",
            "x": list(curve.n),
            "y": values,
            "line": {"color": look.colour, "width": 1.5, "dash": "2px,6px"},
            "hovertemplate": "n = %{x:,}<br>no estimator stays below %{y:.4g} at both the truth "
            "and its limit",
            "meta": {"part": "bound"},
        }
    ]


_LINES: Mapping[str, Callable[[Curve, Style, str], dict[str, Any]]] = {
    FITS: _means,
    STARTS: _starts,
    UNFINISHED: _left,
    APART: _separation,
}
"""How the means of each kind of curve are drawn."""


def _band(spec: Specification, curve: Curve, look: Style) -> dict[str, Any]:
    x: list[float | None] = []
    y: list[float | None] = []
    run: list[tuple[int, tuple[float, float]]] = []
    for n, losses in (*zip(curve.n, curve.loss, strict=True), (0, ())):
        found = band_of(spec, tuple(losses)) if losses else None
        if found is not None:
            run.append((n, found))
        elif run:
            x += [*(n for n, _ in run), *(n for n, _ in reversed(run)), None]
            y += [*(high for _, (_, high) in run), *(low for _, (low, _) in reversed(run)), None]
            run = []
    return {
        "type": "scatter",
        "mode": "lines",
        "name": f"{curve.label}, {band_words(spec)}",
        "x": x,
        "y": y,
        "fill": "toself",
        "fillcolor": faded(look.colour, _BAND),
        "line": {"color": look.colour, "width": 0},
        "hoverinfo": "skip",
        "meta": {"part": "band"},
    }


def _replicates(curve: Curve, look: Style, shift: float) -> dict[str, Any]:
    points = [
        (_drawn(n * shift), _drawn(loss))
        for n, losses in zip(curve.n, curve.loss, strict=True)
        for loss in map(positive, losses)
        if loss is not None
    ]
    return {
        "type": "scatter",
        "mode": "markers",
        "name": f"{curve.label}, replicates",
        "x": [n for n, _ in points],
        "y": [loss for _, loss in points],
        "marker": {
            "color": look.colour,
            "size": 4,
            "symbol": look.marker,
            "opacity": _REPLICATES,
        },
        "hoverinfo": "skip",
        "meta": {"part": "replicates"},
    }


def _drawn(value: float) -> float:
    """Return what is drawn of a number; a small dot shows no more, and all who watch get it."""
    return float(f"{value:.4g}")


def _predicted(curve: Curve, constant: float, look: Style, sizes: Sequence[int]) -> dict[str, Any]:
    ends = [min(sizes), max(sizes)]
    return {
        "type": "scatter",
        "mode": "lines",
        "name": f"{curve.label}, predicted",
        "x": ends,
        "y": [constant / math.sqrt(n) for n in ends],
        "line": {"color": look.colour, "width": 1.5, "dash": "2px,4px"},
        "hovertemplate": "n = %{x:,}<br>predicted by the information matrix %{y:.4g}",
        "meta": {"part": "predicted"},
    }


def _protocol(curve: Curve, look: Style, sizes: Sequence[int]) -> dict[str, Any]:
    """Return what a protocol's linear recursion predicts, broken where it does not hold."""
    return {
        "type": "scatter",
        "mode": "lines",
        "name": f"{curve.label}, protocol predicted",
        "x": sorted(set(sizes)),
        "y": [positive(value) for value in curve.trusted_protocol],
        "line": {"color": look.colour, "width": 1.5, "dash": "8px,5px"},
        "hovertemplate": "n = %{x:,}<br>predicted by the protocol's linear recursion %{y:.4g}",
        "meta": {"part": "protocol"},
    }
