r"""Outputs: how an observation arises from the experts, and how well parameters explain it.

An output turns a pass over the samples (weights and experts' values) into a *cost* and into
*rows*. Rows are square roots of the information: with R the rows' derivatives by the parameters
and e their residuals, the cost's gradient is :math:`-2 R e` and the curvature that estimation
uses is :math:`R R^\top`. For least squares R is the Jacobian and e the residual; for a likelihood
the cost is the deviance :math:`-2\log p` and :math:`R R^\top` an information matrix.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import torch

from moeviz.errors import ShapeError
from moeviz.model.constants import Constant, build
from moeviz.model.elementwise import sigmoid
from moeviz.model.gates import Gate
from moeviz.model.measure import Part
from moeviz.model.registry import Registry

if TYPE_CHECKING:
    from torch import Tensor

FLOOR = 1e-280
"""Probabilities are kept above this where one divides by them."""

FAR = 1e-14
"""A draw of the chain of classes that shows less information goes by formulas of its own.

The others take differences of numbers that are next to 1, of which less than a hundredth is left.
"""


@dataclass
class Values:
    """What a mixture makes of some samples.

    Attributes
    ----------
    scores, weights : Tensor, shape (..., K, N)
    experts : list of Tensor, shape (..., K, N)
        Values of each copy of the expert.
    scalars : list of Tensor, shape (..., K, 1)
        The output's own parameters.
    """

    scores: Tensor
    weights: Tensor
    experts: list[Tensor]
    scalars: list[Tensor]


@dataclass
class Row:
    """One root of the information per sample.

    Attributes
    ----------
    by_score : Tensor, shape (..., K, N), or None
        Derivatives by the scores; None where they are 0.
    by_value : list of Tensor, shape (..., K, N)
        Derivatives by the values of each copy of the expert; empty where they are 0.
    by_scalar : list of Tensor, shape (..., K, N)
        Derivatives by the output's own parameters; empty where they are 0.
    residual : Tensor
        Shape (..., N), or (..., K, N) for rows of single components.
    """

    by_score: Tensor | None
    by_value: list[Tensor]
    by_scalar: list[Tensor]
    residual: Tensor


class Output(ABC):
    """One kind of observation.

    Attributes
    ----------
    name, title, formula, source : str
        Name in the registry; name for people; LaTeX; paper key and equation.
    does : str
        One line of what it does, for somebody who chooses; may be empty.
    density : bool
        Whether the mixture is of conditional densities, fitted by maximum likelihood.
    chosen : bool
        Whether an observation is chosen by a uniform draw.
    constants : tuple of Constant
        What the user sets.
    """

    name: ClassVar[str]
    title: ClassVar[str]
    does: ClassVar[str] = ""
    formula: ClassVar[str]
    source: ClassVar[str]
    density: ClassVar[bool]
    chosen: ClassVar[bool] = True
    constants: ClassVar[tuple[Constant, ...]] = ()

    @property
    def copies(self) -> int:
        """How many experts each atom has."""
        return 1

    @property
    def parts(self) -> tuple[Part, ...]:
        """The output's own parameters of an atom."""
        return ()

    @property
    def scalars(self) -> int:
        """How many parameters of its own the output has per atom."""
        return sum(part.width for part in self.parts)

    @property
    def lowest(self) -> float:
        """Lower end of the box for the output's own parameters."""
        return 0.0

    @abstractmethod
    def observe(self, values: Values, uniform: Tensor, normal: Tensor) -> Tensor:
        """Return observations, shape (..., N), from standard draws of the same shape."""

    def check(self, response: Tensor) -> None:
        """Refuse responses of any shape that this output cannot have made.

        Raises
        ------
        ShapeError
            If there are such.
        """
        if response.is_complex():
            raise ShapeError(f"Expected real responses, but got {response.dtype}; take a part.")

    @abstractmethod
    def cost(self, gate: Gate, values: Values, response: Tensor) -> Tensor:
        """Return each sample's cost, shape (..., N)."""

    @abstractmethod
    def rows(self, gate: Gate, values: Values, response: Tensor) -> tuple[Tensor, list[Row]]:
        """Return each sample's cost, shape (..., N), and its rows."""

    def slope_rows(self, gate: Gate, values: Values, response: Tensor) -> list[Row]:
        """Return rows whose products with their residuals are the slope; no information is read."""
        return self.rows(gate, values, response)[1]

    def component_rows(
        self, gate: Gate, values: Values, response: Tensor
    ) -> tuple[Tensor, Tensor, list[Row]]:
        """Return cost, responsibilities, shape (..., K, N), and the components' own rows.

        These are rows as if each atom had made every observation; expectation-maximisation
        weighs them by the responsibilities.
        """
        raise NotImplementedError(f"'{self.name}' has no components to be responsible.")

    @property
    def cost_unit(self) -> float | None:
        """What one sample's cost is measured against; None for the cost itself."""
        return None

    @property
    def information_factor(self) -> float:
        """The factor from E[R R^T] to the Fisher information of one observation."""
        return 1.0

    @property
    def information_depends_on_response(self) -> bool:
        """Whether R R^T is the information only on average over observations."""
        return False


