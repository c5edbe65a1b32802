"""Combinations of derivatives: shown to be zero, everywhere and on the kinks."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import mpmath
import sympy

from moeviz.symbolic.certificates.standalone.formulas import (
    Clock,
    Expr,
    Kink,
    Relu,
    Step,
    is_zero,
    read,
)
from moeviz.symbolic.certificates.standalone.values import (
    DIGITS,
    Evaluator,
    Log,
    Place,
    Plane,
    number,
    plane_of,
    times_of,
)

CLOCK = Clock(8.0)
"""Seconds for sympy's own proofs; after them the numbers stand alone."""

PLACES = 6
"""Random rational inputs at which a combination is evaluated."""

WIDE = (Fraction(-2), Fraction(2))
"""The range of an input that no box is given for."""

MOST_DRAWS = 400
"""Random inputs that are tried until all formulas have a value."""

TOLERANCE = mpmath.mpf(10) ** -60
WORKING_DIGITS = (90, 250, 700)
"""Digits that are tried, in turn."""


class NotReproducedError(Exception):
    """What was computed is not what the certificate says."""


def need(condition: bool, words: str) -> None:
    """Raise unless a condition is met."""
    if not condition:
        raise NotReproducedError(words)


class Source:
    """The formulas, symbols and points of a certificate.

    Parameters
    ----------
    data : mapping
        The certificate.
    """

    def __init__(self, data: Mapping[str, Any]) -> None:
        self.data = data
        names = data["symbols"]
        self.symbols = {
            n: sympy.Symbol(n, real=True) for n in (*names["inputs"], *names["parameters"])
        }
        self.inputs = tuple(self.symbols[n] for n in names["inputs"])
        self.parameters = tuple(self.symbols[n] for n in names["parameters"])
        self.functions = [read(text, self.symbols) for text in data.get("functions", [])]
        self.points = [
            {self.symbols[n]: number(v) for n, v in p.items()} for p in data.get("points", [])
        ]
        self.box = {n: (Fraction(low), Fraction(high)) for n, low, high in data.get("support", [])}
        self.domain = [read(text, self.symbols) for text in data.get("domain", [])]
        self._known: dict[tuple[int, tuple[str, ...]], Expr] = {}

    def derivative(self, function: int, by: Sequence[str]) -> Expr:
        """Return a function's derivative, by sympy."""
        key = (function, tuple(by))
        if key not in self._known:
            if not by:
                return self.functions[function]
            self._known[key] = sympy.diff(self.derivative(function, by[:-1]), self.symbols[by[-1]])
        return self._known[key]

    def random_input(
        self, rng: random.Random, points: Sequence[Place] | None = None
    ) -> dict[Expr, Fraction]:
        """Return a random rational input of the box at which all formulas have a value.

        Parameters
        ----------
        rng : random.Random
        points : sequence of mapping, optional
            Values of the parameters; by default the certificate's.
        """
        for _ in range(MOST_DRAWS):
            found = {}
            for x in self.inputs:
                low, high = self.box.get(str(x), WIDE)
                found[x] = low + (high - low) * Fraction(rng.randrange(1, 1009), 1009)
            if self.has_values(found, self.points if points is None else points):
                return found
        raise NotReproducedError("no input was found at which all formulas have a value")

    def has_values(self, x: Mapping[Expr, Fraction], points: Sequence[Place]) -> bool:
        """Return whether all conditions of the domain are met, at each of some points."""
        return all(
            Evaluator(DIGITS, {**point, **x})(c) > 0 for c in self.domain for point in points
        )

    def inside(self, x: Mapping[Expr, Fraction]) -> bool:
        """Return whether an input lies in the box and in the domain."""
        in_box = all(
            low < x[s] < high for s in self.inputs for low, high in [self.box.get(str(s), WIDE)]
        )
        return in_box and self.has_values(x, self.points)


@dataclass(frozen=True)
class Term:
    """A coefficient, a formula, and the values of the parameters in it."""

    coefficient: Expr
    formula: Expr
    point: Mapping[Expr, Fraction | Log]


