"""Everything that a class sees of a comparison of sparse networks, as plain data: the screen.

The tokens are not in it: a browser asks for those of the checkpoint that it shows.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from moeviz.charts.palette import Theme, style
from moeviz.charts.training_diagnostics import (
    MOST_NUMBERS,
    diagnostics,
    rounded,
    schedules,
    spread,
    thinned,
)
from moeviz.charts.training_experts import expert_looks
from moeviz.charts.training_words import notices, sentence
from moeviz.text import finite, signed
from moeviz.train.measure import FINAL
from moeviz.train.paired import Difference
from moeviz.train.plan import runs
from moeviz.train.presets import PRESETS
from moeviz.train.published import TABLES
from moeviz.train.regression import Regression
from moeviz.train.result import TrainingResult
from moeviz.train.routers import ROUTERS
from moeviz.train.tasks import ANGLES, TASKS, Digits, Language

FIRST = 3
"""Curves that are on at first."""

DIGITS_OF = 3
"""Behind the point, of losses and of their differences."""

CANNOT_TELL = "cannot tell"


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
        ``paper`` (:func:`printed_beside`).
        ``diagnostics`` (:func:`~moeviz.charts.training_diagnostics.diagnostics`), ``schedules``,
        ``texts`` and ``says`` (:func:`~moeviz.charts.training_words.notices`), ``looks`` of
        experts, ``summary``, a sentence, and ``ground``, of the theme.
    """
    spec, measure = result.spec, result.measure
    percent = measure.what == "accuracy"
    unit = "% of digits" if percent else measure.unit
    shown = _first(result)
    screen: dict[str, Any] = {
        "name": spec.name,
        "task": spec["task"],
        "hash": spec.hash,
        "ground": theme.ground,
        "measure": measure.name,
        "percent": percent,
        "axis": f"{measure.name}, {unit}",
        "unit": spec_unit(result),
        "lower": measure.lower_is_better,
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
        "finals": [_final(result, at, percent) for at in range(len(spec.methods))],
        "differences": _differences(result, percent),
        "paper": printed_beside(result),
        "diagnostics": diagnostics(result, spec_unit(result)),
        "schedules": schedules(spec),
        "looks": expert_looks(theme),
        "complete": result.complete,
    }
    always = [not m.dense and ROUTERS[m.name].competes == "always" for m in spec.methods]
    screen |= notices(screen, always)
    screen["summary"] = summary(result, screen)
    plain: dict[str, Any] = finite(screen)
    return plain


def spec_unit(result: TrainingResult) -> str:
    """Return the unit of the loss, in which diagnostics of the loss are."""
    return TASKS[result.spec["task"]].unit


def summary(result: TrainingResult, screen: dict[str, Any]) -> str:
    """Return a sentence or two on what came out, as far as it has.

    Parameters
    ----------
    result : TrainingResult
    screen : dict
        With ``methods`` and ``finals``.
    """
    methods = screen["methods"]
    best = _best(result)
    if not result.complete or len(methods) < 2 or not np.isfinite(result.final(best)).any():
        return _latest(screen) or "Nothing has been measured yet."
    name = methods[best]["title"]
    value = screen["finals"][best]
    verdicts = {
        other: result.difference(best, other) for other in range(len(methods)) if other != best
    }
    surely = [methods[at]["title"] for at, each in verdicts.items() if each.says == "better"]
    open_ = [methods[at]["title"] for at, each in verdicts.items() if each.says == CANNOT_TELL]
    pairs = min(each.pairs for each in verdicts.values())
    text = f"{name} ends at {value} {_shown_unit(result)}, the best mean of {pairs} seeds"
    if surely:
        text += f"; better than {_listed(surely)}"
    if open_:
        text += f"; whether it beats {_listed(open_)} these seeds cannot tell"
    return f"{text}."


def _latest(screen: dict[str, Any]) -> str:
    """Say where the first router stands that has come anywhere."""
    for each in screen["diagnostics"]:
        if each["name"] != "agreement":
            continue
        for method, layers in enumerate(each["methods"]):
            means = layers[0]["mean"] if layers else []
            there = [at for at, value in enumerate(means) if value is not None]
            if there:
                return sentence(screen, method, 0, there[-1]).replace("*", "")
    return ""


