r"""Scores: the router's affinity of an atom for an input, before the gate.

A score has the form :math:`s_i(x) = u(\beta_{1i}) \cdot z(x) + \beta_{0i} + \kappa(h_i(x))`: a
feature map z of the input, a *chart* u that takes the parameter to its coordinates in feature
space, and, for routing by competition, an affinity of the expert's own output. Each score uses
the first two or the last. The coordinates are what the data can see of the parameter, and the set
they fill (the *domain*) decides the gauge: see :mod:`moeviz.theory.gauge`.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Any, ClassVar

import torch

from moeviz.model.constants import AnyConstant, Constant, build
from moeviz.model.features import features, width
from moeviz.model.formula import ROUTER, Kind
from moeviz.model.measure import Part
from moeviz.model.reading import formula_of, numbers_of
from moeviz.model.registry import Registry

if TYPE_CHECKING:
    from torch import Tensor

TAU1 = Constant(
    "tau1",
    r"\tau_1",
    "Used by the perturbed cosine router only.",
    1e-3,
    100.0,
    0.5,
    label="Perturbation of the gate's norm",
)

TAU2 = Constant(
    "tau2",
    r"\tau_2",
    "Used by the perturbed cosine router only.",
    0.0,
    100.0,
    0.1,
    label="Perturbation of the input's norm",
)

TINY = 1e-150
"""Keeps a division by a norm finite at the origin; far below any parameter of use."""


class Domain(Enum):
    """The set that a score's coordinates fill."""

    SPACE = "all of feature space"
    BALL = "the open unit ball"
    SPHERE = "the unit sphere"


class Score(ABC):
    """One way to score atoms.

    Attributes
    ----------
    name, title : str
        Name in the registry; name for people.
    does : str
        One line of what it does, for somebody who chooses; may be empty.
    formula : str
        LaTeX of the score.
    text : str
        The score without its offset, in the language of formulas (:data:`language`): what the
        checker reads.
    parameters : str
        LaTeX of an atom's parameters.
    gauge : str
        The parameter changes that leave every softmax gate unchanged, in words.
    source : str
        Paper key and equation.
    constants : tuple of Constant or TextConstant
        What the user sets.
    domain : Domain
        The set that the coordinates fill.
    flat : bool
        Whether the parameters are their own coordinates.
    reads_expert : bool
        Whether the score depends on the expert's output.
    has_offset : bool
        Whether the offset beta_0 is a parameter; otherwise it is held at 0.
    has_linear_term : bool
        Whether the score has a term that is linear in some map of the input.
    featured : bool
        Whether the home page's picture and a new study show it.
    smallest_dimension : int
        Fewest inputs for which the score makes sense.
    """

    name: ClassVar[str]
    title: ClassVar[str]
    does: ClassVar[str] = ""
    formula: ClassVar[str]
    text: ClassVar[str]
    language: ClassVar[Kind] = ROUTER
    parameters: ClassVar[str] = r"\beta_{1i} \in \mathbb{R}^d,\ \beta_{0i} \in \mathbb{R}"
    gauge: ClassVar[str]
    source: ClassVar[str]
    constants: ClassVar[tuple[AnyConstant, ...]] = ()
    domain: ClassVar[Domain] = Domain.SPACE
    flat: ClassVar[bool] = False
    reads_expert: ClassVar[bool] = False
    has_offset: ClassVar[bool] = True
    has_linear_term: ClassVar[bool] = True
    featured: ClassVar[bool] = False
    smallest_dimension: ClassVar[int] = 1

    @property
    def formula_text(self) -> str:
        """The score's text: :attr:`text`, unless the user sets it."""
        return self.text

    @property
    def defined_at_zero(self) -> bool:
        """Whether a gate of zeros has a score: on the sphere it has no direction."""
        return self.domain is not Domain.SPHERE

    @property
    def beside_norm(self) -> float | None:
        r"""Return t where the features are :math:`x / (\|x\| + t)`; None of other features."""
        return None

    @property
    def beside_gate(self) -> float | None:
        r"""Return t where the coordinates are :math:`b / (\|b\| + t)`; None of other charts."""
        return None

    def parts(self, dimension: int) -> tuple[Part, ...]:
        """Return the pieces of an atom's gate block for D = `dimension` inputs."""
        return (Part("beta1", r"\beta_1", dimension),)

    def affinity(self, value: Tensor) -> tuple[Tensor, Tensor]:
        """Return kappa(h) and its derivative, of the shape of the expert's output `value`."""
        return torch.zeros_like(value), torch.zeros_like(value)

    @abstractmethod
    def features(self, x: Tensor) -> Tensor:
        """Return z(x), shape (..., Dz, N), of inputs x, shape (..., D, N)."""

    @abstractmethod
    def coordinates(self, beta: Tensor) -> Tensor:
        """Return u(beta), shape (..., Dz), of gate parameters beta, shape (..., G)."""

    @abstractmethod
    def chart_jacobian(self, beta: Tensor) -> Tensor:
        """Return du/dbeta, shape (..., Dz, G): entry [a, b] is the derivative of u_a by beta_b."""

    def pull_back(self, beta: Tensor, slope: Tensor) -> Tensor:
        """Return a slope over the coordinates, shape (..., Dz), as one over beta, (..., G).

        It is the product with :meth:`chart_jacobian`, which a score may know without the matrix.
        """
        return torch.einsum("...a,...ac->...c", slope, self.chart_jacobian(beta))

    @abstractmethod
    def parameter(self, u: Tensor) -> Tensor:
        """Return a beta, shape (..., G), whose coordinates are `u`: the chart's inverse."""


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
    return build(SCORES, name, values)


