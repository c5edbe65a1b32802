"""Everything that a class sees of a study, as plain data: figure, curves, meters, takeaway."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from moeviz.charts.bands import reading_words
from moeviz.charts.chosen import Part, first_curves, short_names
from moeviz.charts.convergence import convergence_figure
from moeviz.charts.meter import meters
from moeviz.charts.palette import Theme, style
from moeviz.charts.takeaway import takeaway
from moeviz.charts.words import describe
from moeviz.study.result import Result
from moeviz.text import finite


def study_screen(
    result: Result, sizes: Sequence[int], theme: Theme, part: Part = (), stopped: str = ""
) -> dict[str, Any]:
    """Return what a page draws of a study, finished or not.

    Parameters
    ----------
    result : Result
    sizes : sequence of int
        All sample sizes of the study.
    theme : Theme
        Colours.
    part : tuple
        Of the curves, those that are asked for: :func:`~moeviz.charts.chosen.part_of`.
    stopped : str
        How a study that is not whole came to its end, as "Cancelled"; "" where it goes on.

    Returns
    -------
    dict
        ``figure`` as :func:`~moeviz.charts.convergence.convergence_figure` makes it;
        ``description``, the figure's text for those who cannot see it; ``curves``, each with
        ``name`` (short), ``label``, ``glyph``, ``colour``, ``dash`` and ``first`` (whether it is
        on at first); ``meters`` (:class:`~moeviz.charts.meter.Meter`); ``summary``, a sentence
        or two; ``reading``, what slopes and bands are; ``n_done``, how many means the figure has;
        ``complete``. All of it JSON can hold.
    """
    shown = first_curves(result.curves, part)
    made = meters(result, theme, stopped)
    names = short_names(result.curves)
    summary = takeaway(result, made, shown, stopped)
    curves = []
    for index, (curve, name) in enumerate(zip(result.curves, names, strict=True)):
        look = style(index, theme)
        curves.append(
            {
                "name": name,
                "label": curve.label,
                "glyph": look.glyph,
                "colour": look.colour,
                "dash": look.dash,
                "first": index in shown,
            }
        )
    screen: dict[str, Any] = finite(
        {
            "figure": convergence_figure(result, sizes, theme, part),
            "description": f"{describe(result)} {summary}",
            "curves": curves,
            "meters": [asdict(meter) for meter in made],
            "summary": summary,
            "reading": reading_words(result.spec),
            "n_done": sum(len(curve.n) for curve in result.curves),
            "complete": result.complete,
        }
    )
    return screen
