"""Values of formulas: exact rationals, many digits, or intervals that surely enclose them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import mpmath
import sympy
from mpmath import iv

from moeviz.symbolic.certificates.standalone.formulas import (
    Expr,
    Kink,
    LogAbs,
    NormalCdf,
    Relu,
    Sigmoid,
    Softplus,
    Step,
)


@dataclass(frozen=True)
class Arithmetic:
    """One kind of numbers: how a fraction is made, and the functions."""

    number: Callable[[Fraction], Any]
    pi: Callable[[], Any]
    functions: Mapping[Any, Callable[[Any], Any]]


def interval_cdf(t: Any) -> Any:
    """Enclose the normal distribution function: 1/2 + phi(t) (t + t^3/3 + t^5/(3 5) + ...).

    When t^2 is below half of the next odd number, the terms left out sum to less than the last.
    """
    square, term, total, odd = t * t, t, t, 1
    while True:
        odd += 2
        term = term * square / odd
        total += term
        if (2 * square).b < odd and abs(term).b < mpmath.ldexp(1, -iv.prec - 8):
            break
    rest = abs(term).b
    total += iv.mpf([-rest, rest])
    return iv.mpf(1) / 2 + iv.exp(-square / 2) / iv.sqrt(2 * iv.pi) * total


DIGITS = Arithmetic(
    lambda q: mpmath.mpf(q.numerator) / q.denominator,
    lambda: mpmath.pi,
    {
        sympy.exp: mpmath.exp,
        sympy.log: mpmath.log,
        sympy.sin: mpmath.sin,
        sympy.cos: mpmath.cos,
        sympy.tanh: mpmath.tanh,
        Sigmoid: lambda t: 1 / (1 + mpmath.exp(-t)),
        Softplus: lambda t: mpmath.log(1 + mpmath.exp(t)),
        NormalCdf: mpmath.ncdf,
        LogAbs: lambda t: mpmath.log(abs(t)),
        "sqrt": mpmath.sqrt,
    },
)

INTERVALS = Arithmetic(
    lambda q: iv.mpf(q.numerator) / q.denominator,
    lambda: iv.pi,
    {
        sympy.exp: iv.exp,
        sympy.log: iv.log,
        sympy.sin: iv.sin,
        sympy.cos: iv.cos,
        sympy.tanh: lambda t: 1 - 2 / (1 + iv.exp(2 * t)),
        Sigmoid: lambda t: 1 / (1 + iv.exp(-t)),
        Softplus: lambda t: iv.log(1 + iv.exp(t)),
        NormalCdf: interval_cdf,
        LogAbs: lambda t: iv.log(abs(t)),
        "sqrt": iv.sqrt,
    },
)


@dataclass(frozen=True)
class Log:
    """The logarithm of a positive rational number."""

    of: Fraction


Place = Mapping[Expr, Fraction | Log]


def number(text: str) -> Fraction | Log:
    """Return the number that a text such as 2/5 or log(7/5) writes."""
    return Log(Fraction(text[4:-1])) if text.startswith("log(") else Fraction(text)


def exact(e: Expr, place: Place) -> Fraction:
    """Return the rational value of a polynomial, also in relus; a ValueError if it has none."""
    if e.is_Rational:
        return Fraction(int(e.p), int(e.q))
    if e.is_Symbol:
        value = place.get(e)
        if isinstance(value, Fraction):
            return value
        if isinstance(value, Log) and value.of == 1:
            return Fraction(0)
    elif e.func is Relu:
        return max(exact(e.args[0], place), Fraction(0))
    elif e.is_Add:
        return sum((exact(a, place) for a in e.args), Fraction(0))
    elif e.is_Mul:
        product = Fraction(1)
        for a in e.args:
            product *= exact(a, place)
        return product
    elif e.is_Pow and e.exp.is_Integer:
        return exact(e.base, place) ** int(e.exp)
    raise ValueError(f"{e} is not rational")


Plane = tuple[Mapping[Expr, Fraction], Fraction]
"""A hyperplane slope . x + intercept = 0: its slope by input, and its intercept."""


def plane_of(argument: Expr, inputs: tuple[Expr, ...], place: Place) -> Plane:
    """Return the hyperplane on which a relu's argument is zero, as it is."""
    own = {s: v for s, v in place.items() if s not in inputs}
    slope = {x: exact(sympy.expand(sympy.diff(argument, x)), own) for x in inputs}
    return slope, exact(argument, {**own, **dict.fromkeys(inputs, Fraction(0))})


