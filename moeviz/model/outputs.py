"""The outputs that there are; here those with Gaussian noise, of known size or fitted."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import torch

from moeviz.model.constants import Constant, build
from moeviz.model.gates import Gate
from moeviz.model.measure import Part
from moeviz.model.output import Output, Row, Values, choose
from moeviz.model.registry import Registry

if TYPE_CHECKING:
    from torch import Tensor

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
        atom = choose(values.weights, uniform).unsqueeze(-2)
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


for _output in (GaussianRegression, GaussianDensity):
    OUTPUTS.add(_output.name, _output)
