r"""Experts: :math:`h(x, \eta) = \varphi(a \cdot x + b)` with :math:`\eta = (a, b)`."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any, ClassVar

import torch
from torch import Tensor

from moeviz.errors import SpecificationError
from moeviz.model.registry import Registry
from moeviz.model.scores import Constant


class Expert(ABC):
    """One activation of a linear predictor t = a.x + b.

    Attributes
    ----------
    name, title, formula, source : str
        Name in the registry; name for people; LaTeX; paper key and equation.
    constants : tuple of Constant
        What the user sets.
    """

    name: ClassVar[str]
    title: ClassVar[str]
    formula: ClassVar[str]
    source: ClassVar[str] = "cosine §3, example under Definition 1"
    constants: ClassVar[tuple[Constant, ...]] = ()

    @abstractmethod
    def value_and_slope(self, t: Tensor) -> tuple[Tensor, Tensor]:
        """Return phi(t) and phi'(t), both of the shape of `t`."""


EXPERTS: Registry[type[Expert]] = Registry("expert")


def make_expert(name: str, **values: Any) -> Expert:
    """Build the expert `name`; constants that it does not know are ignored.

    Raises
    ------
    UnknownNameError
        If there is no such expert.
    SpecificationError
        If a constant is out of its range.
    """
    variant = EXPERTS[name]
    chosen: dict[str, Any] = {}
    for constant in variant.constants:
        value = float(values.get(constant.name, constant.default))
        if not (constant.low <= value <= constant.high and value == int(value)):
            raise SpecificationError(
                f"Expected {constant.name} as a whole number between {constant.low:g} and "
                f"{constant.high:g}, but got {value:g}."
            )
        chosen[constant.name] = int(value)
    return variant(**chosen)


@dataclass(frozen=True)
class LinearExpert(Expert):
    r""":math:`h = a \cdot x + b`."""

    name: ClassVar[str] = "linear"
    title: ClassVar[str] = "linear expert"
    formula: ClassVar[str] = r"a_i^\top x + b_i"

    def value_and_slope(self, t: Tensor) -> tuple[Tensor, Tensor]:
        return t, torch.ones_like(t)


@dataclass(frozen=True)
class PolynomialExpert(Expert):
    r""":math:`h = (a \cdot x + b)^p`.

    Attributes
    ----------
    degree : int
        p, from 1 to 6.
    """

    degree: int = 2

    name: ClassVar[str] = "polynomial"
    title: ClassVar[str] = "polynomial expert"
    formula: ClassVar[str] = r"(a_i^\top x + b_i)^p"
    source: ClassVar[str] = "cosine Table 1"
    constants: ClassVar[tuple[Constant, ...]] = (
        Constant("degree", "p", "Degree of the polynomial expert.", 1, 6, 2),
    )

    def value_and_slope(self, t: Tensor) -> tuple[Tensor, Tensor]:
        below = torch.ones_like(t) if self.degree == 1 else t ** (self.degree - 1)
        return below * t, self.degree * below


@dataclass(frozen=True)
class ReluExpert(Expert):
    r""":math:`h = \max(0, a \cdot x + b)`; its slope at the kink is taken to be 0."""

    name: ClassVar[str] = "relu"
    title: ClassVar[str] = "ReLU expert"
    formula: ClassVar[str] = r"\mathrm{ReLU}(a_i^\top x + b_i)"

    def value_and_slope(self, t: Tensor) -> tuple[Tensor, Tensor]:
        slope = (t > 0).to(t.dtype)
        return t * slope, slope


@dataclass(frozen=True)
class GeluExpert(Expert):
    r""":math:`h = t\,\Phi(t)` at :math:`t = a \cdot x + b`, with the exact normal integral."""

    name: ClassVar[str] = "gelu"
    title: ClassVar[str] = "GELU expert"
    formula: ClassVar[str] = r"\mathrm{GELU}(a_i^\top x + b_i)"
    source: ClassVar[str] = "sigmoid §4; cosine §1"

    def value_and_slope(self, t: Tensor) -> tuple[Tensor, Tensor]:
        integral = torch.special.ndtr(t)
        density = torch.exp(t * t * -0.5).mul_(1.0 / math.sqrt(2.0 * math.pi))
        return t * integral, density.mul_(t).add_(integral)


@dataclass(frozen=True)
class TanhExpert(Expert):
    r""":math:`h = \tanh(a \cdot x + b)`."""

    name: ClassVar[str] = "tanh"
    title: ClassVar[str] = "tanh expert"
    formula: ClassVar[str] = r"\tanh(a_i^\top x + b_i)"

    def value_and_slope(self, t: Tensor) -> tuple[Tensor, Tensor]:
        value = torch.tanh(t)
        return value, 1.0 - value * value


@dataclass(frozen=True)
class SigmoidExpert(Expert):
    r""":math:`h = 1 / (1 + e^{-(a \cdot x + b)})`."""

    name: ClassVar[str] = "sigmoid"
    title: ClassVar[str] = "sigmoid expert"
    formula: ClassVar[str] = r"\sigma(a_i^\top x + b_i)"

    def value_and_slope(self, t: Tensor) -> tuple[Tensor, Tensor]:
        value = torch.sigmoid(t)
        return value, value * (1.0 - value)


for _expert in (
    LinearExpert,
    PolynomialExpert,
    ReluExpert,
    GeluExpert,
    TanhExpert,
    SigmoidExpert,
):
    EXPERTS.add(_expert.name, _expert)
