"""The panels of a design's picture: the reach over n, what the hand moves, the eigenvalues."""

from __future__ import annotations

import math
from functools import lru_cache
from typing import Any

from moeviz.charts.checker import superscript
from moeviz.charts.designs_seen import Moved, Seen, published
from moeviz.charts.words import whole
from moeviz.theory.information import TARGET
from moeviz.theory.sight import Sight

SPREAD, NOISE, APART = "spread", "noise", "apart"
"""The handles: the inputs' range, the noise, the distance of two experts."""

MOST_MOVED, STEP = 4.0, 0.125
"""How far a handle goes to either side, as a power of 2, and by which steps."""

_ROWS = {SPREAD: 2.0, NOISE: 1.0, APART: 0.0}
_N = (0.0, 16.0)
_TOP, _FLOOR, _BOTTOM = 1.7, -2.0, -5.1
"""In decades: ends of the errors that are drawn, and of the strip for the published designs."""

_LEVELS = (-2.45, -3.2, -3.95, -4.7)
"""Heights at which the published designs may stand in their strip."""

_LETTER = 0.4
"""Decades of n that a letter takes on a phone."""


def reach_words(reach: float) -> str:
    """Return a reach in words of at most a dozen letters.

    Parameters
    ----------
    reach : float
    """
    return whole(max(1.0, reach)) if math.isfinite(reach) else "∞"


def handles(seen: Seen, moved: Moved) -> list[dict[str, Any]]:
    """Return the handles of what a design has: inputs always, noise and two experts that differ.

    Parameters
    ----------
    seen : Seen
    moved : Moved
    """
    titles = {
        SPREAD: "range of the inputs",
        NOISE: "noise",
        APART: "distance of two experts",
    }
    held = {SPREAD: True, NOISE: seen.noise is not None, APART: seen.pair is not None}
    return [
        {
            "id": name,
            "name": "",
            "title": title,
            "kind": "point",
            "colour": "text",
            "at": [getattr(moved, name), _ROWS[name]],
            "panels": [1],
            "step": STEP,
            "slides": [-MOST_MOVED, MOST_MOVED],
        }
        for name, title in titles.items()
        if held[name]
    ]


def hand_panel(seen: Seen, moved: Moved) -> dict[str, Any]:
    """Return the panel whose rulers change the design.

    Parameters
    ----------
    seen : Seen
    moved : Moved
    """
    setup = moved.of(seen)
    words = {SPREAD: f"range of the inputs x: {_short(setup.low)} to {_short(setup.high)}"}
    if seen.noise is not None:
        words[NOISE] = f"noise σ: {_short(seen.noise * 2.0**moved.noise)}"
    if seen.pair is not None:
        one, other = (place + 1 for place in seen.pair)
        far = _short(setup.distance(*seen.pair))
        words[APART] = f"distance of experts {one} and {other}: {far}"
    ends = [-MOST_MOVED, MOST_MOVED]
    return {
        "title": "Change the design",
        "note": "drag a diamond",
        "x": [ends[0] - 0.4, ends[1] + 0.4],
        "y": [-0.5, 2.9],
        "tall": 0.36,
        "narrow": 0.46,
        "ticks": {
            "x": [[p, f"× {2.0**p:g}" if p >= 0 else f"× 1/{2**-p}"] for p in (-4, -2, 0, 2, 4)],
            "y": [],
        },
        "lines": [
            {"points": [[end, _ROWS[name]] for end in ends], "colour": "quiet", "width": 3}
            for name in words
        ],
        "labels": [
            {"at": [ends[0], _ROWS[name] + 0.4], "text": text, "anchor": "start"}
            for name, text in words.items()
        ],
    }


def eigenvalues_panel(found: Sight, quick: bool) -> dict[str, Any]:
    """Return the panel of the eigenvalues: gauge first, then what is lost, then what is seen.

    Parameters
    ----------
    found : Sight
    quick : bool
        Whether over few inputs, while a hand moves.
    """
    lost = sum(not one.gauge for one in found.nulls)
    null = max(found.null, len(found.nulls))
    logs = [math.log10(max(value, 1e-300)) for value in found.values[null:]]
    low, high = (math.floor(min(logs)), math.ceil(max(logs))) if logs else (-1, 0)
    high = max(high, low + 1)
    tall = high - low
    floor = low - 0.35 * tall
    every = max(1, math.ceil(tall / 4))
    count = len(found.values)
    stub = floor + 0.2 * tall
    kinds = [*["quiet"] * (null - lost), *[1] * lost, *[0] * (count - null)]
    tops = [*[stub] * null, *logs]
    bars = [
        {
            "points": [[i + 0.1, floor], [i + 0.1, top], [i + 0.9, top], [i + 0.9, floor]],
            "colour": kind,
            "opacity": 0.85,
        }
        for i, (kind, top) in enumerate(zip(kinds, tops, strict=True))
    ]
    says = [
        f"grey, 0: gauge, {null - lost} of {count}" if null > lost else "",
        f"orange, 0: lost, {lost} of {count}" if lost else "",
    ]
    labels = [
        {"at": [0.15, high - (0.02 + 0.19 * row) * tall], "text": text, "anchor": "start"}
        for row, text in enumerate(["high: easy to learn", *filter(None, says)])
    ]
    hand = " while the hand moves" + (", rough" if found.rough else "") if quick else ""
    return {
        "title": "Information by direction",
        "note": f"eigenvalues, over {found.nodes:,} inputs{hand}",
        "x": [0, count],
        "y": [floor, high + 0.18 * tall],
        "tall": 0.36,
        "narrow": 0.45,
        "later": True,
        "ticks": {
            "x": [[0.5, "1"], [count - 0.5, str(count)]] if count > 1 else [[0.5, "1"]],
            "y": [[p, superscript(f"10^{p}")] for p in range(high, low - 1, -every)],
        },
        "regions": bars,
        "labels": labels,
    }


