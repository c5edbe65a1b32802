"""Pictures of lessons that no page draws so: trainings along their steps, protocols of a figure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from moeviz.charts.lesson_protocols import kinds_panel, slopes_panel
from moeviz.charts.protocol_lessons import curve_name, law_words
from moeviz.charts.protocol_picture import END_WORDS
from moeviz.study.protocol_region import region
from moeviz.study.protocol_result import MapResult
from moeviz.text import signed
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
    ends: list[tuple[float, str, dict[str, Any]]] = []
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
        ends.append((points[-1][1], title, look))
        finals.append((title, float(result.final(place).mean())))
    low, high = (min(values), max(values)) if values else (0.0, 1.0)
    pad = 0.08 * (high - low or 1.0)
    last = float(result.steps[-1])
    ends.sort(key=lambda end: end[0], reverse=True)
    for number, (_, words, look) in enumerate(ends):
        height = high - (number + 0.5) * 0.09 * (high - low or 1.0)
        lines.append({"points": [[0.9 * last, height], [0.98 * last, height]], **look})
        beside = [0.88 * last, height - 0.02 * (high - low or 1.0)]
        labels.append({"at": beside, "text": words, "anchor": "end"})
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

    Notes
    -----
    Where two slopes are printed, a plane has one across and one up: a dot is a protocol, its
    lines are the intervals by which it is judged, and the printed pair is a cross. The other
    panel has the same protocols by what they are.
    """
    published = result.asked.published
    together = region(result).together
    panels = [slopes_panel(result, together)] if len(published) == 2 else []
    names = [curve_name(result.asked.preset, one) for one in published]
    pair = (
        f" The cross is the printed pair, {signed(published[0].slope)} and "
        f"{signed(published[1].slope)}; each dot is a protocol, where its own slopes put it."
        if panels
        else ""
    )
    kinds = (
        " By what they are: across, how far starts are from the truth, times a power of the number "
        f"n of data; down, the {END_WORDS[result.asked.protocol]}."
    )
    return {
        "handles": [],
        "panels": [*panels, kinds_panel(result, together)],
        "sentence": f"All printed slopes appear together at *{len(together)}* of "
        f"*{len(result.cells)}* protocols.{pair}{kinds}",
        "tables": [
            {
                "title": "Protocols",
                "columns": ["starts", "steps", *(f"slope, {name}" for name in names), "together"],
                "rows": [
                    [
                        law_words(result.asked.laws[cell.law]),
                        result.asked.ways[cell.way].words,
                        *(c.printed[0] if c.printed else None for c in cell.curves),
                        "yes" if cell in together else "no",
                    ]
                    for cell in result.cells
                ],
            }
        ],
    }