def _norm(vector: Tensor) -> Tensor:
    return torch.linalg.vector_norm(vector, dim=-1, keepdim=True)


def input_norm(x: Tensor) -> Tensor:
    """Return the norms over the axis before the last; several times faster than torch's own."""
    return (x * x).sum(-2, keepdim=True).sqrt_()


class FlatScore(Score):
    """A score whose parameters are their own coordinates: linear in its features.

    Parameters and features follow from the text.
    """

    flat: ClassVar[bool] = True
    gauge: ClassVar[str] = "one common vector added to every gate, one constant to every offset"

    def parts(self, dimension: int) -> tuple[Part, ...]:
        return (Part("beta1", r"\beta_1", width(formula_of(self), dimension, numbers_of(self))),)

    def features(self, x: Tensor) -> Tensor:
        return features(formula_of(self), x, numbers_of(self))

    def coordinates(self, beta: Tensor) -> Tensor:
        return beta

    def chart_jacobian(self, beta: Tensor) -> Tensor:
        eye = torch.eye(beta.shape[-1], dtype=beta.dtype, device=beta.device)
        return eye.expand(*beta.shape, beta.shape[-1])

    def pull_back(self, beta: Tensor, slope: Tensor) -> Tensor:
        return slope

    def parameter(self, u: Tensor) -> Tensor:
        return u


@dataclass(frozen=True)
class LinearScore(FlatScore):
    r""":math:`s_i(x) = \beta_{1i} \cdot x + \beta_{0i}`."""

    name: ClassVar[str] = "linear"
    title: ClassVar[str] = "linear router"
    does: ClassVar[str] = "The score grows along β; lengths of β and x count as much as directions."
    text: ClassVar[str] = "dot(b,x)"
    formula: ClassVar[str] = r"\beta_{1i}^\top x + \beta_{0i}"
    source: ClassVar[str] = "multinomial eq. 1; cosine Table 1"


