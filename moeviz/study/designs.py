"""Designs: where a truth comes from.

A design draws the true atoms from a random stream. ``designed`` draws candidates for a search by
reach (see :mod:`moeviz.study.truth_search`); the others follow the papers.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from moeviz.errors import SpecificationError
from moeviz.model import Layout, Mixture, Part
from moeviz.model.registry import Registry

if TYPE_CHECKING:
    from numpy.typing import NDArray

Array: TypeAlias = "NDArray[np.float64]"
Draw: TypeAlias = "Callable[[np.random.Generator, Mixture, Layout], Array]"


@dataclass(frozen=True)
class Design:
    """A way to draw a truth.

    Attributes
    ----------
    name, title, source : str
        Name in the registry; one sentence for people; paper key and place.
    draw : callable
        From a random stream, the mixture and the truth's layout to atoms, shape (K*, W).
    searched : bool
        Whether the best of several draws is taken.
    """

    name: str
    title: str
    source: str
    draw: Draw
    searched: bool = False


DESIGNS: Registry[Design] = Registry("design")


def draw_truth(
    design: Design,
    rng: np.random.Generator,
    mixture: Mixture,
    layout: Layout,
    sparse: int,
    flat: int,
) -> Array:
    """Draw a truth, shape (K*, W).

    Parameters
    ----------
    design : Design
    rng : numpy.random.Generator
    mixture : Mixture
    layout : Layout
    sparse : int
        How many of the last atoms get a zero gate, offset included.
    flat : int
        How many of the last experts get zero slopes.
    """
    atoms = design.draw(rng, mixture, layout)
    if sparse:
        atoms[-sparse:, : layout.weight_column + 1] = 0.0
    if flat:
        for column in _slope_columns(layout):
            atoms[-flat:, column] = 0.0
    if not mixture.score.has_offset:
        atoms[:, layout.weight_column] = 0.0
    return atoms


def _slope_columns(layout: Layout) -> list[slice]:
    found, first = [], layout.weight_column + 1
    for part in layout.expert_parts:
        if part.name.split("_")[0] in ("a", "W1"):
            found.append(slice(first, first + part.width))
        first += part.width
    return found


def _directions(rng: np.random.Generator, count: int, width: int) -> Array:
    vectors = rng.standard_normal((count, width))
    return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True))


def _lengths(rng: np.random.Generator, part: Part, count: int, low: float, high: float) -> Array:
    return _directions(rng, count, part.width) * rng.uniform(low, high, (count, 1))


def _signs(rng: np.random.Generator, shape: tuple[int, int]) -> Array:
    return np.where(rng.random(shape) < 0.5, -1.0, 1.0)


def candidate(rng: np.random.Generator, mixture: Mixture, layout: Layout) -> Array:
    """Draw a candidate for a design with a short reach, shape (K*, W).

    Gates have uniform directions and lengths from 0.5 to 1 (for densities up to 3, quadratic
    forms from 1 to 3); offsets lie within 0.5 of 0, the last at 0 where one can be pinned. Expert
    slopes have uniform directions and lengths from 3 to 5 (from 1 to 4 where they decide classes),
    those of hidden units from 2 to 4; intercepts lie within 1 of 0; scales have either sign and
    sizes from 0.5 to 1.5, hidden units' from 1 to 2; variances lie between 0.05 and 0.25.
    """
    count, density = layout.atoms, mixture.output.density
    classes = mixture.output.name == "categorical"
    columns = []
    for part in layout.gate_parts:
        low, high = (1.0, 3.0) if part.name == "A" else (0.5, 3.0 if density else 1.0)
        columns.append(_lengths(rng, part, count, low, high))
    offset = rng.uniform(-0.5, 0.5, (count, 1))
    if mixture.gate.normalised:
        offset[-1] = 0.0
    columns.append(offset)
    for part in layout.expert_parts:
        kind = part.name.split("_")[0]
        shape = (count, part.width)
        if kind == "a":
            low, high = (1.0, 4.0) if classes else (3.0, 5.0)
            columns.append(_lengths(rng, part, count, low, high))
        elif kind == "W1":
            columns.append(_lengths(rng, part, count, 2.0, 4.0))
        elif kind == "nu":
            columns.append(rng.uniform(0.05, 0.25, shape))
        elif kind in ("lambda", "s"):
            columns.append(_signs(rng, shape) * rng.uniform(0.5, 1.5, shape))
        elif kind == "W2":
            columns.append(_signs(rng, shape) * rng.uniform(1.0, 2.0, shape))
        else:
            columns.append(rng.uniform(-1.0, 1.0, shape))
    return np.concatenate(columns, axis=1)


def _cosine(rng: np.random.Generator, mixture: Mixture, layout: Layout) -> Array:
    d = _dimension(layout)
    atoms = rng.standard_normal((layout.atoms, layout.width))
    atoms[:, : layout.weight_column + 1] *= np.sqrt(0.01 / d)
    atoms[:, layout.weight_column + 1 :] *= np.sqrt(1.0 / d)
    return atoms


def _sigmoid(rng: np.random.Generator, mixture: Mixture, layout: Layout) -> Array:
    d = _dimension(layout)
    atoms = rng.standard_normal((layout.atoms, layout.width)) * np.sqrt(1.0 / d)
    first = 0
    for part in layout.gate_parts:
        # The antisymmetric part of a full matrix does nothing, and what is left of its entries
        # off the diagonal has half their variance.
        metric = np.asarray(part.metric or (1.0,) * part.width)
        atoms[:, first : first + part.width] /= np.sqrt(metric)
        first += part.width
    return atoms


def _dimension(layout: Layout) -> int:
    return next(p.width for p in layout.expert_parts if p.name.split("_")[0] in ("a", "W1"))


def _multinomial(rng: np.random.Generator, mixture: Mixture, layout: Layout) -> Array:
    if layout.atoms != 2 or layout.width != 4:
        raise SpecificationError(
            "Expected 2 true experts, 1 input, 2 classes and linear experts for the design "
            "'multinomial', as its table lists them, but got other numbers."
        )
    return np.array([[3.0, 1.0, 2.0, -1.0], [0.0, 0.0, -1.0, 1.0]])


for _design in (
    Design(
        "designed",
        "Of many random candidates, the one whose rate can be seen with the fewest data.",
        "moeviz",
        candidate,
        searched=True,
    ),
    Design(
        "cosine",
        "Gates and offsets are normal with variance 0.01/d, experts with variance 1/d.",
        "cosine App. E.1",
        _cosine,
    ),
    Design(
        "sigmoid",
        "All parameters are normal with variance 1/d.",
        "sigmoid App. E",
        _sigmoid,
    ),
    Design(
        "multinomial",
        "Two experts in one dimension, as tabulated.",
        "multinomial Tables 2 and 3",
        _multinomial,
    ),
):
    DESIGNS.add(_design.name, _design)
