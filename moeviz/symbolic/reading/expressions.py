"""Scores, gates, experts and outputs as formulas in symbols.

Each is read from the text that the part carries. Parameters are named by the model's parts: entry u
of the part "beta1" is the symbol beta1_u.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

import sympy

from moeviz.model import Expert, Gate, Mixture, Part, Score
from moeviz.model.formula import Symbol, Tree, own_weight, spelled_out, spelled_units
from moeviz.model.formula.build import call
from moeviz.model.reading import formula_of, numbers_of
from moeviz.symbolic.kernel.support import Support
from moeviz.symbolic.reading.formula import exponential, to_sympy

Symbols = Sequence[sympy.Symbol]


def inputs(dimension: int) -> tuple[sympy.Symbol, ...]:
    """Return the symbols x1, ..., xD."""
    return tuple(sympy.Symbol(f"x{i}", real=True) for i in range(1, dimension + 1))


RESPONSE = sympy.Symbol("y", real=True)
"""The response of a density."""


def symbols_of(parts: Sequence[Part]) -> tuple[sympy.Symbol, ...]:
    """Return an atom's parameters, named by part and entry."""
    return tuple(
        sympy.Symbol(part.name if part.width == 1 else f"{part.name}_{u}", real=True)
        for part in parts
        for u in range(1, part.width + 1)
    )


def latex_of(parts: Sequence[Part]) -> dict[sympy.Symbol, str]:
    """Return the parameters' LaTeX."""
    names = symbols_of(parts)
    marks = [
        part.symbol if part.width == 1 else _entry(part, u)
        for part in parts
        for u in range(1, part.width + 1)
    ]
    return dict(zip(names, marks, strict=True))


def _entry(part: Part, u: int) -> str:
    if part.name == "A" and part.metric:
        d = int((8 * part.width + 1) ** 0.5) // 2
        i, j = list(itertools.combinations_with_replacement(range(1, d + 1), 2))[u - 1]
        return f"{part.symbol}^{{({i}{j})}}"
    return f"{part.symbol}^{{({u})}}"


def norm(v: Symbols) -> sympy.Expr:
    """Return the Euclidean norm; of one entry too, as a root."""
    return sympy.sqrt(sum(e**2 for e in v))


def dot(a: Sequence[sympy.Expr], b: Sequence[sympy.Expr]) -> sympy.Expr:
    """Return the inner product."""
    return sum((u * v for u, v in zip(a, b, strict=True)), sympy.Integer(0))


def full_form(entries: Symbols, x: Symbols) -> sympy.Expr:
    """Return x'Ax of a matrix given by all its entries, row by row."""
    pairs = itertools.product(range(len(x)), repeat=2)
    return sum(
        (e * x[i] * x[j] for e, (i, j) in zip(entries, pairs, strict=True)), sympy.Integer(0)
    )


def score(part: Score, beta: Symbols, x: Symbols, value: sympy.Expr | None = None) -> sympy.Expr:
    """Return a score without its offset, read from its text.

    Parameters
    ----------
    part : Score
        Its constants become rationals.
    beta, x : sequence of sympy.Symbol
    value : sympy.Expr, optional
        The expert's value, for scores that read it.

    Raises
    ------
    FormulaError
        If the text is no score of these.
    """
    return to_sympy(*score_reading(part, beta, x, value))


def score_reading(
    part: Score, beta: Symbols, x: Symbols, value: sympy.Expr | None = None
) -> tuple[Tree, dict[str, sympy.Expr]]:
    """Return a score's formula with its vectors spelled out, and what stands for its symbols.

    Parameters
    ----------
    part, beta, x, value
        As for :func:`score`.
    """
    tree = spelled_out(formula_of(part), len(x), len(beta))
    return tree, _score_values(part, beta, x, value)


def _score_values(
    part: Score, beta: Symbols, x: Symbols, value: sympy.Expr | None
) -> dict[str, sympy.Expr]:
    own = {} if value is None else {"h": value}
    return {**_numbered("x", x), **_numbered("b", beta), **_constants(part), **own}


def _numbered(letter: str, values: Sequence[sympy.Expr]) -> dict[str, sympy.Expr]:
    return {f"{letter}{i}": value for i, value in enumerate(values, start=1)}


def _constants(part: Score | Expert) -> dict[str, sympy.Expr]:
    return {name: rational(value) for name, value in numbers_of(part).items()}


def expert(part: Expert, eta: Symbols, x: Symbols) -> sympy.Expr:
    """Return an expert's value, read from its text.

    Parameters
    ----------
    part : Expert
    eta, x : sequence of sympy.Symbol

    Raises
    ------
    FormulaError
        If the text is no expert of these.
    """
    return to_sympy(*expert_reading(part, eta, x))


def expert_reading(part: Expert, eta: Symbols, x: Symbols) -> tuple[Tree, dict[str, sympy.Expr]]:
    """Return an expert's formula with its vectors spelled out, and what stands for its symbols.

    Parameters
    ----------
    part : Expert
    eta, x : sequence of sympy.Symbol
    """
    step = len(x) + 1
    heads = [
        sum((a * e for a, e in zip(eta[i * step :], x, strict=False)), sympy.Integer(0))
        + eta[i * step + len(x)]
        for i in range(part.heads)
    ]
    scalars = eta[part.heads * step :]
    values = {**_numbered("t", heads), **_numbered("s", scalars), **_numbered("x", x)}
    values |= _constants(part)
    if heads:
        values["t"] = heads[0]
    return spelled_units(formula_of(part), len(heads), len(scalars)), values


