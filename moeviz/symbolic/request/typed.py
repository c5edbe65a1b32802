"""Relations that somebody typed: a coefficient and what to differentiate by, one term a line.

The parameters of an atom are called p1, p2, ... in the order of its blocks: gate, offset, expert.
``p1 : p1`` is p1 times the derivative by p1; ``-2 : p3 p3`` is minus two times the second
derivative by p3; ``? : p2`` asks for the constant. A term without derivatives is the function.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

import sympy

from moeviz.errors import FormulaError, LimitError
from moeviz.model.formula import Kind, parse_formula
from moeviz.model.formula.refusal import short
from moeviz.symbolic.certificates.report import Answer, Test
from moeviz.symbolic.kernel.ground import Point
from moeviz.symbolic.questions.claims import Stop
from moeviz.symbolic.questions.discovery import constants
from moeviz.symbolic.questions.pde import Statement, Term, stated
from moeviz.symbolic.reading.expressions import Atom
from moeviz.symbolic.reading.families import derivative_latex, term
from moeviz.symbolic.reading.formula import to_sympy
from moeviz.symbolic.request.selection import LONGEST

MOST_TERMS = 12
HIGHEST_ORDER = 3

UNKNOWN = "?"
"""The coefficient that asks for a constant."""

COEFFICIENT = Kind(
    "coefficient",
    re.compile(r"x[1-3]|p([1-9]|[1-3][0-9])"),
    (),
    "the inputs x1 to x3 and the parameters p1, p2, ...",
)
"""What may stand before a derivative."""


def legend(atom: Atom) -> dict[str, str]:
    """Return the LaTeX of each parameter by the name that relations use for it."""
    return {f"p{i}": atom.latex[s] for i, s in enumerate(atom.parameters, start=1)}


def read_terms(text: str, atom: Atom) -> list[tuple[sympy.Expr | None, tuple[sympy.Symbol, ...]]]:
    """Return the terms of a relation: coefficients (None where one is asked for), derivatives.

    Raises
    ------
    FormulaError
        If a line cannot be read, or if constants are asked for beside more than one known term.
    LimitError
        If the text, the number of terms or an order is over its limit.
    """
    if len(text) > LONGEST:
        raise LimitError(
            f"Expected a relation of at most {LONGEST} characters, but got {len(text)}; take fewer "
            "terms."
        )
    lines = [line for line in re.split(r"[;\n]", text) if line.strip()]
    if not lines:
        raise FormulaError(
            "Expected a relation such as 'p1 : p1', one term a line, but got nothing; write one."
        )
    if len(lines) > MOST_TERMS:
        raise LimitError(
            f"Expected at most {MOST_TERMS} terms, but got {len(lines)}; take fewer of them."
        )
    terms = [_term(line, atom) for line in lines]
    known = [c for c, _ in terms if c is not None]
    different = {tuple(sorted(by, key=str)) for _, by in terms}
    if len(known) < len(terms) and len(different) < len(terms):
        raise FormulaError(
            "Expected each derivative once where constants are asked for, but one is there twice; "
            "leave the second out."
        )
    if len(known) < len(terms) and known != [1]:
        raise FormulaError(
            "Expected one term with the coefficient 1 beside those with '?', as in "
            "'1 : p1; ? : p2'; the constants say how the first derivative is made of the others."
        )
    return terms


def _term(line: str, atom: Atom) -> tuple[sympy.Expr | None, tuple[sympy.Symbol, ...]]:
    left, colon, right = line.partition(":")
    shown = f"'{short(line.strip(), 40)}'"
    if not colon:
        raise FormulaError(
            f"Expected a coefficient, a colon and parameters, as in 'p1 : p1', but got {shown} "
            "without a colon; put one behind the coefficient."
        )
    if ":" in right or "," in right or "=" in line:
        raise FormulaError(
            f"Expected one term a line and nothing after its parameters, but got {shown}; write "
            "each term on a line of its own, or put ';' between them."
        )
    by = tuple(_parameter(name, atom) for name in right.split())
    if len(by) > HIGHEST_ORDER:
        raise LimitError(
            f"Expected derivatives of order at most {HIGHEST_ORDER}, but got order {len(by)} in "
            f"{shown}; name fewer parameters after the colon."
        )
    if left.strip() == UNKNOWN:
        return None, by
    if UNKNOWN in left:
        raise FormulaError(
            f"Expected '{UNKNOWN}' alone before the colon, or a coefficient without it, but got "
            f"{shown}; a constant that is asked for has no other factor."
        )
    return _coefficient(left.strip(), atom), by


def _coefficient(text: str, atom: Atom) -> sympy.Expr:
    tree = parse_formula(text, COEFFICIENT)
    values = {str(s): s for s in atom.inputs}
    values |= {f"p{i}": s for i, s in enumerate(atom.parameters, start=1)}
    strange = sorted(tree.names - set(values))
    if strange:
        inputs = [str(s) for s in atom.inputs]
        raise FormulaError(
            f"Expected the parameters p1 to p{len(atom.parameters)} and the inputs "
            f"{', '.join(inputs)} of this model in a coefficient, but got '{strange[0]}'; take one "
            "of these."
        )
    return to_sympy(tree, values)


def typeset(text: str, atom: Atom) -> str:
    """Return a typed relation's LaTeX; C_1, C_2, ... stand for constants that are asked for.

    Raises
    ------
    FormulaError
        If the text cannot be read.
    LimitError
        If it is over a limit.
    """
    names = {s: atom.latex.get(s, str(s)) for s in atom.parameters}
    pieces, unknown = [], 0
    # The known term first: it is what the others make.
    for coefficient, by in sorted(read_terms(text, atom), key=lambda t: t[0] is None):
        if coefficient is None:
            unknown += 1
            size = f"C_{{{unknown}}}"
        else:
            size = rf"\left({sympy.latex(coefficient, symbol_names=names)}\right)"
        pieces.append(f"{size} {derivative_latex('F', by, atom.latex)}")
    if unknown:
        return f"{pieces[0]} = {' + '.join(pieces[1:])}" if unknown < len(pieces) else ""
    return " + ".join(pieces) + " = 0"


def _parameter(name: str, atom: Atom) -> sympy.Symbol:
    match = re.fullmatch(r"p([1-9][0-9]?)", name, re.ASCII)
    if match is None or int(match[1]) > len(atom.parameters):
        raise FormulaError(
            f"Expected parameters from p1 to p{len(atom.parameters)} with spaces between them "
            f"after the colon, but got '{short(name)}'; take those of the list."
        )
    found: sympy.Symbol = atom.parameters[int(match[1]) - 1]
    return found


def check_relation(
    text: str, atom: Atom, point: Point, should_stop: Stop = None, seed: int = 0
) -> Test:
    """Test a typed relation for all parameters, or find the constants that it asks for.

    Parameters
    ----------
    text : str
    atom : Atom
        Its term is differentiated: sigma(s) h, or e^s times the expert, for every class.
    point : mapping
        Where constants are looked for.
    should_stop : callable, optional
    seed : int
        Of the points at which a counterexample is looked for.

    Raises
    ------
    FormulaError
        If the text cannot be read.
    LimitError
        If it is over a limit.
    """
    terms = read_terms(text, atom)
    known = [(c, by) for c, by in terms if c is not None]
    asked = [by for c, by in terms if c is None]
    if asked:
        return constants(
            "constants of a typed relation",
            term(atom),
            atom.inputs,
            atom.parameters,
            atom.latex,
            known[0][1],
            asked,
            point,
            should_stop=should_stop,
        )
    return _for_every_class(terms, atom, typeset(text, atom), seed)


def _for_every_class(
    terms: Sequence[tuple[sympy.Expr | None, tuple[sympy.Symbol, ...]]],
    atom: Atom,
    latex: str,
    seed: int,
) -> Test:
    functions = term(atom)
    test = Test("", Answer.UNDECIDED)
    for sheet in range(len(functions)):
        written = tuple(Term(c, by, sheet) for c, by in terms if c is not None)
        statement = Statement(functions, atom.inputs, atom.parameters, written, latex, "F")
        where = f", class {sheet + 1}" if len(functions) > 1 else ""
        test = stated(f"typed relation{where}", statement, seed=seed)
        if test.answer != Answer.HOLDS:
            break
    return replace(test, name="typed relation") if test.answer == Answer.HOLDS else test
