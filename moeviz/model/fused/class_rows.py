"""The chain of yes-or-no draws of a class, on rows of samples: compiled code.

The coefficients and what they are called are those of :func:`moeviz.model.categorical._chain`.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from moeviz.model.fused.density_rows import FAR, FLOOR
from moeviz.model.fused.machine import compiled, fill

if TYPE_CHECKING:
    import numpy as np


@compiled
def mix(weights: np.ndarray, chances: np.ndarray, last: np.ndarray, mixed: np.ndarray) -> None:
    """Write the mixture's probabilities of C classes, (C, B).

    Parameters
    ----------
    weights : shape (K, B)
    chances : shape (K, C - 1, B)
        The probabilities of all classes but the last.
    last : shape (K, B)
        Those of the last, which are not read where there are two.
    mixed : shape (C, B)
        Overwritten.
    """
    atoms, free, count = chances.shape
    for c in range(free + 1):
        fill(0.0, mixed[c])
    for i in range(atoms):
        weight, rest, to = weights[i], last[i], mixed[free]
        if free == 1:
            rest = chances[i, 0]
            for n in range(count):
                to[n] += weight[n] * (1.0 - rest[n])
        else:
            for n in range(count):
                to[n] += weight[n] * rest[n]
        for c in range(free):
            chance, to = chances[i, c], mixed[c]
            for n in range(count):
                to[n] += weight[n] * chance[n]


@compiled
def draw(
    c: int,
    mixed: np.ndarray,
    y: np.ndarray,
    first: int,
    before: np.ndarray,
    here: np.ndarray,
    tail: np.ndarray,
    residual: np.ndarray,
) -> None:
    """Write coefficients and residual of draw c of the chain, which is class c or a later one.

    Parameters
    ----------
    c : int
    mixed : shape (C, B)
        The mixture's probabilities.
    y : shape (N,)
    first : int
        The block's first sample.
    before, here, tail, residual : shape (B,)
        Overwritten; `tail` with the probability of a later class.
    """
    count = residual.shape[0]
    fill(0.0, tail)
    for d in range(mixed.shape[0] - 1, c, -1):
        row = mixed[d]
        for n in range(count):
            tail[n] += row[n]
    own = mixed[c]
    for n in range(count):
        left = tail[n] + own[n]
        left = FLOOR if left < FLOOR else left
        spread = (own[n] / left) * (tail[n] / left)
        spread = FLOOR if spread < FLOOR else spread
        here[n] = 1.0 / math.sqrt(left * spread)
    for n in range(count):
        left = tail[n] + own[n]
        before[n] = own[n] / (FLOOR if left < FLOOR else left)
    for n in range(count):
        seen = 1.0 if y[first + n] == c else 0.0
        seen = (seen - before[n]) * here[n]
        residual[n] = seen if y[first + n] >= c else 0.0
    for n in range(count):
        before[n] *= here[n]


@compiled
def decided(
    c: int,
    mixed: np.ndarray,
    y: np.ndarray,
    first: int,
    before: np.ndarray,
    here: np.ndarray,
    after: np.ndarray,
    residual: np.ndarray,
) -> None:
    """Write other coefficients and residuals where draw c is all but decided.

    Parameters
    ----------
    c, mixed, y, first
        As of :func:`draw`.
    before, here, residual : shape (B,)
        As :func:`draw` has written them.
    after : shape (B,)
        Overwritten.
    """
    own = mixed[c]
    for n in range(residual.shape[0]):
        after[n] = 0.0
        if here[n] * here[n] > 1.0 / FAR:
            later = 0.0
            for d in range(mixed.shape[0] - 1, c, -1):
                later += mixed[d, n]
            left, a, b = later + own[n], 0.0, 0.0
            if not (own[n] < FLOOR or later < FLOOR):
                a = math.sqrt((later / left) / own[n])
                b = -math.sqrt((own[n] / left) / later)
            before[n], here[n], after[n] = 0.0, a, b
            residual[n] = a if y[first + n] == c else b if y[first + n] > c else 0.0


@compiled
def add_later(
    c: int, chances: np.ndarray, last: np.ndarray, after: np.ndarray, out: np.ndarray
) -> None:
    """Add what the classes after c of an atom's share do to draw c."""
    free = chances.shape[0]
    for n in range(out.shape[0]):
        rest = last[n] if free > 1 else 1.0 - chances[0, n]
        for d in range(c + 1, free):
            rest += chances[d, n]
        out[n] += after[n] * rest


@compiled
def along(
    c: int, chances: np.ndarray, before: np.ndarray, here: np.ndarray, out: np.ndarray
) -> None:
    """Write what an atom's share does to draw c."""
    count = out.shape[0]
    chance = chances[c]
    for n in range(count):
        out[n] = here[n] * chance[n]
    for d in range(c):
        chance = chances[d]
        for n in range(count):
            out[n] += before[n] * chance[n]


@compiled
def by_logit(weight: np.ndarray, chance: np.ndarray, value: np.ndarray, out: np.ndarray) -> None:
    """Write the derivatives by the logit of a class without a coefficient."""
    for n in range(out.shape[0]):
        out[n] = -((weight[n] * chance[n]) * value[n])


@compiled
def by_logit_of(
    weight: np.ndarray,
    chance: np.ndarray,
    value: np.ndarray,
    coefficient: np.ndarray,
    out: np.ndarray,
) -> None:
    """Write the derivatives by the logit of a class."""
    for n in range(out.shape[0]):
        out[n] = (weight[n] * chance[n]) * (coefficient[n] - value[n])
