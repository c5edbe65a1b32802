"""Scores as sums of a function of the gate times a function of the input, where they are."""

from __future__ import annotations

from itertools import product as pairs

from moeviz.errors import FormulaError
from moeviz.model.formula.build import ONE, add, call, multiply, raised
from moeviz.model.formula.spell import spelled_out
from moeviz.model.formula.tree import Call, Number, Power, Product, Sum, Tree

MOST_TERMS = 64
"""Terms that a score may have once it is multiplied out."""

Term = tuple[Tree, Tree]


def separate(tree: Tree, dimension: int) -> tuple[Term, ...]:
    r"""Write a score as :math:`\sum_k u_k(\beta)\, z_k(x)`.

    Parameters
    ----------
    tree : Tree
        A score formula.
    dimension : int
        D.

    Returns
    -------
    tuple of (Tree, Tree)
        The pairs :math:`(u_k, z_k)`; no two :math:`u_k` are written alike, and numbers are in
        :math:`z_k`.

    Raises
    ------
    FormulaError
        If the score is no such sum, or one of too many terms.
    """
    merged: dict[Tree, Tree] = {}
    for u, z in _terms(spelled_out(tree, dimension)):
        merged[u] = add(merged[u], z) if u in merged else z
    return tuple(merged.items())


def _terms(tree: Tree) -> list[Term]:
    gate = any(name.startswith("b") for name in tree.names)
    if not gate:
        return [(ONE, tree)]
    if isinstance(tree, Sum):
        return _few([term for part in tree.terms for term in _terms(part)])
    if isinstance(tree, Product):
        return _multiplied(tree.factors)
    if not any(name.startswith("x") for name in tree.names):
        return [(tree, ONE)]
    if isinstance(tree, Power):
        return _power(tree)
    if isinstance(tree, Call) and tree.function == "exp":
        return _exponential(tree)
    raise _inseparable(tree)


def _few(terms: list[Term]) -> list[Term]:
    if len(terms) > MOST_TERMS:
        raise FormulaError(
            f"Expected a score of at most {MOST_TERMS} terms once it is multiplied out, but this "
            "one has more; simplify it."
        )
    return terms


def _multiplied(factors: tuple[Tree, ...]) -> list[Term]:
    terms: list[Term] = [(ONE, ONE)]
    for factor in factors:
        new = _terms(factor)
        terms = _few([(_product(u, v), multiply(z, w)) for (u, z), (v, w) in pairs(terms, new)])
    return terms


def _product(u: Tree, v: Tree) -> Tree:
    """Multiply two functions of the gate, in an order that does not depend on theirs."""
    both = multiply(u, v)
    if isinstance(both, Product):
        return Product(tuple(sorted(both.factors, key=_order)))
    return both


def _order(tree: Tree) -> tuple[bool, str]:
    return not isinstance(tree, Number), str(tree)


def _power(tree: Power) -> list[Term]:
    if tree.exponent > 0:
        return _multiplied((tree.base,) * tree.exponent)
    inner = _terms(tree.base)
    if len(inner) > 1:
        raise _inseparable(tree)
    ((u, z),) = inner
    return [(raised(u, tree.exponent), raised(z, tree.exponent))]


def _exponential(tree: Call) -> list[Term]:
    inner = _terms(tree.arguments[0])
    if any(not isinstance(z, Number) and u != ONE for u, z in inner):
        raise _inseparable(tree)
    u = add(*(multiply(z, u) for u, z in inner if u != ONE))
    z = add(*(z for u, z in inner if u == ONE))
    return [(call("exp", u), call("exp", z) if not isinstance(z, Number) or z.value else ONE)]


def _inseparable(tree: Tree) -> FormulaError:
    text = str(tree)
    return FormulaError(
        "Expected a sum of products of a function of the gate and a function of the input, which "
        f"is all that the lab can fit, but got '{text if len(text) <= 40 else text[:37] + '...'}'; "
        "the checker can still decide this score."
    )