def _shown_unit(result: TrainingResult) -> str:
    return "of digits" if result.measure.what == "accuracy" else result.measure.unit


def _listed(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def _best(result: TrainingResult) -> int:
    means = [float(result.final(at).mean()) for at in range(len(result.spec.methods))]
    sign = 1.0 if result.measure.lower_is_better else -1.0
    keyed = [sign * mean if math.isfinite(mean) else math.inf for mean in means]
    return keyed.index(min(keyed))


def _first(result: TrainingResult) -> list[int]:
    """Return the curves that are on at first: the first methods, and one dense network."""
    methods = result.spec.methods
    sparse = [at for at, method in enumerate(methods) if not method.dense]
    dense = [at for at, method in enumerate(methods) if method.dense]
    return [*sparse[: FIRST - bool(dense)], *dense, *sparse][:FIRST]


def _method(result: TrainingResult, at: int, theme: Theme, first: bool) -> dict[str, Any]:
    method, look = result.spec.methods[at], style(at, theme)
    return {
        "title": method.title,
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
    factor = 100.0 if result.measure.what == "accuracy" else 1.0
    curves = []
    for method in range(len(spec.methods)):
        found = result.curve(method, result.measure.what).values.mean(0)[:, places] * factor
        curves.append({**spread(found), "seeds": [rounded(np.asarray(row)) for row in found]})
    return {"places": places, "curves": curves}


def _baseline(result: TrainingResult) -> dict[str, Any] | None:
    if result.baseline is None:
        return None
    names = {Language.name: "trigrams", Regression.name: "best linear fit"}
    name = names.get(result.spec["task"], "simple model")
    return {"value": result.baseline, "name": f"{name} {result.baseline:.2f}"}


def _final(result: TrainingResult, method: int, percent: bool) -> str:
    """Write a method's final measure, the mean over seeds; a dash where it has not ended."""
    values = result.final(method)
    there = values[np.isfinite(values)]
    if not there.size:
        return "–"
    mean = float(there.mean())
    return f"{100 * mean:.1f} %" if percent else f"{mean:.{DIGITS_OF}f}"


def _differences(result: TrainingResult, percent: bool) -> list[list[dict[str, Any] | None]]:
    count = range(len(result.spec.methods))
    return [
        [
            None if one == other else difference_words(result.difference(one, other), percent)
            for one in count
        ]
        for other in count
    ]


def printed_beside(result: TrainingResult) -> dict[str, Any] | None:
    """Return what a paper prints of the methods, from the first table that decides as we do.

    Parameters
    ----------
    result : TrainingResult

    Returns
    -------
    dict or None
        ``title`` of the column, ``note``, ``lower`` (whether a lower number is better), and
        ``values``, for each method a number or None; None where no table stands beside it.
    """
    spec = result.spec
    tables = PRESETS[spec.name].tables if spec.name in PRESETS else ()
    for table in (TABLES[name] for name in tables):
        for at, column in enumerate(table.columns):
            if column.reads != FINAL:
                continue
            values = [
                next((row.values[at] for row in table.rows if row.is_of(method)), None)
                for method in spec.methods
            ]
            if any(value is not None for value in values):
                unit = f" ({column.unit})" if column.unit and column.unit != "%" else ""
                return {
                    "title": f"paper: {column.title}",
                    "note": f"Paper: {table.source}, {column.title}{unit}, of {table.scale}. "
                    "Classroom size is not the paper's.",
                    "lower": column.lower_is_better,
                    "values": values,
                }
    return None


def difference_words(found: Difference, percent: bool = False) -> dict[str, Any]:
    """Return a paired difference in words.

    Parameters
    ----------
    found : Difference
    percent : bool
        Whether it is one of shares, told in points of percent.

    Returns
    -------
    dict
        ``words``, such as "−0.05 (−0.11 to 0.01)"; ``says``; ``pairs``.
    """
    factor, places = (100.0, 1) if percent else (1.0, DIGITS_OF)
    mean, low, high = (signed(factor * x, places) for x in (found.mean, found.low, found.high))
    if found.pairs == 0:
        words = "–"
    elif found.pairs == 1:
        words = f"{mean}, one pair of seeds"
    else:
        words = f"{mean} ({low} to {high})"
    return {"words": words, "says": found.says, "pairs": found.pairs}
