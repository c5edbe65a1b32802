"""The two models of the picture of gates, typeset with today's numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import torch

from moeviz.charts.formula import equation
from moeviz.charts.gates import (
    INPUTS,
    TALL,
    WIDE,
    Point,
    Setup,
    parameters,
    reads_otherwise,
    score_of,
)
from moeviz.charts.parts import affinity_part, expert_part, gate_part, score_part, typed_part
from moeviz.model import Domain, Score, make_affinity, make_expert, make_routing
from moeviz.model.custom import CUSTOM
from moeviz.model.formula import Mark, bracketed, evaluate, marked
from moeviz.text import signed

if TYPE_CHECKING:
    from torch import Tensor


def gates_formula(setup: Setup) -> str:
    """Return router and gate of each panel and the weights at x, as MathML inside of spans.

    Parameters
    ----------
    setup : Setup

    Raises
    ------
    FormulaError, SpecificationError, UnknownNameError
        As :func:`~moeviz.charts.gates.gates_document`.
    """
    found = []
    for panel in range(len(setup.models)):
        found += _equations(setup, panel)
    return "".join(dict.fromkeys(found))


def _equations(setup: Setup, panel: int) -> list[str]:
    score, _ = score_of(setup, panel)
    gate = make_routing(setup.models[panel][1], **setup.constants)
    x = Mark("x", "", f"input, on show at {_pair(setup.x)}")
    if reads_otherwise(setup, panel, score):
        part = affinity_part(make_affinity(setup.affinities[panel]), score)
    elif score.name == CUSTOM:
        part = typed_part(score, x)
    else:
        part = score_part(score, x, INPUTS)
    vectors = ", ".join(f"β{i} = {_pair(at)}" for i, at in enumerate(setup.vectors, start=1))
    offsets = ", ".join(signed(offset) for offset in setup.offsets)
    said = {
        "b": f"vectors of the experts: {vectors}",
        "offset": f"offsets of the experts: {offsets}",
    }
    marks = {
        name: replace(mark, meaning=said.get(name, mark.meaning.replace(" that a fit finds", "")))
        for name, mark in part.marks.items()
    }
    left = marked(Mark("s", "i", "score of expert i")) + "<mo>=</mo>"
    found = [equation(left + replace(part, marks=marks).print(), score.title)]
    if score.reads_expert:
        expert = make_expert(setup.expert, **setup.constants)
        own = expert_part(expert, x, INPUTS)
        meaning = f"slopes of the experts, in your hand: {vectors.replace('β', 'a')}"
        slopes = {
            name: replace(mark, meaning=meaning) if name in ("a", "a1") else mark
            for name, mark in own.marks.items()
        }
        value = marked(Mark("h", "i", "value of expert i")) + "<mo>=</mo>"
        found.append(equation(value + replace(own, marks=slopes).print(), expert.title))
    weights = library_weights(setup, panel, setup.vectors, [setup.x])[:, 0].tolist()
    numbers = "<mo>,</mo>".join(f"<mn>{signed(weight, 3)}</mn>" for weight in weights)
    here = f"weights of experts 1 to {len(weights)} at x = {_pair(setup.x)}"
    name = marked(Mark("g", "", here)) + bracketed(marked(x)) + "<mo>=</mo>"
    weight = marked(Mark("g", "i", "weight of expert i")) + "<mo>=</mo>"
    found.append(equation(weight + gate_part(gate).print(), gate.title))
    if setup.shift is None:
        found.append(equation(name + bracketed(numbers), score.title))
    return found


def movement(setup: Setup, panel: int) -> float:
    """Return the most that a weight of a panel moves between start and now, as the picture counts.

    Parameters
    ----------
    setup : Setup
        The shift is not added.
    panel : int
        From 0.
    """
    (left, right), (low, high) = WIDE, TALL
    nx, ny = _LATTICE
    points = [
        (left + (i + 0.5) * (right - left) / nx, low + (j + 0.5) * (high - low) / ny)
        for j in range(ny)
        for i in range(nx)
    ]
    before, after = (
        library_weights(setup, panel, vectors, points) for vectors in (setup.start, setup.vectors)
    )
    return float((after - before).abs().max())


_LATTICE = (96, 64)
"""Cells of the plane, as many as the browser takes while a hand moves."""


def library_weights(
    setup: Setup, panel: int, vectors: Sequence[Point], points: Sequence[Point]
) -> Tensor:
    """Return the weights of a panel's experts as the library computes them.

    Parameters
    ----------
    setup : Setup
    panel : int
        From 0.
    vectors : sequence of (float, float)
        The experts' vectors; the setup's shift is not added.
    points : sequence of (float, float)
        N inputs.

    Returns
    -------
    Tensor, shape (K, N)
    """
    score, tree = score_of(setup, panel)
    gate = make_routing(setup.models[panel][1], **setup.constants)
    beta = torch.tensor(parameters(setup, score, vectors), dtype=torch.float64)
    x = torch.tensor(points, dtype=torch.float64).reshape(-1, INPUTS).T
    if score.reads_expert:
        scores = _of_values(setup, panel, beta, x)
    elif score.name == CUSTOM:
        # Any typed score, also one that the lab does not fit.
        values = {f"b{k + 1}": row.unsqueeze(-1) for k, row in enumerate(beta.unbind(-1))}
        values |= {f"x{k + 1}": row for k, row in enumerate(x)}
        scores = evaluate(tree, values).expand(len(vectors), x.shape[-1])
    else:
        scores = score.coordinates(beta) @ score.features(x)
    offsets = torch.tensor(setup.offsets, dtype=torch.float64).unsqueeze(-1)
    return gate.weights(scores + offsets if score.has_offset else scores.clone())


def _of_values(setup: Setup, panel: int, eta: Tensor, x: Tensor) -> Tensor:
    score, _ = score_of(setup, panel)
    expert = make_expert(setup.expert, **setup.constants)
    width = INPUTS + 1
    ones = torch.cat([x, torch.ones_like(x[:1])])
    heads = [eta[:, h * width : (h + 1) * width] @ ones for h in range(expert.heads)]
    scalars = [eta[:, k : k + 1] for k in range(expert.heads * width, eta.shape[-1])]
    value = expert.value_and_slopes(heads, scalars)[0]
    if reads_otherwise(setup, panel, score):
        return make_affinity(setup.affinities[panel]).of(value.unsqueeze(0))
    return score.affinity(value)[0]


def shifted(setup: Setup, score: Score) -> list[list[float] | None]:
    """Return the experts' vectors after v was added in the score's coordinates.

    Parameters
    ----------
    setup : Setup
        With a shift.
    score : Score

    Returns
    -------
    list
        None for an expert whose coordinates leave the ball.
    """
    beta = torch.tensor(setup.vectors, dtype=torch.float64)
    v = torch.tensor(setup.shift, dtype=torch.float64)
    if score.domain is not Domain.BALL:
        return [list(row) for row in (beta + v).tolist()]
    u = score.coordinates(beta) + v
    inside = (u * u).sum(-1) < 1.0
    return [
        score.parameter(row).tolist() if fits else None
        for row, fits in zip(u, inside.tolist(), strict=True)
    ]


def _pair(at: Point) -> str:
    return f"({', '.join(signed(value) for value in at)})"
