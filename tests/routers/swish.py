r"""A router of a graduate student: linear in :math:`x\,\sigma(x)`, entry by entry."""

from dataclasses import dataclass
from typing import ClassVar

from moeviz.model import SCORES, FlatScore


@dataclass(frozen=True)
class SwishScore(FlatScore):
    """The score is b.M(x) with M(x) = x sigmoid(x)."""

    name: ClassVar[str] = "swish"
    title: ClassVar[str] = "swish router"
    formula: ClassVar[str] = r"\beta_{1i}^\top (x\,\sigma(x)) + \beta_{0i}"
    text: ClassVar[str] = "dot(b,x*sigmoid(x))"
    source: ClassVar[str] = "an example"


SCORES.add(SwishScore.name, SwishScore)
