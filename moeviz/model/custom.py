r"""A score of the visitor's own, typed as a formula.

It is :math:`s_i(x) = \sum_k \beta_{ki} z_k(x) + \beta_{0i}` with features that the formula gives. A
score in which gate parameters do not stand alone is refused with a sentence: its coordinates fill
a set that nobody has described, so that no gauge could be pinned.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import ClassVar

import torch
from torch import Tensor

from moeviz.errors import FormulaError
from moeviz.model.constants import AnyConstant, TextConstant
from moeviz.model.formula import (
    SCORE,
    Program,
    Symbol,
    Tree,
    gate_width,
    parse_formula,
    program,
    separate,
)
from moeviz.model.measure import Part
from moeviz.model.scores import SCORES, FlatScore

CUSTOM = "custom"
"""The name of this score, and of the expert of one's own, in their registries."""

DEFAULT_SCORE = "dot(b,x)"

POINTS = 256
"""Random points at which functions are compared."""

DEPENDENT = 1e-9
"""Functions whose smallest singular value is below this share of the largest are dependent."""


def _read_score(text: str) -> str:
    return str(parse_formula(text, SCORE))


@dataclass(frozen=True)
class CustomScore(FlatScore):
    r""":math:`s_i(x) = \sum_k \beta_{ki}\, z_k(x) + \beta_{0i}` with features from a formula.

    Attributes
    ----------
    score_formula : str
        The formula, without the offset, which is added to it.

    Raises
    ------
    FormulaError
        From :meth:`parts` and :meth:`features`, if the formula is not linear in its gate
        parameters, or has parameters that a softmax gate cannot tell apart.
    """

    score_formula: str = DEFAULT_SCORE

    name: ClassVar[str] = CUSTOM
    title: ClassVar[str] = "router of your own"
    formula: ClassVar[str] = r"\sum_k \beta_{ki}\, z_k(x) + \beta_{0i}"
    parameters: ClassVar[str] = r"\beta_i \in \mathbb{R}^m,\ \beta_{0i} \in \mathbb{R}"
    source: ClassVar[str] = "a formula of your own"
    constants: ClassVar[tuple[AnyConstant, ...]] = (
        TextConstant(
            "score_formula",
            "",
            "Used by the router of your own only: inputs x1, x2, ..., gate parameters b1, b2, ... "
            "as factors, and functions such as tanh, exp or norm(x).",
            DEFAULT_SCORE,
            _read_score,
            label="Score of your own router",
        ),
    )

    def parts(self, dimension: int) -> tuple[Part, ...]:
        return (Part("beta1", r"\beta_1", len(score_features(self.score_formula, dimension))),)

    def features(self, x: Tensor) -> Tensor:
        dimension = int(x.shape[-2])
        trees = score_features(self.score_formula, dimension)
        return torch.stack(_on_inputs(program(*trees), x), dim=-2)


def _on_inputs(steps: Program, x: Tensor) -> list[Tensor]:
    values = {f"x{i + 1}": row for i, row in enumerate(x.unbind(-2))}
    shape = (*x.shape[:-2], x.shape[-1])
    return [value.expand(shape) for value in steps.run(values)]


@lru_cache(maxsize=64)
def score_features(text: str, dimension: int) -> tuple[Tree, ...]:
    """Return the features z_1 to z_m of a score formula over D = `dimension` inputs.

    Parameters
    ----------
    text : str
        A score formula.
    dimension : int

    Raises
    ------
    FormulaError
        If it is not a sum of gate parameters times features, if it uses inputs that are not
        there, or if the features and a constant are linearly dependent.
    """
    tree = parse_formula(text, SCORE)
    width = gate_width(tree, dimension)
    found = dict(separate(tree, dimension))
    for u in found:
        if not isinstance(u, Symbol):
            what = "a term without one" if not u.names else f"'{_short(str(u))}'"
            raise FormulaError(
                "Expected each gate parameter alone as a factor, because only then the lab can "
                f"hold fits against the truth, but got {what}; write a sum such as b1*x1 + "
                "b2*x2^2, or let the checker decide this score."
            )
    trees = tuple(found[Symbol(f"b{i}")] for i in range(1, width + 1))
    _check_features(trees, dimension)
    return trees


def _short(text: str) -> str:
    return text if len(text) <= 40 else f"{text[:37]}..."


def _check_features(trees: tuple[Tree, ...], dimension: int) -> None:
    """Refuse features of which some combination is constant."""
    rng = torch.Generator().manual_seed(1)
    x = 4.0 * torch.rand(dimension, 2 * POINTS, generator=rng, dtype=torch.float64) - 2.0
    x[:, POINTS:].abs_()  # where logarithms and roots live
    values = torch.stack([*_on_inputs(program(*trees), x), torch.ones_like(x[0])])
    values = values[:, torch.isfinite(values).all(0)]
    if values.shape[1] < POINTS // 4:
        raise FormulaError(
            "Expected features that are numbers for most inputs between -2 and 2, but these "
            "are not; mind divisions, roots and logarithms."
        )
    if dependent(values):
        raise FormulaError(
            "Expected features that differ from each other and from a constant, because the gate "
            "cannot tell their parameters apart otherwise, but some combination of them is "
            "constant; take the superfluous parameter out."
        )


def dependent(rows: Tensor) -> bool:
    """Return whether functions, given by their values, shape (F, N), are linearly dependent."""
    size = torch.linalg.vector_norm(rows, dim=-1, keepdim=True)
    if bool((size == 0).any()):
        return True
    singular = torch.linalg.svdvals(rows / size)
    return bool(singular[-1] < DEPENDENT * singular[0])


SCORES.add(CustomScore.name, CustomScore)
