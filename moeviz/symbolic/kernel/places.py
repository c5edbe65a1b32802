"""A tower at a rational input: which side of each kink it lies on, and whether all has a value."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import lru_cache
from typing import Any

import flint
import sympy

from moeviz.symbolic.kernel.basics import Log, Number, Point
from moeviz.symbolic.kernel.functions import BY_KIND
from moeviz.symbolic.kernel.tower import Kind, Poly, Tower

SINGULAR = (Kind.LOG, Kind.ROOT, Kind.LOG_ABS, Kind.INVERSE)
"""Functions without a value, or without a derivative, where their argument is 0."""

POSITIVE = frozenset(kind for kind, row in BY_KIND.items() if row.sign == 1)

NOT_NEGATIVE = frozenset(kind for kind, row in BY_KIND.items() if row.sign is not None)

BITS = 128

Sparse = tuple[tuple[flint.arb, tuple[tuple[int, int], ...]], ...]
"""A polynomial in generators: coefficients with generators and their powers."""

BETWEEN = flint.arb(0).union(1)
"""A step whose side is not known."""

Box = Mapping[str, Any]
"""Values of inputs by name: rationals, or balls that hold a whole interval."""


class Places:
    """A tower at a point, ready to be looked at from many inputs.

    Parameters
    ----------
    tower : Tower
    point : mapping
        A number for every parameter.

    Notes
    -----
    Only kinks, functions that can be without a value, and what these are made of are evaluated.
    An argument that is positive because each of its terms is needs no evaluation of its own.
    """

    def __init__(self, tower: Tower, point: Point) -> None:
        tower.close()
        self._generators = tower.generators
        self._inputs = [
            (i, g.symbol.name) for i, g in enumerate(tower.generators) if g.kind is Kind.INPUT
        ]
        with precision(BITS):
            self._fixed = Values(
                {
                    i: _ball(point[g.symbol])
                    for i, g in enumerate(tower.generators)
                    if g.kind is Kind.PARAMETER
                }
            )
            wanted, positive = needed(tower)
            self._fixed.signs = dict.fromkeys(positive, 1)
            self._arguments: list[tuple[int, Kind, Sparse]] = []
            for index, argument in wanted.items():
                kind = tower.generators[index].kind
                if tower.varies(index):
                    self._arguments.append((index, kind, self._fixed.put_in(argument)))
                else:
                    self._fixed.add(index, kind, argument)
            # What stands still is now in the arguments of what does not.
            self._fixed.balls = {}

    @property
    def is_sure_of_what_stands_still(self) -> bool:
        """Whether all that does not depend on the input has a value, and no step is among it."""
        return not (self._fixed.broken or self._fixed.unclear or self._fixed.steps)

    @property
    def same_everywhere(self) -> bool:
        """Whether nothing that can be without a value depends on the input."""
        return not any(kind in SINGULAR for _, kind, _ in self._arguments)

    def at(self, x: Box) -> Values:
        """Return enclosures at an input.

        Parameters
        ----------
        x : mapping of str to number or ball
        """
        before = flint.ctx.prec
        flint.ctx.prec = BITS
        try:
            values = self._fixed.copy()
            for index, name in self._inputs:
                values.balls[index] = _ball(x[name])
            for index, kind, argument in self._arguments:
                values.add(index, kind, argument)
            # Generators stand in the order of their numbers, those without an input too.
            values.broken.sort()
            values.unclear.sort()
            return values
        finally:
            flint.ctx.prec = before


class Values:
    """Enclosures of a tower's generators at one input.

    Parameters
    ----------
    balls : dict of int to arb
        By generator; those of the parameters to begin with.

    Attributes
    ----------
    steps : dict of int to (int or None)
        The value of each step, by generator; None where its sign is not clear.
    signs : dict of int to (int or None)
        The sign of the argument of each function that can be without a value.
    broken : list of int
        Generators whose argument is surely outside their domain.
    unclear : list of int
        Generators whose argument may be outside.
    """

    def __init__(self, balls: dict[int, flint.arb]) -> None:
        self.balls = balls
        self.steps: dict[int, int | None] = {}
        self.signs: dict[int, int | None] = {}
        self.broken: list[int] = []
        self.unclear: list[int] = []

    def copy(self) -> Values:
        """Return the same, to go on from here."""
        other = Values(dict(self.balls))
        other.steps, other.signs = dict(self.steps), dict(self.signs)
        other.broken, other.unclear = list(self.broken), list(self.unclear)
        return other

    def put_in(self, argument: Sparse) -> Sparse:
        """Return an argument with these numbers in it, as a polynomial in all others."""
        total: dict[tuple[tuple[int, int], ...], flint.arb] = {}
        for coefficient, powers in argument:
            rest = []
            for i, exponent in powers:
                known = self.balls.get(i)
                if known is None:
                    rest.append((i, exponent))
                else:
                    coefficient = coefficient * _power(known, exponent)
            before = total.get(tuple(rest))
            total[tuple(rest)] = coefficient if before is None else before + coefficient
        return tuple((c, powers) for powers, c in total.items() if not c.is_zero())

    def add(self, index: int, kind: Kind, argument: Sparse) -> None:
        """Evaluate one generator more."""
        total = flint.arb(0)
        for coefficient, powers in argument:
            term = coefficient
            for i, exponent in powers:
                term = term * _power(self.balls[i], exponent)
            total += term
        self.balls[index] = self._apply(index, kind, total)

    def _apply(self, index: int, kind: Kind, a: flint.arb) -> flint.arb:
        if kind is Kind.STEP:
            side = self.steps[index] = _side(a)
            return BETWEEN if side is None else flint.arb(side)
        if kind is Kind.RELU:
            side = _side(a)
            return a * (BETWEEN if side is None else side)
        if kind is Kind.KINK:
            return flint.arb(0)
        if kind is Kind.LOG or kind is Kind.ROOT:
            self._need(index, a, a > 0, a < 0)
            a = a if kind is Kind.LOG else a.nonnegative_part()
        elif kind is Kind.LOG_ABS or kind is Kind.INVERSE:
            self._need(index, a, a != 0, a.is_zero())
        return BY_KIND[kind].ball(a)

    def _need(self, index: int, a: flint.arb, inside: bool, outside: bool) -> None:
        self.signs[index] = 1 if a > 0 else -1 if a < 0 else None
        if not a.is_finite() or not inside:
            (self.broken if outside and a.is_finite() else self.unclear).append(index)


@contextmanager
def precision(bits: int) -> Iterator[None]:
    """Let flint work with so many bits while the block runs."""
    before = flint.ctx.prec
    flint.ctx.prec = bits
    try:
        yield
    finally:
        flint.ctx.prec = before


@lru_cache(maxsize=16)
def needed(tower: Tower) -> tuple[dict[int, Sparse], frozenset[int]]:
    """Return the arguments of what must be evaluated, in order, and what is sure without that."""
    singular = tower.of_kind(*SINGULAR)
    positive = frozenset(i for i in singular if is_positive(tower, i))
    wanted = {*tower.of_kind(Kind.STEP), *singular} - positive
    found: dict[int, Sparse] = {}
    for index in reversed(range(len(tower.generators))):
        if index in wanted and tower.generators[index].argument is not None:
            found[index] = _sparse(tower.argument(index))
            wanted |= {i for _, powers in found[index] for i, _ in powers}
    return dict(sorted(found.items())), positive


def is_positive(tower: Tower, index: int) -> bool:
    """Return whether a generator's argument is positive because each of its terms is."""
    kinds = [g.kind for g in tower.generators]
    sure = False
    for monomial, coefficient in tower.argument(index).terms():
        powers = [(kinds[i], e) for i, e in enumerate(monomial) if e]
        if coefficient < 0 or not all(not e % 2 or kind in NOT_NEGATIVE for kind, e in powers):
            return False
        sure = sure or all(kind in POSITIVE for kind, _ in powers)
    return sure


