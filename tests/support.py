"""Random models, measures and data for tests."""

from __future__ import annotations

import ast
import itertools
import math
from collections.abc import Callable, Collection, Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from hypothesis import strategies as st

from moeviz.estimate import Problem, box
from moeviz.model import (
    EXPERTS,
    GATES,
    OUTPUTS,
    SCORES,
    Domain,
    Features,
    Layout,
    MixingMeasure,
    Mixture,
    Part,
    make_mixture,
)
from moeviz.study import Preset
from moeviz.theory import translate
from moeviz.theory.fibre import nearest_experts
from moeviz.theory.gauge import sphere_translations

if TYPE_CHECKING:
    from torch import Tensor


def go_together(gate: str = "softmax", output: str = "regression", **others: str) -> bool:
    """Whether a gate can serve an output: a density needs weights that sum to 1."""
    return GATES[gate].normalised or not OUTPUTS[output].density


COMBINATIONS = [
    names
    for names in itertools.product(SCORES, GATES, EXPERTS, OUTPUTS)
    if go_together(gate=names[1], output=names[3])
]
"""Names of score, gate, expert and output, wherever the four go together."""

NORMALISED = [name for name, gate in GATES.items() if gate.normalised]
DENSITIES = [name for name, output in OUTPUTS.items() if output.density]
TOP = [name for name, gate in GATES.items() if "top" in [c.name for c in gate.constants]]
DENSE = [name for name in GATES if name not in TOP]
"""Gates that let all experts through; as long as there are no more than K, so do the others."""


def pairings(gates: list[str], outputs: list[str]) -> list[tuple[str, str, str, str]]:
    """Few combinations in which any two parts meet, each score and expert with gate and output.

    Each score meets each expert once; the pairs of gate and output take turns along both.
    """
    models = [names[1::2] for names in COMBINATIONS if names[1] in gates and names[3] in outputs]
    models = list(dict.fromkeys(models))
    found = []
    for (i, score), (j, expert) in itertools.product(enumerate(SCORES), enumerate(EXPERTS)):
        gate, output = models[(3 * i + j) % len(models)]
        found.append((score, gate, expert, output))
    return found


PAIRINGS = pairings(list(GATES), list(OUTPUTS))
TOP_PAIRINGS = pairings(TOP, list(OUTPUTS))
DENSITY_PAIRINGS = pairings(NORMALISED, DENSITIES)

OWN = {"score_formula": "dot(b,x)/(norm(x) + 0.5)", "expert_formula": "s1*tanh(t) + exp(-t^2)"}
"""Formulas of one's own that no registered part has; the usual ones are others' twins."""

GOLDEN = math.pi * (3.0 - math.sqrt(5.0))
"""Turned by this angle again and again, directions in the plane stay apart."""


def uniform(rng: torch.Generator, *shape: int, low: float = -1.0, high: float = 1.0) -> Tensor:
    return torch.rand(*shape, generator=rng, dtype=torch.float64) * (high - low) + low


def normal(rng: torch.Generator, *shape: int) -> Tensor:
    return torch.randn(*shape, generator=rng, dtype=torch.float64)


def combined(*names: str, **constants: float | str) -> Mixture:
    """A mixture of named parts, with constants that are not the usual ones."""
    return make_mixture(
        *names, **{"tau1": 0.4, "tau2": 0.3, "degree": 3, "classes": 3, **OWN, **constants}
    )


def anywhere(rng: torch.Generator, mixture: Mixture, layout: Layout, *lead: int) -> Tensor:
    """Random parameters, shape (*lead, P), with positive variances and fixed offsets at 0."""
    theta = 0.8 * normal(rng, *lead, layout.size)
    own = mixture.output.scalars
    for atom in range(layout.atoms):
        stop = layout.column(atom, "expert").stop
        theta[..., stop - own : stop] = theta[..., stop - own : stop].abs() + 0.5
        if not mixture.score.has_offset:
            theta[..., layout.column(atom, "weight")] = 0.0
    return theta