OUTPUTS: Registry[type[Output]] = Registry("output")


def make_output(name: str, **values: Any) -> Output:
    """Build the output `name`; constants that it does not know are ignored.

    Raises
    ------
    UnknownNameError
        If there is no such output.
    SpecificationError
        If a constant is out of its range.
    """
    return build(OUTPUTS, name, values)


def _choose(weights: Tensor, uniform: Tensor) -> Tensor:
    """Return the atom that a uniform draw picks, shape (..., N)."""
    ends = weights.cumsum(-2)
    ends = ends / ends[..., -1:, :]
    return (uniform.unsqueeze(-2) > ends[..., :-1, :]).sum(-2)


@dataclass(frozen=True)
class GaussianRegression(Output):
    r"""Regression with Gaussian noise.

    .. math:: Y = f_G(X) + \varepsilon,\quad \varepsilon \sim N(0, \sigma^2)

    Attributes
    ----------
    noise : float
        sigma, in units of the response; known, not fitted.

    Notes
    -----
    Source: `cosine` eq. 1.
    """

    noise: float = 0.1

    name: ClassVar[str] = "regression"
    title: ClassVar[str] = "regression with Gaussian noise"
    does: ClassVar[str] = "One number with noise of known size; fitted by least squares."
    formula: ClassVar[str] = r"Y = f_G(X) + \varepsilon,\quad \varepsilon \sim N(0, \sigma^2)"
    source: ClassVar[str] = "cosine eq. 1; sigmoid eq. 4"
    density: ClassVar[bool] = False
    chosen: ClassVar[bool] = False
    constants: ClassVar[tuple[Constant, ...]] = (
        Constant(
            "noise",
            r"\sigma",
            "Standard deviation of the response around the mixture; used by regression only.",
            1e-6,
            10.0,
            0.1,
            label="Noise",
        ),
    )

    @property
    def information_factor(self) -> float:
        return 1.0 / self.noise**2

    def mean(self, values: Values) -> Tensor:
        """Return f, shape (..., N)."""
        return (values.weights * values.experts[0]).sum(-2)

    def observe(self, values: Values, uniform: Tensor, normal: Tensor) -> Tensor:
        return self.mean(values) + self.noise * normal

    def cost(self, gate: Gate, values: Values, response: Tensor) -> Tensor:
        return (response - self.mean(values)).square_()

    def rows(self, gate: Gate, values: Values, response: Tensor) -> tuple[Tensor, list[Row]]:
        mean = self.mean(values)
        residual = response - mean
        by_score = gate.score_derivative(values.weights, values.experts[0], mean.unsqueeze(-2))
        return residual * residual, [Row(by_score, [values.weights], [], residual)]


