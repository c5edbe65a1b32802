r"""Scores: the router's affinity of an atom for an input, before the gate.

Every score here has the form :math:`s_i(x) = u(\beta_{1i}) \cdot z(x) + \beta_{0i}`: a feature
map z of the input and a *chart* u that takes the parameter to its coordinates in feature space.
The coordinates are what the data can see of the parameter, and the set they fill (the
*domain*) decides the gauge: see :mod:`moeviz.theory.gauge`.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from enum import Enum
from typing import Any, ClassVar

import torch
from torch import Tensor

from moeviz.errors import SpecificationError
from moeviz.model.registry import Registry

TINY = 1e-150
"""Keeps a division by a norm finite at the origin; far below any parameter of use."""


class Domain(Enum):
    """The set that a score's coordinates fill."""

    SPACE = "all of feature space"
    BALL = "the open unit ball"
    SPHERE = "the unit sphere"


@dataclass(frozen=True)
class Constant:
    """A constant of a variant that the user sets and the fit does not move.

    Attributes
    ----------
    name, symbol, help : str
        Name in code, LaTeX, and one sentence for people.
    low, high : float
        Allowed range, both ends included.
    default : float
        Value when none is given.
    """

    name: str
    symbol: str
    help: str
    low: float
    high: float
    default: float


class Score(ABC):
    """One way to score atoms.

    Attributes
    ----------
    name, title : str
        Name in the registry; name for people.
    formula : str
        LaTeX of the score.
    parameters : str
        LaTeX of an atom's parameters.
    gauge : str
        The parameter changes that leave every softmax gate unchanged, in words.
    source : str
        Paper key and equation.
    constants : tuple of Constant
        What the user sets.
    domain : Domain
        The set that the coordinates fill.
    """

    name: ClassVar[str]
    title: ClassVar[str]
    formula: ClassVar[str]
    parameters: ClassVar[str] = r"\beta_{1i} \in \mathbb{R}^d,\ \beta_{0i} \in \mathbb{R}"
    gauge: ClassVar[str]
    source: ClassVar[str]
    constants: ClassVar[tuple[Constant, ...]] = ()
    domain: ClassVar[Domain]

    @abstractmethod
    def features(self, x: Tensor) -> Tensor:
        """Return z(x), shape (..., D, N), of inputs x, shape (..., D, N)."""

    @abstractmethod
    def coordinates(self, beta: Tensor) -> Tensor:
        """Return u(beta), shape (..., D), of gate parameters beta, shape (..., D)."""

    @abstractmethod
    def chart_jacobian(self, beta: Tensor) -> Tensor:
        """Return du/dbeta, shape (..., D, D): entry [a, b] is the derivative of u_a by beta_b."""

    @abstractmethod
    def parameter(self, u: Tensor) -> Tensor:
        """Return a beta, shape (..., D), whose coordinates are `u`: the chart's inverse."""


SCORES: Registry[type[Score]] = Registry("score")


def make_score(name: str, **values: Any) -> Score:
    """Build the score `name`; constants that it does not know are ignored.

    Raises
    ------
    UnknownNameError
        If there is no such score.
    SpecificationError
        If a constant is out of its range.
    """
    variant = SCORES[name]
    chosen = {c.name: float(values.get(c.name, c.default)) for c in variant.constants}
    for constant in variant.constants:
        value = chosen[constant.name]
        if not constant.low <= value <= constant.high:
            raise SpecificationError(
                f"Expected {constant.name} between {constant.low:g} and {constant.high:g}, "
                f"but got {value:g}."
            )
    return variant(**chosen)


def _norm(vector: Tensor) -> Tensor:
    return torch.linalg.vector_norm(vector, dim=-1, keepdim=True)


def _input_norm(x: Tensor) -> Tensor:
    """Return the norms over the axis before the last; several times faster than torch's own."""
    return (x * x).sum(-2, keepdim=True).sqrt_()