def _sparse(p: Poly) -> Sparse:
    return tuple(
        (_ball(c), tuple((i, e) for i, e in enumerate(exponents) if e))
        for exponents, c in p.terms()
    )


def _power(a: flint.arb, exponent: int) -> flint.arb:
    """Return a power; that of an even exponent is not negative, also where a ball holds 0."""
    if exponent == 1:
        return a
    if exponent % 2 or not a.contains(0):
        return a**exponent
    return flint.arb(0).union(a.abs_upper() ** exponent).nonnegative_part()


def _side(a: flint.arb) -> int | None:
    """Return a step's value: 1 where a > 0, 0 where a < 0 or surely 0."""
    if a > 0:
        return 1
    return 0 if a < 0 or a.is_zero() else None


def balls_of(x: Box) -> dict[str, flint.arb]:
    """Return an input as balls, for being looked at from several points."""
    with precision(BITS):
        return {name: _ball(value) for name, value in x.items()}


def _ball(value: Number | sympy.Rational | flint.arb) -> flint.arb:
    if isinstance(value, flint.arb):
        return value
    if isinstance(value, Log):
        return _ball(value.argument).log()
    if isinstance(value, flint.fmpq):
        return flint.arb(value)
    return flint.arb(flint.fmpq(int(value.numerator), int(value.denominator)))