@dataclass(frozen=True)
class GaussianDensity(Output):
    r"""A mixture of Gaussian densities with a variance of its own for each expert.

    .. math:: p_G(y|x) = \sum_i g_i(x)\, N(y; h(x, \eta_i), \nu_i)

    Notes
    -----
    Its information rows are scores at the observation, so that their products estimate the
    expected information without integrals. Source: `compete` eq. 6.
    """

    name: ClassVar[str] = "gaussian"
    title: ClassVar[str] = "density of Gaussian experts"
    does: ClassVar[str] = "One number, and each expert has a variance; maximum likelihood."
    formula: ClassVar[str] = r"p_G(y|x) = \sum_i g_i(x)\, N(y;\, h(x,\eta_i), \nu_i)"
    source: ClassVar[str] = "compete eq. 6"
    density: ClassVar[bool] = True

    @property
    def parts(self) -> tuple[Part, ...]:
        return (Part("nu", r"\nu", 1),)

    @property
    def lowest(self) -> float:
        return 1e-4

    @property
    def information_depends_on_response(self) -> bool:
        return True

    def observe(self, values: Values, uniform: Tensor, normal: Tensor) -> Tensor:
        atom = _choose(values.weights, uniform).unsqueeze(-2)
        mean = values.experts[0].gather(-2, atom).squeeze(-2)
        variance = values.scalars[0].expand_as(values.experts[0]).gather(-2, atom).squeeze(-2)
        return mean + variance.sqrt() * normal

    def _joint(self, gate: Gate, values: Values, response: Tensor) -> tuple[Tensor, Tensor]:
        """Return log(g_i p_i) and y - h_i, both of shape (..., K, N)."""
        variance = values.scalars[0]
        off = response.unsqueeze(-2) - values.experts[0]
        log_density = (off * off).div_(-2.0 * variance)
        log_density -= 0.5 * torch.log(2.0 * math.pi * variance)
        return gate.log_weights(values.scores) + log_density, off

    def cost(self, gate: Gate, values: Values, response: Tensor) -> Tensor:
        joint, _ = self._joint(gate, values, response)
        return -2.0 * joint.logsumexp(-2)

    def rows(self, gate: Gate, values: Values, response: Tensor) -> tuple[Tensor, list[Row]]:
        joint, off = self._joint(gate, values, response)
        total = joint.logsumexp(-2, keepdim=True)
        shares = (joint - total).exp_()
        half = 0.5 / values.scalars[0]
        by_value = (shares * off).mul_(2.0 * half)
        by_variance = (by_value * off).sub_(shares).mul_(half)
        row = Row(shares - values.weights, [by_value], [by_variance], torch.ones_like(response))
        return total.squeeze(-2).mul(-2.0), [row]

    def component_rows(
        self, gate: Gate, values: Values, response: Tensor
    ) -> tuple[Tensor, Tensor, list[Row]]:
        joint, off = self._joint(gate, values, response)
        total = joint.logsumexp(-2, keepdim=True)
        variance = values.scalars[0].expand_as(off)
        root = variance.rsqrt()
        mean = Row(None, [root], [], off * root)
        spread = (off * off / variance - 1.0) * math.sqrt(0.5)
        own = Row(None, [], [math.sqrt(0.5) / variance], spread)
        return total.squeeze(-2).mul(-2.0), (joint - total).exp_(), [mean, own]

    @property
    def cost_unit(self) -> float | None:
        return 1.0


