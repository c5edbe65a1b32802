"""Families of functions to be decided: members at several atoms, on every piece of the inputs.

A family with ReLU experts is one set of analytic functions on each open region where no expert's
sign changes, and, as a distribution, has point masses on the hyperplanes between. A linear relation
holds when it holds on every piece.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property

import numpy as np
import sympy

from moeviz.errors import FormulaError
from moeviz.symbolic.at_point import AtPoint
from moeviz.symbolic.ground import Ground, Point
from moeviz.symbolic.polynomial import Polynomial, add, scale
from moeviz.symbolic.support import Plane, Support, plane_of
from moeviz.symbolic.tower import Kind, Poly, Tower

TRIES = 300
"""Random points at which the pieces of the support are looked for."""


@dataclass(frozen=True)
class Member:
    """One function of a family.

    Attributes
    ----------
    label : str
        LaTeX.
    orders : tuple of sympy.Symbol
        The parameters that it is differentiated by, with repetition.
    atom : int
        Which point it is taken at.
    sheets : tuple of Poly
        The derivative in the tower, one for each value of a discrete response.
    """

    label: str
    orders: tuple[sympy.Symbol, ...]
    atom: int
    sheets: tuple[Poly, ...]


@dataclass(frozen=True)
class Piece:
    """The family on the open part of its inputs, or on one hyperplane.

    Attributes
    ----------
    ground : Ground
    plane : Plane or None
        None for the open part.
    signs : tuple of (int, int)
        The value of each step of the ground.
    sheet : int
        Which value of a discrete response.
    rows : tuple of polynomial
        The members.
    """

    ground: Ground
    plane: Plane | None
    signs: tuple[tuple[int, int], ...]
    sheet: int
    rows: tuple[Polynomial, ...]


class Family:
    """Members of one tower at several points.

    Parameters
    ----------
    tower : Tower
    points : sequence of mapping
        The atoms.
    members : sequence of Member
    support : Support
    masses : bool
        Whether point masses count (the family as distributions) or not (almost everywhere).
    functions : sequence of sympy.Expr
        The formulas behind the members, one for each value of a discrete response.
    """

    def __init__(
        self,
        tower: Tower,
        points: Sequence[Point],
        members: Sequence[Member],
        support: Support,
        masses: bool = True,
        functions: Sequence[sympy.Expr] = (),
    ) -> None:
        self.tower = tower
        self.functions = tuple(functions)
        self.points = tuple(points)
        self.members = tuple(members)
        self.support = support
        self.masses = masses

    def __len__(self) -> int:
        return len(self.members)

    def relabel(self, labels: Sequence[str]) -> None:
        """Give the members other LaTeX."""
        self.members = tuple(
            replace(m, label=label) for m, label in zip(self.members, labels, strict=True)
        )

    @cached_property
    def pieces(self) -> tuple[Piece, ...]:
        """The family on every piece of the support that random points find."""
        ground = Ground(self.tower.inputs)
        atoms = [AtPoint(self.tower, ground, point) for point in self.points]
        sheets = len(self.members[0].sheets) if self.members else 1
        whole = [
            [atoms[m.atom].polynomial(m.sheets[s]) for m in self.members] for s in range(sheets)
        ]
        planes: list[Plane] = []
        if self.masses:
            planes = [plane_of(ground, ground.argument(i)) for i in ground.of_kind(Kind.KINK)]
        result = self._pieces(ground, None, whole)
        for number, plane in zip(ground.of_kind(Kind.KINK), planes, strict=False):
            result += self._on_plane(atoms, number, plane, sheets)
        return tuple(result)

    def _on_plane(
        self, atoms: list[AtPoint], number: int, plane: Plane, sheets: int
    ) -> list[Piece]:
        """Return the point masses on one hyperplane, as functions on it."""
        rng = np.random.default_rng(1)
        if not any(self.support.has(plane.onto(self.support.point(rng))) for _ in range(TRIES)):
            return []
        ground = Ground(self.tower.inputs)
        mass = ground.intern(Kind.KINK, (), "point mass")
        solved = {plane.axis: plane.solved(ground)}
        below = []
        for atom, point in zip(atoms, self.points, strict=True):
            masses = {
                index: _renamed(atom.value(index), number, mass)
                for index, g in enumerate(self.tower.generators)
                if g.kind is Kind.KINK
            }
            below.append(AtPoint(self.tower, ground, point, solved, masses))
        rows = [
            [_mass_of(below[m.atom].polynomial(m.sheets[s]), mass) for m in self.members]
            for s in range(sheets)
        ]
        return self._pieces(ground, plane, rows)

    def _pieces(
        self, ground: Ground, plane: Plane | None, rows: list[list[Polynomial]]
    ) -> list[Piece]:
        found: list[Piece] = []
        for signs in self._patterns(ground, plane):
            for sheet, row in enumerate(rows):
                own = tuple(on_signs(ground, dict(signs), p) for p in row)
                if any(own):
                    found.append(Piece(ground, plane, signs, sheet, own))
        return found

    def _patterns(self, ground: Ground, plane: Plane | None) -> list[tuple[tuple[int, int], ...]]:
        """Return the values of the ground's steps that occur on the support."""
        steps = ground.of_kind(Kind.STEP)
        if not steps:
            return [()]
        planes = {i: plane_of(ground, ground.argument(i)) for i in steps}
        rng = np.random.default_rng(2)
        found: dict[tuple[tuple[int, int], ...], None] = {}
        for _ in range(TRIES):
            x = self.support.point(rng)
            if plane is not None:
                x = plane.onto(x)
            if self.support.has(x):
                values = {i: planes[i].at(x) for i in steps}
                if all(values.values()):
                    found[tuple(sorted((i, int(v > 0)) for i, v in values.items()))] = None
        return list(found)

    def place(self, piece: Piece, rng: np.random.Generator) -> dict[str, Fraction] | None:
        """Return a random rational point of a piece, by input, if one is found."""
        planes = {i: plane_of(piece.ground, piece.ground.argument(i)) for i, _ in piece.signs}
        for _ in range(20 * TRIES):
            x = self.support.point(rng)
            if piece.plane is not None:
                x = piece.plane.onto(x)
            if self.support.has(x) and all(
                (v := planes[i].at(x)) != 0 and int(v > 0) == s for i, s in piece.signs
            ):
                return dict(x)
        return None


