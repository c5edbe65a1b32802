"""How atoms moved among the true atoms' cells: the paths of a result, as pictures to be drawn."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from moeviz.charts.cells import voronoi_polygons
from moeviz.charts.words import model_words
from moeviz.model import Layout, MixingMeasure, Mixture
from moeviz.study import Curve, FitReport, Result, plan
from moeviz.study.moving import moved
from moeviz.study.paths import FitPath
from moeviz.theory import GAUGES, LOSSES
from moeviz.theory.voronoi import voronoi_cells

Array = NDArray[np.float64]

MOST_PLANES = 4
"""Pairs of coordinates that can be chosen from."""

MARGIN = 0.12
"""Of the span of all points, around them."""

LEAST_SPAN = 1e-6
"""Width of a picture in which nothing moves."""

STRIP = 0.15
"""Height of a strip, as a share of its width."""

DIGITS = 4
"""Digits of a place, counted from the picture's span."""


@dataclass(frozen=True)
class Plane:
    """Coordinates of an atom to be drawn.

    Attributes
    ----------
    columns : tuple of int
        One for a strip, or two, among an atom's columns.
    names : tuple of str
        What they are called.
    """

    columns: tuple[int, ...]
    names: tuple[str, ...]


def planes(layout: Layout) -> tuple[Plane, ...]:
    """Return the pairs of coordinates in which atoms can be seen: of gates, then of experts.

    Parameters
    ----------
    layout : Layout

    Returns
    -------
    tuple of Plane
        At least one, at most :data:`MOST_PLANES`; a block of one coordinate gives a strip, a last
        one without a partner is drawn with the one before it.
    """
    names = [_symbol(name) for name in layout.names()]
    gate, width = layout.gate_width, layout.width
    found = [*_pairs(0, gate), *_pairs(layout.weight_column + 1, width)]
    first_expert = len(list(_pairs(0, gate)))
    # One place is kept for the experts, however many coordinates a gate has.
    chosen = [*found[: min(first_expert, MOST_PLANES - 1)], *found[first_expert:]][:MOST_PLANES]
    return tuple(Plane(pair, tuple(names[column] for column in pair)) for pair in chosen)


def _symbol(name: str) -> str:
    """Return a column's name as it is written, such as ``β₁[2]`` for ``beta1[2]``."""
    return re.sub("^beta([0-9])", lambda found: f"β{chr(ord('₀') + int(found[1]))}", name)


def _pairs(first: int, end: int) -> Iterator[tuple[int, ...]]:
    if end - first == 1:
        yield (first,)
        return
    for place in range(first, end, 2):
        left = min(place, end - 2)
        yield left, left + 1


def tracks(result: Result) -> list[dict[str, Any]]:
    """Return the paths of a result whose truths are known, as plain data.

    Parameters
    ----------
    result : Result

    Returns
    -------
    list of dict
        Of each path ``fit``, ``name``, ``n``, ``replicate``, ``steps``, ``cost`` (per
        observation) and ``loss`` (the first curve's; null where that compares functions) at each
        step, ``gauge`` (how it is held against the truth), ``weights`` (step by atom; they sum to
        1 where the gate's do), ``cells`` (step by atom: the nearest true atom by all parameters),
        ``true_weights``, and ``planes``: ``names`` of the coordinates, ``low`` and ``high`` (the
        picture's corners), ``atoms`` (step by atom by coordinate), ``truth`` and ``polygons``,
        the true atoms' cells in this plane. A strip has coordinate 0 for its height.
    """
    names = model_words(result.curves, estimator=True)
    reports = {report.fit: report for report in result.truth}
    first = {curve.fit: curve for curve in reversed(result.curves) if curve.trained}
    known = [path for path in result.paths if path.fit in reports and path.fit in first]
    return [
        {"name": names[path.fit], **_track(result, path, reports[path.fit], first[path.fit])}
        for path in known
    ]


def _track(result: Result, path: FitPath, report: FitReport, curve: Curve) -> dict[str, Any]:
    fit, spec = plan(result.spec).fits[path.fit], result.spec
    layout = fit.mixture.layout(spec["atoms"], spec["dimension"])
    true_layout, atoms = fit.source.layout(spec["true_atoms"], spec["dimension"]), report.truth
    if report.projection is not None:
        true_layout, atoms = layout, report.projection.atoms
    flat = _vectors([[value for atom in atoms for value in atom]])
    if report.projection is None:
        there, true_layout = moved(spec.fields, flat[0], true_layout, path.n)
        flat = there.unsqueeze(0)
    truth = true_layout.unpack(flat)
    fitted = layout.unpack(_vectors(path.theta))
    gauge, loss = GAUGES["pinned"], None
    if not curve.reading.of_function:
        gauge, loss = GAUGES[curve.reading.gauge], LOSSES[curve.reading.loss]
    evaluate = (loss or LOSSES["L2"]).evaluate
    held = gauge.fix(fitted, truth, fit.mixture, evaluate)
    places = layout.pack(held).unflatten(-1, (layout.atoms, layout.width)).numpy()
    targets = true_layout.pack(truth).unflatten(-1, (true_layout.atoms, -1))[0].numpy()
    read = None if loss is None else evaluate(held, truth)
    return {
        "fit": path.fit,
        "n": path.n,
        "replicate": path.replicate,
        "steps": list(path.steps),
        "cost": list(path.cost),
        "loss": None if read is None else [float(f"{value:.6g}") for value in read.tolist()],
        "gauge": gauge.title,
        "weights": _weights(held, fit.mixture).round(DIGITS).tolist(),
        "true_weights": _weights(truth, fit.source)[0].round(DIGITS).tolist(),
        "cells": voronoi_cells(held, truth).tolist(),
        "planes": [_plane(plane, places, targets) for plane in planes(layout)],
    }


def _vectors(rows: Sequence[Sequence[float | None]]) -> torch.Tensor:
    return torch.tensor(np.array(rows, dtype=float))


def _weights(measure: MixingMeasure, mixture: Mixture) -> Array:
    """Return the weights of atoms, shape (T, K); shares of 1 where the gate's sum to 1."""
    if mixture.gate.normalised:
        return np.asarray(torch.softmax(measure.log_weight, -1).numpy())
    return np.asarray(measure.weight.numpy())


def _plane(plane: Plane, places: Array, targets: Array) -> dict[str, Any]:
    """Return the picture of atoms, shape (T, K, W), and of true atoms, shape (K*, W)."""
    atoms, truth = (part[..., list(plane.columns)] for part in (places, targets))
    strip = len(plane.columns) == 1
    if strip:
        atoms, truth = (np.concatenate([p, np.zeros_like(p)], -1) for p in (atoms, truth))
    every = np.concatenate([atoms.reshape(-1, 2), truth])
    low, high = every.min(0), every.max(0)
    span = max(float((high - low).max()) * (1.0 + 2.0 * MARGIN), LEAST_SPAN)
    middle = (low + high) / 2.0
    half = np.array([span, span * STRIP if strip else span]) / 2.0
    low, high = middle - half, middle + half
    digits = DIGITS - int(np.floor(np.log10(span)))
    cells = voronoi_polygons(truth, low.tolist(), high.tolist())
    return {
        "names": list(plane.names),
        "low": low.round(digits).tolist(),
        "high": high.round(digits).tolist(),
        "atoms": atoms.round(digits).tolist(),
        "truth": truth.round(digits).tolist(),
        "polygons": [cell.round(digits).tolist() for cell in cells],
    }
