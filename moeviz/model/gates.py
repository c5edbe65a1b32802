"""Gates: from scores to the weights of the experts."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import ClassVar

from torch import Tensor

from moeviz.model.registry import Registry


class Gate(ABC):
    """One way to turn scores into weights.

    Attributes
    ----------
    name, title, formula, source : str
        Name in the registry; name for people; LaTeX; paper key and equation.
    ignores_common_shift : bool
        Whether adding the same function of x to every score changes nothing.
    """

    name: ClassVar[str]
    title: ClassVar[str]
    formula: ClassVar[str]
    source: ClassVar[str]
    ignores_common_shift: ClassVar[bool]

    @abstractmethod
    def weights(self, scores: Tensor) -> Tensor:
        """Return the weights, shape (..., K, N), of scores, shape (..., K, N); may reuse them."""

    @abstractmethod
    def score_derivative(self, weights: Tensor, values: Tensor, mean: Tensor) -> Tensor:
        """Return df/ds_i, shape (..., K, N).

        Parameters
        ----------
        weights, values : Tensor, shape (..., K, N)
            The gate's weights and the experts' values.
        mean : Tensor, shape (..., 1, N)
            The mixture's value f.
        """


GATES: Registry[Gate] = Registry("gate")


@dataclass(frozen=True)
class SoftmaxGate(Gate):
    r""":math:`g_i = e^{s_i} / \sum_j e^{s_j}`."""

    name: ClassVar[str] = "softmax"
    title: ClassVar[str] = "softmax gate"
    formula: ClassVar[str] = r"\frac{e^{s_i(x)}}{\sum_j e^{s_j(x)}}"
    source: ClassVar[str] = "cosine eq. 2; multinomial eq. 1"
    ignores_common_shift: ClassVar[bool] = True

    def weights(self, scores: Tensor) -> Tensor:
        scores = scores - scores.amax(-2, keepdim=True)
        scores.exp_()
        scores /= scores.sum(-2, keepdim=True)
        return scores

    def score_derivative(self, weights: Tensor, values: Tensor, mean: Tensor) -> Tensor:
        return weights * (values - mean)


GATES.add(SoftmaxGate.name, SoftmaxGate())
