"""The protocols of a figure in a lesson: which slopes each one shows, and which it is."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from moeviz.charts.protocol_dots import INSIDE, OUTSIDE, SMALL, dots_panel
from moeviz.charts.protocol_lessons import curve_name
from moeviz.charts.protocol_picture import END_WORDS, grid, scales
from moeviz.study.protocol_result import Cell, MapResult

LARGE = 9
"""Radius of a protocol at which all printed slopes appear, in pixels."""

CROWDED = 9
"""So many rows have a mark at every second one."""

_SHRINK: Mapping[float, str] = {0.0: "n⁰", 0.25: "n⁻¼", 0.5: "n⁻½"}


def slopes_panel(result: MapResult, together: Collection[Cell]) -> dict[str, Any]:
    """Return the plane of a figure's two slopes: protocols, and a cross for what is printed.

    A dot's lines are the intervals by which it is judged; a protocol without both slopes is left
    out.

    Parameters
    ----------
    result : MapResult
        Of a figure with two printed slopes.
    together : collection of Cell
        The protocols at which both appear.
    """
    first, second = result.asked.published
    lines: list[dict[str, Any]] = []
    dots: list[dict[str, Any]] = []
    across, up = [first.slope], [second.slope]
    for cell in result.cells:
        one, other = (curve.printed for curve in cell.curves)
        if one is None or other is None:
            continue
        (x, *wide), (y, *tall) = one, other
        hit = cell in together
        look = {"colour": INSIDE if hit else OUTSIDE, "width": 1.5, "opacity": 0.75}
        lines.append({"points": [[end, y] for end in wide], **look})
        lines.append({"points": [[x, end] for end in tall], **look})
        radius = LARGE if hit else SMALL
        dots.append({"at": [x, y], "radius": radius, "colour": look["colour"], "hollow": not hit})
        across += [x, *wide]
        up += [y, *tall]
    ends = []
    for values in (across, up):
        low, high = min(values), max(values)
        pad = 0.12 * ((high - low) or 1.0)  # Words stand along both ends.
        ends.append([low - pad, high + pad])
    printed = {"colour": "text", "width": 2, "dash": "6,4"}
    cross = [
        {"points": [[first.slope, end] for end in ends[1]], **printed},
        {"points": [[end, second.slope] for end in ends[0]], **printed},
    ]
    names = [curve_name(result.asked.preset, one) for one in (first, second)]
    return {
        "title": "The slopes that protocols show",
        "note": "cross: what is printed",
        "x": ends[0],
        "y": ends[1],
        "tall": 0.75,
        "names": [f"slope, {names[0]}", f"slope, {names[1]}"],
        "lines": [*cross, *lines],
        "dots": dots,
    }


def kinds_panel(result: MapResult, together: Collection[Cell]) -> dict[str, Any]:
    """Return the protocols by how far starts are, how they shrink, and how a fit ends.

    Parameters
    ----------
    result : MapResult
    together : collection of Cell
        The protocols at which all printed slopes appear.
    """
    asked = result.asked
    columns, rows = scales(asked), grid(asked)
    panel = dots_panel(result, together, LARGE)
    powers: dict[float, list[int]] = {}
    for row, (power, _) in enumerate(rows):
        powers.setdefault(power, []).append(len(rows) - 1 - row)
    every = max(1, len(columns) // 5)
    return {
        **panel,
        "title": "The protocols that were tried",
        "note": "disc: all printed slopes",
        "x": [panel["x"][0], panel["x"][1] + 1.7],
        "y": [panel["y"][0] - 1.6, panel["y"][1] + 0.7],
        "tall": 0.75,
        "names": ["starts: distance from the truth", END_WORDS[asked.protocol]],
        "ticks": {
            "x": [[place, f"{columns[place]:g}"] for place in range(0, len(columns), every)],
            "y": [
                [len(rows) - 1 - row, asked.ways[way].short]
                for row, (_, way) in enumerate(rows)
                if len(rows) < CROWDED or row % 2  # On a phone they would lie on each other.
            ],
        },
        "labels": [
            {"at": [len(columns) - 0.4, sum(own) / len(own)], "anchor": "start",
             "text": f"× {_SHRINK.get(power, f'n^−{power:g}')}"}
            for power, own in powers.items()
        ],
    }  # fmt: skip
