"""Families of functions to be decided: members at several atoms, on every piece of the inputs.

A family with ReLU experts is one set of analytic functions on each open region where no expert's
sign changes, and, as a distribution, has point masses on the hyperplanes between. A linear relation
holds when it holds on every piece.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property, lru_cache

import numpy as np
import sympy

from moeviz.errors import FormulaError
from moeviz.symbolic.kernel.at_point import AtPoint
from moeviz.symbolic.kernel.basics import Number, Point
from moeviz.symbolic.kernel.domain import Domain, domain_of, hull
from moeviz.symbolic.kernel.ground import Ground
from moeviz.symbolic.kernel.pieces import (
    TRIES,
    Piece,
    Place,
    Regions,
    Signs,
    affine,
    kink_plane,
    mass_part,
    masses_of,
)
from moeviz.symbolic.kernel.polynomial import Polynomial, add, scale
from moeviz.symbolic.kernel.support import Plane, Support
from moeviz.symbolic.kernel.tower import Kind, Poly, Tower
from moeviz.symbolic.kernel.watch import pause
from moeviz.symbolic.kernel.zero import vanishes

DRAWS = 60
"""Random points of the whole support before points near a known one are drawn."""

__all__ = ["Family", "Member", "Piece", "combination", "on_signs"]


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

    @cached_property
    def domain(self) -> Domain:
        """Where the formulas have a value."""
        moved = [
            {s for m in self.members if m.atom == number for s in m.orders}
            for number in range(len(self.points))
        ]
        return domain_of(self.tower, self.points, moved, self.support)

    @cached_property
    def regions(self) -> Regions:
        """What kinks cut the support into."""
        points = tuple(tuple(point.items()) for point in self.points)
        return _regions(self.tower, points, self.support)

    @cached_property
    def pieces(self) -> tuple[Piece, ...]:
        """The family on every piece of the support that random points find."""
        domain, regions = self.domain, self.regions
        if not regions.steps:
            seed = None
            if domain.conditions:
                seed = self.inside(np.random.default_rng(7))
            return tuple(self._on_region(None, seed))
        result = [p for signs, x in regions.found.items() for p in self._on_region(signs, x)]
        for plane in self._kinks():
            result += self._on_plane(plane)
        return tuple(result)

    @property
    def _sheets(self) -> int:
        return len(self.members[0].sheets) if self.members else 1

    def inside(self, rng: np.random.Generator) -> Place:
        """Return a random input at which all formulas have a value.

        Raises
        ------
        FormulaError
            If none is found.
        """
        for _ in range(20 * TRIES):
            pause()
            x = self.support.point(rng)
            if self.regions.signs(x) is not None:
                return x
        raise FormulaError(
            "Expected formulas that have a value at some inputs, but none was found; change them."
        )

    def _on_region(self, signs: Signs | None, seed: Place | None) -> list[Piece]:
        ground = Ground(self.tower.inputs)
        none: dict[int, Polynomial] = {i: {} for i in self.tower.of_kind(Kind.KINK)}
        atoms = [
            AtPoint(self.tower, ground, point, masses=none, steps=dict(signs[n]) if signs else None)
            for n, point in enumerate(self.points)
        ]
        found = []
        for sheet in range(self._sheets):
            rows = tuple(atoms[m.atom].polynomial(m.sheets[sheet]) for m in self.members)
            if any(rows):
                found.append(
                    Piece(ground, None, () if signs is None else (signs,), sheet, rows, seed)
                )
        return found

    def _kinks(self) -> list[Plane]:
        """Return the hyperplanes on which members have point masses."""
        if not self.masses:
            return []
        kinks = self.tower.of_kind(Kind.KINK)
        ground = Ground(self.tower.inputs)
        planes: list[Plane] = []
        for number, point in enumerate(self.points):
            own = [m for m in self.members if m.atom == number]
            used = [i for i in kinks if any(p.degree(i) > 0 for m in own for p in m.sheets)]
            at = AtPoint(self.tower, ground, point, masses={i: {} for i in kinks})
            for index in used:
                a = at.polynomial(self.tower.argument(index))
                if ground.constant_sign(a):
                    continue
                if not a:
                    ground.kink(a)  # which says why there is none
                if not affine(ground, a) and self._one_sided(number, index):
                    continue
                plane = kink_plane(self.tower, ground, index, a)
                if not any(plane.times(known) for known in planes):
                    planes.append(plane)
        return planes

    def _one_sided(self, number: int, index: int) -> bool:
        """Return whether a step is surely the same on the whole support."""
        box = {name: hull(low, high) for name, low, high in self.support.bounds}
        return self.regions.atoms[number].at(box).steps[self.tower.step_of(index)] is not None

    def _on_plane(self, plane: Plane) -> list[Piece]:
        """Return the point masses on one hyperplane, as functions on it."""
        points = self.support.points(np.random.default_rng(1))
        sides: dict[tuple[Signs, Signs], Place] = {}
        for x in self.regions.on(plane, points):
            pause()
            low, high = (self.regions.signs(side) for side in self.regions.beside(plane, x))
            if low is not None and high is not None:
                sides.setdefault((low, high), x)
        return [piece for both, x in sides.items() for piece in self._masses(plane, both, x)]

    def _masses(self, plane: Plane, both: tuple[Signs, Signs], seed: Place) -> list[Piece]:
        ground = Ground(self.tower.inputs)
        mass = ground.intern(Kind.KINK, (), "point mass")
        solved = {plane.axis: plane.solved(ground)}
        kinks = self.tower.of_kind(Kind.KINK)
        none: dict[int, Polynomial] = {i: {} for i in kinks}
        atoms = []
        for number, point in enumerate(self.points):
            off = AtPoint(self.tower, Ground(self.tower.inputs), point, masses=none)
            masses = masses_of(self.tower, off, kinks, plane, mass)
            atoms.append(
                [AtPoint(self.tower, ground, point, solved, masses, dict(s[number])) for s in both]
            )
        found = []
        for sheet in range(self._sheets):
            rows = []
            for m in self.members:
                low, high = (
                    mass_part(at.polynomial(m.sheets[sheet]), mass) for at in atoms[m.atom]
                )
                if not vanishes(ground, add(low, scale(high, -1))):
                    raise FormulaError(
                        "Expected point masses times functions that are continuous there, but a "
                        "product of functions with a common kink is differentiated too often; "
                        "lower the order or change the formula."
                    )
                rows.append(low)
            if any(rows):
                found.append(Piece(ground, plane, both, sheet, tuple(rows), seed))
        return found

    def place(self, piece: Piece, rng: np.random.Generator) -> dict[str, Fraction] | None:
        """Return a random rational point of a piece, by input, if one is found.

        Where the piece is thin, points are drawn nearer and nearer to one that is known.
        """
        for attempt in range(2 * TRIES):
            pause()
            x = self.support.point(rng)
            if piece.seed is not None and attempt >= DRAWS:
                near = Fraction(1, 2 ** ((attempt - DRAWS) // 4))
                x = {n: piece.seed[n] + near * (v - piece.seed[n]) for n, v in x.items()}
            if piece.plane is not None:
                x = piece.plane.onto(x)
            if self.support.has(x) and self._belongs(piece, x):
                return x
        return None

    def _belongs(self, piece: Piece, x: Place) -> bool:
        if piece.seed is None:
            return True
        if piece.plane is None:
            signs = self.regions.signs(x)
            return signs is not None and (not piece.signs or signs == piece.signs[0])
        beside = self.regions.beside(piece.plane, x)
        return tuple(self.regions.signs(side) for side in beside) == piece.signs


@lru_cache(maxsize=32)
def _regions(
    tower: Tower, points: tuple[tuple[tuple[sympy.Symbol, Number], ...], ...], support: Support
) -> Regions:
    """Return what kinks cut a support into, which families of a tower at some points share."""
    return Regions(tower, [dict(point) for point in points], support)


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


def combination(rows: Sequence[Polynomial], vector: Sequence[Fraction]) -> Polynomial:
    """Return a linear combination of members."""
    return add(*(scale(row, c) for row, c in zip(rows, vector, strict=True) if c))
