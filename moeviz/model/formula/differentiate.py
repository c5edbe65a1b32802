"""Derivatives of formulas."""

from __future__ import annotations

from moeviz.errors import FormulaError
from moeviz.model.formula.build import ONE, ZERO, add, multiply, number, raised
from moeviz.model.formula.functions import FUNCTIONS
from moeviz.model.formula.tree import Call, Power, Product, Sum, Symbol, Tree


def differentiate(tree: Tree, name: str) -> Tree:
    """Return the derivative of a formula by one of its symbols.

    Parameters
    ----------
    tree : Tree
        Without vectors; see :mod:`moeviz.model.formula.spell`.
    name : str

    Notes
    -----
    The slope of relu at 0 is taken to be 0, and so is that of abs. Derivatives may call functions
    that formulas may not: ``sign``, ``step``, ``normal_cdf`` and ``normal_density``.

    Raises
    ------
    FormulaError
        If numbers in the derivative get too many digits.
    """
    if name not in tree.names:
        return ZERO
    if isinstance(tree, Symbol):
        return ONE
    if isinstance(tree, Sum):
        return add(*(differentiate(term, name) for term in tree.terms))
    if isinstance(tree, Product):
        return add(
            *(
                multiply(*tree.factors[:i], differentiate(factor, name), *tree.factors[i + 1 :])
                for i, factor in enumerate(tree.factors)
                if name in factor.names
            )
        )
    if isinstance(tree, Power):
        outer = multiply(number(tree.exponent), raised(tree.base, tree.exponent - 1))
        return multiply(outer, differentiate(tree.base, name))
    if isinstance(tree, Call) and tree.function in FUNCTIONS:
        (inner,) = tree.arguments
        outer = FUNCTIONS[tree.function].derivative(inner, tree)
        return multiply(outer, differentiate(inner, name))
    raise FormulaError(
        f"Expected a formula of numbers to differentiate, but got '{str(tree)[:40]}'; spell its "
        "vectors out first."
    )
