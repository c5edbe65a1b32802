"""Everything that a class sees of a comparison of sparse networks, as plain data: the screen.

The tokens are not in it: a browser asks for those of the checkpoint that it shows.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from moeviz.charts.palette import Theme, style
from moeviz.charts.training_compared import (
    asked_words,
    differences,
    final_words,
    printed_beside,
    summary,
    untaught_words,
)
from moeviz.charts.training_diagnostics import MOST_NUMBERS, diagnostics, rounded, spread, thinned
from moeviz.charts.training_experts import expert_looks
from moeviz.charts.training_map import schedules
from moeviz.charts.training_words import AGREEMENT, notices
from moeviz.text import finite
from moeviz.train.measure import ACCURACY
from moeviz.train.plan import runs
from moeviz.train.presets import PRESETS
from moeviz.train.result import TrainingResult
from moeviz.train.routers import ROUTERS
from moeviz.train.tasks import ANGLES, TASKS, Digits

FIRST = 3
"""Curves that are on at first."""


def training_screen(result: TrainingResult, theme: Theme) -> dict[str, Any]:
    """Return what a page draws of a comparison, finished or not.

    Parameters
    ----------
    result : TrainingResult
    theme : Theme
        Colours.

    Returns
    -------
    dict
        Plain data. ``methods``: how each is called and drawn. ``runs``: each one's name, method,
        seed, domain and ``last``, how many checkpoints it has reached. ``curves``: for each method
        mean, lowest, highest and each seed's measure at ``places`` of ``steps``. ``baseline``.
        ``finals`` and ``differences`` in words; ``differences[b][a]`` is of a against b;
        ``paper`` (:func:`~moeviz.charts.training_compared.printed_beside`).
        ``diagnostics`` (:func:`~moeviz.charts.training_diagnostics.diagnostics`), ``schedules``,
        ``texts`` and ``says`` (:func:`~moeviz.charts.training_words.notices`), ``looks`` of
        experts, ``reads`` (:func:`reads_of`), ``summary``, a sentence, ``ground``, of the theme.
    """
    spec, measure = result.spec, result.measure
    percent = measure.what == ACCURACY
    unit = "% of digits" if percent else measure.unit
    shown = _first(result)
    screen: dict[str, Any] = {
        "hash": spec.hash,
        "ground": theme.ground,
        "percent": percent,
        "axis": f"{measure.name}, {unit}",
        "unit": unit_of(result),
        "steps": list(spec.steps_at),
        "layers": spec["layers"],
        "experts": spec["experts"],
        "top": spec["top"],
        "seeds": list(result.seeds),
        "domains": _domains(result),
        "methods": [_method(result, at, theme, at in shown) for at in range(len(spec.methods))],
        "runs": [
            {
                "id": run.id,
                "method": run.method,
                "seed": run.seed,
                "domain": run.domain,
                "last": len(result.records.get(run, ())),
            }
            for run in runs(spec)
        ],
        **_curves(result),
        "baseline": _baseline(result),
        "finals": [final_words(result, at, percent) for at in range(len(spec.methods))],
        "differences": differences(result, percent),
        "paper": printed_beside(result),
        "asked": " ".join(filter(None, (asked_words(result), untaught_words(result)))),
        "diagnostics": diagnostics(result, unit_of(result)),
        "schedules": schedules(spec),
        "looks": expert_looks(theme),
        "reads": reads_of(spec.name),
        "complete": result.complete,
    }
    always = [not m.dense and ROUTERS[m.name].competes == "always" for m in spec.methods]
    screen |= notices(screen, always)
    screen["summary"] = summary(result, screen)
    plain: dict[str, Any] = finite(screen)
    return plain


def reads_of(name: str) -> str:
    """Return the diagnostic that answers a preset's question; that of any other comparison.

    Parameters
    ----------
    name : str
        Of a comparison's specification.
    """
    return PRESETS[name].reads or AGREEMENT if name in PRESETS else AGREEMENT


def unit_of(result: TrainingResult) -> str:
    """Return the unit of the loss, in which diagnostics of the loss are."""
    return TASKS[result.spec["task"]].unit


def _first(result: TrainingResult) -> list[int]:
    """Return the curves that are on at first: the first methods, and one dense network."""
    methods = result.spec.methods
    sparse = [at for at, method in enumerate(methods) if not method.dense]
    dense = [at for at, method in enumerate(methods) if method.dense]
    return [*sparse[: FIRST - bool(dense)], *dense, *sparse][:FIRST]


def _method(result: TrainingResult, at: int, theme: Theme, first: bool) -> dict[str, Any]:
    method, look = result.spec.methods[at], style(at, theme)
    return {
        # A setting is not parted from its value at the end of a line.
        "title": method.title.replace(" = ", "\u00a0=\u00a0"),
        "text": method.text,
        "dense": method.dense,
        "shared": not method.dense and ROUTERS[method.name].shared,
        "glyph": look.glyph,
        "colour": look.colour,
        "dash": "" if look.dash == "solid" else look.dash.replace("px", ""),
        "first": first,
        "diverged": result.diverged(at),
    }


def _domains(result: TrainingResult) -> list[dict[str, Any]]:
    named = result.spec["task"] == Digits.name
    return [
        {"place": domain, "name": f"{ANGLES[domain]}°" if named else ""}
        for domain in result.spec.domains
    ]


def _curves(result: TrainingResult) -> dict[str, Any]:
    """Return each method's measure along the steps, in percent where it is a share."""
    spec = result.spec
    numbers = len(spec.methods) * (3 + len(result.seeds))
    places = thinned(len(spec.steps_at), max(2, MOST_NUMBERS // (2 * numbers)))
    factor = 100.0 if result.measure.what == ACCURACY else 1.0
    curves = []
    for method in range(len(spec.methods)):
        found = result.curve(method, result.measure.what).values.mean(0)[:, places] * factor
        curves.append({**spread(found), "seeds": [rounded(np.asarray(row)) for row in found]})
    return {"places": places, "curves": curves}


def _baseline(result: TrainingResult) -> dict[str, Any] | None:
    if result.baseline is None:
        return None
    name = TASKS[result.spec["task"]].simple
    return {"value": result.baseline, "name": f"{name} {result.baseline:.2f}"}