def verify_zero(
    source: Source, terms: Sequence[Term], masses: bool, seed: int = 1, prove: bool = True
) -> str:
    """Show that a combination is the zero function, and its point masses too if they count.

    Returns
    -------
    str
        "symbolically and to 60 digits", or "to 60 digits".
    """
    rng = random.Random(seed)
    symbolic = prove
    patterns: dict[tuple[bool, ...], int] = {}
    points = list({id(t.point): t.point for t in terms}.values())
    steps = [(a, t.point) for t in terms for a in _arguments(t.formula, Relu, Step)]
    for _ in range(PLACES if not steps else 60):
        x = source.random_input(rng, points)
        signs = tuple(_sign(a, {**p, **x}) for a, p in steps)
        patterns[signs] = patterns.get(signs, 0) + 1
        if patterns[signs] <= PLACES:
            _small(terms, x, {})
        if patterns[signs] == 1 and prove:
            symbolic &= _sympy_zero(terms, x, {}, {})
    if masses:
        for plane in _planes(source, terms):
            symbolic &= _verify_on(source, terms, plane, rng, prove)
        symbolic &= _verify_curved(source, terms, rng)
    return "symbolically and to 60 digits" if symbolic else "to 60 digits, not by sympy"


def _arguments(e: Expr, *functions: Any) -> list[Expr]:
    found = set().union(*(e.atoms(f) for f in functions))
    return sorted({f.args[0] for f in found}, key=str)


def _sign(argument: Expr, place: Place) -> bool:
    return bool(Evaluator(DIGITS, place)(Step(argument)) > 0)


def _small(terms: Sequence[Term], x: Mapping[Expr, Fraction], plane: Mapping[int, Any]) -> None:
    """Need the sum of all terms to be zero to 60 digits at an input."""
    total = size = mpmath.mpf(1)
    # Large parts may cancel inside a formula; with more digits what is zero stays below them.
    for digits in WORKING_DIGITS:
        with mpmath.workdps(digits):
            values = list(_values(terms, x, plane))
            total = abs(sum(values, mpmath.mpf(0)))
            size = sum((abs(v) for v in values), mpmath.mpf(1))
            if total <= TOLERANCE * size:
                return
    words = "the combination is" if not plane else "its point masses sum to"
    raise NotReproducedError(f"{words} {mpmath.nstr(total, 8)}, not 0, at an input")


def _values(
    terms: Sequence[Term], x: Mapping[Expr, Fraction], plane: Mapping[int, Any]
) -> Iterator[Any]:
    """Yield the terms' values, or the factors of their point masses on a hyperplane."""
    for number_, term in enumerate(terms):
        place = {**term.point, **x}
        value = Evaluator(DIGITS, place, plane.get(number_))(term.formula)
        if number_ in plane:
            value -= Evaluator(DIGITS, place)(term.formula)
        elif plane:
            value = mpmath.mpf(0)
        yield value * Evaluator(DIGITS, place)(term.coefficient)


def _planes(source: Source, terms: Sequence[Term]) -> list[Plane]:
    found: list[Plane] = []
    for term in terms:
        for argument in _arguments(term.formula, Kink):
            plane = plane_in(source, argument, term.point)
            if plane is not None and not any(times_of(plane, p) for p in found):
                found.append(plane)
    return found


def plane_in(source: Source, argument: Expr, point: Place) -> Plane | None:
    """Return where a relu's argument is zero; None if that is no hyperplane, or nowhere."""
    try:
        plane = plane_of(argument, source.inputs, point)
    except ValueError:
        return None
    return plane if any(plane[0].values()) else None


def _is_curved(source: Source, argument: Expr, point: Place) -> bool:
    """Return whether a relu's argument changes its sign, but on no hyperplane."""
    try:
        plane_of(argument, source.inputs, point)
    except ValueError:
        rng = random.Random(5)
        places = [{**point, **source.random_input(rng, [])} for _ in range(PLACES * 10)]
        return len({_sign(argument, place) for place in places}) > 1
    return False


