"""Formulas' values at many places by balls, which are an order faster than mpmath's numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any

import flint
import mpmath
import sympy
from mpmath.libmp import from_man_exp, round_nearest

from moeviz.symbolic.kernel.numeric import BALLS
from moeviz.symbolic.kernel.places import precision
from moeviz.symbolic.kernel.unrolled import Unrolled

GUARD = 40
"""Bits beyond mpmath's present precision, so that a ball's middle is right to the last of those."""

Still = tuple[Mapping[sympy.Symbol, Any], list[Any]]
"""The values of the symbols that stand still, and the parts that are made of them."""


class Enclosed:
    """Several formulas at mpmath's present precision, from enclosures.

    Where an enclosure is too wide to tell all digits, mpmath itself is asked.

    Parameters
    ----------
    formulas : sequence of sympy.Expr
    moving : sequence of sympy.Symbol
        What changes most often.
    """

    def __init__(self, formulas: Sequence[sympy.Expr], moving: Sequence[sympy.Symbol]) -> None:
        self._formulas, self._moving = formulas, moving

    @cached_property
    def _balls(self) -> Unrolled:
        with precision(mpmath.mp.prec + GUARD):
            return Unrolled(self._formulas, self._moving, BALLS)

    def still(self, values: Mapping[sympy.Symbol, Any]) -> Still:
        """Return the parts that do not move, for :meth:`at`.

        Parameters
        ----------
        values : mapping of Symbol to mpf
            Of all symbols but the moving ones.
        """
        with precision(mpmath.mp.prec + GUARD):
            return values, self._balls.still(_balls(values))

    def at(self, still: Still, values: Mapping[sympy.Symbol, Any]) -> list[Any]:
        """Return the formulas' values.

        Parameters
        ----------
        still : Still
            As :meth:`still` returns it.
        values : mapping of Symbol to mpf
            Of the moving symbols.
        """
        others, parts = still
        with precision(mpmath.mp.prec + GUARD):
            found = self._balls.at(parts, _balls(values))
        if all(is_sharp(ball) for ball in found):
            return [number_of(ball) for ball in found]
        plain = Unrolled(self._formulas, self._moving)
        return plain.at(plain.still(others), values)


def is_sharp(ball: flint.arb) -> bool:
    """Return whether an enclosure tells all digits at mpmath's present precision."""
    return bool(ball.is_exact() or ball.rel_accuracy_bits() >= mpmath.mp.prec) and ball.is_finite()


def number_of(ball: flint.arb) -> mpmath.mpf:
    """Return a finite ball's middle, rounded to mpmath's present precision."""
    mantissa, exponent = ball.mid().man_exp()
    return mpmath.mp.make_mpf(
        from_man_exp(int(mantissa), int(exponent), mpmath.mp.prec, round_nearest)
    )


def _balls(values: Mapping[sympy.Symbol, Any]) -> dict[sympy.Symbol, flint.arb]:
    return {symbol: flint.arb(value) for symbol, value in values.items()}
