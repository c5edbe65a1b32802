r"""Routers of sparse layers: how a token's scores and weights come about, method by method.

Score and gate are those of :mod:`moeviz.model`; a method here says which, in what space the score
is taken, and whether experts compete. A new method is one short class and a name in the last line.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Literal

import torch

from moeviz.errors import SpecificationError
from moeviz.model.gates import SigmoidGate
from moeviz.model.registry import Registry
from moeviz.model.routings import SigmoidRouting, SoftmaxRouting, WinnersShareRouting
from moeviz.model.scores import CosineScore, LinearScore, PerturbedCosineScore, Score

if TYPE_CHECKING:
    from torch import Tensor

Competes = Literal["never", "scheduled", "always"]


@dataclass(frozen=True)
class Router:
    """One way to route tokens.

    Attributes
    ----------
    temperature : float
        T, by which scores are divided before the gate.
    tau1, tau2 : float
        What the perturbed cosine adds to the lengths of an expert's vector and of the token.
    name, title, formula, source : str
        Name in the registry; name for people; LaTeX of the weights; paper key and place.
    does : str
        One line of what it does, for somebody who chooses.
    projected : bool
        Whether tokens are brought to a few coordinates before they are scored.
    noisy : bool
        Whether scores get noise while training, whose spread is learned.
    shared : bool
        Whether one expert answers every token beside those that are chosen.
    competes : str
        Whether all experts answer and the strongest win: never, on scheduled steps, always.
    """

    temperature: float = 1.0
    tau1: float = 0.1
    tau2: float = 0.1

    name: ClassVar[str]
    title: ClassVar[str]
    does: ClassVar[str]
    formula: ClassVar[str]
    source: ClassVar[str]
    projected: ClassVar[bool] = False
    noisy: ClassVar[bool] = False
    shared: ClassVar[bool] = False
    competes: ClassVar[Competes] = "never"

    @classmethod
    def check(cls, top: int) -> None:
        """Refuse K = `top` experts for a token where the shared one would be the only one.

        Raises
        ------
        SpecificationError
            If none is left to be chosen.
        """
        if cls.shared and top < 2:
            raise SpecificationError(
                f"Expected at least 2 experts for a token with '{cls.name}', one of which answers "
                f"every token, but got {top}; take another method or K = 2."
            )

    @property
    def score(self) -> Score:
        """The score, without its offset."""
        return LinearScore()

    def weights(self, scores: Tensor) -> Tensor:
        """Return the weights of experts that a token keeps, shape (K, T), of their scores."""
        return SoftmaxRouting(self.temperature).weights(scores)

    def kept_weights(self, kept: Tensor, chosen: Tensor, scores: Tensor) -> Tensor:
        """Return the weights of experts that a token keeps.

        Parameters
        ----------
        kept, chosen : Tensor, shape (K, T)
            Their scores, and who they are.
        scores : Tensor, shape (N, T)
            Everybody's, for a weight that is a share among all.
        """
        return self.weights(kept)

    def taught(self, top: int) -> bool:
        """Return whether the task reaches the router where K = `top` experts answer a token.

        It does not where the one that is chosen has the same weight whatever its score is.
        """
        scores = trial_scores(top)
        kept, chosen = scores.topk(top - int(self.shared), dim=0)
        weights = self.kept_weights(kept, chosen, scores)
        return not torch.allclose(weights, weights[..., :1], rtol=0, atol=1e-12)

    def shares(self, scores: Tensor) -> Tensor:
        """Return every expert's share of a token, shape (N, T); what a balance loss balances."""
        return SoftmaxRouting(self.temperature).weights(scores)


def trial_scores(top: int) -> Tensor:
    """Return scores on which a router's weights are tried, shape (K + 2, 4), K = `top`: no ties."""
    scores = torch.linspace(-1.3, 2.1, 4 * (top + 2), dtype=torch.float64)
    return scores.mul(5.0).sin().reshape(top + 2, 4)


