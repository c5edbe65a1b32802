r"""A score of the visitor's own, typed as a formula.

It is :math:`s_i(x) = \sum_k \beta_{ki} z_k(x) + \beta_{0i}` with features that the formula gives. A
score in which gate parameters do not stand alone is refused with a sentence: its coordinates fill
a set that nobody has described, so that no gauge could be pinned.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from moeviz.model.constants import AnyConstant, TextConstant
from moeviz.model.formula import SCORE, Kind, parse_formula
from moeviz.model.scores import SCORES, FlatScore

CUSTOM = "custom"
"""The name of this score, and of the expert of one's own, in their registries."""

DEFAULT_SCORE = "dot(b,x)"


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
    does: ClassVar[str] = "A score that you type, linear in its gate parameters."
    formula: ClassVar[str] = r"\sum_k \beta_{ki}\, z_k(x) + \beta_{0i}"
    parameters: ClassVar[str] = r"\beta_i \in \mathbb{R}^m,\ \beta_{0i} \in \mathbb{R}"
    language: ClassVar[Kind] = SCORE
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

    @property
    def formula_text(self) -> str:
        return self.score_formula


SCORES.add(CustomScore.name, CustomScore)
