"""Small pictures of the pages for the first one, each with a sentence of today's numbers.

They are made of the same documents and functions as the pages' own; a picture is a scene's document
with the place of one of its panels, or a panel as the plane takes it.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import torch

from moeviz.charts.claims import claims_map
from moeviz.charts.closeness import Setup as Atoms
from moeviz.charts.closeness import closeness_document
from moeviz.charts.closeness_atoms import KINDS, short_name, spread_fit
from moeviz.charts.designs_seen import Moved, designs_seen
from moeviz.charts.gates import COSINE, FIRST, PERTURBED, STARTS, gates_document
from moeviz.charts.gates import Setup as Gates
from moeviz.charts.gates_formula import movement
from moeviz.charts.information import information_document
from moeviz.charts.loss_data import loss_of
from moeviz.charts.rates import kind_of_claim
from moeviz.charts.sequences import FIRST_STEP, sequence_document
from moeviz.charts.walks import power_of_ten
from moeviz.errors import MoevizError
from moeviz.model import make_routing
from moeviz.model.attention import Head
from moeviz.study.kept import kept_result
from moeviz.study.rate_cell import COLUMNS
from moeviz.study.rates_table import RATE_ROWS
from moeviz.study.result import Curve
from moeviz.symbolic.catalogue import CATALOGUE
from moeviz.symbolic.catalogue.shipped import shipped_summary
from moeviz.symbolic.catalogue.walked import SEQUENCES
from moeviz.text import signed

STUDY, STEPS = "cosine-exact", "gaussian-over"
"""Presets of the kept results that are drawn."""


@dataclass(frozen=True)
class Tile:
    """A small picture.

    Attributes
    ----------
    words : str
        What to notice; numbers stand between stars.
    picture : dict
        ``panel``, or ``scene``, ``document`` and ``place`` of the panel.
    """

    words: str
    picture: dict[str, Any]


def tiles(lessons: Sequence[str] = ()) -> dict[str, Any]:
    """Return every tile as plain data, by the address of its page.

    Parameters
    ----------
    lessons : sequence of str
        Titles of the lessons.

    Notes
    -----
    A tile whose data do not ship with this version is left out.
    """
    found = {}
    for name, make in _MAKERS.items():
        try:
            tile = make()
        except MoevizError:
            continue
        found[name] = {"words": tile.words, **tile.picture}
    return found | {"lessons": _lessons(lessons)}


def _gates() -> Tile:
    setup = Gates(((COSINE, "softmax"), (PERTURBED, "softmax")), vectors=FIRST[:3])
    blind, sees = movement(setup, 0), movement(setup, 1)
    times = math.hypot(*FIRST[0]) / math.hypot(*STARTS[0])
    shown = gates_document(Gates((setup.models[1],), vectors=FIRST[:3]))
    document = {**shown, "x": (-2.4, 2.4), "y": (-1.44, 1.44), "bare": True}
    document["handles"] = [
        handle | {"name": "", "panels": [] if handle["id"] == "x" else [0]}
        for handle in shown["handles"]
    ]
    return Tile(
        f"β₁ *{times:.0f}* times as long: a weight of the cosine router moves by *{blind:.3f}*, of "
        f"the perturbed one by *{sees:.3f}*.",
        {"scene": "gates", "document": document, "place": 0},
    )


def _attention() -> Tile:
    count = 6
    angle = torch.arange(count, dtype=torch.float64) * (2.0 * math.pi / count)
    tokens = torch.stack([angle.cos(), angle.sin()], dim=1)
    same = 2.0 * torch.eye(2, dtype=torch.float64)
    heads = {
        name: Head(same, same, torch.eye(2, dtype=torch.float64), make_routing(name))
        for name in ("softmax", "sigmoid")
    }
    weights = {name: head.weights(head.scores(tokens)) for name, head in heads.items()}
    sums = {name: float(each.sum(dim=-1)[0]) for name, each in weights.items()}
    cells = [w for each in reversed(weights["softmax"].tolist()) for w in each]
    heat = {"nx": count, "ny": count, "index": [0] * len(cells)}
    return Tile(
        f"Each token weighs the others: a row sums to *{sums['softmax']:.2f}* under softmax, to "
        f"*{sums['sigmoid']:.2f}* under sigmoid.",
        {"panel": {"x": [0, 1], "y": [0, 1], "heat": {**heat, "strength": cells}}},
    )


def _cells() -> Tile:
    kind = KINDS["softmax"]
    name, *others = kind.losses[:3]
    fit, truth = spread_fit(kind), kind.measure(kind.truth)
    terms = loss_of(name, 2.0).terms(kind.measure(fit), truth)
    document = closeness_document(Atoms(kind.name, fit, (name, *others)))
    document |= {"y": [-1.44, 1.44]}
    document["handles"] = [handle | {"name": ""} for handle in document["handles"]]
    value = float(terms.total().reshape(-1)[0])
    return Tile(
        f"One expert too many, on both sides of a true one: the loss {short_name(name)} says "
        f"*{value:.3f}*.",
        {"scene": "cells", "document": document, "place": 0},
    )


def _information() -> Tile:
    name = next(iter(designs_seen()))
    document = information_document(name, Moved(), quick=True)
    reach, *_ = document["sentence"].split(", where")
    error = document["panels"][2]
    return Tile(f"{reach}.", {"panel": {key: error[key] for key in ("x", "y", "lines")}})


def _sequences() -> Tile:
    name = next(iter(SEQUENCES))
    document = sequence_document(name)
    stage = next(s for s in document["stages"] if s["halvings"] == FIRST_STEP)
    _, loss, change, *_ = stage["numbers"]
    (handle,) = document["handles"]
    return Tile(
        f"At {stage['name']} the answers differ by a loss of *{power_of_ten(loss)}*, the functions "
        f"by *{power_of_ten(change)}*.",
        {"scene": "sequences", "document": {**document, "handles": [handle]}, "place": 1},
    )


def _lab() -> Tile:
    result = kept_result(STUDY)
    curves = {c.reading.loss: c for c in result.result.curves} if result else {}
    drawn = [curves[loss] for loss in ("radial", "angular") if loss in curves]
    if result is None or len(drawn) < 2:
        raise _missing(STUDY)
    lines = [_line(curve, place) for place, curve in enumerate(drawn)]
    length, direction = (curve.slope.estimate if curve.slope else None for curve in drawn)
    return Tile(
        f"Kept result of {result.date}: the direction of β is learnt like n to the power "
        f"*{signed(direction)}*, its length like *{signed(length)}*.",
        {"panel": _framed(lines)},
    )


def _fit() -> Tile:
    result = kept_result(STEPS)
    trace = result.result.curves[0].trace if result else None
    if not trace or len(trace) < 2:
        raise _missing(STEPS)
    cost = [[float(at), value] for at, value in enumerate(trace) if value is not None]
    return Tile(
        f"*{len(trace) - 1}* steps of the optimiser take the cost from *{cost[0][1]:.3f}* to "
        f"*{cost[-1][1]:.3f}*.",
        {"panel": _framed([{"points": cost, "width": 3, "colour": 0}])},
    )


def _rates() -> Tile:
    kinds = ["half", "quarter", "other", "slow"]
    places = {column: x for x, column in enumerate(COLUMNS)}
    rows = [
        {places[cell.column]: kind_of_claim(cell.claim) for cell in row.cells} for row in RATE_ROWS
    ]
    counts = Counter(kind for row in rows for kind in row.values())
    regions = [
        {
            "points": _box(x, len(rows) - 1 - y, 0.42),
            "colour": kinds.index(kind),
            "opacity": 0.85,
        }
        for y, row in enumerate(rows)
        for x, kind in row.items()
    ]
    return Tile(
        f"*{counts.total()}* rates of four papers: *{counts['half']}* like 1/√n, "
        f"*{counts['slow']}* slower than any power.",
        {
            "panel": {
                "x": [-0.6, len(COLUMNS) - 0.4],
                "y": [-0.6, len(rows) - 0.4],
                "regions": regions,
            }
        },
    )


def _checker() -> Tile:
    looks = {"holds": (2, False), "fails": (1, True), "condition": (4, False), "mixed": (3, True)}
    columns = [paper["tiles"] for paper in claims_map()["papers"]]
    high = max(map(len, columns))
    dots = []
    for x, column in enumerate(columns):
        for y, tile in enumerate(column):
            colour, hollow = looks.get(tile["verdict"], (5, True))
            at = [high - 1 - y, len(columns) - 1 - x]
            dots.append({"at": at, "radius": 5, "colour": colour, "hollow": hollow})
    shipped = shipped_summary()
    against = sum(not one.agrees for one in shipped.values())
    return Tile(
        f"*{len(shipped)}* of *{len(CATALOGUE.claims)}* claims are decided by exact arithmetic; in "
        f"*{against}* the answer is not the paper’s.",
        {
            "panel": {
                "x": [-0.8, high - 0.2],
                "y": [-0.8, len(columns) - 0.2],
                "dots": dots,
            }
        },
    )


def _lessons(titles: Sequence[str]) -> dict[str, Any]:
    places = [[float(number), 0.5 * (number % 2)] for number in range(len(titles))]
    dots = [{"at": at, "radius": 12, "colour": 0, "hollow": True} for at in places]
    labels = [
        {"at": [x, y - 0.09], "text": str(number), "anchor": "middle"}
        for number, (x, y) in enumerate(places, start=1)
    ]
    return {
        "words": f"*{len(titles)}* lessons: {' '.join(titles)}",
        "panel": {
            "x": [-0.6, max(len(titles), 1) - 0.4],
            "y": [-0.6, 1.1],
            "lines": [{"points": places, "width": 2, "colour": "quiet", "dash": "5,4"}],
            "dots": dots,
            "labels": labels,
        },
    }


_MAKERS: Mapping[str, Callable[[], Tile]] = {
    "gates": _gates,
    "attention": _attention,
    "cells": _cells,
    "information": _information,
    "sequences": _sequences,
    "fit": _fit,
    "convergence": _lab,
    "rates": _rates,
    "checker": _checker,
}


def _missing(preset: str) -> MoevizError:
    return MoevizError(f"Expected a kept result of {preset} with its numbers, but there is none.")


def _line(curve: Curve, place: int) -> dict[str, Any]:
    points = [
        [math.log10(n), math.log10(mean)]
        for n, mean in zip(curve.n, curve.mean, strict=True)
        if mean is not None and mean > 0
    ]
    dash = {"dash": "7,5"} if place == 0 else {}
    return {"points": points, "width": 3, "colour": 1 - place, **dash}


def _framed(lines: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Return a panel around lines, with two axes."""
    xs, ys = zip(*(point for line in lines for point in line["points"]), strict=True)
    wide, tall = 0.06 * (max(xs) - min(xs)), 0.12 * (max(ys) - min(ys))
    (left, right), (low, high) = (
        (min(xs) - wide, max(xs) + wide),
        (min(ys) - tall, max(ys) + tall),
    )
    axes = {"points": [[left, high], [left, low], [right, low]], "width": 2, "colour": "quiet"}
    return {"x": [left, right], "y": [low, high], "lines": [axes, *lines]}


def _box(x: float, y: float, half: float) -> list[list[float]]:
    corners = ((-half, -half), (half, -half), (half, half), (-half, half))
    return [[x + a, y + b] for a, b in corners]