def reach_panel(found: Sight) -> dict[str, Any]:
    """Return the panel of the predicted error over n, with the reaches of the papers' designs.

    Parameters
    ----------
    found : Sight
    """
    target = math.log10(TARGET)
    lines: list[dict[str, Any]] = [
        {"points": [[n, target] for n in _N], "colour": "quiet", "width": 1.5, "dash": "3,4"},
        {"points": [[n, _FLOOR] for n in _N], "colour": "quiet", "width": 1},
    ]
    labels: list[dict[str, Any]] = [
        {"at": [_N[1] - 0.1, target + 0.2], "text": f"error {TARGET:g}", "anchor": "end"}
    ]
    dots: list[dict[str, Any]] = []
    if math.isfinite(found.constant) and found.constant > 0:
        c = math.log10(found.constant)
        # From top to bottom of the picture, and from left to right.
        ends = sorted(min(_N[1], max(_N[0], 2 * (c - level))) for level in (_FLOOR, _TOP))
        lines.append({"points": [[n, c - n / 2] for n in ends], "colour": 0, "width": 3.5})
        at = min(_N[1], max(_N[0], math.log10(found.reach)))
        lines.append({"points": [[at, _FLOOR], [at, target]], "colour": 0, "width": 2})
        dots.append({"at": [at, target], "radius": 8, "colour": 0})
        right = at > 0.6 * _N[1]
        side, anchor = (-0.25, "end") if right else (0.25, "start")
        # Above the falling line where that is to the left of the mark.
        up = -0.75 if right else 0.25
        says = f"reach: n = {reach_words(found.reach)}"
        labels.append({"at": [at + side, target + up], "text": says, "anchor": anchor})
        if not right:
            begin = max(_N[0], 2 * (c - 1.1))
            label = "predicted error, ∝ 1/√n"
            labels.append({"at": [begin + 0.3, 1.1], "text": label, "anchor": "start"})
    else:
        labels.append({"at": [8.0, 0.6], "text": "no reach: the rate never shows"})
    for label, at, level in _beside():
        dots.append({"at": [at, level], "radius": 5, "colour": "text", "hollow": True})
        place = [at - 0.4, level - 0.15]
        labels.append({"at": place, "text": label, "anchor": "end"})
    return {
        "title": "Predicted error of all parameters over n",
        "note": "rings: reach of the papers’ designs",
        "x": list(_N),
        "y": [_BOTTOM, _TOP],
        "wide": True,
        "tall": 0.22,
        "narrow": 0.6,
        "ticks": {
            "x": [[p, superscript(f"10^{p}") if p else "n = 1"] for p in range(0, 17, 2)],
            "y": [[p, superscript(f"10^{p}") if p else "1"] for p in (1, 0, -1, -2)],
        },
        "lines": lines,
        "dots": dots,
        "labels": labels,
    }


@lru_cache(maxsize=1)
def _beside() -> tuple[tuple[str, float, float], ...]:
    """Return a name, a place and a height for each published design; of equal ones, the first."""
    taken = dict.fromkeys(_LEVELS, _N[0])
    found: list[tuple[str, float, float]] = []
    known = set()
    for name, reach in published():
        if (rounded := f"{reach:.1e}") in known:
            continue
        known.add(rounded)
        end = _N[1] - 0.25
        at = min(end, math.log10(reach)) if math.isfinite(reach) else end
        short = name.replace("multinomial", "multin.")
        label = short if math.isfinite(reach) else f"{short}: never"
        begin = at - _LETTER * (len(label) + 2)
        level = next((level for level in _LEVELS if taken[level] <= begin), _LEVELS[0])
        taken[level] = at
        found.append((label, at, level))
    return tuple(found)


def _short(value: float) -> str:
    text = f"{abs(value):.3g}"
    return f"−{text}" if value < 0 else text
