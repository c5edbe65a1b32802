"""Atoms of the picture of cells: which coordinates they have, where truth and fits lie.

Numbers of the truth are multiples of 1/8, so that a place half way between two atoms is exactly
half way also for a computer.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import torch

from moeviz.charts.closeness_words import printed_name
from moeviz.model import make_expert, make_score
from moeviz.model.measure import Layout, MixingMeasure, Part
from moeviz.model.quadratic import PartialQuadraticScore, QuadraticScore
from moeviz.theory.losses import LOSS_FAMILIES, LOSSES

Atom = tuple[float, ...]
"""Coordinates of the gate, of the expert, then the weight."""

SHIFT = 0.375
"""By how much the atoms of a spread pair are moved."""

MOST = 6
"""No fit on the page has more atoms."""


@dataclass(frozen=True)
class Kind:
    """What an atom is in a family of models.

    Attributes
    ----------
    name, title : str
    layout : Layout
        Of one atom.
    names : tuple of str
        Of the coordinates, gate first, as the axes say them.
    truth : tuple of Atom
    losses : tuple of str
        Those that speak of such atoms, losses and families; the first three are shown at first.
    plane : (int, int)
        The coordinates that are across and up at first.
    """

    name: str
    title: str
    layout: Layout
    names: tuple[str, ...]
    truth: tuple[Atom, ...]
    losses: tuple[str, ...]
    plane: tuple[int, int] = (0, 2)

    @property
    def width(self) -> int:
        """Number of coordinates."""
        return len(self.names)

    @property
    def axes(self) -> tuple[str, ...]:
        """The coordinates with the word of what each belongs to."""
        words = ("gate " if i < self.layout.gate_width else "expert " for i in range(self.width))
        return tuple(
            f"variance {name}" if name == "ν" else word + name
            for word, name in zip(words, self.names, strict=True)
        )

    @property
    def highest(self) -> float:
        """The largest weight: gates of a logistic kind are below 1."""
        return 0.99 if self.layout.logistic else 2.0

    @cached_property
    def metric(self) -> tuple[float, ...]:
        """How much each coordinate's square counts in a distance."""
        parts = (*self.layout.gate_parts, *self.layout.expert_parts)
        return tuple(m for part in parts for m in part.metric or (1.0,) * part.width)

    @cached_property
    def positive(self) -> tuple[int, ...]:
        """The coordinates that are variances."""
        return tuple(i for i, name in enumerate(self.names) if name == "ν")

    def measure(self, atoms: Sequence[Atom]) -> MixingMeasure:
        """Return atoms as a mixing measure of the library.

        Parameters
        ----------
        atoms : sequence of Atom
        """
        rows = torch.tensor(atoms, dtype=torch.float64)
        weight = rows[:, -1]
        gate, expert = self.layout.gate_width, self.layout.expert_width
        blocks = {"gate": rows[:, :gate], "expert": rows[:, gate : gate + expert]}
        parts = {"gate": self.layout.gate_parts, "expert": self.layout.expert_parts}
        logs = weight.logit() if self.layout.logistic else weight.log()
        return MixingMeasure(logs, blocks, parts, self.layout.logistic)


_VARIANCE = Part("nu", r"\nu", 1)


def _layout(
    gate: tuple[Part, ...], inputs: int, logistic: bool = False, more: tuple[Part, ...] = ()
) -> Layout:
    return Layout(1, gate, (*make_expert("linear").parts(inputs), *more), logistic)


_FIRST = Kind(
    "softmax",
    "softmax gate: cosine and linear routers",
    _layout(make_score("linear").parts(2), 2),
    ("β[1]", "β[2]", "a[1]", "a[2]", "b"),
    (
        (-1.25, 0.5, 0.75, 0.25, 0.25, 0.5),
        (0.25, -0.625, -0.75, 0.375, -0.125, 0.3),
        (1.25, 0.25, 0.75, -0.375, 0.0, 0.2),
    ),
    ("L2", "L3", "mass", "L1,r", "D_r", "gate", "expert", "radial", "angular"),
)

