"""An expert's formula and its derivatives as numbered instructions on rows.

An instruction computes one row of samples from one or two rows before it. The interpreter
(:mod:`moeviz.model.fused.machine`) asks which instruction it is once for a whole row, so that
asking costs nothing and one compiled code serves every formula.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np

from moeviz.errors import MoevizError
from moeviz.model.experts import Expert
from moeviz.model.formula import differentiate, spelled_units
from moeviz.model.formula.tree import Call, Number, Power, Product, Sum, Symbol, Tree
from moeviz.model.reading import formula_of
from moeviz.model.scores import Score

FILL: Final = 0
ADD: Final = 1
MULTIPLY: Final = 2
AFFINE: Final = 3
RECIPROCAL: Final = 4
EXP: Final = 5
LOG: Final = 6
SQRT: Final = 7
ABS: Final = 8
SIN: Final = 9
COS: Final = 10
TANH: Final = 11
SIGMOID: Final = 12
SOFTPLUS: Final = 13
STEP: Final = 14
SIGN: Final = 15
NORMAL_CDF: Final = 16
NORMAL_DENSITY: Final = 17

CALLS = {
    "exp": EXP,
    "log": LOG,
    "sqrt": SQRT,
    "abs": ABS,
    "sin": SIN,
    "cos": COS,
    "tanh": TANH,
    "sigmoid": SIGMOID,
    "softplus": SOFTPLUS,
    "step": STEP,
    "sign": SIGN,
    "normal_cdf": NORMAL_CDF,
    "normal_density": NORMAL_DENSITY,
}
"""Functions that are one instruction."""

TIMES = {"relu": "step", "gelu": "normal_cdf"}
"""Functions that are their argument times another function of it."""

VALUE: Final = "h"
"""What a score that reads the expert calls its value."""


class UnsupportedError(MoevizError):
    """A formula that has no instructions."""


@dataclass(frozen=True)
class Instructions:
    """What the interpreter runs for each atom and block of samples.

    Attributes
    ----------
    steps : numpy.ndarray of int64, shape (I, 3)
        Which instruction, and the one or two rows it reads. The result is a new row; the first
        rows are the heads and the scalars.
    numbers : numpy.ndarray of float64, shape (I, 2)
        An affine step's factor and summand; a filled row's value comes second.
    outputs : numpy.ndarray of int64, shape (1 + H + S,) or (1 + H + S + 2,)
        The rows of the value and of its derivatives by H heads and S scalars; where the score
        reads the expert, then those of the affinity and of its derivative by the value.
    """

    steps: np.ndarray
    numbers: np.ndarray
    outputs: np.ndarray


@lru_cache(maxsize=256)
def instructions_of(expert: Expert, score: Score | None = None) -> Instructions:
    """Return an expert's instructions, and those of what its score reads off it.

    Parameters
    ----------
    expert : Expert
    score : Score, optional
        Adds nothing unless it reads the expert.

    Raises
    ------
    UnsupportedError
        If its formula names something that has no instruction.
    FormulaError
        If its text is no formula.
    """
    heads, scalars = expert.heads, expert.scalars
    tree = spelled_units(formula_of(expert), heads, scalars)
    # One head is called t in numbers and t1 as a vector's entry.
    names = [("t", "t1") if heads == 1 else (f"t{i}",) for i in range(1, heads + 1)]
    names += [(f"s{i}",) for i in range(1, scalars + 1)]
    writer = _Writer({name: row for row, group in enumerate(names) for name in group}, len(names))
    outputs = [writer.place(tree)]
    for group in names:
        slopes = [differentiate(tree, name) for name in group if name in tree.names]
        if not slopes:
            outputs.append(writer.fill(0.0))
            continue
        row = writer.place(slopes[0])
        for slope in slopes[1:]:
            row = writer.step(ADD, row, writer.place(slope))
        outputs.append(row)
    if score is not None and score.reads_expert:
        writer.name(VALUE, outputs[0])
        affinity = formula_of(score)
        outputs += [writer.place(affinity), writer.place(differentiate(affinity, VALUE))]
    return writer.written(outputs)


class _Writer:
    """Writes instructions down; what is needed twice is computed once."""

    def __init__(self, symbols: dict[str, int], inputs: int) -> None:
        self._symbols = symbols
        self._inputs = inputs
        self._places: dict[Tree, int] = {}
        self._steps: dict[tuple[int, int, int, float, float], int] = {}

    def step(
        self, code: int, a: int = 0, b: int = 0, factor: float = 0.0, plus: float = 0.0
    ) -> int:
        """Return the row of an instruction."""
        key = (code, a, b, factor, plus)
        return self._steps.setdefault(key, self._inputs + len(self._steps))

    def name(self, symbol: str, row: int) -> None:
        """Let a symbol of later formulas stand for a row."""
        self._symbols[symbol] = row

    def fill(self, value: float) -> int:
        """Return a row of one number."""
        return self.step(FILL, plus=value)

    def place(self, tree: Tree) -> int:
        """Return the row of a formula."""
        if tree not in self._places:
            self._places[tree] = self._place(tree)
        return self._places[tree]

    def written(self, outputs: Sequence[int]) -> Instructions:
        """Return what was written."""
        keys = list(self._steps)
        return Instructions(
            np.array([key[:3] for key in keys], dtype=np.int64).reshape(-1, 3),
            np.array([key[3:] for key in keys], dtype=np.float64).reshape(-1, 2),
            np.array(outputs, dtype=np.int64),
        )

    def _place(self, tree: Tree) -> int:
        if isinstance(tree, Number):
            return self.fill(float(tree.value))
        if isinstance(tree, Symbol) and tree.name in self._symbols:
            return self._symbols[tree.name]
        if isinstance(tree, Sum):
            return self._sum(tree)
        if isinstance(tree, Product):
            factor, row = self._factored(tree)
            return row if factor == 1.0 else self.step(AFFINE, row, factor=factor)
        if isinstance(tree, Power):
            base = row = self.place(tree.base)
            for _ in range(abs(tree.exponent) - 1):
                row = self.step(MULTIPLY, row, base)
            return row if tree.exponent > 0 else self.step(RECIPROCAL, row)
        if isinstance(tree, Call) and tree.function in TIMES:
            (inner,) = tree.arguments
            other = self.place(Call(TIMES[tree.function], (inner,)))
            return self.step(MULTIPLY, self.place(inner), other)
        if isinstance(tree, Call) and tree.function in CALLS:
            return self.step(CALLS[tree.function], self.place(tree.arguments[0]))
        raise UnsupportedError(
            f"Expected a formula of numbers and known functions, but got '{str(tree)[:40]}'; the "
            "tensor's way computes it."
        )

    def _sum(self, tree: Sum) -> int:
        """Return a sum's row; a number comes last, and goes with a term's factor."""
        *terms, last = tree.terms
        if not isinstance(last, Number):
            terms.append(last)
        row = self._term(terms[0], last if len(terms) == 1 else None)
        for i, term in enumerate(terms[1:], start=2):
            row = self.step(ADD, row, self.place(term))
            if i == len(terms) and isinstance(last, Number):
                row = self.step(AFFINE, row, factor=1.0, plus=float(last.value))
        return row

    def _term(self, term: Tree, last: Tree | None) -> int:
        if not isinstance(last, Number):
            return self.place(term)
        factor, row = self._factored(term) if isinstance(term, Product) else (1.0, self.place(term))
        return self.step(AFFINE, row, factor=factor, plus=float(last.value))

    def _factored(self, tree: Product) -> tuple[float, int]:
        """Return a product's number and the row of the rest."""
        first, *rest = tree.factors
        factor = 1.0
        if isinstance(first, Number):
            factor = float(first.value)
        else:
            rest.insert(0, first)
        row = self.place(rest[0])
        for other in rest[1:]:
            row = self.step(MULTIPLY, row, self.place(other))
        return factor, row
