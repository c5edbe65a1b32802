"""One fit as a picture: the data and the function, the atoms in their cells, cost and loss.

The browser plays it: a document holds the atoms at every step, and the formulas of which it
computes the function. Nothing is loaded while it plays.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from hashlib import sha256
from typing import Any

import numpy as np

from moeviz.charts.cells import voronoi_polygons
from moeviz.charts.checker import superscript
from moeviz.charts.one_fit_words import cost_word, method_name, sentence, step_name
from moeviz.charts.trees import expert_tree, gate_document, score_document, steps_document
from moeviz.model.reading import numbers_of
from moeviz.study.one_fit import OneFit
from moeviz.study.one_fit_asked import FARTHEST
from moeviz.study.one_fit_models import HIGH, LOW
from moeviz.study.one_fit_walk import Walk

STEP = "step"
"""The handle that is moved along the walk."""

MOST_DOTS = 400
"""Observations that are drawn; the fit has them all."""

DECADES = (-8, 3)
"""Powers of ten between which curves are drawn."""

TALL = 0.46
"""Height of the atoms' plane over its width; both axes have one scale."""

_GRID = 0.5
"""The plane's corners are multiples of this, so that it stays under a hand that lets go."""

_REACH, _END = 1.3, 3.0
"""The plane shows what lies within so many times the farthest of truth and start, and where walks
end within so many."""

_ROOM = 0.03
"""Left and right of the curves, for the handle."""

_SECONDS = 6.0
"""How long a walk is played."""


def one_fit_document(
    found: OneFit, plane: tuple[int, int] = (2, 3), at: float | None = None
) -> dict[str, Any]:
    """Return the document of the picture, for the scene ``fit``.

    Parameters
    ----------
    found : OneFit
    plane : (int, int)
        The parameters of an atom that are across and up.
    at : float, optional
        Where the walk stands, in passes over the data; by default at its end.
    """
    model, walk = found.model, found.walk
    low, high = corners(found, plane)
    truth = np.array(model.truth)[:, list(plane)]
    mixture = model.mixture(found.asked.noise)
    last = walk.passes[-1] if at is None else walk.passes[nearest(walk, at)]
    begun = walk.atoms[0].tolist()
    shown = slice(0, MOST_DOTS)
    curves = _curves(found)
    far = max(walk.passes[-1], found.beside.passes[-1], 1.0)
    return {
        "handles": [
            *(
                {
                    "id": f"s{i}",
                    "name": f"start {i}",
                    "title": f"start of atom {i}, {model.names[plane[0]]} and "
                    f"{model.names[plane[1]]}",
                    "kind": "point",
                    "colour": "text",
                    "at": [atom[column] for column in plane],
                    "step": 0.05,
                    "panels": [1],
                }
                for i, atom in enumerate(begun, start=1)
            ),
            {
                "id": STEP,
                "name": "",
                "title": f"step of {method_name(walk.method, model)}",
                "kind": "point",
                "colour": "text",
                "at": [last, curves["y"][0] + 0.07 * (curves["y"][1] - curves["y"][0])],
                "panels": [2],
                "step": max(walk.passes[-1] / max(1, len(walk.passes) - 1), 1e-6),
                "slides": [0.0, max(walk.passes[-1], 1e-6)],
            },
        ],
        "player": {
            "handle": STEP,
            "stops": walk.passes,
            "words": [step_name(walk, place) for place in range(len(walk.steps))],
            "seconds": _SECONDS,
            "run": sha256(repr(found.asked).encode()).hexdigest()[:16],
        },
        "model": {
            "score": score_document(mixture.score, 1),
            "gates": {
                str(atoms): gate_document(mixture.gate, atoms)
                for atoms in (found.asked.atoms, len(model.truth))
            },
            "expert": steps_document(expert_tree(mixture.expert, 1)),
            "constants": numbers_of(mixture.score) | numbers_of(mixture.expert),
            "density": model.density,
        },
        "names": model.names,
        "plane": plane,
        "box": {"x": [low[0], high[0]], "y": [low[1], high[1]]},
        "polygons": [cell.tolist() for cell in voronoi_polygons(truth, low, high)],
        "truth": model.truth,
        "walk": _walk_data(found, walk),
        "beside": _walk_data(found, found.beside),
        "sentences": [sentence(found, place) for place in range(len(walk.steps))],
        "cost": cost_word(model),
        "data": {
            "n": found.asked.n,
            "x": found.x[shown].tolist(),
            "y": found.y[shown].tolist(),
            "range": [LOW, HIGH],
        },
        "curves": {**curves, "x": [-_ROOM * far, (1.0 + _ROOM) * far]},
        "losses": _losses(found),
    }


