"""Competition: the score is read off the expert's own output (`compete` §3)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from moeviz.model.formula import FUNCTIONS
from moeviz.model.measure import Part
from moeviz.model.scores import SCORES, FlatScore

if TYPE_CHECKING:
    from torch import Tensor


@dataclass(frozen=True)
class CompetitionScore(FlatScore):
    r""":math:`s_i(x) = \log(1 + e^{h(x, \eta_i)}) + c_i`: the expert's own output decides.

    With a softmax gate the weights are proportional to :math:`e^{c_i}(1 + e^{h_i})`. For an
    output of several values their mean affinity counts.
    """

    name: ClassVar[str] = "competition"
    title: ClassVar[str] = "competition"
    does: ClassVar[str] = "No gate of its own: experts with large values are heard most."
    text: ClassVar[str] = "softplus(h)"
    formula: ClassVar[str] = r"\log(1 + e^{h(x, \eta_i)}) + c_i"
    parameters: ClassVar[str] = r"c_i \in \mathbb{R}"
    gauge: ClassVar[str] = "one constant added to every offset"
    source: ClassVar[str] = "compete eq. 6 and 9"
    reads_expert: ClassVar[bool] = True

    def parts(self, dimension: int) -> tuple[Part, ...]:
        return ()

    def features(self, x: Tensor) -> Tensor:
        return x[..., :0, :]

    def affinity(self, value: Tensor) -> tuple[Tensor, Tensor]:
        return FUNCTIONS["softplus"].value_and_slope(value)


@dataclass(frozen=True)
class BareCompetitionScore(CompetitionScore):
    r""":math:`s_i(x) = \log(1 + e^{h(x, \eta_i)})`, without offsets, as eq. 6 is printed."""

    name: ClassVar[str] = "competition-bare"
    title: ClassVar[str] = "competition without offsets"
    does: ClassVar[str] = "Competition without offsets, as the paper prints it."
    formula: ClassVar[str] = r"\log(1 + e^{h(x, \eta_i)})"
    parameters: ClassVar[str] = r"\text{none}"
    gauge: ClassVar[str] = "none"
    source: ClassVar[str] = "compete eq. 6"
    has_offset: ClassVar[bool] = False


for _score in (CompetitionScore, BareCompetitionScore):
    SCORES.add(_score.name, _score)