ROUTERS: Registry[type[Router]] = Registry("method")


class SMoE(Router):
    """A softmax over the K largest dot products."""

    name: ClassVar[str] = "smoe"
    title: ClassVar[str] = "SMoE"
    does: ClassVar[str] = "A softmax over the K largest dot products: what most networks use."
    formula: ClassVar[str] = r"\mathrm{softmax}(\mathrm{TopK}(x^\top W_r))"
    source: ClassVar[str] = "compete §2.1, eq. 1"


class NoisySMoE(Router):
    """A softmax over the K largest dot products with noise."""

    name: ClassVar[str] = "smoe-noisy"
    title: ClassVar[str] = "SMoE with noise"
    does: ClassVar[str] = "SMoE with noise on the scores while training, so that others get a try."
    formula: ClassVar[str] = (
        r"\mathrm{softmax}(\mathrm{TopK}(x^\top W_r + \varepsilon\,\log(1 + e^{x^\top W_n})))"
    )
    source: ClassVar[str] = "Shazeer et al. (2017) eq. 4; compete §2.1 cites it"
    noisy: ClassVar[bool] = True


class CosineRouter(Router):
    """A softmax over the K largest cosines between token and expert."""

    name: ClassVar[str] = "cosine"
    title: ClassVar[str] = "cosine"
    does: ClassVar[str] = "A cosine between token and expert: only directions count."
    formula: ClassVar[str] = r"\mathrm{softmax}(\mathrm{TopK}(\cos(x, \beta_i)/T))"
    source: ClassVar[str] = "cosine eq. 2; the temperature is moeviz"

    @property
    def score(self) -> Score:
        return CosineScore()


class XMoE(CosineRouter):
    """The same in a few learned coordinates."""

    name: ClassVar[str] = "xmoe"
    title: ClassVar[str] = "XMoE"
    does: ClassVar[str] = "A cosine in a few learned coordinates, which is said to avoid collapse."
    formula: ClassVar[str] = r"\mathrm{softmax}(\mathrm{TopK}(\cos(P x, \beta_i)/T))"
    source: ClassVar[str] = "compete §5.1 (XMoE); cosine App. E.2; the temperature is moeviz"
    projected: ClassVar[bool] = True


class PerturbedCosineRouter(Router):
    """A softmax over the K largest cosines with tau added to both lengths."""

    name: ClassVar[str] = "perturbed-cosine"
    title: ClassVar[str] = "perturbed cosine"
    does: ClassVar[str] = "A cosine with τ added to both lengths, so that lengths count again."
    formula: ClassVar[str] = (
        r"\mathrm{softmax}(\mathrm{TopK}("
        r"\tfrac{\beta_i^\top x}{(\|\beta_i\|+\tau_1)(\|x\|+\tau_2)}/T))"
    )
    source: ClassVar[str] = "cosine eq. 8; the temperature is moeviz"

    @property
    def score(self) -> Score:
        return PerturbedCosineScore(self.tau1, self.tau2)


class PCosine(PerturbedCosineRouter):
    """The same in a few learned coordinates."""

    name: ClassVar[str] = "pcosine"
    title: ClassVar[str] = "PCosine"
    does: ClassVar[str] = "The perturbed cosine in a few learned coordinates, as XMoE has it."
    formula: ClassVar[str] = (
        r"\mathrm{softmax}(\mathrm{TopK}("
        r"\tfrac{\beta_i^\top P x}{(\|\beta_i\|+\tau_1)(\|P x\|+\tau_2)}/T))"
    )
    source: ClassVar[str] = "compete §5.1 (PCosine); cosine App. E.2; the temperature is moeviz"
    projected: ClassVar[bool] = True


