"""The registered scores, gates, experts and outputs as formulas in symbols.

Each entry is the symbolic reading of a definition in :mod:`moeviz.model`; a test compares the two
at random points for every registered variant. Parameters are named by the model's parts: entry u
of the part "beta1" is the symbol beta1_u.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import sympy

from moeviz.errors import UnknownNameError
from moeviz.model import Mixture, Part
from moeviz.symbolic.kernel.functions import gelu, log_abs, relu, sigmoid, softplus
from moeviz.symbolic.kernel.support import Support
from moeviz.symbolic.reading.custom import FormulaExpert
from moeviz.symbolic.reading.formula import score_expression

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


def form(entries: Symbols, x: Symbols) -> sympy.Expr:
    """Return x'Ax of a symmetric matrix given by its free entries."""
    pairs = itertools.combinations_with_replacement(range(len(x)), 2)
    return sum(
        (e * x[i] * x[j] * (1 if i == j else 2) for e, (i, j) in zip(entries, pairs, strict=True)),
        sympy.Integer(0),
    )


def full_form(entries: Symbols, x: Symbols) -> sympy.Expr:
    """Return x'Ax of a matrix given by all its entries, row by row."""
    pairs = itertools.product(range(len(x)), repeat=2)
    return sum(
        (e * x[i] * x[j] for e, (i, j) in zip(entries, pairs, strict=True)), sympy.Integer(0)
    )


Map = Callable[[Symbols], list[sympy.Expr]]

MAPS: dict[str, Map] = {
    "modified-tanh": lambda x: [sympy.tanh(e) for e in x],
    "modified-cos": lambda x: [sympy.cos(e) for e in x],
    "modified-sin": lambda x: [sympy.sin(e) for e in x],
    "modified-sigmoid": lambda x: [sigmoid(e) for e in x],
    "modified-log": lambda x: [log_abs(e) for e in x],
    "modified-unit": lambda x: [e / norm(x) for e in x],
}
"""The maps M of modified scores; the power has a constant and stands in :func:`score`."""


def score(part: Any, beta: Symbols, x: Symbols) -> sympy.Expr:
    """Return a score without its offset.

    Parameters
    ----------
    part : Score
        A registered score; its constants become rationals.
    beta, x : sequence of sympy.Symbol
    """
    name = part.name
    d = len(x)
    if name == "linear":
        return dot(beta, x)
    if name == "quadratic":
        return form(beta[:-d], x) + dot(beta[-d:], x)
    if name == "quadratic-full":
        return full_form(beta[:-d], x) + dot(beta[-d:], x)
    if name == "partial-quadratic":
        return form(beta, x)
    if name == "cosine":
        return dot(beta, x) / (norm(beta) * norm(x))
    if name == "perturbed-cosine":
        tau1, tau2 = rational(part.tau1), rational(part.tau2)
        return dot(beta, x) / ((norm(beta) + tau1) * (norm(x) + tau2))
    if name == "modified-power":
        return dot(beta, [e**part.power for e in x])
    if name in MAPS:
        return dot(beta, MAPS[name](x))
    if name.startswith("competition"):
        return sympy.Integer(0)
    symbolic = getattr(part, "symbolic", None)
    if symbolic is not None:
        return symbolic(beta, x)
    if name == "custom":
        return score_expression(part.score_formula, beta, x)
    raise UnknownNameError(f"Expected a score with a symbolic reading, but got '{name}'.")


ACTIVATIONS: dict[str, Callable[[sympy.Expr], sympy.Expr]] = {
    "linear": lambda t: t,
    "relu": relu,
    "gelu": gelu,
    "tanh": sympy.tanh,
    "sigmoid": sigmoid,
}


def expert(part: Any, eta: Symbols, x: Symbols) -> sympy.Expr:
    """Return an expert's value."""
    name = part.name
    d = len(x)

    def head(at: int) -> sympy.Expr:
        return dot(eta[at : at + d], x) + eta[at + d]

    if name in ACTIVATIONS:
        return ACTIVATIONS[name](head(0))
    if name == "polynomial":
        return head(0) ** part.degree
    if name.startswith("scaled-"):
        return eta[d + 1] * ACTIVATIONS[name.removeprefix("scaled-")](head(0))
    if name == "ffn":
        units = part.hidden
        layer = [softplus(head(unit * (d + 1))) for unit in range(units)]
        return dot(eta[units * (d + 1) : units * (d + 2)], layer)
    if name == "constant":
        return eta[0]
    symbolic = getattr(part, "symbolic", None)
    if symbolic is not None:
        return symbolic(eta, x)
    if name == "custom":
        return FormulaExpert(part.expert_formula).symbolic(eta, x)
    raise UnknownNameError(f"Expected an expert with a symbolic reading, but got '{name}'.")


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
        e to the score, the atom's softmax weight before normalisation.
    logistic : bool
        Whether a sigmoid gate weighs the atoms, each by itself.
    """

    inputs: tuple[sympy.Symbol, ...]
    gate: tuple[sympy.Symbol, ...]
    own: tuple[sympy.Symbol, ...]
    offset: sympy.Symbol
    score: sympy.Expr
    values: tuple[sympy.Expr, ...]
    latex: dict[sympy.Symbol, str]
    affinity: sympy.Expr
    logistic: bool = False

    @property
    def parameters(self) -> tuple[sympy.Symbol, ...]:
        """Gate, offset, expert."""
        return (*self.gate, self.offset, *self.own)

    @property
    def moving(self) -> tuple[sympy.Symbol, ...]:
        """The parameters that place an atom: all but the offset, which is its mass."""
        return (*self.gate, *self.own)


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
    s = score(mixture.score, gate, x) + offset
    affinity = sympy.exp(s)
    if mixture.score.reads_expert:
        # e to the softplus, written out: a tower does not know that the two cancel.
        s = s + sum((softplus(h) for h in experts), sympy.Integer(0)) / len(experts)
        share = sympy.Rational(1, len(experts))
        affinity = sympy.exp(offset)
        for h in experts:
            affinity *= (1 + sympy.exp(h)) ** share
    response: tuple[sympy.Symbol, ...] = ()
    values: tuple[sympy.Expr, ...] = (experts[0],)
    if mixture.output.name == "gaussian":
        response, values = (RESPONSE,), (gaussian(experts[0], own[-1]),)
    elif mixture.output.name == "categorical":
        values = categorical(experts)
    return Atom((*x, *response), gate, own, offset, s, values, latex, affinity, logistic)


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
    )


def gaussian(mean: sympy.Expr, variance: sympy.Symbol) -> sympy.Expr:
    """Return the normal density in y, times the constant sqrt(2 pi)."""
    return sympy.exp(-((RESPONSE - mean) ** 2) / (2 * variance)) / sympy.sqrt(variance)


def categorical(logits: Sequence[sympy.Expr]) -> tuple[sympy.Expr, ...]:
    """Return the class probabilities; the last class has logit 0."""
    weights = [*(sympy.exp(e) for e in logits), sympy.Integer(1)]
    total = sum(weights, sympy.Integer(0))
    return tuple(w / total for w in weights)
