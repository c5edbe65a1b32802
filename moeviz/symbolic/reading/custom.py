"""Scores and experts of one's own for the checker: any formula that can be typed.

The laboratory fits fewer formulas than the checker reads: a fit needs a gauge that can be pinned.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import sympy
import torch

from moeviz.errors import FormulaError
from moeviz.model import Expert, FlatScore, Part
from moeviz.symbolic.reading.formula import (
    expert_expression,
    expert_shape,
    score_expression,
    score_width,
)

ONLY_CHECKED = "Expected a part that can be fitted, but this one is read by the checker only."


@dataclass(frozen=True)
class FormulaScore(FlatScore):
    """A score of one's own.

    Attributes
    ----------
    text : str
        The formula, without the offset.
    """

    text: str
    name: ClassVar[str] = "custom"
    title: ClassVar[str] = "router of your own"
    formula: ClassVar[str] = "s(x)"

    def parts(self, dimension: int) -> tuple[Part, ...]:
        return (Part("beta1", r"\beta_1", score_width(self.text, dimension)),)

    def features(self, x: torch.Tensor) -> torch.Tensor:
        raise FormulaError(ONLY_CHECKED)

    def symbolic(self, beta: Sequence[sympy.Symbol], x: Sequence[sympy.Symbol]) -> sympy.Expr:
        """Return the score as a formula in symbols."""
        return score_expression(self.text, beta, x)


@dataclass(frozen=True)
class FormulaExpert(Expert):
    """An expert of one's own.

    Attributes
    ----------
    text : str
        The formula in t = a.x + b (or t1, t2, ...) and s1, s2, ...
    """

    text: str
    name: ClassVar[str] = "custom"
    title: ClassVar[str] = "expert of your own"
    formula: ClassVar[str] = "h(x)"

    @property
    def heads(self) -> int:
        return expert_shape(self.text)[0]

    @property
    def scalars(self) -> int:
        return expert_shape(self.text)[1]

    def parts(self, dimension: int) -> tuple[Part, ...]:
        marks = [""] if self.heads == 1 else [f"_{i}" for i in range(1, self.heads + 1)]
        predictors = [
            part
            for mark in marks
            for part in (Part(f"a{mark}", f"a{mark}", dimension), Part(f"b{mark}", f"b{mark}", 1))
        ]
        scalars = [Part(f"s_{i}", f"s_{i}", 1) for i in range(1, self.scalars + 1)]
        return (*predictors, *scalars)

    def value_and_slopes(
        self, t: Sequence[torch.Tensor], s: Sequence[torch.Tensor]
    ) -> tuple[torch.Tensor, list[torch.Tensor], list[torch.Tensor]]:
        raise FormulaError(ONLY_CHECKED)

    def symbolic(self, eta: Sequence[sympy.Symbol], x: Sequence[sympy.Symbol]) -> sympy.Expr:
        """Return the expert as a formula in symbols."""
        step = len(x) + 1
        heads = [
            sum((a * e for a, e in zip(eta[i * step :], x, strict=False)), sympy.Integer(0))
            + eta[i * step + len(x)]
            for i in range(self.heads)
        ]
        return expert_expression(self.text, heads, eta[self.heads * step :])
