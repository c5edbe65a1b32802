r"""Differential towers: formulas as polynomials in generators that know their own derivatives.

Every transcendental piece of a formula becomes one generator g with an argument a and a rule
:math:`\partial g = \varphi(g)\, \partial a`, where phi is a polynomial in the generators: for the
logistic function S' = S - S^2, for the normal distribution function P' = phi and phi' = -a phi,
for an inverse I' = -I^2. Derivatives of any order are then polynomials over the rationals, and no
expression is ever simplified.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sympy
from sympy import QQ
from sympy.polys.rings import ring

from moeviz.errors import FormulaError
from moeviz.symbolic.kernel.functions import BY_HEAD, BY_KIND
from moeviz.symbolic.kernel.generators import Generator, Kind
from moeviz.symbolic.kernel.watch import pause

__all__ = ["Generator", "Kind", "Poly", "Tower"]

DERIVED = (Kind.DENSITY, Kind.STEP, Kind.KINK)
"""Generators that only derivatives bring."""

Poly = Any
"""An element of the tower's polynomial ring over the rationals."""


class Tower:
    """Formulas in inputs and parameters, as polynomials closed under differentiation.

    Parameters
    ----------
    inputs, parameters : sequence of sympy.Symbol
        What the formulas are functions of; what they are differentiated by.

    Notes
    -----
    Formulas are added by :meth:`embed` first; the first call of :meth:`poly` closes the tower.
    """

    def __init__(self, inputs: Sequence[sympy.Symbol], parameters: Sequence[sympy.Symbol]) -> None:
        self.inputs = tuple(inputs)
        self.parameters = tuple(parameters)
        self.generators: list[Generator] = [
            *(Generator(s, Kind.INPUT, None) for s in inputs),
            *(Generator(s, Kind.PARAMETER, None) for s in parameters),
        ]
        self._known: dict[tuple[Kind, sympy.Expr], sympy.Symbol] = {}
        self._embedded: dict[sympy.Expr, sympy.Expr] = {g.symbol: g.symbol for g in self.generators}
        self._varying = set(self.inputs)
        self._ring: Any = None
        self._elements: dict[sympy.Expr, Poly] = {}
        self._rules: dict[tuple[int, int], Poly] = {}
        self._derivatives: dict[tuple[Poly, sympy.Symbol], Poly] = {}

    def embed(self, expression: sympy.Expr) -> sympy.Expr:
        """Return a formula as a polynomial in the generators, adding those that it needs.

        Raises
        ------
        FormulaError
            If the formula has a function or a symbol that towers do not know.
        """
        found = self._embedded.get(expression)
        if found is None:
            found = self._embedded[expression] = self._embed(expression)
        return found

    def _embed(self, e: sympy.Expr) -> sympy.Expr:
        pause()
        if e.is_Rational:
            return e
        if e is sympy.E:
            return self.generator(Kind.EXP, sympy.Integer(1))
        if e.is_Add or e.is_Mul:
            return e.func(*(self.embed(arg) for arg in e.args))
        if e.is_Pow and e.base is not sympy.E:
            return self._power(self.embed(e.base), e.exp)
        if e.func is sympy.exp or (e.is_Pow and e.base is sympy.E):
            return self.generator(Kind.EXP, self.embed(e.args[0] if e.func is sympy.exp else e.exp))
        row = BY_HEAD.get(e.func)
        if row is not None:
            argument = self.embed(e.args[0])
            if row.kind is None:
                return row.embedded(self, argument)
            return self.generator(row.kind, argument)
        raise FormulaError(
            f"Expected a formula of the known functions and of the symbols "
            f"{', '.join(str(g.symbol) for g in self.generators[:8])}, but got '{e}'."
        )

    def _power(self, base: sympy.Expr, exponent: sympy.Expr) -> sympy.Expr:
        if exponent.is_Integer:
            return base**exponent if exponent >= 0 else self.inverse(base) ** (-exponent)
        if exponent.is_Rational and exponent.q in (2, 4, 8, 16):
            # sympy writes a root of a root as one power.
            return self._power(self._root(base), 2 * exponent)
        raise FormulaError(
            f"Expected square roots, also of square roots, and whole powers, but got the exponent "
            f"{exponent}; write the formula with sqrt."
        )

    def size(self, argument: sympy.Expr) -> sympy.Expr:
        """Return an absolute value: with its kink where the argument depends on the input."""
        if argument.free_symbols & self._varying:
            return 2 * self.generator(Kind.RELU, argument) - argument
        return self.generator(Kind.ROOT, sympy.expand(argument**2))

    def _root(self, base: sympy.Expr) -> sympy.Expr:
        """Return a square root; that of a square is an absolute value, which has a kink."""
        if not base.free_symbols & self._varying:
            return self.generator(Kind.ROOT, base)
        number, parts = sympy.factor_list(sympy.expand(base))
        outside, inside = sympy.Integer(1), number
        for part, times in parts:
            half = times // 2 if part.free_symbols & self._varying else 0
            outside *= (self.size(part) if half % 2 else 1) * part ** (half - half % 2)
            inside *= part ** (times - 2 * half)
        return outside * self.generator(Kind.ROOT, inside)

    def inverse(self, base: sympy.Expr) -> sympy.Expr:
        """Return one over an embedded formula."""
        if base.is_Rational:
            return 1 / base
        return self.generator(Kind.INVERSE, base)

    def generator(self, kind: Kind, argument: sympy.Expr) -> sympy.Symbol:
        """Return the generator of a kind with an embedded argument, adding it when it is new.

        Raises
        ------
        RuntimeError
            If it is new and the tower is closed.
        """
        argument = sympy.expand(argument)
        key = (kind, argument)
        if key not in self._known:
            if self._ring is not None:
                raise RuntimeError("The tower is closed; embed all formulas before polynomials.")
            symbol = sympy.Symbol(f"g{len(self.generators)}")
            self._known[key] = symbol
            self.generators.append(Generator(symbol, kind, argument))
            self._embedded[symbol] = symbol
            if argument.free_symbols & self._varying:
                self._varying.add(symbol)
            self._factor(kind, symbol, argument)
        return self._known[key]

    def _factor(self, kind: Kind, g: sympy.Symbol, argument: sympy.Expr) -> sympy.Expr | None:
        """Return phi with dg = phi da, a polynomial in generators; None where there is none."""
        return BY_KIND[kind].rule(self, g, argument)

    def written(self, expression: sympy.Expr) -> sympy.Expr:
        """Return a polynomial in generators as the formula that it stands for."""
        for generator in reversed(self.generators):
            if generator.argument is not None and generator.kind not in DERIVED:
                value = BY_KIND[generator.kind].written(generator.argument)
                expression = expression.xreplace({generator.symbol: value})
        return expression

    def close(self) -> None:
        """Build the polynomial ring; no generator can be added afterwards."""
        if self._ring is None:
            self._ring, *own = ring([f"g{i}" for i in range(len(self.generators))], QQ)
            self._elements = {g.symbol: p for g, p in zip(self.generators, own, strict=True)}

    def poly(self, expression: sympy.Expr) -> Poly:
        """Return an embedded formula as an element of the ring."""
        embedded = self.embed(expression)
        self.close()
        return self._element(embedded)

    def _element(self, e: sympy.Expr) -> Poly:
        """Return a polynomial in generators as an element of the ring, each part made once."""
        known = self._elements.get(e)
        if known is None:
            pause()
            if e.is_Rational:
                known = self._ring.ground_new(QQ(int(e.p), int(e.q)))
            elif e.is_Pow:
                known = self._element(e.base) ** int(e.exp)
            else:
                known, *others = map(self._element, e.args)
                for other in others:
                    known = known + other if e.is_Add else known * other
            self._elements[e] = known
        return known

    def constant(self, value: Any) -> Poly:
        """Return a rational number as an element of the ring."""
        self.close()
        return self._ring.ground_new(QQ(sympy.Rational(value).p, sympy.Rational(value).q))

    def varies(self, index: int) -> bool:
        """Return whether a generator depends on an input."""
        return self.generators[index].symbol in self._varying

    def of_kind(self, *kinds: Kind) -> list[int]:
        """Return the generators of some kinds."""
        return [i for i, g in enumerate(self.generators) if g.kind in kinds]

    def step_of(self, index: int) -> int:
        """Return the step that belongs to a relu, a step or a point mass."""
        symbol = self._known[Kind.STEP, self.generators[index].argument]
        return next(i for i, g in enumerate(self.generators) if g.symbol == symbol)

    def argument(self, index: int) -> Poly:
        """Return a generator's argument as an element of the ring."""
        self.close()
        return self._element(self.generators[index].argument)

    def derivative(self, p: Poly, by: sympy.Symbol) -> Poly:
        """Return the derivative of a polynomial by an input or parameter.

        Raises
        ------
        FormulaError
            If it needs the derivative of a point mass.
        """
        known = self._derivatives.get((p, by))
        if known is None:
            known = self._derivatives[p, by] = self._differentiate(p, by)
        return known

    def _differentiate(self, p: Poly, by: sympy.Symbol) -> Poly:
        total = self._ring.zero
        for index, generator in enumerate(self.generators):
            made = generator.argument is not None
            if not (made or generator.symbol == by) or not any(powers[index] for powers in p):
                continue
            pause()
            if not made:
                total += _slope(p, index)
            elif rule := self._rule(index, by):
                total += _slope(p, index) * rule
        return total

    def _rule(self, index: int, by: sympy.Symbol) -> Poly:
        """Return the derivative of a generator."""
        at = self.parameters.index(by) if by in self.parameters else -1 - self.inputs.index(by)
        known = self._rules.get((index, at))
        if known is not None:
            return known
        generator = self.generators[index]
        inner = self.derivative(self.argument(index), by)
        if not inner:
            result = self._ring.zero
        else:
            factor = self._factor(generator.kind, generator.symbol, generator.argument)
            if factor is None:
                raise FormulaError(
                    "Expected at most one derivative of a step, but the formula was asked for two."
                )
            result = self._element(factor) * inner
        self._rules[index, at] = result
        return result


def _slope(p: Poly, index: int) -> Poly:
    """Return the derivative by a generator as if it stood alone."""
    found = p.ring.zero
    for powers, coefficient in p.items():
        if exponent := powers[index]:
            found[(*powers[:index], exponent - 1, *powers[index + 1 :])] = coefficient * exponent
    return found
