"""Formulas as LaTeX."""

from __future__ import annotations

import re
from fractions import Fraction

from moeviz.model.formula.build import parts_of
from moeviz.model.formula.functions import FUNCTIONS, OPERATIONS
from moeviz.model.formula.tree import Call, Number, Power, Product, Sum, Symbol, Tree

_LETTERS = {"b": r"\beta"}


def latex(tree: Tree) -> str:
    r"""Return a formula as LaTeX; b1 becomes :math:`\beta_{1}`."""
    return _latex(tree)


def _latex(tree: Tree) -> str:
    if isinstance(tree, Number):
        return _number(tree.value)
    if isinstance(tree, Symbol):
        return _symbol(tree.name)
    if isinstance(tree, Sum):
        text = _latex(tree.terms[0])
        for term in tree.terms[1:]:
            part = _latex(term)
            text += part if part.startswith("-") else f"+{part}"
        return text
    if isinstance(tree, Product):
        return _product(tree)
    if isinstance(tree, Power):
        if tree.exponent < 0:
            return _product(Product((tree,)))
        plain = isinstance(tree.base, Symbol)
        return f"{{{_latex(tree.base) if plain else _braced(tree.base)}}}^{{{tree.exponent}}}"
    if isinstance(tree, Call):
        return _call(tree)
    raise TypeError(f"Expected a tree, but got {type(tree).__name__}.")


def _number(value: Fraction) -> str:
    if value.denominator == 1:
        return str(value)
    sign = "-" if value < 0 else ""
    return rf"{sign}\frac{{{abs(value.numerator)}}}{{{value.denominator}}}"


def _symbol(name: str) -> str:
    letter, digits = re.sub(r"[0-9]+$", "", name), re.sub(r"^[A-Za-z]+", "", name)
    text = _LETTERS.get(letter, letter)
    return f"{text}_{{{digits}}}" if digits else text


def _braced(tree: Tree) -> str:
    return rf"\left({_latex(tree)}\right)"


def _product(tree: Product) -> str:
    negative, above, below = parts_of(tree)
    sign = "-" if negative else ""
    if below:
        return rf"{sign}\frac{{{_line(above, alone=True)}}}{{{_line(below, alone=True)}}}"
    return sign + _line(above, alone=False)


def _line(factors: list[Tree], alone: bool) -> str:
    """Return factors side by side; one `alone` above or below a line needs no brackets."""
    if alone and len(factors) == 1:
        return _latex(factors[0])
    return r"\,".join(map(_factor, factors)) or "1"


def _factor(tree: Tree) -> str:
    return _braced(tree) if isinstance(tree, Sum) else _latex(tree)


def _call(tree: Call) -> str:
    if tree.function in OPERATIONS:
        inside = [_factor(argument) for argument in tree.arguments]
        return OPERATIONS[tree.function].latex.format(*inside)
    return FUNCTIONS[tree.function].latex % _latex(tree.arguments[0])
