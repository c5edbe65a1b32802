"""Pieces of the inputs: regions between kinks, and the hyperplanes of the kinks themselves.

On a region every step is a number, so that all members are analytic there. On a hyperplane a
member's point mass is a function; it has a meaning where what multiplies it is the same from both
sides.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

import numpy as np

from moeviz.errors import FormulaError
from moeviz.symbolic.kernel.at_point import AtPoint
from moeviz.symbolic.kernel.basics import Point
from moeviz.symbolic.kernel.ground import Ground
from moeviz.symbolic.kernel.places import Places, balls_of
from moeviz.symbolic.kernel.polynomial import Polynomial, add, basic, basics, scale
from moeviz.symbolic.kernel.rational import Exactly, all_sides
from moeviz.symbolic.kernel.support import Plane, Support, plane_of
from moeviz.symbolic.kernel.table import Table, table_of
from moeviz.symbolic.kernel.tower import Kind, Tower
from moeviz.symbolic.kernel.watch import pause

TRIES = 300
"""Random inputs at which the pieces of the support are looked for."""

ON_PLANE = 40
"""Random inputs of each hyperplane, both of whose sides are looked at."""

BESIDE = Fraction(1, 1 << 40)
"""How far from a hyperplane its sides are looked at."""

Signs = tuple[tuple[tuple[int, int | None], ...], ...]
"""For each atom the value of each step, by generator."""

Place = dict[str, Fraction]


@dataclass(frozen=True)
class Piece:
    """The family on one region, or on one hyperplane.

    Attributes
    ----------
    ground : Ground
    plane : Plane or None
        None for a region.
    signs : tuple of Signs
        The steps on a region; on both sides of a hyperplane.
    sheet : int
        Which value of a discrete response.
    rows : tuple of polynomial
        The members.
    seed : mapping or None
        An input of the piece; None where every input of the support belongs to it.
    """

    ground: Ground
    plane: Plane | None
    signs: tuple[Signs, ...]
    sheet: int
    rows: tuple[Polynomial, ...]
    seed: Place | None = None

    @cached_property
    def table(self) -> Table:
        """The members, written out for evaluation."""
        return table_of(self.rows)


class Regions:
    """The regions and hyperplanes that a tower's kinks at some points cut the support into.

    Parameters
    ----------
    tower : Tower
    points : sequence of mapping
        The atoms.
    support : Support
    """

    def __init__(self, tower: Tower, points: Sequence[Point], support: Support) -> None:
        self.tower, self.points, self.support = tower, points, support
        self.steps = tower.of_kind(Kind.STEP)
        self.still: list[list[int]] = [[] for _ in points]
        self.planes = self._planes() if self.steps else {}
        self.found: dict[Signs, Place] = {}
        self._look()

    def _planes(self) -> dict[tuple[int, int], Plane]:
        """Return the hyperplane of each step that has one, by atom and generator."""
        ground = Ground(self.tower.inputs)
        found = {}
        for atom, point in enumerate(self.points):
            none = {i: Polynomial() for i in self.tower.of_kind(Kind.KINK)}
            at = AtPoint(self.tower, ground, point, masses=none)
            for index in self.steps:
                a = at.polynomial(self.tower.argument(index))
                if not a:
                    self.still[atom].append(index)
                elif affine(ground, a) and basics([a]):
                    found[atom, index] = plane_of(ground, a)
        return found

    def signs(self, x: Place) -> Signs | None:
        """Return the steps at an input; None on no clear side, or where a formula has no value."""
        known = all_sides(self._exactly, x)
        if known is not None:
            return known
        signs = []
        place = balls_of(x)
        for atom, at in enumerate(self.atoms):
            values = at.at(place)
            if values.broken or values.unclear:
                return None
            steps = values.steps
            for still in self.still[atom]:
                steps[still] = 0
            if None in steps.values():
                return None
            signs.append(tuple(sorted(steps.items())))
        return tuple(signs)

    @cached_property
    def atoms(self) -> list[Places]:
        """The tower at each point."""
        return [Places(self.tower, point) for point in self.points]

    @cached_property
    def _exactly(self) -> list[Exactly]:
        both = zip(self.points, self.atoms, strict=True)
        return [Exactly(self.tower, point, at) for point, at in both]

    def _look(self) -> None:
        if not self.steps:
            return
        points = self.support.points(np.random.default_rng(2))
        for x in itertools.islice(points, TRIES):
            pause()
            self._keep(x, inside=True)
        for plane in dict.fromkeys(self.planes.values()):
            for x in self.on(plane, points):
                for side in self.beside(plane, x):
                    self._keep(side)
        if not self.found:
            raise FormulaError(
                "Expected inputs that lie beside the kinks and at which every formula has a value, "
                "but none was found; take another point or other formulas."
            )

    def _keep(self, x: Place, inside: bool = False) -> None:
        if (inside or self.support.has(x)) and (signs := self.signs(x)) is not None:
            self.found.setdefault(signs, x)

    def on(self, plane: Plane, points: Iterator[Place]) -> list[Place]:
        """Return random inputs on a hyperplane, none if it misses the support.

        Parameters
        ----------
        plane : Plane
        points : iterator of mapping
            Random inputs without end, of which some are taken.
        """
        places = []
        for point in itertools.islice(points, TRIES):
            x = plane.onto(point)
            if self.support.has(x):
                places.append(x)
                if len(places) == ON_PLANE:
                    break
        return places

    def beside(self, plane: Plane, x: Place) -> tuple[Place, Place]:
        """Return the inputs right below and right above a hyperplane."""
        low, high = ({**x, plane.axis: x[plane.axis] + side * BESIDE} for side in (-1, 1))
        return low, high


def affine(ground: Ground, a: Polynomial) -> bool:
    """Return whether a polynomial is linear in the inputs, with rational coefficients."""
    inputs = range(len(ground.inputs))
    return all(not m or (len(m) == 1 and m[0][1] == 1 and m[0][0] in inputs) for m in a)


def kink_plane(tower: Tower, ground: Ground, index: int, a: Polynomial) -> Plane:
    """Return the hyperplane of a point mass.

    Raises
    ------
    FormulaError
        If the kink's argument is not linear in the inputs, or not with rational coefficients.
    """
    if affine(ground, a):
        return plane_of(ground, a)
    written = str(tower.written(tower.generators[index].argument))
    shown = written if len(written) <= 60 else f"{written[:60]}..."
    odd = [m for m in a if any(i >= len(ground.inputs) or e != 1 for i, e in m)]
    if all(ground.is_constant(i) or i < len(ground.inputs) for m in odd for i, _ in m) and not any(
        sum(e for i, e in m if i < len(ground.inputs)) > 1 for m in odd
    ):
        raise FormulaError(
            "Expected kinks at places that are rational numbers, but the argument "
            f"'{shown}' of relu or abs has an irrational coefficient; write a fraction or a "
            "decimal near it."
        )
    raise FormulaError(
        f"Expected relu and abs of linear functions of the input, but '{shown}' is not linear in "
        "x, so that its kink is curved; take a linear argument or another test."
    )


def masses_of(
    tower: Tower, at: AtPoint, kinks: Sequence[int], plane: Plane, mass: int
) -> dict[int, Polynomial]:
    """Return what each point mass is on a hyperplane: a multiple of one basic, or nothing.

    Parameters
    ----------
    tower : Tower
    at : AtPoint
        Off the hyperplane.
    kinks : sequence of int
        The generators.
    plane : Plane
    mass : int
        The basic.
    """
    found: dict[int, Polynomial] = {index: {} for index in kinks}
    for index in kinks:
        a = at.polynomial(tower.argument(index))
        if affine(at.ground, a) and basics([a]):
            times = plane_of(at.ground, a).times(plane)
            if times is not None:
                found[index] = scale(basic(mass), 1 / abs(times))
    return found


def mass_part(p: Polynomial, mass: int) -> Polynomial:
    """Return the factor of a point mass in a polynomial.

    Raises
    ------
    FormulaError
        If a product of point masses stands in it.
    """
    terms = []
    for monomial, coefficient in p.items():
        exponent = dict(monomial).get(mass, 0)
        if exponent > 1:
            raise FormulaError(
                "Expected at most one point mass in a product, but two kinks at the same place "
                "are multiplied; lower the order or change the formula."
            )
        if exponent:
            terms.append({tuple((i, e) for i, e in monomial if i != mass): coefficient})
    return add(*terms)