def _verify_curved(source: Source, terms: Sequence[Term], rng: random.Random) -> bool:
    """Need what curved kinks' point masses are multiplied by to cancel; return if there is none.

    It is asked for at every input, which is more than on the kink.
    """
    groups: dict[str, dict[int, dict[Expr, Fraction]]] = {}
    for i, term in enumerate(terms):
        for argument in _arguments(term.formula, Kink):
            if _is_curved(source, argument, term.point):
                own = argument.xreplace({s: as_formula(v) for s, v in term.point.items()})
                name = min(str(own), str(-own))
                groups.setdefault(name, {}).setdefault(i, {})[Kink(argument)] = Fraction(1)
    points = [t.point for t in terms]
    for weights in groups.values():
        for _ in range(PLACES):
            _small(terms, source.random_input(rng, points), weights)
    return not groups


def masses_on(source: Source, formula: Expr, point: Place, plane: Plane) -> dict[Expr, Fraction]:
    """Return the point mass of each kink on a hyperplane, for its argument as it is given."""
    found = {}
    for argument in _arguments(formula, Kink):
        own = plane_in(source, argument, point)
        times = None if own is None else times_of(own, plane)
        if times is not None:
            found[Kink(argument)] = 1 / abs(times)
    return found


def _onto(plane: Plane, x: Mapping[Expr, Fraction]) -> tuple[Expr, Fraction]:
    """Return the input that a hyperplane is solved for, and its value there."""
    axis = next(s for s, v in plane[0].items() if v)
    rest = sum((v * x[s] for s, v in plane[0].items() if s != axis), plane[1])
    return axis, -rest / plane[0][axis]


def _verify_on(
    source: Source, terms: Sequence[Term], plane: Plane, rng: random.Random, prove: bool
) -> bool:
    """Need the point masses on one hyperplane to cancel; return whether sympy sees it."""
    weights = {i: masses_on(source, t.formula, t.point, plane) for i, t in enumerate(terms)}
    weights = {i: w for i, w in weights.items() if w}
    symbolic, found = True, 0
    for _ in range(100):
        x = source.random_input(rng, [])
        axis, value = _onto(plane, x)
        if not source.inside({**x, axis: value}) or found == PLACES:
            continue
        if not source.has_values({**x, axis: value}, [t.point for t in terms]):
            continue
        found += 1
        x = {**x, axis: value}
        _small(terms, x, weights)
        if found == 1 and prove:
            rest = sum((v * s for s, v in plane[0].items() if s != axis), sympy.Integer(0))
            solved = {axis: -(rest + plane[1]) / plane[0][axis]}
            symbolic &= _sympy_zero(terms, x, weights, solved)
    return symbolic


def _sympy_zero(
    terms: Sequence[Term],
    x: Mapping[Expr, Fraction],
    plane: Mapping[int, Mapping[Expr, Fraction]],
    solved: Mapping[Expr, Expr],
) -> bool:
    """Return whether sympy sees in time that the sum is zero where the steps are as at x."""
    total = sympy.Integer(0)
    for i, term in enumerate(terms):
        if plane and i not in plane:
            continue
        place = {**term.point, **x}
        relus = {r: r.args[0] * int(_sign(r.args[0], place)) for r in term.formula.atoms(Relu)}
        kinks = dict.fromkeys(term.formula.atoms(Kink), sympy.Integer(0))
        signs = {s: int(_sign(s.args[0], place)) for s in term.formula.atoms(Step)}
        formula = term.formula.xreplace({**signs, **relus, **kinks})
        if plane:
            own = {k: sympy.Rational(v.numerator, v.denominator) for k, v in plane[i].items()}
            with_mass = term.formula.xreplace({**signs, **relus, **kinks, **own})
            formula = with_mass - formula
        values = {s: as_formula(v) for s, v in term.point.items()}
        relus = {r: r.args[0] * int(_sign(r.args[0], place)) for r in term.coefficient.atoms(Relu)}
        total += (term.coefficient.xreplace(relus) * formula).subs(values).subs(solved)
    return CLOCK.run(is_zero, total)


def as_formula(value: Fraction | Log) -> Expr:
    """Return a number as a formula."""
    if isinstance(value, Log):
        return sympy.log(as_formula(value.of))
    return sympy.Rational(value.numerator, value.denominator)