def on_signs(ground: Ground, signs: dict[int, int], p: Polynomial) -> Polynomial:
    """Return a polynomial with numbers for steps, and without point masses."""
    kinks = set(ground.of_kind(Kind.KINK))
    terms = []
    for monomial, coefficient in p.items():
        names = {i for i, _ in monomial}
        if names & kinks or any(signs.get(i) == 0 for i in names):
            continue
        terms.append({tuple((i, e) for i, e in monomial if i not in signs): coefficient})
    return add(*terms)


def _renamed(p: Polynomial, old: int, new: int) -> Polynomial:
    """Return the part of a polynomial that is a multiple of one basic, in another's name."""
    coefficient = p.get(((old, 1),))
    return {} if coefficient is None else {((new, 1),): coefficient}


def _mass_of(p: Polynomial, mass: int) -> Polynomial:
    """Return the factor of a point mass in a polynomial."""
    terms = []
    for monomial, coefficient in p.items():
        exponent = dict(monomial).get(mass, 0)
        if exponent > 1:
            raise FormulaError("Expected at most one point mass in a product.")
        if exponent:
            terms.append({tuple((i, e) for i, e in monomial if i != mass): coefficient})
    return add(*terms)


def combination(rows: Sequence[Polynomial], vector: Sequence[Fraction]) -> Polynomial:
    """Return a linear combination of members."""
    return add(*(scale(row, c) for row, c in zip(rows, vector, strict=True) if c))
