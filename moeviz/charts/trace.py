"""How the likelihood improves from step to step on the whole sample.

Step 0 is where the whole sample is first passed over. That is a fit's start, or, for one that began
on parts of the sample (:mod:`moeviz.estimate.staged`), where these have led to; a part's cost says
nothing that could be compared with the whole sample's.
"""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from typing import Any

from moeviz.charts.palette import THEMES, Theme, canvas, ruled_axis, style
from moeviz.charts.table import Table
from moeviz.charts.words import model_words
from moeviz.model import OUTPUTS
from moeviz.study.result import Result
from moeviz.text import signed

_MILESTONES = (1, 10, 100)

_LEGEND_LETTERS = 64
_LEGEND_LINES = 7
_LINE_PIXELS = 24


def has_likelihood(result: Result) -> bool:
    """Return whether a study fits densities, so that its fits have a likelihood.

    Parameters
    ----------
    result : Result
    """
    return OUTPUTS[result.spec["output"]].density


def trace_figure(result: Result, theme: Theme) -> dict[str, Any] | None:
    """Draw minus the log-likelihood per observation against the step, one line per fit.

    Parameters
    ----------
    result : Result
    theme : Theme
        Colours.

    Returns
    -------
    dict or None
        Plotly's ``data`` and ``layout``, and ``narrow``; None where no trace is known.

    Notes
    -----
    The horizontal axis is logarithmic and begins with the first step; step 0 stands in the table
    beside it. Each line has the look of its fit's first curve.
    """
    lines = [
        _line(name, trace, index, theme) for index, name, trace in _traces(result) if len(trace) > 1
    ]
    if not lines:
        return None
    extra = _legend_height([line["name"] for line in lines])
    axis = {
        **ruled_axis(theme),
        "zeroline": False,
    }
    return {
        "data": lines,
        "layout": {
            **canvas(theme, 16),
            "margin": {"l": 96, "r": 16, "t": 12, "b": 60},
            "height": 440 + extra,
            "showlegend": True,
            "legend": {"orientation": "h", "x": 0, "y": -0.28, "yanchor": "top", "itemwidth": 50},
            "xaxis": {**axis, "type": "log", "dtick": 1, "title": {"text": "step"}},
            "yaxis": {
                **axis,
                "automargin": True,
                "title": {"text": "−log-likelihood per observation", "standoff": 14},
            },
        },
        "narrow": {
            "font": {"size": 13},
            "margin": {"l": 64, "r": 8, "t": 8, "b": 54},
            "height": 440 + extra,
        },
    }


def trace_table(result: Result) -> Table:
    """Return minus the log-likelihood per observation at a few steps, from step 0, and at the end.

    Parameters
    ----------
    result : Result
    """
    found = list(_traces(result))
    if not found:
        return {}
    longest = max(len(trace) - 1 for _, _, trace in found)
    steps = [step for step in _MILESTONES if step < longest]
    theme = THEMES["light"]
    return {
        "Fit": [f"{style(index, theme).glyph} {name}" for index, name, _ in found],
        "Step 0": [signed(trace[0], 6) for _, _, trace in found],
        **{
            f"Step {step}": [signed(trace[min(step, len(trace) - 1)], 6) for _, _, trace in found]
            for step in steps
        },
        "End": [signed(trace[-1], 6) for _, _, trace in found],
        "Steps": [str(len(trace) - 1) for _, _, trace in found],
    }


def trace_words(result: Result) -> str:
    """Say what the figure shows; for those who cannot see it.

    Parameters
    ----------
    result : Result
    """
    said = [
        f"{name}: from {signed(trace[0], 4)} to {signed(trace[-1], 4)} in {len(trace) - 1} steps "
        "on the whole sample"
        for _, name, trace in _traces(result)
    ]
    return "Minus the log-likelihood per observation against the step. " + "; ".join(said) + "."


def _traces(result: Result) -> list[tuple[int, str, list[float]]]:
    """Return the place of the first curve, the name and the trace of every fit that has one."""
    names = model_words(result.curves, estimator=True)
    found: dict[int, tuple[int, str, list[float]]] = {}
    for index, curve in enumerate(result.curves):
        if curve.trace:
            # A trace has a number at every step, or there is none.
            values = [value for value in curve.trace if value is not None]
            found.setdefault(curve.fit, (index, names[curve.fit], values))
    return list(found.values())


def _line(name: str, trace: list[float], index: int, theme: Theme) -> dict[str, Any]:
    look = style(index, theme)
    steps = range(1, len(trace))
    return {
        "type": "scatter",
        "mode": "lines+markers" if len(trace) <= 12 else "lines",
        "name": _wrapped(name),
        "x": list(steps),
        "y": trace[1:],
        "line": {"color": look.colour, "width": 3, "dash": look.dash},
        "marker": {"color": look.colour, "size": 9, "symbol": look.marker},
        "hovertemplate": "step %{x}<br>%{y:.6f}",
    }


def _wrapped(label: str) -> str:
    """Return a label in lines that a legend has room for.

    Parameters
    ----------
    label : str
    """
    return "<br>".join(textwrap.wrap(label, _LEGEND_LETTERS))


def _legend_height(names: Sequence[str]) -> int:
    """Return by how many pixels a legend of `names` exceeds the room that a figure keeps for it.

    Parameters
    ----------
    names : sequence of str
        As :func:`_wrapped` returns them.
    """
    lines = sum(1 + name.count("<br>") for name in names)
    return _LINE_PIXELS * max(0, lines - _LEGEND_LINES)
