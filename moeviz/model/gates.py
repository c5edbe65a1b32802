"""Gates: from scores to the weights of the experts."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import torch

from moeviz.model.constants import Constant, build
from moeviz.model.elementwise import log_sigmoid, sigmoid
from moeviz.model.formula import WEIGHT, Kind
from moeviz.model.registry import Registry

if TYPE_CHECKING:
    from torch import Tensor


class Gate(ABC):
    """One way to turn scores into weights.

    Attributes
    ----------
    name, title, formula, source : str
        Name in the registry; name for people; LaTeX; paper key and equation.
    does : str
        One line of what it does, for somebody who chooses; may be empty.
    text : str
        An atom's weight in the language of formulas: what the checker reads.
    normalised : bool
        Whether weights sum to 1. Then adding the same function of x to every score changes
        nothing, and the mixture can be a conditional density.
    constants : tuple of Constant
        What the user sets.
    dense : str
        Name of the gate that this one is when it keeps every expert; empty where it always does.
    """

    name: ClassVar[str]
    title: ClassVar[str]
    does: ClassVar[str] = ""
    formula: ClassVar[str]
    text: ClassVar[str]
    language: ClassVar[Kind] = WEIGHT
    source: ClassVar[str]
    normalised: ClassVar[bool]
    constants: ClassVar[tuple[Constant, ...]] = ()
    dense: ClassVar[str] = ""

    @property
    def formula_text(self) -> str:
        """The weight's text."""
        return self.text

    def kept(self, atoms: int) -> int:
        """Return how many of K `atoms` have a weight at an input."""
        return atoms

    def blind(self, atoms: int) -> bool:
        """Return whether the weights of K `atoms` are 0 or 1: their derivative is zero."""
        return self.normalised and self.kept(atoms) == 1 < atoms

    @abstractmethod
    def weights(self, scores: Tensor) -> Tensor:
        """Return the weights, shape (..., K, N), of scores, shape (..., K, N).

        The scores stay as they are, and automatic differentiation goes through: fits, pictures and
        training use one formula.
        """

    @abstractmethod
    def log_weights(self, scores: Tensor) -> Tensor:
        """Return the logs of the weights, shape (..., K, N); minus infinity where a weight is 0."""

    @abstractmethod
    def score_derivative(self, weights: Tensor, values: Tensor, mean: Tensor) -> Tensor:
        """Return df/ds_i, shape (..., K, N), where f is the sum of weights times values.

        Parameters
        ----------
        weights, values : Tensor, shape (..., K, N)
            The gate's weights and the experts' values.
        mean : Tensor, shape (..., 1, N)
            The mixture's value f.
        """


GATES: Registry[type[Gate]] = Registry("gate")


def make_gate(name: str, **values: Any) -> Gate:
    """Build the gate `name`; constants that it does not know are ignored.

    Raises
    ------
    UnknownNameError
        If there is no such gate.
    SpecificationError
        If a constant is out of its range.
    """
    return build(GATES, name, values)


@dataclass(frozen=True)
class SoftmaxGate(Gate):
    r""":math:`g_i = e^{s_i} / \sum_j e^{s_j}`."""

    name: ClassVar[str] = "softmax"
    title: ClassVar[str] = "softmax gate"
    does: ClassVar[str] = "Experts share a weight of 1: one gains what others lose."
    text: ClassVar[str] = "exp(s)/sum(exp(s))"
    formula: ClassVar[str] = r"\frac{e^{s_i(x)}}{\sum_j e^{s_j(x)}}"
    source: ClassVar[str] = "cosine eq. 2; multinomial eq. 1"
    normalised: ClassVar[bool] = True

    def weights(self, scores: Tensor) -> Tensor:
        raised = (scores - scores.amax(-2, keepdim=True)).exp_()
        return raised / raised.sum(-2, keepdim=True)

    def log_weights(self, scores: Tensor) -> Tensor:
        shifted = scores - scores.amax(-2, keepdim=True)
        return shifted - shifted.exp().sum(-2, keepdim=True).log()

    def score_derivative(self, weights: Tensor, values: Tensor, mean: Tensor) -> Tensor:
        return weights * (values - mean)


