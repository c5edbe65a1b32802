"""Pictures of lessons that no page draws so: trainings along their steps, protocols of a figure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from moeviz.charts.protocol_dots import dots_panel
from moeviz.charts.protocol_picture import scales
from moeviz.study.protocol_region import region
from moeviz.study.protocol_result import MapResult
from moeviz.train.result import TrainingResult

_DASHES: tuple[dict[str, str], ...] = ({}, {"dash": "9,6"}, {"dash": "3,5"}, {"dash": "12,4,3,4"})


def training_document(result: TrainingResult, places: Sequence[int]) -> dict[str, Any]:
    """Return the picture of some methods along the steps, for the component ``plane``.

    Parameters
    ----------
    result : TrainingResult
    places : sequence of int
        Of the methods.
    """
    lines: list[dict[str, Any]] = []
    labels: list[dict[str, Any]] = []
    ends: list[tuple[float, str]] = []
    values: list[float] = []
    finals: list[tuple[str, float]] = []
    for number, place in enumerate(places):
        curve = result.curve(place, result.measure.what)
        pairs = zip(curve.steps.tolist(), curve.mean.tolist(), strict=True)
        points = [[float(step), float(value)] for step, value in pairs if value == value]
        if not points:
            continue
        look = {"width": 3, "colour": number % 5, **_DASHES[number % len(_DASHES)]}
        lines.append({"points": points, **look})
        values += [value for _, value in points]
        title = result.spec.methods[place].title
        ends.append((points[-1][1], title))
        finals.append((title, float(result.final(place).mean())))
    low, high = (min(values), max(values)) if values else (0.0, 1.0)
    pad = 0.08 * (high - low or 1.0)
    last = float(result.steps[-1])
    for number, (_, words) in enumerate(sorted(ends, reverse=True)):
        at = [0.98 * last, high - (number + 0.5) * 0.09 * (high - low or 1.0)]
        labels.append({"at": at, "text": words, "anchor": "end"})
    words = "; ".join(f"{title} *{value:.3f}*" for title, value in finals)
    panel = {
        "title": result.measure.name.capitalize(),
        "note": f"{result.measure.unit}, mean of {len(result.seeds)} seeds, by steps",
        "x": [0.0, last],
        "y": [low - pad, high + pad],
        "tall": 0.5,
        "lines": lines,
        "labels": labels,
    }
    return {
        "handles": [],
        "panels": [panel],
        "sentence": f"At the end, over all that is held out: {words} {result.measure.unit}.",
        "tables": [
            {
                "title": "At the end",
                "columns": ["", result.measure.unit],
                "rows": [list(pair) for pair in finals],
            }
        ],
    }


def protocols_document(result: MapResult) -> dict[str, Any]:
    """Return the picture of a figure's protocols, for the component ``plane``.

    Parameters
    ----------
    result : MapResult
    """
    together = region(result).together
    columns = scales(result.asked)
    every = max(1, len(columns) // 5)
    panel = {
        "title": "Protocols that were tried",
        "note": "discs: all printed slopes appear together; rings: not",
        **dots_panel(result, together, 9),
        "tall": 0.5,
        "ticks": {
            "x": [[place, f"{columns[place]:g}"] for place in range(0, len(columns), every)],
            "y": [],
        },
    }
    return {
        "handles": [],
        "panels": [panel],
        "sentence": f"All printed slopes appear together at *{len(together)}* of "
        f"*{len(result.cells)}* protocols. Across: how far starts are from the truth.",
        "tables": [],
    }
