"""What is asked of typed formulas before a model with them is tested.

Each parameter that a formula names must be seen by the data, as in a formula without it there would
be no such parameter; and no end or pole may get lost when the model is written down.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import sympy

from moeviz.errors import FormulaError
from moeviz.model.formula.refusal import short
from moeviz.symbolic.kernel.basics import Point
from moeviz.symbolic.kernel.domain import Domain, domain_of, domain_of_statement
from moeviz.symbolic.kernel.places import SINGULAR
from moeviz.symbolic.kernel.tower import Kind, Poly, Tower
from moeviz.symbolic.questions.identity import is_identity
from moeviz.symbolic.reading.ends import Typed
from moeviz.symbolic.reading.expressions import Atom
from moeviz.symbolic.reading.families import support_of, term


def require_seen(atom: Atom, typed: Sequence[Typed]) -> None:
    """Refuse typed formulas that do not depend on what they name.

    Parameters
    ----------
    atom : Atom
    typed : sequence of Typed
        Its typed formulas.

    Raises
    ------
    FormulaError
        If a parameter or every input cancels out of one.
    """
    for formula in typed:
        tower = Tower(atom.inputs, atom.parameters)
        p = tower.poly(formula.expression)
        for name in sorted(formula.tree.names):
            symbols = _symbols(formula, name, atom)
            if symbols and all(_stands_still(tower, p, s) for s in symbols):
                raise FormulaError(
                    f"Expected a formula of the {formula.what} that depends on every parameter it "
                    f"names, but the derivative of '{short(str(formula.tree), 60)}' by {name} is 0 "
                    f"everywhere, so that no data can see {name}; take it out."
                )
        if all(_stands_still(tower, p, x) for x in atom.inputs):
            raise FormulaError(
                f"Expected a formula of the {formula.what} that depends on the input, but every "
                f"input cancels out of '{short(str(formula.tree), 60)}'; change the formula."
            )


def _stands_still(tower: Tower, p: Poly, by: sympy.Symbol) -> bool:
    """Return whether a formula surely does not depend on a symbol.

    At a kink that is a pole too, as in |t|/t, a derivative of 0 says nothing: there is a jump.
    """
    slope = tower.derivative(p, by)
    jumps = tower.of_kind(Kind.STEP) and tower.of_kind(*SINGULAR)
    return not slope or (not jumps and is_identity(tower, slope, {}))


def _symbols(formula: Typed, name: str, atom: Atom) -> list[sympy.Symbol]:
    """Return the parameters that a name of a formula stands for."""
    value = sympy.sympify(formula.values[name])
    return [s for s in atom.parameters if s in value.free_symbols]


def require_ends_kept(
    atom: Atom, typed: Sequence[Typed], points: Sequence[Point], stated: bool
) -> None:
    """Refuse typed formulas with an end or a pole that the model does not have any more.

    Parameters
    ----------
    atom : Atom
    typed : sequence of Typed
        Its typed formulas.
    points : sequence of mapping
        The atoms at which the model is tested.
    stated : bool
        Whether it is tested for all parameters, and not at these atoms.

    Raises
    ------
    FormulaError
        If one of them has a pole or an end that moves with a parameter, or has no value at inputs
        at which the model has one.
    """
    whole, own = _tower(atom), _tower(atom)
    known = len(whole.generators)
    for formula in typed:
        formula.embed_ends(whole)
    if len(whole.generators) == known:
        return
    lost = next(_lost(_domain(whole, atom, points, stated), _domain(own, atom, points, stated)), "")
    if lost:
        raise FormulaError(
            "Expected typed formulas whose logarithms, roots and divisors stand in the model too, "
            f"but {lost} is asked by what was typed and cancels out of the model; write the "
            "formula without what cancels."
        )


def _tower(atom: Atom) -> Tower:
    """Return a tower, still open, with what all tests of a model are made of."""
    tower = Tower(atom.inputs, atom.parameters)
    for function in (*term(atom), atom.weight, *atom.values):
        tower.embed(function)
    return tower


def _domain(tower: Tower, atom: Atom, points: Sequence[Point], stated: bool) -> Domain:
    if stated:
        return domain_of_statement(tower, {})
    moved = [set(atom.parameters)] * len(points)
    return domain_of(tower, points, moved, support_of(atom.inputs))


def _lost(whole: Domain, own: Domain) -> Iterator[str]:
    """Return in words what the first domain asks for and the second does not."""
    for formula in whole.conditions:
        if formula not in own.conditions:
            yield f"'{short(str(formula), 60)}' > 0"
    for formula in whole.poles:
        if formula not in (*own.poles, *own.conditions):
            yield f"a '{short(str(formula), 60)}' other than 0"
