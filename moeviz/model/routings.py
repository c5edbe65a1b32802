r"""Routings: from scores to weights for pictures and for training.

A routing is a gate with a temperature, :math:`g(s/T)`, or the one of CompeteSMoE's algorithm, which
divides the K largest scores by their sum. A study has gates alone. With a temperature the weight of
an atom would be :math:`e^{\beta_0/T}` instead of the :math:`e^{\beta_0}` in which every loss of
the papers measures mass, and the algorithm's weights have no logs where a score is negative: both
would give a study's fields another meaning. So they are registered here, beside the gates.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from moeviz.model.constants import Constant, build
from moeviz.model.formula import WEIGHT, Kind
from moeviz.model.gates import (
    TOP,
    Gate,
    SigmoidGate,
    SoftmaxGate,
    TopSigmoidGate,
    TopSoftmaxGate,
    winners,
)
from moeviz.model.registry import Registry

if TYPE_CHECKING:
    from torch import Tensor

TEMPERATURE = Constant(
    "temperature",
    "T",
    "Divides every score: below 1 the gate decides more sharply, above 1 more evenly.",
    0.01,
    100.0,
    1.0,
    label="Temperature of the gate",
)


class Routing(ABC):
    """One way to turn scores, or affinities, into weights.

    Attributes
    ----------
    name, title, formula, source : str
        Name in the registry; name for people; LaTeX; paper key and place.
    does : str
        One line of what it does, for somebody who chooses.
    text : str
        An atom's weight in the language of formulas, of its score s.
    constants : tuple of Constant
        What the user sets.
    """

    name: ClassVar[str]
    title: ClassVar[str]
    does: ClassVar[str]
    formula: ClassVar[str]
    text: ClassVar[str]
    language: ClassVar[Kind] = WEIGHT
    source: ClassVar[str]
    constants: ClassVar[tuple[Constant, ...]]

    @property
    def formula_text(self) -> str:
        """The weight's text."""
        return self.text

    @abstractmethod
    def kept(self, atoms: int) -> int:
        """Return how many of K `atoms` have a weight at an input."""

    @abstractmethod
    def weights(self, scores: Tensor) -> Tensor:
        """Return the weights, shape (..., K, N), of scores, shape (..., K, N).

        The scores stay as they are, and automatic differentiation goes through.
        """


ROUTINGS: Registry[type[Routing]] = Registry("routing")


def make_routing(name: str, **values: Any) -> Routing:
    """Build the routing `name`; constants that it does not know are ignored.

    Raises
    ------
    UnknownNameError
        If there is no such routing.
    SpecificationError
        If a constant is out of its range.
    """
    return build(ROUTINGS, name, values)


class Tempered(Routing):
    """A gate of scores divided by a temperature.

    Attributes
    ----------
    base : type of Gate
        The gate; at temperature 1 the routing is the gate, to the last bit.
    temperature : float
    """

    base: ClassVar[type[Gate]]
    temperature: float

    @property
    def gate(self) -> Gate:
        """The gate at temperature 1."""
        return self.base(**{c.name: getattr(self, c.name) for c in self.base.constants})

    def kept(self, atoms: int) -> int:
        return self.gate.kept(atoms)

    def weights(self, scores: Tensor) -> Tensor:
        return self.gate.weights(scores / self.temperature)


@dataclass(frozen=True)
class SoftmaxRouting(Tempered):
    r""":math:`e^{s_i/T} / \sum_j e^{s_j/T}`."""

    temperature: float = 1.0

    base: ClassVar[type[Gate]] = SoftmaxGate
    name: ClassVar[str] = "softmax"
    title: ClassVar[str] = "softmax gate"
    does: ClassVar[str] = SoftmaxGate.does
    text: ClassVar[str] = "exp(s/temperature)/sum(exp(s/temperature))"
    formula: ClassVar[str] = r"\frac{e^{s_i(x)/T}}{\sum_j e^{s_j(x)/T}}"
    source: ClassVar[str] = "cosine eq. 2; compete eq. 6 over affinities; the temperature is moeviz"
    constants: ClassVar[tuple[Constant, ...]] = (TEMPERATURE,)