@dataclass(frozen=True)
class Categorical(Output):
    r"""A mixture of multinomial logistic experts over C classes.

    .. math:: p_G(c|x) = \sum_i g_i(x)\,
              \frac{e^{h_c(x, \eta_i)}}{\sum_\ell e^{h_\ell(x, \eta_i)}},\quad h_C = 0

    The last class is the reference. A multinomial draw is a chain of C - 1 yes-or-no draws
    ("class c, given that it is none before c?"), whose information adds up: one row for each.

    Attributes
    ----------
    classes : int
        C, from 2 to 6.

    Notes
    -----
    Source: `multinomial` eq. 1.
    """

    classes: int = 2

    name: ClassVar[str] = "categorical"
    title: ClassVar[str] = "classes by multinomial logistic experts"
    does: ClassVar[str] = "One of several classes; maximum likelihood."
    formula: ClassVar[str] = (
        r"p_G(c|x) = \sum_i g_i(x)\, \frac{e^{h_c(x,\eta_i)}}{\sum_\ell e^{h_\ell(x,\eta_i)}}"
    )
    source: ClassVar[str] = "multinomial eq. 1"
    density: ClassVar[bool] = True
    constants: ClassVar[tuple[Constant, ...]] = (
        Constant(
            "classes",
            "C",
            "How many classes an observation may have; used by the classes output only.",
            2,
            6,
            2,
            whole=True,
            label="Classes",
        ),
    )

    @property
    def copies(self) -> int:
        return self.classes - 1

    def _classes(self, values: Values) -> list[Tensor]:
        """Return each atom's class probabilities, C tensors of shape (..., K, N)."""
        if self.classes == 2:
            first = sigmoid(values.experts[0])
            return [first, 1.0 - first]
        top = values.experts[0].clamp_min(0.0)
        for logit in values.experts[1:]:
            top = torch.maximum(top, logit)
        found = [(logit - top).exp_() for logit in values.experts]
        found.append(top.neg_().exp_())
        total = found[0] + found[1]
        for part in found[2:]:
            total += part
        return [part.div_(total) for part in found]

    def observe(self, values: Values, uniform: Tensor, normal: Tensor) -> Tensor:
        mixed = [(values.weights * p).sum(-2) for p in self._classes(values)]
        ends = torch.stack(mixed, dim=-2).cumsum(-2)
        return (uniform.unsqueeze(-2) > ends[..., :-1, :]).sum(-2).to(uniform.dtype)

    def check(self, response: Tensor) -> None:
        whole = response.to(torch.int8)  # of what is no such number it makes another one
        strange = (whole != response) | (whole < 0) | (whole >= self.classes)
        if bool(strange.any()):
            raise ShapeError(
                f"Expected every response to be a class, a whole number from 0 to "
                f"{self.classes - 1}, but got {response[strange][0].item():g} and "
                f"{int(strange.sum()) - 1} more that are none; number the classes from 0, or set "
                "how many there are."
            )

    def cost(self, gate: Gate, values: Values, response: Tensor) -> Tensor:
        mixed = [(values.weights * p).sum(-2) for p in self._classes(values)]
        return _deviance(mixed, response)

    def rows(self, gate: Gate, values: Values, response: Tensor) -> tuple[Tensor, list[Row]]:
        w = values.weights
        classes = self._classes(values)
        mixed = [(w * p).sum(-2) for p in classes]
        rows = []
        for c, draw in enumerate(_chain(mixed, response)):
            along = [part.unsqueeze(-2) for part in draw[:3]]
            v = _share(classes, c, along)
            mean = (w * v).sum(-2, keepdim=True)
            by_value = _by_value(classes, c, along, v, w)
            rows.append(Row(gate.score_derivative(w, v, mean), by_value, [], draw[3]))
        return _deviance(mixed, response), rows

    def slope_rows(self, gate: Gate, values: Values, response: Tensor) -> list[Row]:
        # The chain divides by roots of p (1 - p): where p is 0 or 1 to a computer, the sum of its
        # products is rounding times 1 / FLOOR. The slope itself is bounded.
        w, classes = values.weights, self._classes(values)
        observed = _observed(classes, response.unsqueeze(-2))
        mixed = (w * observed).sum(-2, keepdim=True).clamp_min(FLOOR)
        share = observed / mixed
        by_score = gate.score_derivative(w, share, (w * share).sum(-2, keepdim=True))
        by_value = [
            w * share * ((response == c).to(w.dtype).unsqueeze(-2) - p)
            for c, p in enumerate(classes[:-1])
        ]
        return [Row(by_score, by_value, [], torch.ones_like(response))]

    def component_rows(
        self, gate: Gate, values: Values, response: Tensor
    ) -> tuple[Tensor, Tensor, list[Row]]:
        if self.classes == 2:
            return _binary_component_rows(values, response)
        w = values.weights
        classes = self._classes(values)
        mixed = [(w * p).sum(-2) for p in classes]
        observed = _observed(classes, response.unsqueeze(-2))
        shares = w * observed / _observed(mixed, response).clamp_min(FLOOR).unsqueeze(-2)
        rows = []
        for c, (*along, residual) in enumerate(_chain(classes, response.unsqueeze(-2))):
            v = _share(classes, c, along)
            rows.append(Row(None, _by_value(classes, c, along, v), [], residual))
        return _deviance(mixed, response), shares, rows

    @property
    def cost_unit(self) -> float | None:
        return 1.0


def _observed(classes: Sequence[Tensor], response: Tensor) -> Tensor:
    """Return the probability of the observed class."""
    out = (response == 0) * classes[0]
    for c, p in enumerate(classes[1:], start=1):
        out = out + (response == c) * p
    return out


