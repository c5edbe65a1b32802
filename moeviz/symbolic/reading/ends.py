"""Ends and poles of formulas that somebody typed, as they stand before anything cancels.

A gate may take a typed logarithm away: e^log(z) is z, which has a value where log(z) has none. So
what a typed formula is made of is read from its tree, part by part.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import sympy

from moeviz.model import Mixture
from moeviz.model.formula import Call, Power, Tree
from moeviz.symbolic.kernel.tower import Kind, Tower
from moeviz.symbolic.reading.custom import FormulaExpert, FormulaScore
from moeviz.symbolic.reading.expressions import Atom, expert_reading, score_reading
from moeviz.symbolic.reading.formula import to_sympy


@dataclass(frozen=True)
class Typed:
    """A formula that somebody typed, read in an atom's symbols.

    Attributes
    ----------
    what : str
        "score" or "expert".
    tree : Tree
        Without vectors.
    values : mapping of str to sympy.Expr
        What stands for its symbols.
    """

    what: str
    tree: Tree
    values: Mapping[str, sympy.Expr]

    @property
    def expression(self) -> sympy.Expr:
        """The formula as the checker reads it, with what cancels at once taken away."""
        return to_sympy(self.tree, self.values)

    def embed_ends(self, tower: Tower) -> None:
        """Add every logarithm, root and inverse of the formula to a tower.

        Parameters
        ----------
        tower : Tower
            Not yet closed.

        Raises
        ------
        FormulaError
            If a part has no value anywhere.
        """
        for kind, tree in _ends(self.tree):
            argument = to_sympy(tree, self.values)
            if kind is Kind.ROOT:
                tower.embed(sympy.sqrt(argument))  # that of a square is an absolute value
            elif kind is Kind.INVERSE:
                tower.embed(1 / argument)  # of a product: that of each factor
            else:
                tower.generator(kind, tower.embed(argument))


def typed_in(mixture: Mixture, atom: Atom, dimension: int) -> list[Typed]:
    """Return the formulas of a model that somebody typed.

    Parameters
    ----------
    mixture : Mixture
    atom : Atom
        Of that model.
    dimension : int
        D.
    """
    x = atom.inputs[:dimension]
    found = []
    if isinstance(mixture.score, FormulaScore):
        found.append(Typed("score", *score_reading(mixture.score, atom.gate, x)))
    if isinstance(mixture.expert, FormulaExpert):
        width = mixture.expert.width(dimension)
        for copy in range(mixture.output.copies):
            own = atom.own[copy * width : (copy + 1) * width]
            found.append(Typed("expert", *expert_reading(mixture.expert, own, x)))
    return found


def _ends(tree: Tree) -> Iterator[tuple[Kind, Tree]]:
    """Return what has no value or no derivative somewhere: its kind and its argument."""
    if isinstance(tree, Power) and tree.exponent < 0:
        yield Kind.INVERSE, tree.base
    if isinstance(tree, Call) and tree.function == "sqrt":
        yield Kind.ROOT, tree.arguments[0]
    if isinstance(tree, Call) and tree.function == "log":
        (inner,) = tree.arguments
        if isinstance(inner, Call) and inner.function == "abs":
            yield Kind.LOG_ABS, inner.arguments[0]
        else:
            yield Kind.LOG, inner
    for child in tree.children:
        yield from _ends(child)
