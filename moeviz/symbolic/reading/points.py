"""Rational points at which claims are decided: generic ones, and special values."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

import numpy as np
import sympy

from moeviz.symbolic.kernel.functions import relu
from moeviz.symbolic.kernel.ground import Log, Number, Point
from moeviz.symbolic.reading.expressions import Atom


def generic(atom: Atom, seed: int, special: Mapping[str, Number] | None = None) -> Point:
    """Return a rational point without special relations, but for the values asked for.

    A gate vector gets a rational length, so that routers with norms stay rational; offsets are
    logs of rationals, so that gates are rational at zero; variances are squares.

    Parameters
    ----------
    atom : Atom
    seed : int
        Another seed, another point.
    special : mapping of str to number, optional
        Values by symbol, or by part for all its entries ("A", "beta1").
    """
    rng = np.random.default_rng(1000 + seed)
    point: dict[sympy.Symbol, Number] = {}
    # Intercepts of classes are logs, so that weights are rational; a kink's place must be, though.
    kinked = any(value.has(relu, sympy.Abs) for value in atom.values)
    beta = [s for s in atom.gate if s.name.startswith("beta1")]
    for symbol, value in zip(beta, _rational_vector(rng, len(beta)), strict=True):
        point[symbol] = value
    for symbol in (*atom.gate, *atom.own):
        name = symbol.name
        if symbol in point:
            continue
        if name == "nu":
            point[symbol] = Fraction(int(rng.integers(2, 8)), int(rng.integers(2, 6))) ** 2
        elif len(atom.values) > 1 and name.startswith("b") and not kinked:
            point[symbol] = Log(_positive(rng))
        else:
            point[symbol] = _signed(rng)
    point[atom.offset] = Log(_positive(rng))
    for symbol in point:
        for name, wanted in (special or {}).items():
            if belongs(symbol, name):
                point[symbol] = wanted
    return point


def belongs(symbol: sympy.Symbol, name: str) -> bool:
    """Return whether a symbol is named, or is an entry of the part that is: A_1 of A.

    The intercept "b" and the gate's "b_gate" are two parts.
    """
    part, _, entry = symbol.name.rpartition("_")
    return symbol.name == name or (part == name and entry.isdigit())


def _positive(rng: np.random.Generator) -> Fraction:
    while True:
        value = Fraction(int(rng.integers(2, 12)), int(rng.integers(2, 9)))
        if value != 1:
            return value


def _signed(rng: np.random.Generator) -> Fraction:
    return _positive(rng) / 2 * (1 if rng.integers(2) else -1)


def _rational_vector(rng: np.random.Generator, width: int) -> list[Fraction]:
    """Return a vector of rational length, by stereographic projection."""
    if not width:
        return []
    t = [_signed(rng) for _ in range(width - 1)]
    square = sum((e * e for e in t), Fraction(0))
    unit = [2 * e / (1 + square) for e in t] + [(1 - square) / (1 + square)]
    length = _positive(rng) / 2
    return [length * e for e in unit]
