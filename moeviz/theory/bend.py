"""What the cost's departure from its quadratic does along a predicted path."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch

from moeviz.theory.local_cost import LocalCost
from moeviz.theory.powers import geometric, power
from moeviz.theory.recursion import Recursion, Schedule

if TYPE_CHECKING:
    from torch import Tensor

MOMENTS = 8
"""Moments of a run at which it is looked at; they lie closer where it begins."""


LONGEST = 2.0**40
"""Steps beyond which a run counts as this long."""


@dataclass(frozen=True)
class PredictedPath:
    """Some moments of predicted runs.

    Attributes
    ----------
    times : Tensor, shape (M + 1, R, 1)
        After how many steps; from 0 to the end.
    theta : Tensor, shape (M + 1, R, P)
    """

    times: Tensor
    theta: Tensor

    @property
    def signs(self) -> tuple[int, int, int]:
        """Shape of the signs that :func:`bend` asks for."""
        return self.times.shape[0] - 1, self.times.shape[1], 1


def predicted_path(
    modes: Recursion, start: Tensor, gradient: Tensor, spread: Tensor, steps: Tensor
) -> PredictedPath:
    """Return where the linear recursion is at some moments of its runs.

    Parameters
    ----------
    modes : Recursion
    start : Tensor, shape (R, P)
    gradient : Tensor, shape (R, Q)
        The sample's own at the start, in modes.
    spread : Tensor, shape (R, Q)
        What the order of the batches adds at the end.
    steps : Tensor, shape (R,)
        How long each runs.
    """
    steps = steps.clamp_max(LONGEST)
    part = torch.linspace(0.0, 1.0, MOMENTS + 1, dtype=steps.dtype).unsqueeze(1)
    whole = torch.floor(torch.exp(part * torch.log1p(steps)) - 1.0)
    at = torch.where(part == 1.0, steps, whole).unsqueeze(-1)
    lost = 1.0 - power(modes.rates, 2.0 * at)
    share = (lost / torch.where(lost[-1] == 0, 1.0, lost[-1])).clamp(0.0, 1.0)
    moved = share.sqrt() * spread - geometric(modes.rates, at) * gradient
    return PredictedPath(at, start + moved @ modes.modes.mT)


@dataclass(frozen=True)
class Bend:
    """What the remainder adds.

    Attributes
    ----------
    moved : Tensor, shape (R, P)
        To the parameters at the end.
    gradient : Tensor, shape (R, Q + Q')
        To the gradient that is left at the end, in modes and then in those of no curvature.
    """

    moved: Tensor
    gradient: Tensor


def bend(
    local: LocalCost,
    modes: Recursion,
    schedule: Schedule,
    path: PredictedPath,
    signs: Tensor,
) -> Bend:
    r"""Return what the gradient's remainder along the predicted path adds at the end.

    With remainders r at moments t_k it is, mode by mode, minus the sum over k of
    :math:`(1-x)^{T - t_{k+1}} s_{t_{k+1} - t_k}\,\tfrac12(r_k + r_{k+1})`: the first of Picard's
    iterations beyond the linear one. Beside the mean cost's remainder the sample has a curvature of
    its own, and so has each batch, whose parts add up as their squares do.

    Parameters
    ----------
    local : LocalCost
    modes : Recursion
    schedule : Schedule
    path : PredictedPath
    signs : Tensor of 1 and -1, shape :attr:`PredictedPath.signs`
        Of what the batches of each stretch add.
    """
    whole = torch.cat([modes.modes, modes.idle], dim=1)
    rates = torch.cat([modes.rates, modes.rates.new_zeros(modes.idle.shape[1])])
    usable = torch.where(path.theta.isfinite().all(-1, keepdim=True), path.theta, local.theta)

    at = path.times
    steps = at[1:] - at[:-1]
    scatter = local.scatter(usable) @ whole
    rest = local.remainder(usable) @ whole + scatter / schedule.samples**0.5
    added = geometric(rates, steps) * _between(rest)
    if schedule.batches > 1:
        squares = geometric(rates * (2.0 - rates), steps).clamp_min(0.0)
        added = added + squares.sqrt() * signs * _between(scatter) / schedule.size**0.5
    moved = -(power(rates, at[-1] - at[1:]) * added).sum(0)
    return Bend(moved @ whole.mT, rest[-1] + rates * moved)


def _between(values: Tensor) -> Tensor:
    """Return the means of neighbours along the first axis."""
    return 0.5 * (values[1:] + values[:-1])