def rational(value: float | int) -> sympy.Rational:
    """Return the decimal number that a constant was written as."""
    return sympy.Rational(str(value))


@dataclass(frozen=True)
class Atom:
    """One atom of a model in symbols.

    Attributes
    ----------
    inputs : tuple of sympy.Symbol
        x1, ..., and y for a density.
    gate, own : tuple of sympy.Symbol
        The gate's parameters; the expert's and the output's.
    offset : sympy.Symbol
        beta_0 or c.
    score : sympy.Expr
        With its offset.
    values : tuple of sympy.Expr
        What the gate weighs: the expert, its Gaussian density, or the class probabilities.
    latex : dict
        LaTeX of the parameters.
    affinity : sympy.Expr
        e to the score, of a score that reads an expert written without the logarithms.
    weight : sympy.Expr
        The atom's weight; of a normalised gate before it is divided by the sum of all.
    logistic : bool
        Whether the gate weighs the atoms each by itself.
    """

    inputs: tuple[sympy.Symbol, ...]
    gate: tuple[sympy.Symbol, ...]
    own: tuple[sympy.Symbol, ...]
    offset: sympy.Symbol
    score: sympy.Expr
    values: tuple[sympy.Expr, ...]
    latex: dict[sympy.Symbol, str]
    affinity: sympy.Expr
    weight: sympy.Expr
    logistic: bool = False

    @property
    def parameters(self) -> tuple[sympy.Symbol, ...]:
        """Gate, offset, expert."""
        return (*self.gate, self.offset, *self.own)

    @property
    def moving(self) -> tuple[sympy.Symbol, ...]:
        """The parameters that place an atom: all but the offset, which is its mass."""
        return (*self.gate, *self.own)


@lru_cache(maxsize=128)
def atom(mixture: Mixture, dimension: int) -> Atom:
    """Return an atom of a registered model in symbols.

    Parameters
    ----------
    mixture : Mixture
    dimension : int
        D.
    """
    x = inputs(dimension)
    layout = mixture.layout(1, dimension)
    gate, own = symbols_of(layout.gate_parts), symbols_of(layout.expert_parts)
    logistic = not mixture.gate.normalised
    offset = sympy.Symbol("c" if logistic else "beta0", real=True)
    latex = latex_of((*layout.gate_parts, *layout.expert_parts))
    latex[offset] = "c" if logistic else r"\beta_0"
    width = mixture.expert.width(dimension)
    experts = [
        expert(mixture.expert, own[copy * width : (copy + 1) * width], x)
        for copy in range(mixture.output.copies)
    ]
    scores = [score(mixture.score, gate, x, value) for value in _read_values(mixture, experts)]
    s = sum(scores, sympy.Integer(0)) / len(scores) + offset
    affinity = sympy.exp(s)
    if mixture.score.reads_expert:
        # e to the softplus, written out: a tower does not know that the two cancel.
        affinity = sympy.exp(offset)
        for value in experts:
            tree, read = score_reading(mixture.score, gate, x, value)
            affinity *= exponential(tree, read) ** sympy.Rational(1, len(experts))
    response: tuple[sympy.Symbol, ...] = ()
    values: tuple[sympy.Expr, ...] = (experts[0],)
    if mixture.output.name == "gaussian":
        response, values = (RESPONSE,), (gaussian(experts[0], own[-1]),)
    elif mixture.output.name == "categorical":
        values = categorical(experts)
    weight = _weight(mixture.gate, s, affinity)
    return Atom((*x, *response), gate, own, offset, s, values, latex, affinity, weight, logistic)


def _read_values(mixture: Mixture, experts: list[sympy.Expr]) -> Sequence[sympy.Expr | None]:
    """Return the values that the score is read at and averaged over: one for each copy."""
    return experts if mixture.score.reads_expert else (None,)


def _weight(gate: Gate, score: sympy.Expr, affinity: sympy.Expr) -> sympy.Expr:
    """Return an atom's own weight, read from the gate's text."""
    tree, _ = own_weight(formula_of(gate))
    if tree == call("exp", Symbol("s")):
        return affinity
    return to_sympy(tree, {"s": score})


def on_side(atom: Atom, support: Support) -> Atom:
    """Return an atom as it reads on a support: where an input is positive, |x| is x."""
    known: dict[sympy.Basic, sympy.Expr] = {}
    for name, low, _ in support.bounds:
        x = sympy.Symbol(name, real=True)
        if low >= 0:
            known[sympy.Abs(x)] = x
    if not known:
        return atom
    return replace(
        atom,
        score=atom.score.xreplace(known),
        values=tuple(value.xreplace(known) for value in atom.values),
        affinity=atom.affinity.xreplace(known),
        weight=atom.weight.xreplace(known),
    )


def gaussian(mean: sympy.Expr, variance: sympy.Symbol) -> sympy.Expr:
    """Return the normal density in y, times the constant sqrt(2 pi)."""
    return sympy.exp(-((RESPONSE - mean) ** 2) / (2 * variance)) / sympy.sqrt(variance)


def categorical(logits: Sequence[sympy.Expr]) -> tuple[sympy.Expr, ...]:
    """Return the class probabilities; the last class has logit 0."""
    weights = [*(sympy.exp(e) for e in logits), sympy.Integer(1)]
    total = sum(weights, sympy.Integer(0))
    return tuple(w / total for w in weights)