@dataclass(frozen=True)
class LinearScore(Score):
    r""":math:`s_i(x) = \beta_{1i} \cdot x + \beta_{0i}`."""

    name: ClassVar[str] = "linear"
    title: ClassVar[str] = "linear router"
    formula: ClassVar[str] = r"\beta_{1i}^\top x + \beta_{0i}"
    gauge: ClassVar[str] = "one common vector added to every gate, one constant to every offset"
    source: ClassVar[str] = "multinomial eq. 1; cosine Table 1"
    domain: ClassVar[Domain] = Domain.SPACE

    def features(self, x: Tensor) -> Tensor:
        return x

    def coordinates(self, beta: Tensor) -> Tensor:
        return beta

    def chart_jacobian(self, beta: Tensor) -> Tensor:
        eye = torch.eye(beta.shape[-1], dtype=beta.dtype, device=beta.device)
        return eye.expand(*beta.shape, beta.shape[-1])

    def parameter(self, u: Tensor) -> Tensor:
        return u


@dataclass(frozen=True)
class CosineScore(Score):
    r""":math:`s_i(x) = \beta_{1i} \cdot x / (\|\beta_{1i}\| \|x\|) + \beta_{0i}`.

    At the origin the score is not defined; there the direction is taken to be zero.
    """

    name: ClassVar[str] = "cosine"
    title: ClassVar[str] = "cosine router"
    formula: ClassVar[str] = r"\frac{\beta_{1i}^\top x}{\|\beta_{1i}\|\,\|x\|} + \beta_{0i}"
    gauge: ClassVar[str] = (
        "each gate's length; a rigid motion that keeps all directions on the sphere (one "
        "reflection when d equals k, a continuum when d exceeds k); one constant added to every "
        "offset"
    )
    source: ClassVar[str] = "cosine eq. 2"
    domain: ClassVar[Domain] = Domain.SPHERE

    def features(self, x: Tensor) -> Tensor:
        return x / _input_norm(x).clamp_min(TINY)

    def coordinates(self, beta: Tensor) -> Tensor:
        return beta / _norm(beta).clamp_min(TINY)

    def chart_jacobian(self, beta: Tensor) -> Tensor:
        r = _norm(beta).clamp_min(TINY).unsqueeze(-1)
        u = self.coordinates(beta)
        eye = torch.eye(beta.shape[-1], dtype=beta.dtype, device=beta.device)
        return (eye - u.unsqueeze(-1) * u.unsqueeze(-2)) / r

    def parameter(self, u: Tensor) -> Tensor:
        return u


@dataclass(frozen=True)
class PerturbedCosineScore(Score):
    r""":math:`s_i(x) = \beta_{1i} \cdot x / ((\|\beta_{1i}\|+\tau_1)(\|x\|+\tau_2)) + \beta_{0i}`.

    Attributes
    ----------
    tau1, tau2 : float
        What is added to the norms of the gate and of the input; tau1 > 0, tau2 >= 0.
    """

    tau1: float = 0.5
    tau2: float = 0.5

    name: ClassVar[str] = "perturbed-cosine"
    title: ClassVar[str] = "perturbed cosine router"
    formula: ClassVar[str] = (
        r"\frac{\beta_{1i}^\top x}{(\|\beta_{1i}\|+\tau_1)(\|x\|+\tau_2)} + \beta_{0i}"
    )
    gauge: ClassVar[str] = (
        "one common vector added to every coordinate u = beta/(|beta|+tau1), as far as all stay "
        "in the unit ball; one constant added to every offset"
    )
    source: ClassVar[str] = "cosine eq. 8"
    constants: ClassVar[tuple[Constant, ...]] = (
        Constant("tau1", r"\tau_1", "Added to the norm of each gate vector.", 1e-3, 100.0, 0.5),
        Constant("tau2", r"\tau_2", "Added to the norm of the input.", 0.0, 100.0, 0.5),
    )
    domain: ClassVar[Domain] = Domain.BALL

    def features(self, x: Tensor) -> Tensor:
        return x / (_input_norm(x) + self.tau2).clamp_min(TINY)

    def coordinates(self, beta: Tensor) -> Tensor:
        return beta / (_norm(beta) + self.tau1)

    def chart_jacobian(self, beta: Tensor) -> Tensor:
        r = _norm(beta).unsqueeze(-1)
        s = r + self.tau1
        eye = torch.eye(beta.shape[-1], dtype=beta.dtype, device=beta.device)
        outer = beta.unsqueeze(-1) * beta.unsqueeze(-2) / r.clamp_min(TINY)
        return (eye - outer / s) / s

    def parameter(self, u: Tensor) -> Tensor:
        return self.tau1 * u / (1.0 - _norm(u))


for _score in (LinearScore, CosineScore, PerturbedCosineScore):
    SCORES.add(_score.name, _score)