def nearest(walk: Walk, at: float) -> int:
    """Return the frame of a walk that is nearest to so many passes over the data.

    Parameters
    ----------
    walk : Walk
    at : float
    """
    return min(range(len(walk.passes)), key=lambda place: abs(walk.passes[place] - at))


def _walk_data(found: OneFit, walk: Walk) -> dict[str, Any]:
    lowest = lowest_cost(found)
    return {
        "name": method_name(walk.method, found.model),
        "failed": walk.status.failed,
        "steps": walk.steps,
        "passes": walk.passes,
        "atoms": walk.atoms.tolist(),
        "cells": walk.cells,
        "cost": walk.cost,
        "excess": [_decade(cost - lowest) for cost in walk.cost],
        "loss": walk.loss,
        "level": [_decade(loss) for loss in walk.loss],
        "damping": [_decade(value) for value in walk.damping],
    }


def lowest_cost(found: OneFit) -> float:
    """Return the lowest cost per observation that anybody found, the truth included.

    Parameters
    ----------
    found : OneFit
    """
    return min(*found.walk.cost, *found.beside.cost, found.true_cost)


def corners(found: OneFit, plane: tuple[int, int]) -> tuple[list[float], list[float]]:
    """Return two corners of the atoms' plane: one scale on both axes, and all that stays near.

    Parameters
    ----------
    found : OneFit
    plane : (int, int)
    """
    columns = list(plane)
    fixed = np.concatenate([np.array(found.model.truth), found.walk.atoms[0].numpy()])[:, columns]
    ways = [walk.atoms.numpy()[..., columns] for walk in (found.walk, found.beside)]
    moving = np.concatenate([way.reshape(-1, 2) for way in ways])
    ends = np.concatenate([way[-1] for way in ways])
    reach = float(np.abs(fixed).max())
    near = [
        part[np.abs(part).max(1) <= min(FARTHEST, times * reach)]
        for part, times in ((moving, _REACH), (ends, _END))
    ]
    every = np.concatenate([fixed, *near])
    low = np.floor((every.min(0) - 0.2) / _GRID) * _GRID
    high = np.ceil((every.max(0) + 0.2) / _GRID) * _GRID
    wide, tall = high - low
    width = max(wide, tall / TALL)
    half = np.array([width, width * TALL]) / 2.0
    middle = (low + high) / 2.0
    return (middle - half).tolist(), (middle + half).tolist()


def _decade(value: float) -> float | None:
    """Return the power of ten; one below all that is drawn for 0, none where there is no number."""
    if not math.isfinite(value):
        return None
    return max(math.log10(value), 2.0 * DECADES[0]) if value > 0 else 2.0 * DECADES[0]


def _curves(found: OneFit) -> dict[str, Any]:
    """Return the axis that cost, loss and damping share, and the truth's own excess."""
    walks = (found.walk, found.beside)
    lowest = lowest_cost(found)
    values = [cost - lowest for walk in walks for cost in walk.cost]
    values += [loss for walk in walks for loss in walk.loss]
    top = math.ceil(_top(values))
    every = 2
    return {
        "y": [DECADES[0] - 2.0, top + 0.6],
        "ticks": [
            [p, superscript(f"10^{p}") if p else "1"] for p in range(DECADES[0], top + 1, every)
        ],
        "truth": _decade(found.true_cost - lowest) if found.true_cost > lowest else None,
    }


def _losses(found: OneFit) -> dict[str, Any]:
    """Return the axis of the loss."""
    values = [loss for walk in (found.walk, found.beside) for loss in walk.loss]
    known = [math.log10(v) for v in values if 0 < v < math.inf and abs(math.log10(v)) < 6]
    low, high = (min(known), max(known)) if known else (-1.0, 1.0)
    room = max(0.15, 0.1 * (high - low))
    low, high = low - room, high + 1.6 * room
    every = [1.0] if high - low > 2.5 else [1.0, 2.0, 5.0]
    powers = range(math.floor(low), math.ceil(high) + 1)
    ticks = [(math.log10(digit) + p, digit * 10.0**p) for p in powers for digit in every]
    return {
        "y": [low, high],
        "ticks": [
            [level, f"{value:g}" if abs(level) < 4 else superscript(f"10^{round(level)}")]
            for level, value in ticks
            if low < level < high
        ],
    }


def _top(values: Sequence[float]) -> float:
    found = [math.log10(value) for value in values if value > 0 and math.isfinite(value)]
    return min(DECADES[1], max(1.0, *found)) if found else 1.0