def apart(rng: torch.Generator, mixture: Mixture, layout: Layout) -> Tensor:
    """A truth, shape (P,), whose experts are all alive and far from each other.

    Predictors are steep and point in different directions, intercepts are small against them, so
    that every kink and every bend lies among inputs from -1 to 1.
    """
    theta = anywhere(rng, mixture, layout)
    head = 0
    for atom in range(layout.atoms):
        column = layout.column(atom, "expert").start
        for part in layout.expert_parts:
            at = slice(column, column + part.width)
            column += part.width
            if part.name.startswith(("a", "W1")):
                theta[at] = _steepness(mixture, head) * _direction(part.width, head)
                head += 1
            elif part.name.startswith("b"):
                theta[at] = 0.3 * math.cos(2.0 * head) * (1.0 + 0.2 * uniform(rng, 1))
            elif part.name.startswith(("lambda", "W2", "s_")):
                theta[at] = 1.0 + 0.5 * torch.arange(part.width, dtype=theta.dtype)
                theta[at] *= (-1.0) ** atom
            elif part.name == "nu":
                theta[at] = 0.3 + 0.2 * atom
    return theta


def serving(rng: torch.Generator, mixture: Mixture, layout: Layout, x: Tensor) -> Tensor:
    """A few truths, shape (4, P), whose experts are all let through and left out somewhere.

    Of random gates, or experts that compete, those whose rarest leaving-out is commonest among
    inputs `x`, shape (D, N): what a gate never lets through no data show.
    """
    draws = apart(rng, mixture, layout).expand(128, -1).clone().unflatten(-1, (layout.atoms, -1))
    other = anywhere(rng, mixture, layout, 128).unflatten(-1, (layout.atoms, -1))
    own = layout.weight_column + 1
    draws[..., :own] = 2.0 * other[..., :own]
    theta = (other if mixture.score.reads_expert else draws).flatten(-2)
    left_out = (mixture.values(theta, mixture.features(x)).weights == 0).double().mean(-1)
    return theta[left_out.amin(-1).topk(4).indices]


def _steepness(mixture: Mixture, head: int) -> float:
    if mixture.expert.name == "polynomial":
        return 1.3 + 0.2 * (head % 3)
    return 3.0 + 0.7 * (head % 4)


def _direction(width: int, head: int) -> Tensor:
    angle = 0.4 + GOLDEN * head
    first = [math.cos(angle), math.sin(angle)] if width > 1 else [(-1.0) ** head]
    rest = [0.4 * math.sin(1.0 + 3.0 * head + i) for i in range(width - len(first))]
    return torch.tensor([*first, *rest], dtype=torch.float64)


def one_set(features: Features) -> Features:
    """The same features as one data set of many."""
    return Features(features.gate.unsqueeze(0), features.expert.unsqueeze(0))


def observe(rng: torch.Generator, mixture: Mixture, theta: Tensor, features: Features) -> Tensor:
    """Observations of a mixture."""
    values = mixture.values(theta, features)
    shape = values.weights.shape[:-2] + values.weights.shape[-1:]
    return mixture.output.observe(values, uniform(rng, *shape, low=0.0), normal(rng, *shape))


def by_differences(function, theta: Tensor, step: float = 1e-5) -> Tensor:
    """Central differences of a batched function by theta, shape (P,): shape (P, ...)."""
    moves = step * torch.eye(theta.numel(), dtype=theta.dtype)
    return (function(theta + moves) - function(theta - moves)) / (2.0 * step)


def orbit(
    rng: torch.Generator, mixture: Mixture, measure: MixingMeasure
) -> Iterator[MixingMeasure]:
    """Some measures of the same function by the declared gauge, of one with leading axis 1."""
    score, u = mixture.score, mixture.score.coordinates(measure.gate)
    yield measure.replace(
        expert=nearest_experts(mixture, measure.expert, 2.0 * normal(rng, *measure.expert.shape))
    )
    if score.domain is Domain.SPHERE:
        yield measure.replace(gate=measure.gate * uniform(rng, *u.shape[:-1], 1, low=0.2, high=5.0))
    if not mixture.gate.normalised:
        return
    if score.domain is Domain.SPHERE:
        target = torch.nn.functional.normalize(u + 0.3, dim=-1)
        moves = list(sphere_translations(u, target, torch.softmax(measure.log_weight, -1)))
    elif score.domain is Domain.BALL:
        room = 1.0 - torch.linalg.vector_norm(u, dim=-1).amax(-1, keepdim=True)
        moves = [0.9 * room * torch.nn.functional.normalize(torch.ones_like(u[:, 0]), dim=-1)]
    else:
        moves = [torch.full_like(u[:, 0], 3.0)]
    shift = torch.tensor([0.7 if score.has_offset else 0.0], dtype=torch.float64)
    for v in moves:
        yield translate(measure, score, v, shift)


