"""A plane through a trained router as the picture of gates can show it, and what is lost."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from moeviz.charts.gates import FEATURED, FEWEST, MOST, TALL, WIDE, Point
from moeviz.errors import SpecificationError
from moeviz.model.gates import TOP
from moeviz.model.routings import TEMPERATURE, Tempered
from moeviz.model.scores import SCORES, TAU1, TAU2, Domain
from moeviz.theory.gauge import RIM
from moeviz.train.slice import Numbers, Slice

WITHIN = 0.92
"""Share of the way from the middle to the edge that no vector exceeds."""

INSIDE = 0.9
"""Share of the picture that holds nearly all tokens."""

EDGE = 0.97
"""Share of the way from the middle to the edge that the input may be away."""

NEARLY_ALL = 95
"""Percent of the tokens."""


@dataclass(frozen=True)
class OnGates:
    """What the picture of gates shows of a plane.

    Attributes
    ----------
    models : tuple of (str, str)
        Router and gate, left and right: on the left the plane's scores; on the right the router
        itself where its name differs, else another one for comparison.
    constants : mapping of str to float
    vectors : tuple of (float, float)
    offsets : tuple of float
    x : (float, float)
        The token that lies nearest to the plane.
    experts : tuple of int
        Which experts they are, from 0.
    words : str
        What is exact and what is lost.
    """

    models: tuple[tuple[str, str], ...]
    constants: Mapping[str, float]
    vectors: tuple[Point, ...]
    offsets: tuple[float, ...]
    x: Point
    experts: tuple[int, ...]
    words: str


def on_gates(found: Slice) -> OnGates:
    """Return a plane as the picture of gates can show it.

    Parameters
    ----------
    found : Slice

    Raises
    ------
    SpecificationError
        If there are too few experts.

    Notes
    -----
    The picture's units are its own. A plane's place y becomes y/c. A dot product stays where
    vectors, offsets and temperature take one factor more; a perturbed cosine where tau2 becomes
    tau2/c; and whatever tau1 is, vectors tau1 u/(1 - |u|) have the coordinates u.
    """
    if len(found.vectors) < FEWEST:
        raise SpecificationError(
            f"Expected at least {FEWEST} experts for a picture of who answers, but got "
            f"{len(found.vectors)}; train more."
        )
    experts = tuple(sorted(np.argsort(-found.load, kind="stable")[:MOST].tolist()))
    u, offsets = found.vectors[list(experts)], found.offsets[list(experts)]
    scale = _scale(found.tokens)
    gate = found.gate.name
    constants: dict[str, float] = {"temperature": float(getattr(found.gate, "temperature", 1.0))}
    if hasattr(found.gate, "top"):
        constants["top"] = min(float(found.gate.top), TOP.high)
    score = found.score
    if score.flat:
        own = score.name
        if isinstance(found.gate, Tempered) and found.gate.gate.normalised:
            offsets = offsets - offsets.mean()  # Such a gate sees differences alone.
        vectors, times, offsets = _linear(u, offsets, scale, constants["temperature"])
        constants["temperature"] *= times
    elif score.domain is Domain.SPHERE and np.linalg.norm(u, axis=1).min() > RIM:
        own = score.name
        vectors = _times(u) * u
    else:
        own = next(name for name, known in SCORES.items() if known.domain is Domain.BALL)
        vectors, constants["tau1"] = _in_ball(u)
        tau2 = float(getattr(score, "tau2", 0.0)) / scale
        constants["tau2"] = min(tau2, TAU2.high)
    other = score.name if score.name != own else next(n for n in FEATURED if n != own)
    x = found.tokens[found.nearest] / scale
    return OnGates(
        models=((own, gate), (other, gate)),
        constants=constants,
        vectors=tuple((float(a), float(b)) for a, b in vectors),
        offsets=tuple(map(float, offsets)),
        x=(_inside(float(x[0]), WIDE), _inside(float(x[1]), TALL)),
        experts=experts,
        words=_words(found, experts, own),
    )


def _scale(tokens: Numbers) -> float:
    """Return by what places are divided, so that nearly all of them are on the picture."""
    far = [
        np.percentile(abs(tokens[:, at]), NEARLY_ALL) / (INSIDE * end)
        for at, end in enumerate((WIDE[1], TALL[1]))
    ]
    return float(max(*far, 1e-9))


def _inside(value: float, ends: Point) -> float:
    return min(max(value, EDGE * ends[0]), EDGE * ends[1])


def _linear(
    u: Numbers, offsets: Numbers, scale: float, temperature: float
) -> tuple[Numbers, float, Numbers]:
    """Return vectors and offsets of a dot product of places, and what the temperature takes."""
    vectors = scale * u
    low, high = (end / temperature for end in (TEMPERATURE.low, TEMPERATURE.high))
    times = min(max(_times(vectors), low), high)
    return times * vectors, times, times * offsets


def _times(vectors: Numbers) -> float:
    """Return how often as long vectors may be for all to stand on the picture."""
    far = float((abs(vectors) / (WIDE[1], TALL[1])).max())
    return WITHIN / far if far > 0.0 else 1.0


def _in_ball(u: Numbers) -> tuple[Numbers, float]:
    """Return vectors whose coordinates are u, and tau1."""
    length = np.minimum(np.linalg.norm(u, axis=1, keepdims=True), RIM)
    plain = u / (1.0 - length)
    tau1 = min(max(_times(plain), TAU1.low), TAU1.high)
    vectors = tau1 * plain
    # A coordinate at the rim is an endless vector; one at the picture's edge is nearly the same.
    far = (abs(vectors) / (WIDE[1], TALL[1])).max(axis=1, keepdims=True)
    return vectors / np.maximum(far / WITHIN, 1.0), tau1


def _words(found: Slice, experts: tuple[int, ...], own: str) -> str:
    if found.centred:
        said = [
            "On the plane the scores on the left are the router's own, with the mean token in each "
            "expert's offset; what tokens have beside the plane is lost."
        ]
    elif own == found.score.name and found.score.domain is Domain.SPHERE:
        said = ["All vectors lie in this plane: on the left stands the router itself."]
    elif own == found.score.name:
        said = [
            "On the plane the scores on the left are the router's own; a token's length beside the "
            "plane, which divides its scores, is lost."
        ]
    else:
        said = [
            "On the plane the scores on the left are the router's own: a vector that leaves the "
            "plane has only a part of its length in it, which acts as τ₁ does, so that the plane "
            f"shows a {SCORES[own].title} with τ₂ = 0. On the right the same arrows count by their "
            "directions alone, as if they lay in the plane. A token's length beside it is lost."
        ]
    if not found.same_weights:
        said.append(
            "The picture has no gate that divides these weights by their sum: it shows them "
            "undivided."
        )
    if len(experts) < len(found.vectors):
        said.append(
            f"The picture holds {len(experts)} experts, here those with most tokens "
            f"({', '.join(str(expert + 1) for expert in experts)})."
        )
    return " ".join(said)


def shorter(value: float) -> float:
    """Return a number with the digits that a link needs."""
    return float(f"{value:.5g}") if math.isfinite(value) else 0.0
