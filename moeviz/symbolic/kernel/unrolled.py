"""Formulas as a list of steps, for values at many places with few changes between them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import sympy

from moeviz.symbolic.kernel.numeric import PRECISE, Functions, number

Step = Callable[[list[Any]], Any]
"""Takes the values of all steps, of which the earlier ones are known."""


class Unrolled:
    """Several formulas at the present precision, each part of them computed once.

    Parameters
    ----------
    formulas : sequence of sympy.Expr
    moving : sequence of sympy.Symbol
        What changes most often: parts without it are computed by :meth:`still`.
    functions : mapping
        :data:`PRECISE`, or :data:`BALLS` for enclosures; numbers of that kind are taken and given.

    Notes
    -----
    The operations are those of :func:`moeviz.symbolic.kernel.numeric.evaluate`, in the same order
    in each part, so that values agree to the last bit.
    """

    def __init__(
        self,
        formulas: Sequence[sympy.Expr],
        moving: Sequence[sympy.Symbol],
        functions: Functions = PRECISE,
    ) -> None:
        self._functions = functions
        self._moving = set(moving)
        self._places: dict[sympy.Expr, int] = {}
        self._symbols: list[tuple[int, sympy.Symbol]] = []
        self._steps: tuple[list[tuple[int, Step]], list[tuple[int, Step]]] = ([], [])
        self._results = [self._place(formula) for formula in formulas]

    def still(self, values: Mapping[sympy.Symbol, Any]) -> list[Any]:
        """Return the parts that do not move, for :meth:`at`.

        Parameters
        ----------
        values : mapping
            Of all symbols but the moving ones.
        """
        return self._run([None] * len(self._places), values, 0)

    def at(self, still: Sequence[Any], values: Mapping[sympy.Symbol, Any]) -> list[Any]:
        """Return the formulas' values.

        Parameters
        ----------
        still : sequence
            As :meth:`still` returns it.
        values : mapping
            Of the moving symbols.
        """
        known = self._run(list(still), values, 1)
        return [known[place] for place in self._results]

    def _run(self, known: list[Any], values: Mapping[sympy.Symbol, Any], turn: int) -> list[Any]:
        for place, symbol in self._symbols:
            if (symbol in self._moving) == bool(turn):
                known[place] = values[symbol]
        for place, step in self._steps[turn]:
            known[place] = step(known)
        return known

    def _place(self, e: sympy.Expr) -> int:
        """Return the number of a part, adding what it is made of."""
        place = self._places.get(e)
        if place is None:
            step = None if e.is_Symbol else self._step(e)
            place = self._places[e] = len(self._places)
            if step is None:
                self._symbols.append((place, e))
            else:
                self._steps[bool(e.free_symbols & self._moving)].append((place, step))
        return place

    def _step(self, e: sympy.Expr) -> Step:
        if e.is_Rational:
            return _constant(number(e, self._functions))
        if e is sympy.E:
            return _constant(self._functions[sympy.exp](number(sympy.S.One, self._functions)))
        if e.is_Add or e.is_Mul:
            return (_sum if e.is_Add else _product)([self._place(arg) for arg in e.args])
        if e.is_Pow and e.base is not sympy.E:
            return _power(self._place(e.base), number(e.exp, self._functions))
        if e.is_Pow:
            return _function(self._functions[sympy.exp], self._place(e.exp))
        return _function(self._functions[e.func], self._place(e.args[0]))


def _constant(value: Any) -> Step:
    return lambda known: value


def _sum(places: Sequence[int]) -> Step:
    first, *rest = places

    def step(known: list[Any]) -> Any:
        result = known[first]
        for place in rest:
            result = result + known[place]
        return result

    return step


def _product(places: Sequence[int]) -> Step:
    first, *rest = places

    def step(known: list[Any]) -> Any:
        result = known[first]
        for place in rest:
            result = result * known[place]
        return result

    return step


def _power(place: int, exponent: Any) -> Step:
    return lambda known: known[place] ** exponent


def _function(function: Callable[[Any], Any], place: int) -> Step:
    return lambda known: function(known[place])