@dataclass(frozen=True)
class SigmoidGate(Gate):
    r""":math:`g_i = 1 / (1 + e^{-s_i})`, each expert on its own; weights need not sum to 1."""

    name: ClassVar[str] = "sigmoid"
    title: ClassVar[str] = "sigmoid gate"
    does: ClassVar[str] = "Each expert is weighed by itself; weights need not sum to 1."
    text: ClassVar[str] = "sigmoid(s)"
    formula: ClassVar[str] = r"\sigma(s_i(x))"
    source: ClassVar[str] = "sigmoid §3"
    normalised: ClassVar[bool] = False

    def weights(self, scores: Tensor) -> Tensor:
        return sigmoid(scores)

    def log_weights(self, scores: Tensor) -> Tensor:
        return log_sigmoid(scores)

    def score_derivative(self, weights: Tensor, values: Tensor, mean: Tensor) -> Tensor:
        return weights * (1.0 - weights) * values


TOP = Constant(
    "top",
    "K",
    "How many experts a top-K gate lets through; used by the top-K gates only.",
    1,
    10,
    2,
    whole=True,
    label="Experts that a top-K gate keeps",
)


def winners(scores: Tensor, top: int) -> Tensor:
    """Return which atoms have the `top` largest scores, shape (..., K, N); ties go to the first."""
    kept = min(top, scores.shape[-2])
    order = torch.argsort(scores, dim=-2, descending=True, stable=True)
    out = torch.zeros_like(scores, dtype=torch.bool)
    return out.scatter_(-2, order[..., :kept, :], torch.ones_like(out))


@dataclass(frozen=True)
class TopSoftmaxGate(SoftmaxGate):
    r"""Softmax over the K largest scores; the other weights are 0.

    Attributes
    ----------
    top : int
        How many experts are kept.
    """

    top: int = 2

    name: ClassVar[str] = "top-softmax"
    title: ClassVar[str] = "top-K softmax gate"
    does: ClassVar[str] = "Softmax among the K largest scores; the other experts are silent."
    text: ClassVar[str] = "exp(s)*winner(s,top)/sum(exp(s)*winner(s,top))"
    formula: ClassVar[str] = r"\mathrm{softmax}(\mathrm{TopK}(s(x)))_i"
    source: ClassVar[str] = "compete §2.1"
    constants: ClassVar[tuple[Constant, ...]] = (TOP,)
    dense: ClassVar[str] = "softmax"

    def kept(self, atoms: int) -> int:
        return min(self.top, atoms)

    def weights(self, scores: Tensor) -> Tensor:
        return super().weights(scores.masked_fill(~winners(scores, self.top), -torch.inf))

    def log_weights(self, scores: Tensor) -> Tensor:
        return super().log_weights(scores.masked_fill(~winners(scores, self.top), -torch.inf))


@dataclass(frozen=True)
class TopSigmoidGate(SigmoidGate):
    r"""Sigmoid weights of the K largest scores; the other weights are 0.

    Attributes
    ----------
    top : int
        How many experts are kept.
    """

    top: int = 2

    name: ClassVar[str] = "top-sigmoid"
    title: ClassVar[str] = "top-K sigmoid gate"
    does: ClassVar[str] = "Sigmoid weights of the K largest scores; the other experts are silent."
    text: ClassVar[str] = "sigmoid(s)*winner(s,top)"
    formula: ClassVar[str] = r"\sigma(\mathrm{TopK}(s(x)))_i"
    source: ClassVar[str] = "compete §5.1 (MoEUT)"
    constants: ClassVar[tuple[Constant, ...]] = (TOP,)
    dense: ClassVar[str] = "sigmoid"

    def kept(self, atoms: int) -> int:
        return min(self.top, atoms)

    def weights(self, scores: Tensor) -> Tensor:
        return super().weights(scores) * winners(scores, self.top)

    def log_weights(self, scores: Tensor) -> Tensor:
        return super().log_weights(scores.masked_fill(~winners(scores, self.top), -torch.inf))


for _gate in (SoftmaxGate, SigmoidGate, TopSoftmaxGate, TopSigmoidGate):
    GATES.add(_gate.name, _gate)
