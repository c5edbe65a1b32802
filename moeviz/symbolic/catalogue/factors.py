"""Atoms whose expert has a factor in front, which can pay for their weight."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction

import sympy

from moeviz.symbolic.catalogue.parts import Design, Special
from moeviz.symbolic.reading.expressions import Atom

FACTOR: Special = {"lambda": Fraction(3, 2)}
OTHER: Special = {"lambda": Fraction(2, 3)}
"""The factors of a crowded atom and of another one."""


@dataclass(frozen=True)
class FactorDesign(Design):
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
