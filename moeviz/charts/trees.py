"""Formulas as plain data that a browser evaluates: the steps of their program, in order.

``moeviz/ui/shared/formulas.js`` makes closures of such a document. All that a registered score,
gate or expert carries as text can be sent, and whatever is typed in the language of formulas; a
function that the browser does not know would be refused here, so that the server computes it.
"""

from __future__ import annotations

from typing import Any

from moeviz.errors import FormulaError
from moeviz.model import Expert, Gate, Score
from moeviz.model.custom import CUSTOM
from moeviz.model.formula import (
    FUNCTIONS,
    Call,
    Number,
    Power,
    Product,
    Sum,
    Symbol,
    Tree,
    own_weight,
    program,
    spelled_out,
    spelled_units,
    spelled_weight,
)
from moeviz.model.formula.build import add, multiply, rebuilt
from moeviz.model.reading import formula_of

KNOWN = frozenset(FUNCTIONS)
"""Functions of numbers that ``formulas.js`` knows; a test compares them with its own list."""


def steps_document(*formulas: Tree, guarded: bool = False) -> dict[str, Any]:
    """Return formulas as plain data.

    Parameters
    ----------
    *formulas : Tree
        Without operations on vectors.
    guarded : bool
        Whether a divisor stays at least as large as the library's smallest and a logarithm's
        argument positive, as in the code of registered scores at the origin.

    Returns
    -------
    dict
        ``steps``: what is computed, each from earlier ones by their place: ``["number", value]``,
        ``["symbol", name]``, ``["sum", places]``, ``["product", places]``,
        ``["power", place, exponent]`` or ``["call", function, place]``; ``outputs``: the places
        of the formulas; ``guarded``.

    Raises
    ------
    FormulaError
        If there is a function that a browser does not know.
    """
    found = program(*formulas)
    return {
        "steps": [_step(tree, parts) for tree, parts in found.steps],
        "outputs": list(found.outputs),
        "guarded": guarded,
    }


def _step(tree: Tree, parts: tuple[int, ...]) -> list[Any]:
    if isinstance(tree, Number):
        return ["number", float(tree.value)]
    if isinstance(tree, Symbol):
        return ["symbol", tree.name]
    if isinstance(tree, Sum | Product):
        return ["sum" if isinstance(tree, Sum) else "product", list(parts)]
    if isinstance(tree, Power):
        return ["power", parts[0], tree.exponent]
    if isinstance(tree, Call) and tree.function in KNOWN and len(parts) == 1:
        return ["call", tree.function, parts[0]]
    raise FormulaError(
        f"Expected a formula that a browser can evaluate, but got '{str(tree)[:40]}'; let the "
        "server compute it."
    )


def score_tree(score: Score, dimension: int, expert: Expert | None = None) -> Tree:
    """Return a score without its offset, written out in x1, x2, ... and parameters b1, b2, ....

    Where the score reads the expert's value, the parameters are the expert's: slopes and intercept
    of each predictor, then its scalars.

    Parameters
    ----------
    score : Score
    dimension : int
        D.
    expert : Expert, optional
        Needed by scores that read its value.

    Raises
    ------
    FormulaError
        If the formula needs another number of inputs.
    """
    tree = formula_of(score)
    if not score.reads_expert:
        return spelled_out(tree, dimension)
    if expert is None:
        raise FormulaError(f"Expected an expert for the {score.title}, which reads its value.")
    value = expert_tree(expert, dimension)
    return _replaced(tree, {"h": value})


def expert_tree(expert: Expert, dimension: int) -> Tree:
    """Return an expert's value, written out in x1, x2, ... and parameters b1, b2, ....

    Parameters
    ----------
    expert : Expert
    dimension : int
        D. Parameters are slopes and intercept of each predictor, then the scalars.
    """
    heads, scalars = expert.heads, expert.scalars
    names: dict[str, Tree] = {}
    for head in range(heads):
        before = head * (dimension + 1)
        slopes = (
            multiply(Symbol(f"b{before + i}"), Symbol(f"x{i}")) for i in range(1, dimension + 1)
        )
        predictor = add(*slopes, Symbol(f"b{before + dimension + 1}"))
        names[f"t{head + 1}"] = predictor
        if head == 0:
            names["t"] = predictor
    for scalar in range(1, scalars + 1):
        names[f"s{scalar}"] = Symbol(f"b{heads * (dimension + 1) + scalar}")
    return _replaced(spelled_units(formula_of(expert), heads, scalars), names)


def score_document(score: Score, dimension: int, expert: Expert | None = None) -> dict[str, Any]:
    """Return a score without its offset as plain data; see :func:`score_tree`.

    Parameters
    ----------
    score : Score
    dimension : int
    expert : Expert, optional

    Raises
    ------
    FormulaError
        As :func:`score_tree` and :func:`steps_document`.
    """
    tree = score_tree(score, dimension, expert)
    return steps_document(tree, guarded=score.name != CUSTOM)


def gate_document(gate: Gate, atoms: int) -> dict[str, Any]:
    """Return a gate over the scores s1, ..., sK as plain data: one formula for each weight.

    Parameters
    ----------
    gate : Gate
    atoms : int
        K.

    Returns
    -------
    dict
        As :func:`steps_document`, and ``shifts``: whether one number added to all scores changes
        nothing, so that the largest may be taken off first.
    """
    tree = formula_of(gate)
    weights = [spelled_weight(tree, atoms, i) for i in range(1, atoms + 1)]
    own, divided = own_weight(tree)
    shifts = divided and isinstance(own, Call) and own.function == "exp"
    return {**steps_document(*weights), "shifts": shifts}


def _replaced(tree: Tree, names: dict[str, Tree]) -> Tree:
    if isinstance(tree, Symbol):
        return names.get(tree.name, tree)
    return rebuilt(tree, lambda child: _replaced(child, names))