@dataclass(frozen=True)
class SigmoidRouting(Tempered):
    r""":math:`1 / (1 + e^{-s_i/T})`, each expert on its own; weights need not sum to 1."""

    temperature: float = 1.0

    base: ClassVar[type[Gate]] = SigmoidGate
    name: ClassVar[str] = "sigmoid"
    title: ClassVar[str] = "sigmoid gate"
    does: ClassVar[str] = SigmoidGate.does
    text: ClassVar[str] = "sigmoid(s/temperature)"
    formula: ClassVar[str] = r"\sigma(s_i(x)/T)"
    source: ClassVar[str] = "sigmoid §3; the temperature is moeviz"
    constants: ClassVar[tuple[Constant, ...]] = (TEMPERATURE,)


@dataclass(frozen=True)
class TopSoftmaxRouting(Tempered):
    r"""Softmax of s/T over the K largest scores; the other weights are 0."""

    temperature: float = 1.0
    top: int = 2

    base: ClassVar[type[Gate]] = TopSoftmaxGate
    name: ClassVar[str] = "top-softmax"
    title: ClassVar[str] = "top-K softmax gate"
    does: ClassVar[str] = TopSoftmaxGate.does
    text: ClassVar[str] = "exp(s/temperature)*winner(s,top)/sum(exp(s/temperature)*winner(s,top))"
    formula: ClassVar[str] = r"\mathrm{softmax}(\mathrm{TopK}(s(x))/T)_i"
    source: ClassVar[str] = "compete §2.1; the temperature is moeviz"
    constants: ClassVar[tuple[Constant, ...]] = (TEMPERATURE, TOP)


@dataclass(frozen=True)
class TopSigmoidRouting(Tempered):
    r"""Sigmoid weights of s/T for the K largest scores; the other weights are 0."""

    temperature: float = 1.0
    top: int = 2

    base: ClassVar[type[Gate]] = TopSigmoidGate
    name: ClassVar[str] = "top-sigmoid"
    title: ClassVar[str] = "top-K sigmoid gate"
    does: ClassVar[str] = TopSigmoidGate.does
    text: ClassVar[str] = "sigmoid(s/temperature)*winner(s,top)"
    formula: ClassVar[str] = r"\sigma(\mathrm{TopK}(s(x))/T)_i"
    source: ClassVar[str] = "compete §5.1 (MoEUT); the temperature is moeviz"
    constants: ClassVar[tuple[Constant, ...]] = (TEMPERATURE, TOP)


@dataclass(frozen=True)
class WinnersShareRouting(Routing):
    r"""The K largest scores divided by their sum, as CompeteSMoE's algorithm weighs its winners.

    Where the sum is 0 or no number, neither are the weights; where a winner's score is negative,
    they leave [0, 1]. :mod:`moeviz.model.contest` says where that happens.
    """

    top: int = 2

    name: ClassVar[str] = "winners-share"
    title: ClassVar[str] = "winners' shares"
    does: ClassVar[str] = "The K largest scores divided by their sum: the algorithm's weights."
    text: ClassVar[str] = "s*winner(s,top)/sum(s*winner(s,top))"
    formula: ClassVar[str] = r"\frac{\mathrm{TopK}(s(x))_i}{\sum_j \mathrm{TopK}(s(x))_j}"
    source: ClassVar[str] = "compete §2.2"
    constants: ClassVar[tuple[Constant, ...]] = (TOP,)

    def kept(self, atoms: int) -> int:
        return min(self.top, atoms)

    def weights(self, scores: Tensor) -> Tensor:
        kept = scores.masked_fill(~winners(scores, self.top), 0.0)
        return kept / kept.sum(-2, keepdim=True)


for _routing in (
    SoftmaxRouting,
    SigmoidRouting,
    TopSoftmaxRouting,
    TopSigmoidRouting,
    WinnersShareRouting,
):
    ROUTINGS.add(_routing.name, _routing)
