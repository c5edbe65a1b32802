"""Building trees that are tidy.

Sums and products are flat, their numbers are gathered, and nothing is multiplied by 0 or 1.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction

from moeviz.errors import FormulaError
from moeviz.model.formula.tree import Call, Number, Power, Product, Sum, Tree

LARGEST_DIGITS = 12
"""Numerators and denominators have at most this many digits."""


def number(value: int | Fraction) -> Number:
    """Return a number.

    Raises
    ------
    FormulaError
        If it has too many digits.
    """
    value = Fraction(value)
    if max(abs(value.numerator), value.denominator) >= 10**LARGEST_DIGITS:
        raise FormulaError(
            f"Expected numbers of at most {LARGEST_DIGITS} digits, but the formula makes a "
            "larger or finer one; round it."
        )
    return Number(value)


ZERO, ONE = number(0), number(1)


def add(*terms: Tree) -> Tree:
    """Return the sum of trees; 0 for none.

    Raises
    ------
    FormulaError
        If numbers add up to one of too many digits.
    """
    total, others = Fraction(0), list[Tree]()
    for term in _flat(Sum, terms):
        if isinstance(term, Number):
            total += term.value
        else:
            others.append(term)
    if total or not others:
        others.append(number(total))
    return others[0] if len(others) == 1 else Sum(tuple(others))


def multiply(*factors: Tree) -> Tree:
    """Return the product of trees; 1 for none.

    Raises
    ------
    FormulaError
        If numbers multiply to one of too many digits.
    """
    total, others = Fraction(1), list[Tree]()
    for factor in _flat(Product, factors):
        if isinstance(factor, Number):
            total *= factor.value
        else:
            others.append(factor)
    if total == 0 or not others:
        return number(total)
    if total != 1:
        others.insert(0, number(total))
    return others[0] if len(others) == 1 else Product(tuple(others))


def parts_of(tree: Product) -> tuple[bool, list[Tree], list[Tree]]:
    """Return a product as it is written: whether it is negative, what stands above, what below.

    Parameters
    ----------
    tree : Product

    Returns
    -------
    bool
        Whether a number among the factors is negative.
    list of Tree, list of Tree
        Factors above and below the line, with positive exponents; a factor 1 is left out.
    """
    above, below, negative = list[Tree](), list[Tree](), False
    for factor in tree.factors:
        if isinstance(factor, Number):
            negative = factor.value < 0
            if abs(factor.value) != 1:
                above.append(Number(abs(factor.value)))
        elif isinstance(factor, Power) and factor.exponent < 0:
            below.append(raised(factor.base, -factor.exponent))
        else:
            above.append(factor)
    return negative, above, below


def raised(base: Tree, exponent: int) -> Tree:
    """Return a whole power of a tree.

    Raises
    ------
    FormulaError
        If that divides by the number 0, or a number gets too many digits.
    """
    if isinstance(base, Number):
        if base.value == 0 and exponent < 0:
            raise FormulaError(
                "Expected a divisor that is not 0, but the formula divides by 0; change it."
            )
        return number(base.value**exponent)
    if exponent == 0:
        return ONE
    return base if exponent == 1 else Power(base, exponent)


def call(function: str, *arguments: Tree) -> Call:
    """Return a function's value."""
    return Call(function, arguments)


def minus(tree: Tree) -> Tree:
    """Return a tree times -1."""
    return multiply(number(-1), tree)


def rebuilt(tree: Tree, change: Callable[[Tree], Tree]) -> Tree:
    """Return a sum, product, power or call with each tree right below it changed."""
    if isinstance(tree, Sum):
        return add(*map(change, tree.terms))
    if isinstance(tree, Product):
        return multiply(*map(change, tree.factors))
    if isinstance(tree, Power):
        return raised(change(tree.base), tree.exponent)
    if isinstance(tree, Call):
        return call(tree.function, *map(change, tree.arguments))
    return tree


def _flat(kind: type[Sum] | type[Product], parts: tuple[Tree, ...]) -> Iterator[Tree]:
    for part in parts:
        if isinstance(part, kind):
            yield from part.children
        else:
            yield part
