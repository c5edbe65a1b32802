"""Points of atoms with kinks that inputs meet, and of atoms whose mass is a factor."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction

import sympy

from moeviz.symbolic.catalogue.parts import Design, Special
from moeviz.symbolic.kernel.ground import Log, Number, Point
from moeviz.symbolic.reading.expressions import Atom
from moeviz.symbolic.reading.points import belongs

REACH = Fraction(2)
"""Every input of a box lies between minus this and this."""

FACTOR: Special = {"lambda": Fraction(3, 2)}
OTHER: Special = {"lambda": Fraction(2, 3)}
"""The factors of a crowded atom and of another one."""


@dataclass(frozen=True)
class MetDesign(Design):
    """Atoms with one unit each, whose kink some inputs of the box meet.

    Drawn intercepts can lie so far out that a ReLU unit is 0, or linear, at all inputs. So the
    intercepts of all atoms are halved together, which leaves equal, opposite and zero ones what
    they are, until every unit with a slope has its kink inside.
    """

    def points(self, model: Atom) -> list[Point]:
        """Return the atoms' rational points."""
        points = super().points(model)
        halvings = max((_halvings(point) for point in points), default=0)
        share = Fraction(1, 2**halvings)
        return [
            {s: _times(v, share) if s.name == "b" else v for s, v in point.items()}
            for point in points
        ]


def _halvings(point: Point) -> int:
    """Return how often an intercept must be halved for its kink to lie among the inputs."""
    numbers = {s: Fraction(v) for s, v in point.items() if not isinstance(v, Log)}
    slopes = [abs(v) for s, v in numbers.items() if belongs(s, "a")]
    reach = REACH * sum(slopes, Fraction(0))
    intercept = max((abs(v) for s, v in numbers.items() if s.name == "b"), default=Fraction(0))
    count = 0
    while reach and intercept >= reach * 2**count:
        count += 1
    return count


def _times(value: Number, share: Fraction) -> Number:
    return value if isinstance(value, Log) else value * share


@dataclass(frozen=True)
class FactorDesign(MetDesign):
    """Atoms whose mass is their expert's factor.

    Attributes
    ----------
    held : Fraction or None
        Where offsets do not move: e to the offset of all atoms. Otherwise offsets place an atom as
        gates do.
    """

    held: Fraction | None = None

    @property
    def atom(self) -> Atom:
        """The atom in symbols, with its factor where the offset stands elsewhere."""
        plain = super().atom
        factor = next(s for s in plain.own if s.name == "lambda")
        own = tuple(s for s in plain.own if s != factor)
        if self.held is None:
            gate = (*plain.gate, plain.offset)
            return replace(plain, gate=gate, own=own, offset=factor)
        known = {plain.offset: sympy.log(sympy.Rational(self.held))}
        return replace(
            plain,
            own=own,
            offset=factor,
            score=plain.score.xreplace(known),
            affinity=plain.affinity.xreplace(known),
            weight=plain.weight.xreplace(known),
        )