def _deviance(mixed: Sequence[Tensor], response: Tensor) -> Tensor:
    return _observed(mixed, response).clamp_min(FLOOR).log_().mul_(-2.0)


def _binary_component_rows(values: Values, response: Tensor) -> tuple[Tensor, Tensor, list[Row]]:
    """Return what :meth:`Categorical.component_rows` does, for two classes and with less work.

    The chain has one draw, whose row is sqrt(p (1 - p)); responses are 0 and 1.
    """
    second = response.unsqueeze(-2)
    p = sigmoid(values.experts[0])
    shares = (p - second).abs_().mul_(values.weights)
    mixed = shares.sum(-2, keepdim=True).clamp_min_(FLOOR)
    shares.div_(mixed)
    other = 1.0 - p
    root = (p * other).clamp_min_(FLOOR).sqrt_()
    residual = other.sub_(second).div_(root)
    return mixed.squeeze(-2).log_().mul_(-2.0), shares, [Row(None, [root], [], residual)]


def _chain(
    classes: Sequence[Tensor], response: Tensor
) -> list[tuple[Tensor, Tensor, Tensor, Tensor]]:
    r"""Return, for each yes-or-no draw c of the chain, its row's coefficients and residual.

    With :math:`S_c = P(Y \ge c)` and :math:`q_c = p_c / S_c`, the root of draw c's information is
    :math:`\sqrt{S_c / (q_c (1 - q_c))}\,\partial q_c`, and
    :math:`\partial q_c = (\partial p_c + q_c \sum_{j<c} \partial p_j) / S_c`. Returned are the
    factors of the :math:`\partial p_j` with j < c, j = c and j > c, and the residual whose product
    with the row is draw c's part of the score.

    All :math:`\partial p_j` add up to 0, so that the same may be taken off the three factors. Of a
    draw that is all but decided the first is: the others are then a and -b, of which one is the
    residual, with :math:`a^2 = (1 - q_c) / p_c` and :math:`b^2 = q_c / P(Y > c)`. A draw of which
    one side is less likely than :data:`FLOOR` shows nothing, as the cost is held there.
    """
    out = []
    tail = [classes[-1]]
    for p in reversed(classes[:-1]):
        tail.append(tail[-1] + p)
    for c, p in enumerate(classes[:-1]):
        later = tail[len(classes) - 2 - c]
        left = tail[len(classes) - 1 - c].clamp_min(FLOOR)
        q, rest = p / left, later / left
        spread = (q * rest).clamp_min(FLOOR)
        seen = left * spread
        here = seen.rsqrt()
        residual = (response >= c) * ((response == c).to(q.dtype) - q) * here
        before, after = here * q, torch.zeros_like(here)
        far = seen < FAR
        none = torch.minimum(p, later) < FLOOR
        a = (rest / p).sqrt_().masked_fill_(none, 0.0)
        b = (q / later).sqrt_().neg_().masked_fill_(none, 0.0)
        before = before.masked_fill_(far, 0.0)
        after = torch.where(far, b, after)
        here = torch.where(far, a, here)
        own = (response > c) * b + (response == c) * a
        out.append((before, here, after, torch.where(far, own, residual)))
    return out


def _share(classes: Sequence[Tensor], c: int, along: Sequence[Tensor]) -> Tensor:
    """Return what an atom's share does to draw c, from its classes and the row's coefficients."""
    before, here, after = along
    v = here * classes[c]
    for p in classes[:c]:
        v = v + before * p
    rest = classes[c + 1]
    for p in classes[c + 2 :]:
        rest = rest + p
    return v + after * rest


def _by_value(
    classes: Sequence[Tensor],
    c: int,
    along: Sequence[Tensor],
    v: Tensor,
    weights: Tensor | None = None,
) -> list[Tensor]:
    """Return the derivatives of draw c by each free class's logit."""
    before, here, after = along
    return [
        (p if weights is None else weights * p)
        * ((before if ell < c else here if ell == c else after) - v)
        for ell, p in enumerate(classes[:-1])
    ]


for _output in (GaussianRegression, GaussianDensity, Categorical):
    OUTPUTS.add(_output.name, _output)
