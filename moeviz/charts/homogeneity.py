"""A score as a function of the inner products and the length that its gate's vector is in.

The registered formula is read. Two rules of vectors are known: of an inner product beta . v the
entries of the derivative are those of v, of a length |beta| they are beta^(u) / |beta|; so a sum
over beta^(u) times them gives beta . v and |beta| again. All else is sympy's.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

import sympy

from moeviz.errors import SpecificationError
from moeviz.model import Score, make_score
from moeviz.model.formula import OPERATIONS, Call, Symbol, Tree, latex
from moeviz.model.formula.build import rebuilt
from moeviz.model.reading import formula_of
from moeviz.symbolic.reading.formula import to_sympy

GATE = "b"
"""The gate's vector in the language of formulas."""

BETA = r"\beta_1"
"""Its LaTeX."""


@dataclass(frozen=True)
class Homogeneity:
    """A score as a function of the inner products and lengths that its gate's vector is in.

    Attributes
    ----------
    score : sympy.Expr
        In symbols that stand for inner products, lengths and constants.
    inner : mapping of sympy.Symbol to str
        Symbols of inner products of the gate's vector, each with the other vector's LaTeX.
    length : sympy.Symbol or None
        The symbol of the gate's length.
    names : mapping of sympy.Symbol to str
        LaTeX of every symbol.
    """

    score: sympy.Expr
    inner: Mapping[sympy.Symbol, str]
    length: sympy.Symbol | None
    names: Mapping[sympy.Symbol, str]

    @property
    def radial(self) -> sympy.Expr:
        """The sum over u of beta^(u) times the derivative by it, with nothing cancelled."""
        return sympy.Add(*self.parts, evaluate=False)

    @property
    def parts(self) -> list[sympy.Expr]:
        """The terms of that sum: one for each inner product, and one for the length."""
        symbols = [*self.inner, *([self.length] if self.length is not None else [])]
        found = [sympy.factor(s * sympy.diff(self.score, s)) for s in symbols]
        return [part for part in found if part != 0]

    @property
    def left(self) -> sympy.Expr:
        """What is left of it."""
        return sympy.factor(sympy.simplify(sympy.Add(*self.parts)))

    def latex(self, expression: sympy.Expr) -> str:
        """Return the LaTeX of an expression in these symbols."""
        return str(sympy.latex(expression, symbol_names=dict(self.names)))


@lru_cache(maxsize=32)
def homogeneity(score: str) -> Homogeneity:
    """Return a score as a function of the inner products and lengths that its gate is in.

    Parameters
    ----------
    score : str
        A name in the registry of scores.

    Raises
    ------
    UnknownNameError
        If there is no such score.
    SpecificationError
        If the gate's vector is in something else than inner products and its length.
    """
    part = make_score(score)
    found: dict[str, tuple[sympy.Symbol, str]] = {}
    inner: dict[sympy.Symbol, str] = {}
    own: list[sympy.Symbol] = []

    def named(tree: Tree) -> Tree:
        if not isinstance(tree, Call) or tree.function not in OPERATIONS:
            return rebuilt(tree, named)
        key = str(tree)
        if key not in found:
            # What is multiplied with beta_1 is written last, so that no factor seems to be in it.
            letter = "z" if tree.function == "dot" and GATE in tree.names else "q"
            symbol = sympy.Symbol(f"{letter}{len(found) + 1}", positive=True)
            found[key] = (symbol, _beta(latex(tree)))
            if GATE in tree.names:
                other = _other(tree)
                if other is not None:
                    inner[symbol] = latex(other)
                elif tree.function == "norm" and tree.arguments[0] == Symbol(GATE):
                    own.append(symbol)
                else:
                    raise refused(part)
        return Symbol(found[key][0].name)

    tree = named(formula_of(part))
    constants = {
        c.name: (sympy.Symbol(c.name, positive=True), c.symbol)
        for c in part.constants
        if c.name in tree.names
    }
    values = {symbol.name: symbol for symbol, _ in (*found.values(), *constants.values())}
    if not inner or set(tree.names) - values.keys():
        raise refused(part)
    names = dict((*found.values(), *constants.values()))
    return Homogeneity(to_sympy(tree, values), inner, own[0] if own else None, names)


def _other(tree: Call) -> Tree | None:
    """Return the vector that the gate's is multiplied with, if the gate's is in one factor."""
    if tree.function != "dot" or Symbol(GATE) not in tree.arguments:
        return None
    left, right = tree.arguments
    other = right if left == Symbol(GATE) else left
    return None if GATE in other.names else other


def _beta(text: str) -> str:
    return text.replace(r"\beta", BETA)


def refused(part: Score) -> SpecificationError:
    """Return what is said of a score with which this cannot be done.

    Parameters
    ----------
    part : Score
    """
    return SpecificationError(
        "Expected a score in which β₁ is in inner products and in its own length alone, but got "
        f"the {part.title}; choose another one."
    )
