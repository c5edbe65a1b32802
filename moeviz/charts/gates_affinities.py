"""Competition by the theory and by the algorithm, affinity by affinity, with what can go wrong."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import torch

from moeviz.charts.gates import COMPETITION, TALL, WIDE, Setup
from moeviz.charts.gates_formula import library_weights
from moeviz.model import AFFINITIES, Routing, make_routing
from moeviz.model.affinities import SoftplusAffinity
from moeviz.text import signed

THEORY, ALGORITHM = "softmax", "winners-share"
"""The gates of `compete` eq. 6 and of its algorithm."""

_ACROSS, _UP = 24, 16
"""Points of the plane at which weights are looked at; an even number, so that none is 0."""


@dataclass(frozen=True)
class Competition:
    """How one gate weighs experts by their own answers.

    Attributes
    ----------
    name : str
        Of the gate and its affinity.
    does, risk : str
        What the affinity does, and what can go wrong with it.
    weights : tuple of float
        Of the experts at the input on show.
    no_number, outside : float
        In which shares of the plane a weight is no number, and one is below 0 or above 1.
    """

    name: str
    does: str
    risk: str
    weights: tuple[float, ...]
    no_number: float
    outside: float


def competitions(setup: Setup) -> list[Competition]:
    """Return the theory's gate, then the algorithm's with every affinity.

    Parameters
    ----------
    setup : Setup
        Its vectors are the slopes of the experts.
    """
    softplus = SoftplusAffinity
    found = [
        _weighed(
            setup, THEORY, softplus.name, "theory: softmax of softplus", softplus.does,
            "Every weight is positive, so that nothing divides by 0; no expert is ever left out.",
        )
    ]  # fmt: skip
    for name, affinity in AFFINITIES.items():
        title = f"winners' shares, κ = {affinity.title}"
        found.append(_weighed(setup, ALGORITHM, name, title, affinity.does, affinity.risk))
    return found


def kept(setup: Setup) -> int:
    """Return how many experts win in the algorithm's gate."""
    gate: Routing = make_routing(ALGORITHM, **setup.constants)
    return gate.kept(len(setup.vectors))


def _weighed(
    setup: Setup, gate: str, affinity: str, name: str, does: str, risk: str
) -> Competition:
    own = replace(setup, models=((COMPETITION, gate),), affinities=(affinity,))
    points = [setup.x, *_plane()]
    at_x, *elsewhere = library_weights(own, 0, setup.vectors, points).T
    plane = torch.stack(elsewhere)
    number = torch.isfinite(plane).all(-1)
    outside = number & ((plane < 0.0) | (plane > 1.0 + 1e-9)).any(-1)
    shares = (float((~number).double().mean()), float(outside.double().mean()))
    return Competition(name, does, risk, tuple(at_x.tolist()), *shares)


def _plane() -> list[tuple[float, float]]:
    def along(ends: tuple[float, float], count: int) -> Sequence[float]:
        step = (ends[1] - ends[0]) / count
        return [ends[0] + (k + 0.5) * step for k in range(count)]

    return [(a, b) for b in along(TALL, _UP) for a in along(WIDE, _ACROSS)]


def competition_table(found: Sequence[Competition]) -> str:
    """Return a table of them, as Markdown.

    Parameters
    ----------
    found : sequence of Competition
    """
    lines = [
        "| gate | weights at x | in this plane | what κ does | what can go wrong |",
        "|:--|:--|:--|:--|:--|",
    ]
    for each in found:
        weights = ", ".join(signed(weight, 3) for weight in each.weights)
        lines.append(f"| {each.name} | {weights} | {_here(each)} | {each.does} | {each.risk} |")
    return "\n".join(lines)


def _here(each: Competition) -> str:
    parts = []
    if each.no_number:
        parts.append(f"no numbers in {each.no_number:.0%}")
    if each.outside:
        parts.append(f"below 0 or above 1 in {each.outside:.0%}")
    return "; ".join(parts) or "weights from 0 to 1 everywhere"
