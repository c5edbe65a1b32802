r"""Claims of `sigmoid` §2: a row of attention is a mixture of experts.

Both sides are written out of their own formulas, matrices on the left, quadratic forms and linear
experts of the flattened sequence on the right, with every entry of every matrix a symbol.
"""

from __future__ import annotations

from collections.abc import Sequence

import sympy

from moeviz.symbolic.catalogue.parts import relation
from moeviz.symbolic.certificates.report import Answer
from moeviz.symbolic.kernel.functions import sigmoid
from moeviz.symbolic.questions.claims import Check, Claim
from moeviz.symbolic.questions.pde import Statement, Term
from moeviz.symbolic.reading.expressions import inputs

TOKENS, WIDTH = 2, 2
GATES = ("softmax", "sigmoid")


def claims() -> list[Claim]:
    """Return the claims on attention."""
    return [_claim(gate) for gate in GATES]


def _claim(gate: str) -> Claim:
    name = r"\mathrm{softmax}" if gate == "softmax" else r"\sigma"
    return Claim(
        f"S14.{gate}",
        "sigmoid",
        "§2",
        rf"Row $i$ of ${name}(X B X^\top)\, X W_V$ with $B = W_Q W_K^\top / \sqrt{{d_k}}$ is "
        r"$\sum_j g_{ij}\, z^\top P_j$, a mixture of linear experts of the flattened sequence "
        r"$z$ whose gate has the quadratic scores $z^\top M_{ij} z$, where "
        rf"$M_{{ij}} = E_i B E_j^\top$ and $P_j = E_j W_V$ ($N = {TOKENS}$, $d = {WIDTH}$).",
        Answer.HOLDS,
        "It is how §2 introduces the model that the paper studies.",
        tuple(_check(gate, row, column) for row in range(TOKENS) for column in range(WIDTH)),
        why="What is proved about mixtures with quadratic scores is so a statement on attention.",
        study="sigmoid-dense",
    )


def _check(gate: str, row: int, column: int) -> Check:
    left, right, x, parameters = sides(gate, row, column)
    one = sympy.Integer(1)
    act = r"\mathrm{softmax}" if gate == "softmax" else r"\sigma"
    latex = (
        rf"[{act}(X B X^\top) X W_V]_{{{row + 1}{column + 1}}} - "
        rf"\sum_j g_{{{row + 1}j}}\, [z^\top P_j]_{{{column + 1}}} = 0"
    )
    statement = Statement(
        (left, right), x, parameters, (Term(one, (), 0), Term(-one, (), 1)), latex, "Y"
    )
    return relation(f"row {row + 1}, entry {column + 1}", statement)


def sides(
    gate: str, row: int, column: int
) -> tuple[sympy.Expr, sympy.Expr, tuple[sympy.Symbol, ...], tuple[sympy.Symbol, ...]]:
    """Return an entry of attention, the same of the mixture, the inputs and the parameters.

    Parameters
    ----------
    gate : {"softmax", "sigmoid"}
    row, column : int
        Which entry, counted from 0.

    Notes
    -----
    One over the root of the keys' width is a symbol too, and with two columns W_Q and W_K have
    every matrix B as their product: so the identity holds for keys of every width.
    """
    x = tuple(inputs(TOKENS * WIDTH))
    w_q, w_k, w_v = (_matrix(letter, WIDTH, WIDTH) for letter in "qkv")
    scale = sympy.Symbol("r")
    tokens = sympy.Matrix(TOKENS, WIDTH, list(x))
    queries, keys = tokens * w_q, tokens * w_k
    scores = scale * queries * keys.T
    weights = _gated(gate, list(scores.row(row)))
    left = sum((w * v for w, v in zip(weights, tokens * w_v.col(column), strict=True)), _zero())

    flat = sympy.Matrix(list(x))
    pick = [_pick(token) for token in range(TOKENS)]
    b = scale * w_q * w_k.T
    forms = [(flat.T * (pick[row] * b * pick[j].T) * flat)[0] for j in range(TOKENS)]
    experts = [(flat.T * (pick[j] * w_v))[column] for j in range(TOKENS)]
    right = sum((g * h for g, h in zip(_gated(gate, forms), experts, strict=True)), _zero())
    return left, right, x, (*w_q, *w_k, *w_v, scale)


def _zero() -> sympy.Expr:
    return sympy.Integer(0)


def _matrix(letter: str, rows: int, columns: int) -> sympy.Matrix:
    return sympy.Matrix(rows, columns, lambda i, j: sympy.Symbol(f"{letter}_{i + 1}_{j + 1}"))


def _pick(token: int) -> sympy.Matrix:
    """Return E_i, which takes a token out of the flattened sequence."""
    return sympy.Matrix(TOKENS * WIDTH, WIDTH, lambda a, b: int(a == token * WIDTH + b))


def _gated(gate: str, scores: Sequence[sympy.Expr]) -> list[sympy.Expr]:
    if gate == "sigmoid":
        return [sigmoid(score) for score in scores]
    below = sum((sympy.exp(score) for score in scores), _zero())
    return [sympy.exp(score) / below for score in scores]
