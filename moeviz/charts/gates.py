"""Two gates side by side under one set of handles: the document of their picture.

The browser computes the picture from formulas (:mod:`moeviz.charts.trees`); here stands what these
are, where the handles begin, and how parameters follow from the vectors that are dragged.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from moeviz.charts.trees import (
    affinity_document,
    expert_tree,
    gate_document,
    score_document,
    score_tree,
    steps_document,
)
from moeviz.model import (
    SCORES,
    Domain,
    Routing,
    Score,
    make_affinity,
    make_expert,
    make_routing,
    make_score,
)
from moeviz.model.affinities import SoftplusAffinity
from moeviz.model.competition import CompetitionScore
from moeviz.model.formula import Symbol, Tree, gate_width
from moeviz.model.formula.build import ONE, add, call, minus, multiply, raised
from moeviz.model.formula.spell import FULL, SYMMETRIC, form_terms
from moeviz.model.reading import formula_of, numbers_of
from moeviz.model.scores import CosineScore, LinearScore, PerturbedCosineScore

COSINE, PERTURBED = CosineScore.name, PerturbedCosineScore.name
LINEAR, COMPETITION = LinearScore.name, CompetitionScore.name
"""Routers that the pictures begin with."""

FEATURED = tuple(name for name, score in SCORES.items() if score.featured)
"""Routers that a first look sets side by side."""

Point = tuple[float, float]

INPUTS = 2
"""The picture is a plane, so that the input has two entries."""

WIDE: Point = (-3.0, 3.0)
TALL: Point = (-2.0, 2.0)
"""The part of the plane that is drawn."""

STARTS: tuple[Point, ...] = (
    (0.9, 0.25),
    (-0.6, 0.75),
    (-0.25, -0.95),
    (0.65, -0.65),
    (-0.95, -0.1),
    (0.2, 0.95),
    (-0.7, -0.6),
    (-0.85, 0.45),
)
"""Where the experts' vectors begin."""

FEWEST, MOST = 2, len(STARTS)
FIRST: tuple[Point, ...] = ((1.8, 0.5), *STARTS[1:])
"""Where they are at first: the first one is pulled to twice its length."""

INPUT: Point = (1.2, -0.8)
"""The input at which weights are read off."""

LINE: tuple[Point, Point] = ((-2.4, -1.2), (2.4, 1.2))
"""Where the line through the plane begins and ends."""

SHIFT: Point = (0.2, 0.15)
"""What is added to all vectors at first, where something is."""

WINNER, TOTAL = "winner", "sum"


@dataclass(frozen=True)
class Setup:
    """What the picture of two gates shows.

    Attributes
    ----------
    models : tuple of (str, str)
        A router and a gate for each panel, by their names.
    constants : mapping of str to Any
        Of their parts.
    vectors, start : tuple of (float, float)
        One for each expert: where it is, and where it began.
    offsets : tuple of float
        One for each expert.
    x : (float, float)
        The input at which weights are read off.
    shift : (float, float) or None
        What is added to every vector.
    line : tuple of two (float, float), or None
        A line in x along which the weights are followed.
    view : str
        What is coloured: ``"winner"``, ``"sum"`` or an expert's number, from 1.
    expert : str
        Whose value a router reads that reads one.
    affinities : tuple of str
        How such a router reads it, in each panel; the theory's way is softplus.
    """

    models: tuple[tuple[str, str], ...]
    constants: Mapping[str, Any] = field(default_factory=dict)
    vectors: tuple[Point, ...] = FIRST[:3]
    start: tuple[Point, ...] = STARTS[:3]
    offsets: tuple[float, ...] = (0.0, 0.0, 0.0)
    x: Point = INPUT
    shift: Point | None = None
    line: tuple[Point, Point] | None = None
    view: str = WINNER
    expert: str = "linear"
    affinities: tuple[str, ...] = (SoftplusAffinity.name, SoftplusAffinity.name)


def gates_document(setup: Setup) -> dict[str, Any]:
    """Return the document of the picture, for the scene ``gates``.

    Parameters
    ----------
    setup : Setup

    Raises
    ------
    FormulaError
        If a typed score needs more inputs than two.
    SpecificationError
        If a constant is out of its range.
    UnknownNameError
        If there is no such router, gate or expert.
    """
    parts = [
        (make_score(router, **setup.constants), make_routing(gate, **setup.constants))
        for router, gate in setup.models
    ]
    names = _short_names(parts)
    return {
        "handles": _handles(setup),
        "models": [
            {**_model(score, gate, setup, panel), "short": name}
            for panel, ((score, gate), name) in enumerate(zip(parts, names, strict=True))
        ],
        "x": WIDE,
        "y": TALL,
        "start": setup.start,
        "offsets": setup.offsets,
        "experts": len(setup.vectors),
        "shifted": setup.shift is not None,
        "line": setup.line is not None,
        "view": setup.view,
    }


def _handles(setup: Setup) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = [
        {
            "id": f"b{i}",
            "name": f"β{_LOW[i]}",
            "title": f"β{_LOW[i]}, the vector of expert {i}",
            "kind": "vector",
            "at": at,
            "colour": i - 1,
            "ghost": began,
            "rail": began,
        }
        for i, (at, began) in enumerate(zip(setup.vectors, setup.start, strict=True), start=1)
    ]
    point = {"kind": "point", "colour": "text", "panels": [0, 1]}
    found.append({**point, "id": "x", "name": "input x", "title": "x, the input", "at": setup.x})
    if setup.shift is not None:
        said = "v, added to all"
        found.append(
            {**point, "kind": "vector", "id": "v", "name": "v", "title": said, "at": setup.shift}
        )
    for name, at in zip("pq", setup.line or (), strict=False):
        title = f"{name}, an end of the line"
        found.append({**point, "id": name, "name": name, "title": title, "at": at})
    return [{"panels": [0, 1], **handle} for handle in found]