def times_of(plane: Plane, other: Plane) -> Fraction | None:
    """Return t with plane = t other; None if there is none."""
    axis = next((x for x, s in other[0].items() if s), None)
    if axis is None:
        return None
    t = plane[0][axis] / other[0][axis]
    same = plane[1] == t * other[1] and all(s == t * other[0][x] for x, s in plane[0].items())
    return t if same and t else None


class Evaluator:
    """Values of formulas at one place, where every subformula is evaluated once.

    Parameters
    ----------
    arithmetic : Arithmetic
    place : mapping
        Values of all symbols.
    masses : mapping, optional
        What stands for the point masses, by the formula Kink(...); 0 by default.
    """

    def __init__(
        self,
        arithmetic: Arithmetic,
        place: Place,
        masses: Mapping[Expr, Fraction] | None = None,
    ) -> None:
        self.arithmetic = arithmetic
        self.place = place
        self.masses = masses or {}
        self.known: dict[Expr, Any] = {}

    def __call__(self, e: Expr) -> Any:
        found = self.known.get(e)
        if found is None:
            found = self.known[e] = self._value(e)
        return found

    def _value(self, e: Expr) -> Any:
        functions, of = self.arithmetic.functions, self.arithmetic.number
        if e.is_Rational:
            return of(Fraction(int(e.p), int(e.q)))
        if e.is_Symbol:
            value = self.place[e]
            return functions[sympy.log](of(value.of)) if isinstance(value, Log) else of(value)
        if e is sympy.pi:
            return self.arithmetic.pi()
        if e is sympy.E:
            return functions[sympy.exp](of(Fraction(1)))
        if e.is_Add or e.is_Mul:
            total = self(e.args[0])
            for a in e.args[1:]:
                total = total + self(a) if e.is_Add else total * self(a)
            return total
        if e.is_Pow:
            return self._power(e)
        if e.func is Kink:
            return of(self.masses.get(e, Fraction(0)))
        if e.func is Step or e.func is Relu:
            active = self._is_positive(e.args[0])
            if not active:
                return of(Fraction(0))
            return of(Fraction(1)) if e.func is Step else self(e.args[0])
        return functions[e.func](self(e.args[0]))

    def _power(self, e: Expr) -> Any:
        if e.base is sympy.E:
            return self.arithmetic.functions[sympy.exp](self(e.exp))
        base, times = self(e.base), e.exp
        for _ in range(4):
            if not times.is_Integer:
                base, times = self.arithmetic.functions["sqrt"](base), 2 * times
        if not times.is_Integer:
            raise ValueError(f"the exponent of {e} is not known")
        power = base ** abs(int(times))
        return power if times > 0 else 1 / power

    def _is_positive(self, argument: Expr) -> bool:
        try:
            return exact(argument, self.place) > 0
        except ValueError:
            value = self(argument)
        if value > 0:
            return True
        if value < 0:
            return False
        raise ValueError("the sign of a relu's argument is not clear")


class Moved(Evaluator):
    """Values at places that are numbers of the arithmetic already: decimals, intervals."""

    def __init__(self, arithmetic: Arithmetic, place: Mapping[Expr, Any]) -> None:
        super().__init__(arithmetic, place)

    def _value(self, e: Expr) -> Any:
        return self.place[e] if e.is_Symbol else super()._value(e)

    def _is_positive(self, argument: Expr) -> bool:
        return bool(self(argument) > 0)
