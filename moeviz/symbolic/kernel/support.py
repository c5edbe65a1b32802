"""Where the inputs lie: boxes, random rational points, and the hyperplanes of the kinks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property, lru_cache

import numpy as np

from moeviz.errors import FormulaError
from moeviz.symbolic.kernel.ground import Ground
from moeviz.symbolic.kernel.polynomial import Polynomial, add, basic, constant, fraction, scale

GRID = 1000
"""Points are multiples of one part in this many of the support's width."""

AHEAD = 32
"""Points that are drawn at once where there is no end of them."""


@dataclass(frozen=True)
class Support:
    """The inputs' box, by name.

    Attributes
    ----------
    bounds : tuple of (str, Fraction, Fraction)
        Name, lower and upper bound of each input.
    """

    bounds: tuple[tuple[str, Fraction, Fraction], ...]

    @staticmethod
    def box(names: list[str], low: int | Fraction = -2, high: int | Fraction = 2) -> Support:
        """Return a box of equal sides."""
        return Support(tuple((name, Fraction(low), Fraction(high)) for name in names))

    def point(self, rng: np.random.Generator) -> dict[str, Fraction]:
        """Return a random rational point inside."""
        return self._at(rng.integers(1, GRID, len(self.bounds)).tolist())

    def points(self, rng: np.random.Generator) -> Iterator[dict[str, Fraction]]:
        """Return random rational points inside, without end: as :meth:`point` draws them.

        They are drawn ahead; the generator is to be used for nothing else.
        """
        while True:
            yield from map(self._at, rng.integers(1, GRID, (AHEAD, len(self.bounds))).tolist())

    def _at(self, steps: Sequence[int]) -> dict[str, Fraction]:
        return {name: grid[step] for (name, grid), step in zip(self._grids, steps, strict=True)}

    @cached_property
    def _grids(self) -> list[tuple[str, tuple[Fraction, ...]]]:
        return [(name, _grid(low, high)) for name, low, high in self.bounds]

    def has(self, point: dict[str, Fraction]) -> bool:
        """Return whether a point lies inside."""
        return all(low < point[name] < high for name, low, high in self.bounds)


@lru_cache(maxsize=64)
def _grid(low: Fraction, high: Fraction) -> tuple[Fraction, ...]:
    """Return the coordinates that points of an interval have."""
    return tuple(low + (high - low) * Fraction(step, GRID) for step in range(GRID))


@dataclass(frozen=True)
class Plane:
    """A hyperplane slope . x + intercept = 0, solved for one input.

    Attributes
    ----------
    slope : tuple of (str, Fraction)
    intercept : Fraction
    """

    slope: tuple[tuple[str, Fraction], ...]
    intercept: Fraction

    @property
    def axis(self) -> str:
        """The input that is solved for."""
        return next(name for name, s in self.slope if s)

    def at(self, x: dict[str, Fraction]) -> Fraction:
        """Return slope . x + intercept."""
        return sum((s * x[name] for name, s in self.slope), self.intercept)

    def times(self, other: Plane) -> Fraction | None:
        """Return t with this plane's formula = t times the other's; None if there is none."""
        mine, own = dict(self.slope), dict(other.slope)
        t = mine[other.axis] / own[other.axis]
        same = self.intercept == t * other.intercept and all(mine[n] == t * own[n] for n in own)
        return t if same and t else None

    def onto(self, x: dict[str, Fraction]) -> dict[str, Fraction]:
        """Return the point of the plane with the same other inputs."""
        slope = dict(self.slope)
        return {**x, self.axis: x[self.axis] - self.at(x) / slope[self.axis]}

    def solved(self, ground: Ground) -> Polynomial:
        """Return the solved input as a polynomial in the others."""
        slope = dict(self.slope)
        own = slope[self.axis]
        names = [s.name for s in ground.inputs]
        return add(
            constant(-self.intercept / own),
            *(
                scale(basic(names.index(name)), -s / own)
                for name, s in self.slope
                if s and name != self.axis
            ),
        )


def plane_of(ground: Ground, a: Polynomial) -> Plane:
    """Return the hyperplane a = 0.

    Raises
    ------
    FormulaError
        If `a` is not affine in the inputs.
    """
    names = [s.name for s in ground.inputs]
    slope, intercept = dict.fromkeys(names, Fraction(0)), Fraction(0)
    for monomial, coefficient in a.items():
        if not monomial:
            intercept = fraction(coefficient)
        elif len(monomial) == 1 and monomial[0][1] == 1 and monomial[0][0] < len(names):
            slope[names[monomial[0][0]]] = fraction(coefficient)
        else:
            raise FormulaError(
                "Expected kinks on hyperplanes, but an expert's argument is not linear in x."
            )
    return Plane(tuple(slope.items()), intercept)
