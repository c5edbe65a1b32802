"""Modified scores: linear in a map M of the inputs (`multinomial` §4 and App. D.2.2)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import torch

from moeviz.model.constants import Constant
from moeviz.model.measure import Part
from moeviz.model.scores import SCORES, TINY, FlatScore, input_norm

if TYPE_CHECKING:
    from torch import Tensor


class ModifiedScore(FlatScore):
    r""":math:`s_i(x) = \beta_{1i} \cdot M(x) + \beta_{0i}` for one map M of the inputs.

    Notes
    -----
    Source: `multinomial` §4 (tanh, cos, powers, x/|x|, sigmoid), App. D.2.2 (sin, log|x|).
    """

    source: ClassVar[str] = "multinomial §4"

    def parts(self, dimension: int) -> tuple[Part, ...]:
        """Return the gate's one part: M makes as many numbers as there are inputs."""
        return (Part("beta1", r"\beta_1", dimension),)


@dataclass(frozen=True)
class TanhModifiedScore(ModifiedScore):
    """M is tanh, entry by entry."""

    name: ClassVar[str] = "modified-tanh"
    title: ClassVar[str] = "modified router, M = tanh"
    does: ClassVar[str] = "Linear in tanh of each input, which levels off far out."
    text: ClassVar[str] = "dot(b,tanh(x))"
    formula: ClassVar[str] = r"\beta_{1i}^\top \tanh(x) + \beta_{0i}"


@dataclass(frozen=True)
class CosModifiedScore(ModifiedScore):
    """M is cos, entry by entry."""

    name: ClassVar[str] = "modified-cos"
    title: ClassVar[str] = "modified router, M = cos"
    does: ClassVar[str] = "Linear in the cosine of each input, which goes up and down."
    text: ClassVar[str] = "dot(b,cos(x))"
    formula: ClassVar[str] = r"\beta_{1i}^\top \cos(x) + \beta_{0i}"


@dataclass(frozen=True)
class SinModifiedScore(ModifiedScore):
    """M is sin, entry by entry."""

    name: ClassVar[str] = "modified-sin"
    title: ClassVar[str] = "modified router, M = sin"
    does: ClassVar[str] = "Linear in the sine of each input, which goes up and down."
    text: ClassVar[str] = "dot(b,sin(x))"
    formula: ClassVar[str] = r"\beta_{1i}^\top \sin(x) + \beta_{0i}"
    source: ClassVar[str] = "multinomial App. D.2.2"


@dataclass(frozen=True)
class SigmoidModifiedScore(ModifiedScore):
    """M is the logistic function, entry by entry."""

    name: ClassVar[str] = "modified-sigmoid"
    title: ClassVar[str] = "modified router, M = sigmoid"
    does: ClassVar[str] = "Linear in the logistic function of each input."
    text: ClassVar[str] = "dot(b,sigmoid(x))"
    formula: ClassVar[str] = r"\beta_{1i}^\top \sigma(x) + \beta_{0i}"


@dataclass(frozen=True)
class PowerModifiedScore(ModifiedScore):
    """M is a power of at least 3, entry by entry.

    Attributes
    ----------
    power : int
        m, from 3 to 6.
    """

    power: int = 3

    name: ClassVar[str] = "modified-power"
    title: ClassVar[str] = "modified router, M = power"
    does: ClassVar[str] = "Linear in a power of each input, which is steep far out."
    text: ClassVar[str] = "dot(b,x^power)"
    formula: ClassVar[str] = r"\beta_{1i}^\top x^m + \beta_{0i}"
    constants: ClassVar[tuple[Constant, ...]] = (
        Constant(
            "power",
            "m",
            "Used by the modified router with a power only.",
            3,
            6,
            3,
            whole=True,
            label="Power of the modified router",
        ),
    )


@dataclass(frozen=True)
class LogModifiedScore(ModifiedScore):
    """M is log|x|, entry by entry; at 0 the smallest positive number stands in."""

    name: ClassVar[str] = "modified-log"
    title: ClassVar[str] = "modified router, M = log|x|"
    does: ClassVar[str] = "Linear in the logarithm of each input's size."
    text: ClassVar[str] = "dot(b,log(abs(x)))"
    formula: ClassVar[str] = r"\beta_{1i}^\top \log|x| + \beta_{0i}"
    source: ClassVar[str] = "multinomial App. D.2.2"

    def features(self, x: Tensor) -> Tensor:
        return x.abs().clamp_min(torch.finfo(x.dtype).tiny).log()


@dataclass(frozen=True)
class UnitModifiedScore(ModifiedScore):
    """M takes the input to its direction; the origin stays at the origin."""

    name: ClassVar[str] = "modified-unit"
    title: ClassVar[str] = "modified router, M = x/|x|"
    does: ClassVar[str] = "Linear in the input's direction; its length does not count."
    text: ClassVar[str] = "dot(b,x/norm(x))"
    formula: ClassVar[str] = r"\beta_{1i}^\top x/\|x\| + \beta_{0i}"
    smallest_dimension: ClassVar[int] = 2

    def features(self, x: Tensor) -> Tensor:
        return x / input_norm(x).clamp_min(TINY)


for _score in (
    TanhModifiedScore,
    CosModifiedScore,
    SinModifiedScore,
    SigmoidModifiedScore,
    PowerModifiedScore,
    LogModifiedScore,
    UnitModifiedScore,
):
    SCORES.add(_score.name, _score)
