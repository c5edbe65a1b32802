"""Formulas that somebody typed, as sympy's expressions: made node by node, never from the text."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

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
    spelled_out,
)
from moeviz.model.formula.refusal import short
from moeviz.symbolic.kernel.functions import gelu, log_abs, normal_cdf, relu, sigmoid, softplus

_FUNCTIONS: Mapping[str, Callable[[sympy.Expr], sympy.Expr]] = {
    "exp": sympy.exp,
    "log": sympy.log,
    "sqrt": sympy.sqrt,
    "abs": sympy.Abs,
    "sin": sympy.sin,
    "cos": sympy.cos,
    "tanh": sympy.tanh,
    "sigmoid": sigmoid,
    "softplus": softplus,
    "relu": relu,
    "gelu": gelu,
    "sign": sympy.sign,
    "step": lambda z: sympy.Heaviside(z, 0),
    "normal_cdf": normal_cdf,
    "normal_density": lambda z: sympy.exp(-(z**2) / 2) / sympy.sqrt(2 * sympy.pi),
}


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
    if isinstance(tree, Call) and tree.function in _FUNCTIONS:
        (inner,) = tree.arguments
        if tree.function == "log" and isinstance(inner, Call) and inner.function == "abs":
            return log_abs(to_sympy(inner.arguments[0], values))
        return _FUNCTIONS[tree.function](to_sympy(inner, values))
    raise FormulaError(
        f"Expected a value for every symbol of a formula of numbers, but '{str(tree)[:40]}' has "
        "none; give it one, or spell its vectors out."
    )


def score_expression(text: str, beta: Sequence[sympy.Expr], x: Sequence[sympy.Expr]) -> sympy.Expr:
    """Return the score that a formula describes, without its offset; any that can be typed.

    Parameters
    ----------
    text : str
        A score formula.
    beta : sequence of sympy.Expr
        The gate's parameters, as many as :func:`score_width` says.
    x : sequence of sympy.Expr
        The inputs.

    Raises
    ------
    FormulaError
        If the text is no score formula, or names inputs or parameters that are not there.
    """
    tree = parse_formula(text, SCORE)
    values = {f"x{i}": symbol for i, symbol in enumerate(x, start=1)}
    values |= {f"b{i}": symbol for i, symbol in enumerate(beta, start=1)}
    return to_sympy(spelled_out(tree, len(x), gate_width(tree, len(x))), values)


def score_width(text: str, dimension: int) -> int:
    """Return how many gate parameters a score formula has over D = `dimension` inputs.

    Raises
    ------
    FormulaError
        If the text is no score formula, or names more inputs than there are.
    """
    return gate_width(parse_formula(text, SCORE), dimension)


def expert_expression(
    text: str, predictors: Sequence[sympy.Expr], scalars: Sequence[sympy.Expr]
) -> sympy.Expr:
    """Return the value of the expert that a formula describes; any that can be typed.

    Parameters
    ----------
    text : str
        An expert formula.
    predictors, scalars : sequence of sympy.Expr
        What stands for t, or for t1 and t2, and for s1 and s2.

    Raises
    ------
    FormulaError
        If the text is no expert formula, or names more than is there.
    """
    tree = parse_formula(text, EXPERT)
    values = {f"t{i}": t for i, t in enumerate(predictors, start=1)}
    values |= {f"s{i}": s for i, s in enumerate(scalars, start=1)}
    return to_sympy(tree, {"t": predictors[0], **values})


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
