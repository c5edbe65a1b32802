"""Classes by multinomial logistic experts, and a class as a chain of yes-or-no draws."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import torch

from moeviz.errors import ShapeError
from moeviz.model.constants import Constant
from moeviz.model.elementwise import sigmoid
from moeviz.model.gates import Gate
from moeviz.model.output import FLOOR, Output, Row, Values
from moeviz.model.outputs import OUTPUTS

if TYPE_CHECKING:
    from torch import Tensor

FAR = 1e-14
"""A draw of the chain of classes that shows less information goes by formulas of its own.

The others take differences of numbers that are next to 1, of which less than a hundredth is left.
"""


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


OUTPUTS.add(Categorical.name, Categorical)