def measure(
    weight: list[float], gate: list[list[float]], expert: list[list[float]]
) -> MixingMeasure:
    """A measure of one replicate, leading axis 1."""
    return MixingMeasure(
        torch.tensor([weight], dtype=torch.float64).log(),
        {
            "gate": torch.tensor([gate], dtype=torch.float64),
            "expert": torch.tensor([expert], dtype=torch.float64),
        },
    )


@st.composite
def measures(
    draw: st.DrawFn, atoms: int | None = None, replicates: int = 2, logistic: bool = False
) -> MixingMeasure:
    """Random measures with several parts per block and `replicates` leading rows.

    The gate is a symmetric matrix in two dimensions and a vector; the first atom's may be zero.
    """
    k = atoms if atoms is not None else draw(st.integers(1, 5))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    layout = Layout(
        k,
        (Part("A", "A", 3, (1.0, 2.0, 1.0)), Part("b_gate", "b", 2)),
        (Part("a", "a", 2), Part("b", "b", 1), Part("nu", r"\nu", 1)),
        logistic,
    )
    theta = torch.from_numpy(rng.normal(size=(replicates, layout.size)))
    if draw(st.booleans()):
        theta[:, layout.column(0, "gate")] = 0.0
    return layout.unpack(theta)


def task(
    rng: torch.Generator,
    *names: str,
    atoms: int = 2,
    dimension: int = 2,
    fits: int = 6,
    n: int = 500,
    half: float = 8.0,
    reach: float = 1.0,
    shake: float = 0.1,
    **constants: float,
) -> tuple[Problem, Tensor, Tensor]:
    """A problem with data of a truth whose experts lie apart, starts near it, and the truth.

    Inputs lie between minus and plus `reach`; starts are `shake` away in every coordinate.
    """
    mixture = make_mixture(*names, **{**OWN, **constants})
    layout = mixture.layout(atoms, dimension)
    lower, upper = box(mixture, layout, half)
    truth = torch.minimum(torch.maximum(apart(rng, mixture, layout), lower), upper)
    features = mixture.features(uniform(rng, fits, dimension, n, low=-reach, high=reach))
    response = observe(rng, mixture, truth.expand(fits, -1), features)
    start = truth + shake * normal(rng, fits, layout.size)
    problem = Problem(mixture, features, response, torch.arange(fits), lower, upper)
    return problem, problem.clamp(start), truth


def some_fits(problem: Problem, rows: list[int]) -> Problem:
    """The problem of some of the data sets."""
    features = Features(problem.features.gate[rows], problem.features.expert[rows])
    return replace(
        problem, features=features, response=problem.response[rows], rows=torch.arange(len(rows))
    )


def fewer(preset: Preset, dimension: int) -> dict[str, Any]:
    """Fields that make a preset of many inputs one of few, with at most four true experts."""
    changes: dict[str, Any] = {}
    if preset.values.get("dimension", 2) > 4:
        changes["dimension"] = dimension
    if preset.values.get("true_atoms", 2) > 4:
        extra = preset.values["atoms"] - preset.values["true_atoms"]
        changes |= {"true_atoms": 4, "atoms": 4 + extra}
    return changes


@cache
def parsed(path: Path) -> ast.Module:
    """Return what a file of Python says. Read it only: many tests look at the same files."""
    return ast.parse(path.read_text(encoding="utf-8"))


@cache
def nodes_of(path: Path) -> tuple[ast.AST, ...]:
    """Return all nodes of a file of Python."""
    return tuple(ast.walk(parsed(path)))


def of_every(those: Collection[Any]) -> Callable[[Callable[[Any], None]], Callable[[], None]]:
    """Make one test of a quick check that each of many must pass; it names all that do not."""

    def decorate(check: Callable[[Any], None]) -> Callable[[], None]:
        def test() -> None:
            failed = []
            for one in those:
                try:
                    check(one)
                except AssertionError as error:
                    failed.append(f"{one}: {error}")
                except Exception as error:
                    error.add_note(f"That was {one}.")
                    raise
            assert those
            assert failed == []

        test.__doc__ = check.__doc__
        return test

    return decorate