class MoEUT(Router):
    """Sigmoid weights of the K largest dot products."""

    name: ClassVar[str] = "moeut"
    title: ClassVar[str] = "MoEUT"
    does: ClassVar[str] = "Each kept expert is weighed by itself: weights need not sum to 1."
    formula: ClassVar[str] = r"\sigma(\mathrm{TopK}(x^\top W_r))"
    source: ClassVar[str] = "compete §5.1 (MoEUT)"

    def weights(self, scores: Tensor) -> Tensor:
        return SigmoidRouting(self.temperature).weights(scores)


class SharedExpert(Router):
    """One expert answers every token, beside those that are chosen."""

    shared: ClassVar[bool] = True


class SharedV2(SharedExpert):
    """A softmax over all dot products, of which K - 1 are kept as they are.

    The paper says that it follows the public code of DeepSeek-V2, where weights that are kept are
    not divided by their sum; so the task teaches the router also where it keeps a single expert.
    """

    name: ClassVar[str] = "shared-v2"
    title: ClassVar[str] = "SharedE-V2"
    does: ClassVar[str] = "One expert reads every token; the others are chosen by a softmax of all."
    formula: ClassVar[str] = (
        r"1 \text{ for } g_0,\ \mathrm{TopK}(\mathrm{softmax}(x^\top W_r)) \text{ for the others}"
    )
    source: ClassVar[str] = "compete §5.1 (SharedE-V2); DeepSeek-AI (2024), DeepSeek-V2 §2.2"

    def kept_weights(self, kept: Tensor, chosen: Tensor, scores: Tensor) -> Tensor:
        return self.shares(scores).gather(0, chosen)


class SharedV3(SharedExpert):
    """The sigmoids of the K - 1 largest dot products, divided by their sum.

    As in the public code of DeepSeek-V3 a single one stays as it is: over its own sum it would be 1
    whatever its score, and the task would not reach the router.
    """

    name: ClassVar[str] = "shared-v3"
    title: ClassVar[str] = "SharedE-V3"
    does: ClassVar[str] = (
        "One expert reads every token; the chosen ones' sigmoids are divided by their sum."
    )
    formula: ClassVar[str] = (
        r"1 \text{ for } g_0,\ \frac{\sigma(s_i)}{\sum_{j \text{ kept}} \sigma(s_j)},\ "
        r"s = x^\top W_r \text{ for the others}"
    )
    source: ClassVar[str] = "compete §5.1 (SharedE-V3); DeepSeek-AI (2024), DeepSeek-V3 §2.1"

    def weights(self, scores: Tensor) -> Tensor:
        alone = SigmoidGate().weights(scores / self.temperature)
        several = int(scores.shape[-2]) > 1
        return WinnersShareRouting(int(scores.shape[-2])).weights(alone) if several else alone


class Competition(Router):
    """All experts answer at every step, and those that answer most win."""

    name: ClassVar[str] = "competition"
    title: ClassVar[str] = "competition, always"
    does: ClassVar[str] = "All experts answer every token and the loudest win: dear, no router."
    formula: ClassVar[str] = (
        r"\frac{\mathrm{TopK}_0(s)_i}{\sum_j \mathrm{TopK}_0(s)_j},\ "
        r"s_i = \mathrm{mean}\,\kappa(g_i(x))"
    )
    source: ClassVar[str] = "compete §2.2"
    competes: ClassVar[Competes] = "always"


class CompeteSMoE(SMoE):
    """SMoE whose router learns from competition on scheduled steps."""

    name: ClassVar[str] = "competesmoe"
    title: ClassVar[str] = "CompeteSMoE"
    does: ClassVar[str] = "SMoE whose router learns, now and then, who would win a competition."
    source: ClassVar[str] = "compete §2.3 and §2.4"
    competes: ClassVar[Competes] = "scheduled"


for _router in (
    SMoE,
    NoisySMoE,
    XMoE,
    PCosine,
    CosineRouter,
    PerturbedCosineRouter,
    MoEUT,
    SharedV2,
    SharedV3,
    Competition,
    CompeteSMoE,
):
    ROUTERS.add(_router.name, _router)
