"""Where formulas have a value, and what happens at their poles.

A formula may have no value at some inputs: a logarithm or a root of something negative, an inverse
at a pole. Where those inputs stay the same whatever the parameters are, derivatives by parameters
are taken elsewhere, and the inputs that are left are named. A pole that moves with a parameter is
refused: its derivatives are no functions, and their point masses are not known.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

import flint
import numpy as np
import sympy

from moeviz.errors import FormulaError
from moeviz.symbolic.kernel.basics import Number, Point
from moeviz.symbolic.kernel.places import SINGULAR, Places, is_positive
from moeviz.symbolic.kernel.rational import Exactly, all_sides
from moeviz.symbolic.kernel.support import Support
from moeviz.symbolic.kernel.tower import Kind, Tower
from moeviz.symbolic.kernel.watch import pause

MOST_BOXES = 600
"""Boxes that the support is cut into to show that there is no pole."""

SAMPLES = 120
"""Random inputs at which formulas are tried."""


@dataclass(frozen=True)
class Domain:
    """The inputs at which all formulas have a value.

    Attributes
    ----------
    conditions : tuple of sympy.Expr
        Formulas that must be positive at every atom's parameters; none for all inputs.
    poles : tuple of sympy.Expr
        Formulas that must not be zero, and are at some inputs; they fill no region.
    """

    conditions: tuple[sympy.Expr, ...] = ()
    poles: tuple[sympy.Expr, ...] = ()

    @property
    def words(self) -> str:
        """The conditions for people; empty where there is none but that a variance is positive."""
        all_words = [f"${sympy.latex(c)} > 0$" for c in _told(self.conditions)]
        all_words += [rf"${sympy.latex(p)} \ne 0$" for p in _told(self.poles)]
        return f"where {' and '.join(all_words)}" if all_words else ""


def _told(formulas: Sequence[sympy.Expr]) -> list[sympy.Expr]:
    """Return the formulas that say more than that a variance is positive."""
    return [f for f in formulas if {s.name for s in f.free_symbols} != {"nu"}]


def domain_of(
    tower: Tower, points: Sequence[Point], moved: Sequence[set[sympy.Symbol]], support: Support
) -> Domain:
    """Return where a tower's formulas have values, and refuse poles that move.

    Parameters
    ----------
    tower : Tower
    points : sequence of mapping
        The atoms.
    moved : sequence of set of sympy.Symbol
        What each atom's formulas are differentiated by.
    support : Support

    Raises
    ------
    FormulaError
        If a pole inside the support moves with a parameter, or there is no input with a value.
    """
    tower.close()
    singular = tower.of_kind(*SINGULAR)
    if not singular:
        return Domain()
    for point, symbols in zip(points, moved, strict=True):
        moving = [i for i in singular if not is_positive(tower, i) and _moves(tower, i, symbols)]
        pole = _pole(tower, point, moving, support)
        if pole is not None:
            raise FormulaError(_refusal(tower, pole, support))
    atoms = tuple(tuple(point.items()) for point in points)
    return Domain(_conditions(tower, atoms, tuple(singular), support))


def _moves(tower: Tower, index: int, symbols: set[sympy.Symbol]) -> bool:
    argument = tower.argument(index)
    return any(tower.derivative(argument, s) for s in symbols)


def _pole(tower: Tower, point: Point, moving: Sequence[int], support: Support) -> int | None:
    """Return a generator whose argument is not shown to keep away from 0; None if all are."""
    if not moving:
        return None
    boxes, at = [support.bounds], Places(tower, point)
    doubtful: int | None = None
    for _ in range(MOST_BOXES):
        if not boxes:
            return None
        pause()
        box = boxes.pop()
        values = at.at({name: hull(low, high) for name, low, high in box})
        near = [i for i in (*values.broken, *values.unclear) if i in moving]
        if any(i in values.broken for i in near):
            return near[0]
        if near:
            doubtful = near[0]
            boxes += _halves(box)
    return doubtful if boxes else None


Bounds = tuple[tuple[str, Fraction, Fraction], ...]


def _halves(box: Bounds) -> Iterator[Bounds]:
    """Cut a box in two across its longest side."""
    at = max(range(len(box)), key=lambda i: box[i][2] - box[i][1])
    name, low, high = box[at]
    middle = (low + high) / 2
    for ends in ((low, middle), (middle, high)):
        yield (*box[:at], (name, *ends), *box[at + 1 :])


def hull(low: Fraction, high: Fraction) -> flint.arb:
    """Return a ball that holds an interval."""
    ends = [flint.arb(flint.fmpq(q.numerator, q.denominator)) for q in (low, high)]
    return ends[0].union(ends[1])


@lru_cache(maxsize=32)
def _conditions(
    tower: Tower,
    points: tuple[tuple[tuple[sympy.Symbol, Number], ...], ...],
    singular: tuple[int, ...],
    support: Support,
) -> tuple[sympy.Expr, ...]:
    """Return what must be positive because it is negative at some inputs."""
    rng = np.random.default_rng(6)
    atoms = [Places(tower, dict(point)) for point in points]
    exactly = [Exactly(tower, dict(p), at) for p, at in zip(points, atoms, strict=True)]
    broken: dict[int, None] = {}
    never = dict.fromkeys(singular)
    whole = 0
    places = 1 if all(at.same_everywhere for at in atoms) else SAMPLES
    for x in itertools.islice(support.points(rng), places):
        pause()
        if all_sides(exactly, x) is not None:
            never.clear()
            whole += 1
            continue
        found = [at.at(x) for at in atoms]
        bad = [{*v.broken, *v.unclear} for v in found]
        broken |= dict.fromkeys(i for v in found for i in v.broken)
        for i in [i for i in never if not any(i in own for own in bad)]:
            del never[i]
        whole += not any(bad)
    if any(tower.generators[i].kind in (Kind.INVERSE, Kind.LOG_ABS) for i in never):
        raise FormulaError(
            "Expected no division by zero, but a denominator or the argument of a logarithm is 0 "
            "everywhere; change the formula or take another point."
        )
    if not whole:
        raise FormulaError(
            "Expected formulas that have a value at some inputs, but a square root or logarithm "
            f"of {_names(tower, never or broken)} has none at any that was tried; change it."
        )
    one_sided = tower.of_kind(Kind.LOG, Kind.ROOT)
    return tuple(_argument(tower, index) for index in broken if index in one_sided)


def domain_of_statement(tower: Tower, point: Point) -> Domain:
    """Return where a relation's formulas have values, over all parameters that have none yet.

    Parameters
    ----------
    tower : Tower
    point : mapping
        Values of some parameters.

    Raises
    ------
    FormulaError
        If there is no point with a value, or a denominator is the zero function.
    """
    tower.close()
    singular = tower.of_kind(*SINGULAR)
    if not singular:
        return Domain()
    rng = np.random.default_rng(8)
    support = Support.box([s.name for s in tower.inputs])
    signs: dict[int, set[int | None]] = {i: set() for i in singular}
    for _ in range(SAMPLES // 4):
        pause()
        at = Places(tower, random_point(tower, point, rng, any_sign=True))
        for _ in range(4):
            for index, sign in at.at(support.point(rng)).signs.items():
                signs[index].add(sign)
    one_sided = tower.of_kind(Kind.LOG, Kind.ROOT)
    for index, seen in signs.items():
        argument = str(tower.written(tower.generators[index].argument))[:60]
        if not seen & ({1} if index in one_sided else {1, -1}):
            raise FormulaError(
                f"Expected formulas that have a value somewhere, but a function of '{argument}', a "
                "denominator, root or logarithm, has none at any point that was tried; change it."
            )
    positive = [_argument(tower, i) for i in singular if i in one_sided and -1 in signs[i]]
    crossed = [_argument(tower, i) for i in singular if i not in one_sided and {1, -1} <= signs[i]]
    poles = (pole for pole in dict.fromkeys(crossed) if pole not in positive)
    return Domain(tuple(dict.fromkeys(positive)), tuple(poles))


def _argument(tower: Tower, index: int) -> sympy.Expr:
    return tower.written(tower.generators[index].argument)


def random_point(
    tower: Tower, point: Point, rng: np.random.Generator, any_sign: bool = False
) -> Point:
    """Return rational values for all parameters, of both signs; a variance is positive.

    Parameters
    ----------
    tower : Tower
    point : mapping
        Values of some parameters, which are kept.
    rng : numpy.random.Generator
    any_sign : bool
        Whether a variance, too, may be negative: so a root of it is found to need a condition.
    """
    own: dict[sympy.Symbol, Number] = dict(point)
    for symbol in tower.parameters:
        size = Fraction(int(rng.integers(1, 40)), int(rng.integers(7, 23)))
        sign = 1 if (symbol.name == "nu" and not any_sign) or rng.integers(2) else -1
        own.setdefault(symbol, sign * size)
    return own


def _names(tower: Tower, indices: dict[int, None]) -> str:
    index = next(i for i in indices if tower.generators[i].kind in (Kind.LOG, Kind.ROOT))
    return f"'{str(tower.written(tower.generators[index].argument))[:60]}'"


def _refusal(tower: Tower, index: int, support: Support) -> str:
    kind = tower.generators[index].kind
    argument = str(tower.written(tower.generators[index].argument))
    shown = argument if len(argument) <= 60 else f"{argument[:60]}..."
    name = {Kind.LOG: f"log({shown})", Kind.ROOT: f"sqrt({shown})", Kind.INVERSE: f"1/({shown})"}
    if not tower.varies(index):
        return (
            f"Expected a point at which the model has derivatives, but {name.get(kind, shown)} has "
            "none there, since its argument is 0 or less; take another point."
        )
    box = ", ".join(f"{n} from {low} to {high}" for n, low, high in support.bounds)
    return (
        f"Expected a function without poles or ends that move with the parameters, but "
        f"{name.get(kind, f'log|{shown}|')} may have one where its argument is 0 within {box}; "
        "take one that stays away from 0 there."
    )
