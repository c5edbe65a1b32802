"""What a design can see, as a picture: eigenvalues, what the hand moves, the reach over n."""

from __future__ import annotations

import math
from functools import lru_cache
from typing import Any

from moeviz.charts.checker import superscript
from moeviz.charts.designs_seen import Moved, Seen, designs_seen, look, published
from moeviz.charts.walks import power_of_ten
from moeviz.charts.words import whole
from moeviz.theory.information import TARGET
from moeviz.theory.sight import Sight

SPREAD, NOISE, APART = "spread", "noise", "apart"
"""The handles: the inputs' range, the noise, the distance of two experts."""

MOST_MOVED, STEP = 4.0, 0.125
"""How far a handle goes to either side, as a power of 2, and by which steps."""

_ROWS = {SPREAD: 2.0, NOISE: 1.0, APART: 0.0}
_N = (0.0, 16.0)
_ERROR = (-3.3, 1.6)
_LEVELS = (-1.5, -2.0, -2.5, -3.0)
"""Heights at which the published designs' names may stand."""

_LETTER = 0.14
"""Decades of n that a letter takes."""


def information_document(name: str, moved: Moved, quick: bool = False) -> dict[str, Any]:
    """Return the document of a design's picture, drawn here.

    Parameters
    ----------
    name : str
        One of :func:`~moeviz.charts.designs_seen.designs_seen`.
    moved : Moved
    quick : bool
        Whether over few inputs, while a hand moves.
    """
    seen = designs_seen()[name]
    found = look(name, moved, quick)
    return {
        "handles": _handles(seen, moved),
        "panels": [_eigenvalues(found, quick), _hand(seen, moved), _reach(found)],
        "sentence": sentence(seen, found, moved, quick),
        "tables": _tables(found),
    }


def sentence(seen: Seen, found: Sight, moved: Moved, quick: bool = False) -> str:
    """Say what the design can see; numbers stand between stars.

    Parameters
    ----------
    seen : Seen
    found : Sight
    moved : Moved
    quick : bool
        Whether `found` is over few inputs; so is then what it is compared with.
    """
    lost = [one.words for one in found.nulls if not one.gauge]
    gauge = [one.words for one in found.nulls if one.gauge]
    if lost:
        begin = (
            f"The rate never shows: *{len(lost)}* of {len(found.values)} directions carry no "
            f"information and are no gauge ({lost[0]})."
        )
    else:
        begin = (
            f"The rate shows from *n = {reach_words(found.reach)}* on, where the predicted error "
            f"of all parameters together falls below {TARGET:g}."
        )
        at_first = look(seen.name, Moved(), quick).reach
        if moved != Moved() and math.isfinite(at_first):
            times = found.reach / at_first
            begin += f" That is *{power_of_ten(times)}* times as many as before the hand moved."
    if gauge:
        more = f" and {len(gauge) - 1} more" if len(gauge) > 1 else ""
        begin += f" {len(gauge)} null vectors are gauge: {gauge[0]}{more}."
    elif not lost:
        begin += " No eigenvalue is 0: there is no gauge."
    return begin


def reach_words(reach: float) -> str:
    """Return a reach in words of at most a dozen letters.

    Parameters
    ----------
    reach : float
    """
    return whole(max(1.0, reach)) if math.isfinite(reach) else "∞"


def _handles(seen: Seen, moved: Moved) -> list[dict[str, Any]]:
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


