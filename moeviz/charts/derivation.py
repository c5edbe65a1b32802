"""What a score does along its own direction: derived line by line, and as numbers of a picture."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypedDict

import sympy
import torch

from moeviz.charts.homogeneity import BETA, Homogeneity, homogeneity, refused
from moeviz.errors import SpecificationError
from moeviz.model import Score, make_gate, make_score

ENTRY = rf"{BETA}^{{(u)}}"


class Line(TypedDict):
    """A line of a derivation: what is done, in words, and what comes of it, as LaTeX."""

    says: str
    formula: str


def homogeneity_derivation(score: str) -> list[Line]:
    """Return the derivation of the sum over u of β₁^(u) ∂H/∂β₁^(u), line by line.

    H is an expert's term in a softmax gate's numerator: e to the score, times the expert's value.

    Parameters
    ----------
    score : str
        A name in the registry of scores.

    Returns
    -------
    list of Line

    Raises
    ------
    UnknownNameError
        If there is no such score.
    SpecificationError
        If the gate's vector is in something else than inner products and its length.
    """
    own = homogeneity(score)
    title = make_score(score).title
    total = rf"\sum_u {ENTRY}\,\frac{{\partial s}}{{\partial {ENTRY}}}"
    left = own.left
    return [
        _line(f"The score of the {title}", f"s = {own.latex(own.score)}"),
        _line(
            "Its derivative by one entry of β₁",
            rf"\frac{{\partial s}}{{\partial {ENTRY}}} = {_sum(own, _entries(own))}",
        ),
        _line(
            "Each entry's derivative times that entry, all added up",
            f"{total} = {_sum(own, _contracted(own))}",
        ),
        _line(_rules(own), f"{total} = {_sum(own, [(part, '') for part in own.parts])}"),
        _line(_verdict(own, left), f"{total} = {own.latex(left)}"),
        _line(
            "So for the expert's term, whatever the expert's value h is",
            r"H = e^{s}\,h:\quad "
            rf"{BETA}^\top \frac{{\partial H}}{{\partial {BETA}}} = {_of_term(own, left)}",
        ),
    ]


def _line(says: str, formula: str) -> Line:
    return {"says": says, "formula": formula}


def _entries(own: Homogeneity) -> list[tuple[sympy.Expr, str]]:
    """Return the derivative by an entry: coefficients, and what stands for the entry in each."""
    found = [
        (sympy.factor(sympy.diff(own.score, symbol)), f"{_held(vector)}^{{(u)}}")
        for symbol, vector in own.inner.items()
    ]
    if own.length is not None:
        found.append((sympy.factor(sympy.diff(own.score, own.length)) / own.length, ENTRY))
    return [(factor, mark) for factor, mark in found if factor != 0]


def _held(vector: str) -> str:
    """Return a vector's LaTeX so that an index may follow."""
    return vector if vector.isalpha() else rf"\left({vector}\right)"


def _contracted(own: Homogeneity) -> list[tuple[sympy.Expr, str]]:
    """Return the same with the sums over the entries written out."""
    return [
        (factor, rf"\sum_u {ENTRY}\,{mark}" if mark != ENTRY else rf"\sum_u ({ENTRY})^2")
        for factor, mark in _entries(own)
    ]


def _sum(own: Homogeneity, terms: Sequence[tuple[sympy.Expr, str]]) -> str:
    """Return the LaTeX of a sum of coefficients times what is no expression."""
    text = ""
    for factor, mark in terms:
        negative = factor.could_extract_minus_sign()
        size = own.latex(-factor if negative else factor)
        written = rf"{size}\,{mark}" if mark else size
        sign = "- " if negative else "+ " if text else ""
        text += f" {sign}{mark if mark and size == '1' else written}"
    return text.strip() or "0"


def _rules(own: Homogeneity) -> str:
    """Say what the sums over the entries are."""
    if own.length is None:
        return "The sums are inner products again"
    return "The first sum is the inner product again, the last one the squared length"


def _verdict(own: Homogeneity, left: sympy.Expr) -> str:
    """Say what happens to the sum."""
    if left == 0:
        return "The terms are the same but for their sign: they cancel"
    if sympy.simplify(left - own.score) == 0:
        return "That is the score itself: nothing cancels"
    if len(own.parts) > 1:
        return "The terms differ: something is left, unless β₁ and x are at a right angle"
    return "Something is left"


def _of_term(own: Homogeneity, left: sympy.Expr) -> str:
    if left == 0:
        return r"e^{s}\,h \cdot 0 = 0"
    return rf"{own.latex(left)}\; H \neq 0"


SCALES = tuple(10 ** (step / 20) for step in range(-20, 21))
"""Lengths of the ray, from a tenth to ten times."""

DIRECTIONS = (20.0, 140.0, 260.0)
"""Of the gates, in degrees; the first one is made longer."""

INPUTS = (5.0, 75.0, 215.0)
"""Of the inputs, in degrees; their length is 1."""

STILL = 1e-12
"""A weight that moves less does not move: rounding."""


def ray(score: str, experts: int = 2, **constants: Any) -> dict[str, Any]:
    """Return the weights of a softmax gate while one gate's vector is made longer.

    Parameters
    ----------
    score : str
        A name in the registry of scores.
    experts : int
        2 or 3. All gates begin with length 1, in the directions :data:`DIRECTIONS`.
    **constants
        Of the score; those that it does not know are ignored.

    Returns
    -------
    dict
        Plain data: "score", "title"; "scales", the factors s of β₁ → s β₁ (S of them); "atoms", the
        gates' vectors at s = 1; "inputs" (N of them); "weights", nested lists of shape
        (S, N, experts); "moved", the largest change of a weight along the ray; "constant", whether
        there is none; "words".

    Raises
    ------
    UnknownNameError
        If there is no such score.
    SpecificationError
        If there are other than two or three experts, or a constant is out of its range.
    """
    if experts not in (2, 3):
        raise SpecificationError(f"Expected 2 or 3 experts for the ray, but got {experts}.")
    part = make_score(score, **constants)
    if part.reads_expert or [p.width for p in part.parts(2)] != [2]:
        raise refused(part)
    atoms, inputs = _directions(DIRECTIONS[:experts]), _directions(INPUTS)
    scales = torch.tensor(SCALES, dtype=torch.float64)
    beta = atoms.repeat(len(SCALES), 1, 1)
    beta[:, 0] *= scales[:, None]
    scores = part.coordinates(beta) @ part.features(inputs.T)
    weights = make_gate("softmax").weights(scores).transpose(-1, -2)
    moved = float((weights.amax(0) - weights.amin(0)).max())
    return {
        "score": score,
        "title": part.title,
        "scales": list(SCALES),
        "atoms": atoms.tolist(),
        "inputs": inputs.tolist(),
        "weights": weights.tolist(),
        "moved": moved,
        "constant": moved < STILL,
        "words": _ray_words(part, moved),
    }


def _ray_words(part: Score, moved: float) -> str:
    begin = f"With the {part.title}, β₁ from {SCALES[0]:g} to {SCALES[-1]:g} times as long"
    if moved < STILL:
        return f"{begin} moves no weight."
    return f"{begin} moves a weight by up to {moved:.2f}."


def _directions(degrees: Sequence[float]) -> torch.Tensor:
    """Return unit vectors, shape (len(degrees), 2)."""
    angle = torch.deg2rad(torch.tensor(degrees, dtype=torch.float64))
    return torch.stack([angle.cos(), angle.sin()], -1)
