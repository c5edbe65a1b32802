"""Formulas that somebody typed, as sympy's expressions: made node by node, never from the text."""

from __future__ import annotations

from collections.abc import Mapping

import sympy

from moeviz.errors import FormulaError
from moeviz.model.formula import (
    EXPERT,
    SCORE,
    Call,
    Number,
    Power,
    Product,
    Sum,
    Symbol,
    Tree,
    gate_width,
    parse_formula,
)
from moeviz.model.formula.refusal import short
from moeviz.symbolic.kernel.functions import BY_NAME, log_abs


def to_sympy(tree: Tree, values: Mapping[str, sympy.Expr]) -> sympy.Expr:
    """Return a formula as an expression.

    Parameters
    ----------
    tree : Tree
        Without norm and dot; see :func:`moeviz.model.formula.spelled_out`.
    values : mapping of str to sympy.Expr
        What stands for each symbol.

    Raises
    ------
    FormulaError
        If a symbol has no value, or a vector is left.

    Notes
    -----
    Functions that sympy does not have are those of :mod:`moeviz.symbolic.kernel.functions`; the
    logarithm of an absolute value becomes one function of its own.
    """
    value = _to_sympy(tree, values)
    if value.has(sympy.zoo, sympy.oo, sympy.nan, sympy.I):
        raise FormulaError(_no_number(tree))
    return value


def _no_number(tree: Tree) -> str:
    """Return why a formula whose parts are numbers is none."""
    shown = short(str(tree), 40)
    if isinstance(tree, Power):
        return (
            f"Expected a divisor that is not 0, but '{short(str(tree.base), 40)}' is 0 everywhere; "
            "change the formula."
        )
    what = "a number above 0" if str(tree).startswith("log(") else "a number that is not negative"
    return (
        f"Expected {what} in every log and sqrt, but '{shown}' has no value anywhere; change the "
        "formula."
    )


def _to_sympy(tree: Tree, values: Mapping[str, sympy.Expr]) -> sympy.Expr:
    if isinstance(tree, Number):
        return sympy.Rational(tree.value.numerator, tree.value.denominator)
    if isinstance(tree, Symbol) and tree.name in values:
        return values[tree.name]
    if isinstance(tree, Sum):
        return sympy.Add(*(to_sympy(term, values) for term in tree.terms))
    if isinstance(tree, Product):
        return sympy.Mul(*(to_sympy(factor, values) for factor in tree.factors))
    if isinstance(tree, Power):
        return sympy.Pow(to_sympy(tree.base, values), tree.exponent)
    if isinstance(tree, Call) and tree.function in BY_NAME:
        (inner,) = tree.arguments
        if tree.function == "log" and isinstance(inner, Call) and inner.function == "abs":
            return log_abs(to_sympy(inner.arguments[0], values))
        return BY_NAME[tree.function].written(to_sympy(inner, values))
    raise FormulaError(
        f"Expected a value for every symbol of a formula of numbers, but '{str(tree)[:40]}' has "
        "none; give it one, or spell its vectors out."
    )


def exponential(tree: Tree, values: Mapping[str, sympy.Expr]) -> sympy.Expr:
    """Return e to a formula, with logarithms that it cancels taken away.

    Parameters
    ----------
    tree, values
        As for :func:`to_sympy`.

    Raises
    ------
    FormulaError
        As :func:`to_sympy`.
    """
    if isinstance(tree, Sum):
        return sympy.Mul(*(exponential(term, values) for term in tree.terms))
    if isinstance(tree, Call) and tree.function in ("log", "softplus"):
        inner = to_sympy(tree.arguments[0], values)
        return inner if tree.function == "log" else 1 + sympy.exp(inner)
    return sympy.exp(to_sympy(tree, values))


def score_width(text: str, dimension: int) -> int:
    """Return how many gate parameters a score formula has over D = `dimension` inputs.

    Raises
    ------
    FormulaError
        If the text is no score formula, or names more inputs than there are.
    """
    return gate_width(parse_formula(text, SCORE), dimension)


def expert_shape(text: str) -> tuple[int, int]:
    """Return how many predictors and how many scalars an expert formula has.

    Raises
    ------
    FormulaError
        If the text is no expert formula.
    """
    names = parse_formula(text, EXPERT).names
    heads = sum(1 for name in names if name.startswith("t"))
    return heads, len(names) - heads
