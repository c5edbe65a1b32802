r"""Relations between derivatives that are stated: whether one holds, identically or at a point.

A stated relation has coefficients that are formulas in the parameters, like
:math:`\beta_1 \cdot \partial H / \partial \beta_1 = 0`. It is checked with every parameter as a
symbol, so that it holds at all points at once. A check at a point is a fallback for formulas in
which a norm of a parameter must be rational.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, replace

import sympy

from moeviz.symbolic.certificates.report import Answer, Step, Test, point_json
from moeviz.symbolic.certificates.types import Certificate
from moeviz.symbolic.kernel.basics import Point
from moeviz.symbolic.kernel.domain import Domain, domain_of_statement
from moeviz.symbolic.kernel.tower import Poly, Tower
from moeviz.symbolic.questions.identity import counterexample, is_identity
from moeviz.symbolic.reading.families import derivative_latex


@dataclass(frozen=True)
class Term:
    """A coefficient times a derivative.

    Attributes
    ----------
    coefficient : sympy.Expr
        A formula in the parameters (and inputs).
    by : tuple of sympy.Symbol
        What the function is differentiated by, with repetition.
    function : int
        Which of the functions, for several values of a discrete response.
    """

    coefficient: sympy.Expr
    by: tuple[sympy.Symbol, ...]
    function: int = 0


@dataclass(frozen=True)
class Statement:
    """A relation: a sum of terms is the zero function.

    Attributes
    ----------
    functions : tuple of sympy.Expr
    inputs, parameters : tuple of sympy.Symbol
    terms : tuple of Term
    latex : str
        The relation as it is written.
    name : str
        LaTeX of the function.
    """

    functions: tuple[sympy.Expr, ...]
    inputs: tuple[sympy.Symbol, ...]
    parameters: tuple[sympy.Symbol, ...]
    terms: tuple[Term, ...]
    latex: str
    name: str = "F"


def stated(name: str, statement: Statement, point: Point | None = None, seed: int = 0) -> Test:
    """Test whether a stated relation holds: identically, or at a point.

    Parameters
    ----------
    name : str
        What is tested, in words.
    statement : Statement
    point : mapping, optional
        Values of some parameters; the others stay symbols, so that the answer is for all of them.
    seed : int
        Of the points at which a counterexample is looked for.
    """
    start = time.perf_counter()
    given = point or {}
    tower = _tower(statement)
    left = _left_side(tower, statement)
    domain = domain_of_statement(tower, given)
    where = "for all parameters" if not given else "at the point, for all other parameters"
    written: Certificate = {
        "latex": statement.latex,
        **_source(statement),
        "domain": [str(c) for c in domain.conditions],
    }
    if is_identity(tower, left, given):
        certificate: Certificate = {
            "kind": "identity",
            "where": where,
            **written,
            "points": [point_json(given)] if given else [],
        }
        test = Test(name, Answer.HOLDS, domain.words, certificate)
        words = f"All terms cancel in the tower, {where}."
    elif found := counterexample(tower, left, given, seed):
        test = Test(name, Answer.FAILS, domain.words, {"kind": "value", **written, **found})
        what = "the point mass on a kink" if "kink" in found else "the left side"
        words = f"At a rational point {what} is {found['value']}, not zero."
    else:
        words = (
            "the terms do not cancel by the relations between functions that are known here, and "
            "no point was found at which the left side is surely not zero"
        )
        test = Test(name, Answer.UNDECIDED, words)
    steps = (
        Step("The relation", (f"${statement.latex}$",)),
        *((Step("Where it is asked", (domain.words + ".",)),) if domain.words else ()),
        Step(
            "Form the derivatives",
            tuple(f"${derivative_latex(statement.name, t.by, {})}$" for t in statement.terms[:8]),
        ),
        Step("Substitute", (words,)),
    )
    seconds = time.perf_counter() - start
    return replace(test, steps=steps, seconds=seconds, family=statement)


def where_stated(statement: Statement, point: Point | None = None) -> Domain:
    """Return where all formulas of a stated relation have a value.

    Parameters
    ----------
    statement : Statement
    point : mapping, optional
        Values of some parameters.
    """
    return domain_of_statement(_tower(statement), point or {})


def _tower(statement: Statement) -> Tower:
    """Return a tower with all formulas of a relation."""
    tower = Tower(statement.inputs, statement.parameters)
    for formula in (*statement.functions, *(t.coefficient for t in statement.terms)):
        tower.embed(formula)
    return tower


def _left_side(tower: Tower, statement: Statement) -> Poly:
    """Return the sum of a relation's terms."""
    total = tower.constant(0)
    for term in statement.terms:
        p = tower.poly(statement.functions[term.function])
        for symbol in term.by:
            p = tower.derivative(p, symbol)
        total += tower.poly(term.coefficient) * p
    return total


def _source(statement: Statement) -> Certificate:
    """Return what a statement is made of."""
    return {
        "functions": [str(f) for f in statement.functions],
        "symbols": {
            "inputs": [s.name for s in statement.inputs],
            "parameters": [s.name for s in statement.parameters],
        },
        "terms": [
            {
                "coefficient": str(t.coefficient),
                "by": [s.name for s in t.by],
                "function": t.function + 1,
            }
            for t in statement.terms
        ],
    }
