r"""Affinities: what competition reads off an expert's own answer, :math:`s_i = \kappa(g_i(x))`.

The paper takes the mean of :math:`\kappa` over the entries of the answer (`compete` §2 and
eq. 13), or the answer's length (eq. 14). A study's competition is the one that the paper's theory
speaks of, softplus; the others are here for pictures and for training.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import torch

from moeviz.model.constants import Constant, build
from moeviz.model.formula import AFFINITY, Kind, evaluate
from moeviz.model.gates import SoftmaxGate
from moeviz.model.reading import formula_of
from moeviz.model.registry import Registry

if TYPE_CHECKING:
    from torch import Tensor


class Affinity(ABC):
    """One way to read how strongly an expert answers.

    Attributes
    ----------
    name, title, formula, source : str
        Name in the registry; name for people; LaTeX; paper key and place.
    does : str
        One line of what it does, for somebody who chooses.
    risk : str
        One line of what can go wrong where the winners divide the sum of their affinities.
    text : str
        Of one entry h of the answer, in the language of formulas.
    constants : tuple of Constant
        What the user sets.
    alone : bool
        Whether an expert's affinity reads its own answer alone.
    """

    name: ClassVar[str]
    title: ClassVar[str]
    does: ClassVar[str]
    risk: ClassVar[str]
    formula: ClassVar[str]
    text: ClassVar[str]
    language: ClassVar[Kind] = AFFINITY
    source: ClassVar[str] = "compete eq. 13"
    constants: ClassVar[tuple[Constant, ...]] = ()
    alone: ClassVar[bool] = True

    @property
    def formula_text(self) -> str:
        """The affinity's text."""
        return self.text

    @abstractmethod
    def of(self, answers: Tensor) -> Tensor:
        """Return the experts' affinities.

        Parameters
        ----------
        answers : Tensor, shape (V, ..., K, N)
            The V entries of each expert's answer to each input.

        Returns
        -------
        Tensor, shape (..., K, N)
            Automatic differentiation goes through.
        """


AFFINITIES: Registry[type[Affinity]] = Registry("affinity")


def make_affinity(name: str) -> Affinity:
    """Build the affinity `name`.

    Raises
    ------
    UnknownNameError
        If there is no such affinity.
    """
    return build(AFFINITIES, name, {})


class EntryAffinity(Affinity):
    """The mean over the answer's entries of the function that the text says."""

    def of(self, answers: Tensor) -> Tensor:
        return evaluate(formula_of(self), {"h": answers}).mean(0)


@dataclass(frozen=True)
class SoftplusAffinity(EntryAffinity):
    r""":math:`\log(1 + e^h)`, the paper's choice."""

    name: ClassVar[str] = "softplus"
    title: ClassVar[str] = "softplus"
    does: ClassVar[str] = "Large answers count in full, negative ones fade: the paper's choice."
    risk: ClassVar[str] = (
        "It is 0 to a computer for answers below −745: where all winners are there, 0 / 0."
    )
    text: ClassVar[str] = "softplus(h)"
    formula: ClassVar[str] = r"\log(1 + e^{h})"
    source: ClassVar[str] = "compete §2.2"


@dataclass(frozen=True)
class SiluAffinity(EntryAffinity):
    r""":math:`h\,\sigma(h)`."""

    name: ClassVar[str] = "silu"
    title: ClassVar[str] = "SiLU"
    does: ClassVar[str] = "Like softplus for large answers, but below 0 for negative ones."
    risk: ClassVar[str] = (
        "Below 0 for negative answers: shares outside of 0 to 1, and a sum of 0 divides by 0."
    )
    text: ClassVar[str] = "h*sigmoid(h)"
    formula: ClassVar[str] = r"h\,\sigma(h)"


@dataclass(frozen=True)
class SigmoidAffinity(EntryAffinity):
    r""":math:`1/(1 + e^{-h})`."""

    name: ClassVar[str] = "sigmoid"
    title: ClassVar[str] = "sigmoid"
    does: ClassVar[str] = "Squeezes every answer between 0 and 1: large ones look alike."
    risk: ClassVar[str] = (
        "It is 1 to a computer for answers above 37: winners beyond that share alike."
    )
    text: ClassVar[str] = "sigmoid(h)"
    formula: ClassVar[str] = r"\sigma(h)"


@dataclass(frozen=True)
class ReluAffinity(EntryAffinity):
    r""":math:`\max(h, 0)`."""

    name: ClassVar[str] = "relu"
    title: ClassVar[str] = "ReLU"
    does: ClassVar[str] = "Negative answers count as nothing: then nobody may be left to win."
    risk: ClassVar[str] = "0 for negative answers: where every winner's answer is negative, 0 / 0."
    text: ClassVar[str] = "relu(h)"
    formula: ClassVar[str] = r"\max(h, 0)"


@dataclass(frozen=True)
class SoftmaxAffinity(Affinity):
    r""":math:`e^{h_i} / \sum_j e^{h_j}` over the experts, entry by entry.

    The paper does not say what its softmax runs over. Over the entries of one answer the mean is
    1/V for every expert, whatever they answer, and nobody could win.
    """

    name: ClassVar[str] = "softmax"
    title: ClassVar[str] = "softmax"
    does: ClassVar[str] = "Each expert's share among all of them: differences count, levels not."
    risk: ClassVar[str] = (
        "The level is lost: experts that all answer faintly share as if they were sure."
    )
    text: ClassVar[str] = "exp(h)/sum(exp(h))"
    formula: ClassVar[str] = r"\frac{e^{h_i}}{\sum_j e^{h_j}}"
    source: ClassVar[str] = "compete eq. 13, over the experts"
    alone: ClassVar[bool] = False

    def of(self, answers: Tensor) -> Tensor:
        return SoftmaxGate().weights(answers).mean(0)


@dataclass(frozen=True)
class ExpAffinity(EntryAffinity):
    r""":math:`e^h`, which gave the paper no numbers in the end."""

    name: ClassVar[str] = "exp"
    title: ClassVar[str] = "exp"
    does: ClassVar[str] = "The exponential, which overflows for large answers: the paper saw NaN."
    risk: ClassVar[str] = "Infinite to a computer for answers above 709: then ∞ / ∞ is no number."
    text: ClassVar[str] = "exp(h)"
    formula: ClassVar[str] = r"e^{h}"
    source: ClassVar[str] = "compete App. D, tried and given up"


@dataclass(frozen=True)
class NormAffinity(Affinity):
    r""":math:`\|g_i(x)\|`, the answer's length."""

    name: ClassVar[str] = "norm"
    title: ClassVar[str] = "length of the answer"
    does: ClassVar[str] = "Loud answers win, whatever their sign."
    risk: ClassVar[str] = (
        "The sign is lost, so a strong no wins too; where all answers are 0, 0 / 0."
    )
    text: ClassVar[str] = "norm(h)"
    formula: ClassVar[str] = r"\lVert h \rVert"
    source: ClassVar[str] = "compete eq. 14"

    def of(self, answers: Tensor) -> Tensor:
        return torch.linalg.vector_norm(answers, dim=0)


for _affinity in (
    SoftplusAffinity,
    SiluAffinity,
    SigmoidAffinity,
    ReluAffinity,
    SoftmaxAffinity,
    ExpAffinity,
    NormAffinity,
):
    AFFINITIES.add(_affinity.name, _affinity)
