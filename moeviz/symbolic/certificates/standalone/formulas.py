"""Formulas from text: read node by node, differentiated by sympy, zero when sympy sees it."""

from __future__ import annotations

import ast
import operator
import time
from collections.abc import Callable, Mapping
from typing import Any

import sympy

Expr = Any


class Sigmoid(sympy.Function):  # type: ignore[misc]
    """1 / (1 + e^-t)."""

    def fdiff(self, argindex: int = 1) -> Expr:
        """Return the derivative."""
        return self * (1 - self)


class Softplus(sympy.Function):  # type: ignore[misc]
    """log(1 + e^t)."""

    def fdiff(self, argindex: int = 1) -> Expr:
        """Return the derivative."""
        return Sigmoid(self.args[0])


class Relu(sympy.Function):  # type: ignore[misc]
    """max(t, 0)."""

    def fdiff(self, argindex: int = 1) -> Expr:
        """Return the derivative."""
        return Step(self.args[0])


class Step(sympy.Function):  # type: ignore[misc]
    """1 where t > 0, 0 elsewhere: the derivative of relu."""

    def fdiff(self, argindex: int = 1) -> Expr:
        """Return the derivative."""
        return Kink(self.args[0])


class Kink(sympy.Function):  # type: ignore[misc]
    """The point mass on t = 0: the derivative of a step."""


class NormalCdf(sympy.Function):  # type: ignore[misc]
    """The standard normal distribution function."""

    def fdiff(self, argindex: int = 1) -> Expr:
        """Return the derivative."""
        return sympy.exp(-(self.args[0] ** 2) / 2) / sympy.sqrt(2 * sympy.pi)


class LogAbs(sympy.Function):  # type: ignore[misc]
    """log |t|."""

    def fdiff(self, argindex: int = 1) -> Expr:
        """Return the derivative."""
        return 1 / self.args[0]


FUNCTIONS: Mapping[str, Callable[[Expr], Expr]] = {
    "exp": sympy.exp,
    "log": sympy.log,
    "sqrt": sympy.sqrt,
    "sin": sympy.sin,
    "cos": sympy.cos,
    "tanh": sympy.tanh,
    "Abs": lambda t: 2 * Relu(t) - t,
    "sigmoid": Sigmoid,
    "softplus": Softplus,
    "relu": Relu,
    "gelu": lambda t: t * NormalCdf(t),
    "normal_cdf": NormalCdf,
    "log_abs": LogAbs,
}

CONSTANTS: Mapping[str, Expr] = {"pi": sympy.pi, "E": sympy.E}

OPERATIONS: Mapping[type, Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.Pow: operator.pow,
}


def read(text: str, symbols: Mapping[str, Expr]) -> Expr:
    """Return the formula that a text writes; a ValueError if it is none.

    Parameters
    ----------
    text : str
        Whole numbers, names, + - * / **, parentheses and the functions above.
    symbols : mapping of str to sympy.Symbol
    """

    def walk(node: ast.AST) -> Expr:
        if isinstance(node, ast.Constant) and type(node.value) is int:
            return sympy.Integer(node.value)
        if isinstance(node, ast.Name) and node.id in symbols:
            return symbols[node.id]
        if isinstance(node, ast.Name) and node.id in CONSTANTS:
            return CONSTANTS[node.id]
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
            return -walk(node.operand)
        if isinstance(node, ast.BinOp) and type(node.op) in OPERATIONS:
            return OPERATIONS[type(node.op)](walk(node.left), walk(node.right))
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Name)
            and node.func.id in FUNCTIONS
            and len(node.args) == 1
            and not node.keywords
        ):
            return FUNCTIONS[node.func.id](walk(node.args[0]))
        raise ValueError(f"this is no formula: {text[:80]}")

    return walk(ast.parse(text, mode="eval").body)


class Clock:
    """How many seconds sympy may still take in all."""

    def __init__(self, seconds: float) -> None:
        self.left = seconds

    def run(self, work: Callable[[Expr], bool], expression: Expr, largest: int = 4000) -> bool:
        """Return what `work` says; False without asking if time is up or the formula is long."""
        if self.left <= 0 or len(str(expression)) > largest:
            return False
        start = time.perf_counter()
        answer = work(expression)
        self.left -= time.perf_counter() - start
        return answer


def is_zero(expression: Expr) -> bool:
    """Return whether sympy sees that a formula is zero: over a common denominator, expanded."""
    e = expression
    for _ in range(3):
        e = in_exponentials(e)
        above, _ = sympy.fraction(sympy.together(e))
        e = sympy.expand(above, power_exp=False, power_base=False, log=False)
        e = sympy.expand(e.replace(_is_square_of_sine, _without_sine))
        if e == 0:
            return True
    return False


def in_exponentials(e: Expr) -> Expr:
    """Return a formula with sigmoid and tanh written out, even and odd functions of one sign."""

    def flipped(t: Expr) -> bool:
        return bool(t.could_extract_minus_sign())

    e = e.replace(Sigmoid, lambda t: 1 / (1 + sympy.exp(-t)))
    e = e.replace(sympy.tanh, lambda t: 1 - 2 / (1 + sympy.exp(2 * t)))
    e = e.replace(NormalCdf, lambda t: 1 - NormalCdf(-t) if flipped(t) else NormalCdf(t))
    e = e.replace(Softplus, lambda t: t + Softplus(-t) if flipped(t) else Softplus(t))
    return e.replace(LogAbs, lambda t: LogAbs(-t) if flipped(t) else LogAbs(t))


def _is_square_of_sine(e: Expr) -> bool:
    return bool(e.is_Pow and e.base.func is sympy.sin and e.exp.is_Integer and e.exp >= 2)


def _without_sine(e: Expr) -> Expr:
    t, times = e.base.args[0], int(e.exp)
    return (1 - sympy.cos(t) ** 2) ** (times // 2) * sympy.sin(t) ** (times % 2)