@dataclass(frozen=True)
class CosineScore(Score):
    r""":math:`s_i(x) = \beta_{1i} \cdot x / (\|\beta_{1i}\| \|x\|) + \beta_{0i}`.

    At the origin, of inputs or of gates, the score is not defined; there the direction is taken
    to be zero. Near a zero gate the derivative grows like one over the gate's length; at a zero
    gate there is none, and it is taken to be zero, so that such a gate does not move.
    """

    name: ClassVar[str] = "cosine"
    title: ClassVar[str] = "cosine router"
    does: ClassVar[str] = "Only directions count: how long β or x is makes no difference."
    text: ClassVar[str] = "dot(b,x)/(norm(b)*norm(x))"
    formula: ClassVar[str] = r"\frac{\beta_{1i}^\top x}{\|\beta_{1i}\|\,\|x\|} + \beta_{0i}"
    gauge: ClassVar[str] = (
        "each gate's length; a rigid motion that keeps all directions on the sphere (one "
        "reflection when d equals k, a continuum when d exceeds k); one constant added to every "
        "offset"
    )
    source: ClassVar[str] = "cosine eq. 2"
    domain: ClassVar[Domain] = Domain.SPHERE
    featured: ClassVar[bool] = True
    smallest_dimension: ClassVar[int] = 2

    @property
    def beside_norm(self) -> float:
        return 0.0

    @property
    def beside_gate(self) -> float:
        return 0.0

    def features(self, x: Tensor) -> Tensor:
        return x / input_norm(x).clamp_min(TINY)

    def coordinates(self, beta: Tensor) -> Tensor:
        return beta / _norm(beta).clamp_min(TINY)

    def chart_jacobian(self, beta: Tensor) -> Tensor:
        r = _norm(beta).unsqueeze(-1)
        u = self.coordinates(beta)
        eye = torch.eye(beta.shape[-1], dtype=beta.dtype, device=beta.device)
        slope = (eye - u.unsqueeze(-1) * u.unsqueeze(-2)) / r.clamp_min(TINY)
        return torch.where(r > TINY, slope, torch.zeros_like(slope))

    def pull_back(self, beta: Tensor, slope: Tensor) -> Tensor:
        r = _norm(beta)
        u = self.coordinates(beta)
        across = (slope - u * (u * slope).sum(-1, keepdim=True)) / r.clamp_min(TINY)
        return torch.where(r > TINY, across, torch.zeros_like(across))

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
    tau2: float = 0.1

    name: ClassVar[str] = "perturbed-cosine"
    title: ClassVar[str] = "perturbed cosine router"
    does: ClassVar[str] = "A cosine with τ added to both lengths, so that lengths count again."
    text: ClassVar[str] = "dot(b,x)/((norm(b) + tau1)*(norm(x) + tau2))"
    formula: ClassVar[str] = (
        r"\frac{\beta_{1i}^\top x}{(\|\beta_{1i}\|+\tau_1)(\|x\|+\tau_2)} + \beta_{0i}"
    )
    gauge: ClassVar[str] = (
        "one common vector added to every coordinate u = beta/(|beta|+tau1), as far as all stay "
        "in the unit ball; one constant added to every offset"
    )
    source: ClassVar[str] = "cosine eq. 8"
    constants: ClassVar[tuple[Constant, ...]] = (TAU1, TAU2)
    domain: ClassVar[Domain] = Domain.BALL
    featured: ClassVar[bool] = True

    @property
    def beside_norm(self) -> float:
        return self.tau2

    @property
    def beside_gate(self) -> float:
        return self.tau1

    def features(self, x: Tensor) -> Tensor:
        return x / (input_norm(x) + self.tau2).clamp_min(TINY)

    def coordinates(self, beta: Tensor) -> Tensor:
        return beta / (_norm(beta) + self.tau1)

    def chart_jacobian(self, beta: Tensor) -> Tensor:
        r = _norm(beta).unsqueeze(-1)
        s = r + self.tau1
        eye = torch.eye(beta.shape[-1], dtype=beta.dtype, device=beta.device)
        outer = beta.unsqueeze(-1) * beta.unsqueeze(-2) / r.clamp_min(TINY)
        return (eye - outer / s) / s

    def pull_back(self, beta: Tensor, slope: Tensor) -> Tensor:
        r = _norm(beta)
        s = r + self.tau1
        along = (beta / r.clamp_min(TINY) * slope).sum(-1, keepdim=True)
        return (slope - beta * along / s) / s

    def parameter(self, u: Tensor) -> Tensor:
        return self.tau1 * u / (1.0 - _norm(u))


for _score in (LinearScore, CosineScore, PerturbedCosineScore):
    SCORES.add(_score.name, _score)
