"""Numbers from formulas: at high precision with mpmath, and as tensors with autograd."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any

import flint
import mpmath
import sympy
import torch

from moeviz.symbolic.kernel.functions import BY_HEAD
from moeviz.symbolic.kernel.ground import Log, Number

Functions = Mapping[Any, Callable[[Any], Any]]

PRECISE: Functions = {head: row.precise for head, row in BY_HEAD.items()}

BALLS: Functions = {head: row.ball for head, row in BY_HEAD.items()}

TENSORS: Functions = {head: row.tensor for head, row in BY_HEAD.items()}


def evaluate(
    expression: sympy.Expr,
    values: Mapping[sympy.Symbol, Any],
    functions: Functions,
    seen: list[Any] | None = None,
) -> Any:
    """Return a formula's value, walking its tree.

    Parameters
    ----------
    expression : sympy.Expr
    values : mapping
        Numbers or tensors by symbol.
    functions : mapping
        :data:`PRECISE` or :data:`TENSORS`.
    seen : list, optional
        Takes the values of all parts, from which the value's rounding can be told.
    """
    known: dict[sympy.Expr, Any] = {}

    def walk(e: sympy.Expr) -> Any:
        if e in known:
            return known[e]
        if e.is_Symbol:
            result = values[e]
        elif e.is_Rational:
            result = number(e, functions)
        elif e is sympy.E:
            result = math.e if functions is TENSORS else mpmath.e()
        elif e.is_Add:
            result = walk(e.args[0])
            for arg in e.args[1:]:
                result = result + walk(arg)
        elif e.is_Mul:
            result = walk(e.args[0])
            for arg in e.args[1:]:
                result = result * walk(arg)
        elif e.is_Pow and e.base is not sympy.E:
            result = walk(e.base) ** number(e.exp, functions)
        elif e.is_Pow:
            result = functions[sympy.exp](_own(walk(e.exp), functions))
        else:
            result = functions[e.func](_own(walk(e.args[0]), functions))
        known[e] = result
        return result

    result = walk(expression)
    if seen is not None:
        seen.extend(known.values())
    return result


def _own(value: Any, functions: Functions) -> Any:
    """Return a number as what the functions take: tensors take no plain ones."""
    if functions is TENSORS and not isinstance(value, torch.Tensor):
        return torch.tensor(float(value), dtype=torch.float64)
    return value


def number(value: sympy.Rational, functions: Functions) -> Any:
    """Return a rational number in the arithmetic of `functions`."""
    if functions is TENSORS:
        return float(value) if value.q != 1 else int(value)
    if functions is BALLS:
        return flint.arb(flint.fmpq(int(value.p), int(value.q)))
    return mpmath.mpf(int(value.p)) / int(value.q)


def precise(value: Number) -> mpmath.mpf:
    """Return a number of a point at mpmath's present precision."""
    if isinstance(value, Log):
        return mpmath.log(precise(value.argument))
    value = Fraction(value)
    return mpmath.mpf(value.numerator) / value.denominator