def _hand(seen: Seen, moved: Moved) -> dict[str, Any]:
    setup = moved.of(seen)
    words = {SPREAD: f"inputs from {_short(setup.low)} to {_short(setup.high)}"}
    if seen.noise is not None:
        words[NOISE] = f"noise {_short(seen.noise * 2.0**moved.noise)}"
    if seen.pair is not None:
        one, other = (place + 1 for place in seen.pair)
        far = _short(setup.distance(*seen.pair))
        words[APART] = f"experts {one} and {other}: {far} apart"
    ends = [-MOST_MOVED, MOST_MOVED]
    return {
        "title": "What the hand moves",
        "note": "factor by which it differs",
        "x": [ends[0] - 0.4, ends[1] + 0.4],
        "y": [-0.5, 2.9],
        "tall": 0.4,
        "narrow": 0.55,
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


def _eigenvalues(found: Sight, quick: bool) -> dict[str, Any]:
    lost = sum(not one.gauge for one in found.nulls)
    null = max(found.null, len(found.nulls))
    logs = [math.log10(max(value, 1e-300)) for value in found.values[null:]]
    low, high = (math.floor(min(logs)), math.ceil(max(logs))) if logs else (-1, 0)
    high = max(high, low + 1)
    floor = low - 0.35 * (high - low)
    every = max(1, math.ceil((high - low) / 4))
    count = len(found.values)
    stub = floor + 0.2 * (high - low)
    # Gauge first, then what is lost.
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
    labels = []
    if null - lost:
        labels.append(
            {"at": [0.1, stub + 0.04 * (high - low)], "text": "0: gauge", "anchor": "start"}
        )
    if lost:
        at = [null - lost + 0.1, stub + (0.16 if null - lost else 0.04) * (high - low)]
        labels.append({"at": at, "text": "0: lost", "anchor": "start"})
    hand = " while the hand moves" if quick else ""
    return {
        "title": "Eigenvalues of the information",
        "note": f"over {found.nodes:,} inputs{hand}",
        "x": [0, count],
        "y": [floor, high + 0.1 * (high - low)],
        "later": True,
        "tall": 0.4,
        "narrow": 0.45,
        "ticks": {
            "x": [[0.5, "1"], [count - 0.5, str(count)]] if count > 1 else [[0.5, "1"]],
            "y": [[p, superscript(f"10^{p}")] for p in range(high, low - 1, -every)],
        },
        "regions": bars,
        "labels": labels,
    }


def _reach(found: Sight) -> dict[str, Any]:
    lines: list[dict[str, Any]] = [
        {
            "points": [[_N[0], math.log10(TARGET)], [_N[1], math.log10(TARGET)]],
            "colour": "quiet", "width": 1.5, "dash": "3,4",
        }
    ]  # fmt: skip
    labels: list[dict[str, Any]] = [
        {"at": [_N[0] + 0.1, math.log10(TARGET) - 0.35], "text": "error 0.1", "anchor": "start"}
    ]
    dots: list[dict[str, Any]] = []
    if math.isfinite(found.constant) and found.constant > 0:
        c = math.log10(found.constant)
        # From top to bottom of the picture, and from left to right.
        ends = sorted(min(_N[1], max(_N[0], 2 * (c - level))) for level in _ERROR)
        lines.append({"points": [[n, c - n / 2] for n in ends], "colour": 0, "width": 3.5})
        at = min(_N[1], max(_N[0], math.log10(found.reach)))
        lines.append(
            {"points": [[at, _ERROR[0]], [at, math.log10(TARGET)]], "colour": 0, "width": 2}
        )
        dots.append({"at": [at, math.log10(TARGET)], "radius": 8, "colour": 0})
        right = at > 0.75 * _N[1]
        labels.append(
            {
                "at": [at + (-0.2 if right else 0.2), math.log10(TARGET) + 0.3],
                "text": f"reach {reach_words(found.reach)}",
                "anchor": "end" if right else "start",
            }
        )
    else:
        labels.append({"at": [8.0, 0.6], "text": "no reach: the rate never shows"})
    for label, at, level in _beside():
        dots.append({"at": [at, level], "radius": 5, "colour": "text", "hollow": True})
        place = [at - 0.15, level - 0.1]
        labels.append({"at": place, "text": label, "anchor": "end", "minor": True})
    return {
        "title": "Predicted error of all parameters over n",
        "note": "rings: reach of the papers’ figures",
        "x": list(_N),
        "y": list(_ERROR),
        "wide": True,
        "tall": 0.2,
        "narrow": 0.6,
        "ticks": {
            "x": [[p, superscript(f"10^{p}") if p else "n = 1"] for p in range(0, 17, 2)],
            "y": [[p, superscript(f"10^{p}") if p else "1"] for p in (1, 0, -1, -2, -3)],
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
        label = name if math.isfinite(reach) else f"{name} →"
        begin = at - _LETTER * (len(label) + 2)
        level = next((level for level in _LEVELS if taken[level] <= begin), _LEVELS[0])
        taken[level] = at
        found.append((label, at, level))
    return tuple(found)


def _tables(found: Sight) -> list[dict[str, Any]]:
    null = max(found.null, len(found.nulls))
    return [
        {
            "title": "The design",
            "columns": ["", "value"],
            "rows": [
                ["constant C of the error C/√n", _number(found.constant)],
                ["reach", _number(found.reach)],
                ["eigenvalues that are 0", null],
                ["directions of the gauge", found.gauge],
                ["inputs averaged over", found.nodes],
            ],
        },
        {
            "title": "Null vectors",
            "columns": ["", "what moves"],
            "rows": [[f"{'gauge' if one.gauge else 'lost'}", one.words] for one in found.nulls],
        },
        {
            "title": "Eigenvalues, ascending",
            "columns": ["", "value"],
            "rows": [[str(i + 1), value] for i, value in enumerate(found.values)],
        },
        {
            "title": "Reach of the papers’ figures",
            "columns": ["", "n"],
            "rows": [[label, _number(reach)] for label, reach in published()],
        },
    ]


def _number(value: float) -> float | str:
    """Return a number as a table takes it; infinity in words."""
    return value if math.isfinite(value) else "no end"


def _short(value: float) -> str:
    text = f"{abs(value):.3g}"
    return f"−{text}" if value < 0 else text