KINDS: Mapping[str, Kind] = {
    kind.name: kind
    for kind in (
        _FIRST,
        Kind(
            "sigmoid",
            "sigmoid gate with a quadratic score",
            _layout(QuadraticScore().parts(1), 1, logistic=True),
            ("A", "b", "η[1]", "η[2]"),
            (
                (0.0, 0.0, 0.875, 0.25, 0.5),
                (0.625, -1.25, -0.625, -0.125, 0.6),
                (-0.5, 1.25, -0.5, 0.0, 0.3),
            ),
            ("sigmoid-L1", "sigmoid-L3", "mass", "sigmoid-L2,r", "gate", "expert"),
            (1, 2),
        ),
        Kind(
            "partial",
            "sigmoid gate with a partially quadratic score",
            _layout(PartialQuadraticScore().parts(1), 1, logistic=True),
            ("A", "η[1]", "η[2]"),
            (
                (0.0, 0.875, 0.25, 0.5),
                (-1.25, -0.625, -0.125, 0.6),
                (1.25, -0.5, 0.0, 0.3),
            ),
            ("sigmoid-L4", "sigmoid-L5", "mass", "sigmoid-L2,r", "gate", "expert"),
            (0, 1),
        ),
        Kind(
            "compete",
            "competition of Gaussian experts",
            _layout((), 2, more=(_VARIANCE,)),
            ("a[1]", "a[2]", "b", "ν"),
            (
                (-1.25, 0.75, 0.25, 0.5, 0.5),
                (0.25, -0.75, -0.125, 1.0, 0.3),
                (1.25, 0.75, 0.0, 0.75, 0.2),
            ),
            ("compete-L1", "compete-L2", "mass", "D_r", "expert"),
            (0, 1),
        ),
    )
}
"""The families whose atoms can be shown."""


def with_powers(names: Sequence[str]) -> bool:
    """Return whether one of some losses has a power r that is to be chosen."""
    return any(name in LOSS_FAMILIES for name in names)


def title_of(name: str) -> str:
    """Return what a form calls a loss or a family of losses."""
    title = (LOSS_FAMILIES if name in LOSS_FAMILIES else LOSSES)[name].title
    return f"{printed_name(name)}: {title}"


def first_fit(kind: Kind) -> tuple[Atom, ...]:
    """Return the fit that is shown at first: a pair around the first true atom, others near.

    Parameters
    ----------
    kind : Kind
    """
    one, two, three = kind.truth
    pair = [
        _moved(kind, one, (-0.375, 0.25), 0.55 * one[-1]),
        _moved(kind, one, (0.375, -0.125), 0.4 * one[-1]),
    ]
    near = [_moved(kind, two, (-0.125, 0.125)), _moved(kind, three, (0.25, 0.25))]
    return tuple(map(rounded, (*pair, *near)))


def split_fit(kind: Kind) -> tuple[Atom, ...]:
    """Return the truth with its first atom split in two at its place."""
    one, *others = kind.truth
    return (*split_in_place(one), *others)


def spread_fit(kind: Kind) -> tuple[Atom, ...]:
    """Return the truth with its first atom split in two that lie on both sides of it."""
    one, *others = kind.truth
    half = one[-1] / 2.0
    pair = [_moved(kind, one, (shift, 0.0), half) for shift in (-SHIFT, SHIFT)]
    return (*pair, *others)


def between_fit(kind: Kind) -> tuple[Atom, ...]:
    """Return one true atom, and one half way between the other two, which leaves a cell empty."""
    one, two, three = kind.truth
    middle = tuple((a + b) / 2.0 for a, b in zip(two[:-1], three[:-1], strict=True))
    return (one, (*middle, round(two[-1] + three[-1], 6)))


def split_in_place(atom: Atom) -> tuple[Atom, Atom]:
    """Return two atoms at the place of one that share its weight."""
    half = (*atom[:-1], atom[-1] / 2.0)
    return half, half


def placed(
    fit: Sequence[Atom], index: int, plane: tuple[int, int], at: tuple[float, float]
) -> Atom:
    """Return an atom of a fit moved to a place in the plane of two coordinates."""
    atom = list(fit[index])
    for coordinate, value in zip(plane, at, strict=True):
        atom[coordinate] = value
    return tuple(atom)


def rounded(atom: Atom) -> Atom:
    """Return an atom with numbers that a link can say."""
    return tuple(float(f"{value:.6g}") for value in atom)


def _moved(kind: Kind, atom: Atom, by: tuple[float, float], weight: float | None = None) -> Atom:
    at = tuple(atom[c] + shift for c, shift in zip(kind.plane, by, strict=True))
    found = placed([atom], 0, kind.plane, (at[0], at[1]))
    return found if weight is None else (*found[:-1], weight)