_LOW = "₀₁₂₃₄₅₆₇₈₉"


def _short_names(parts: Sequence[tuple[Score, Routing]]) -> list[str]:
    """Return what tells the panels apart."""
    routers = [score.title for score, _ in parts]
    gates = [gate.title for _, gate in parts]
    for names in (routers, gates):
        if len(set(names)) == len(names):
            return names
    return ["left", "right"][: len(parts)]


def _model(score: Score, gate: Routing, setup: Setup, panel: int) -> dict[str, Any]:
    expert = make_expert(setup.expert, **setup.constants)
    reads = score.reads_expert
    atoms = len(setup.vectors)
    width, moved = _layout(score, expert.width(INPUTS) if reads else None)
    weighed = gate_document(gate, atoms)
    model: dict[str, Any] = {
        "title": f"{score.title[0].upper()}{score.title[1:]}",
        "note": gate.title,
        "score": score_document(score, INPUTS, expert),
        "affinity": None,
        "reads": reads,
        "gate": weighed,
        "constants": numbers_of(score) | numbers_of(gate) | (numbers_of(expert) if reads else {}),
        "vector": moved,
        "rest": [_rest(width, moved, i, reads) for i in range(atoms)],
        "offset": score.has_offset,
        "sums": weighed["divided"],
        "kept": gate.kept(atoms),
        "shift": shift_document(score),
        "ball": score.domain is Domain.BALL,
    }
    if reads:
        affinity = make_affinity(setup.affinities[panel])
        model["note"] = f"{gate.title}, {expert.title}, κ = {affinity.title}"
        if reads_otherwise(setup, panel, score):
            model["score"] = steps_document(expert_tree(expert, INPUTS))
            model["affinity"] = affinity_document(affinity, atoms)
    return model


def reads_otherwise(setup: Setup, panel: int, score: Score) -> bool:
    """Return whether a panel's score reads the expert's value by another affinity than its own.

    Parameters
    ----------
    setup : Setup
    panel : int
        From 0.
    score : Score
    """
    return score.reads_expert and setup.affinities[panel] != SoftplusAffinity.name


def _layout(score: Score, expert_width: int | None) -> tuple[int, list[int]]:
    """Return how many parameters b1, b2, ... there are, and which ones the vector is."""
    if expert_width is not None:
        return expert_width, [1, 2]
    tree = formula_of(score)
    width = gate_width(tree, INPUTS)
    matrices = tree.names & {FULL, SYMMETRIC}
    before = sum(len(form_terms(matrix, INPUTS)) for matrix in matrices)
    if width > before:
        return width, list(range(before + 1, min(before + INPUTS, width) + 1))
    return width, [1, before]  # The diagonal of a matrix that stands alone.


def _rest(width: int, moved: Sequence[int], expert: int, reads: bool) -> dict[str, float]:
    """Return the parameters that no handle moves: gentle numbers that differ between experts."""
    return {
        f"b{k}": 1.0 if reads else round(0.4 * math.cos(2.0 * expert + k), 2)
        for k in range(1, width + 1)
        if k not in moved
    } | ({f"b{INPUTS + 1}": 0.0} if reads else {})


def parameters(setup: Setup, score: Score, vectors: Sequence[Point]) -> list[list[float]]:
    """Return every expert's parameters b1, b2, ... of a score, as the browser has them.

    Parameters
    ----------
    setup : Setup
        Which expert a score reads, and the constants.
    score : Score
    vectors : sequence of (float, float)
        The experts' vectors.
    """
    expert = make_expert(setup.expert, **setup.constants)
    width, moved = _layout(score, expert.width(INPUTS) if score.reads_expert else None)
    found = []
    for i, vector in enumerate(vectors):
        values = _rest(width, moved, i, score.reads_expert)
        values |= {f"b{k}": value for k, value in zip(moved, vector, strict=False)}
        found.append([values[f"b{k}"] for k in range(1, width + 1)])
    return found


def shift_document(score: Score) -> dict[str, Any]:
    r"""Return the parameters b1, b2 after a vector v1, v2 is added in the score's coordinates.

    Where the coordinates fill a ball, :math:`u = \beta/(\|\beta\| + \tau_1)`, v is added to u; the
    third formula is :math:`1 - \|u + v\|`, which must be positive. Elsewhere v is added to the
    vector itself.

    Parameters
    ----------
    score : Score
    """
    b, v = _both("b"), _both("v")
    if score.domain is not Domain.BALL:
        return steps_document(*(add(s, t) for s, t in zip(b, v, strict=True)), ONE)
    tau = Symbol("tau1")
    length = add(_norm(b), tau)
    u = [add(multiply(s, raised(length, -1)), t) for s, t in zip(b, v, strict=True)]
    room = add(minus(_norm(u)), ONE)
    return steps_document(*(multiply(tau, s, raised(room, -1)) for s in u), room)


def _both(letter: str) -> list[Tree]:
    return [Symbol(f"{letter}{k}") for k in range(1, INPUTS + 1)]


def _norm(vector: Sequence[Tree]) -> Tree:
    return call("sqrt", add(*(raised(entry, 2) for entry in vector)))


def score_of(setup: Setup, panel: int) -> tuple[Score, Tree]:
    """Return a panel's score and its formula in x1, x2, b1, b2, ....

    Parameters
    ----------
    setup : Setup
    panel : int
        From 0.

    Raises
    ------
    FormulaError
        As :func:`~moeviz.charts.trees.score_tree`.
    """
    score = make_score(setup.models[panel][0], **setup.constants)
    return score, score_tree(score, INPUTS, make_expert(setup.expert, **setup.constants))
