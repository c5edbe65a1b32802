r"""What a protocol measures, predicted with no fitted parameter.

A protocol starts somewhere near a point (the truth, or its best approximation) and takes so many
steps. Its linear recursion (:mod:`moeviz.theory.recursion`) says how the error at the end scatters.
What a curve shows is a reading of it, which is no square in general: cells, gauges and powers are
in it. So the expectation is taken over a fixed, seeded sample of starts and gradients, carried to
the end by the recursion and fed through the reading itself; that is exact for every reading, at
T = 0 it is the reading of the starts, and the same draws serve all sample sizes.

Where the recursion breaks is computed beside it. On the predicted path the mean cost's gradient
differs from :math:`H\delta` by a remainder; the recursion carries that along, too, and what it does
to the reading at the end, as a share of the reading, says how far the line can be trusted. Where
most runs would go on because of it, for they watch their progress, it cannot be.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import torch

from moeviz.theory.bend import bend, predicted_path
from moeviz.theory.linear_protocols import LinearProtocol
from moeviz.theory.local_cost import LocalCost
from moeviz.theory.mean_cost import SAMPLES
from moeviz.theory.powers import geometric
from moeviz.theory.recursion import Recursion

if TYPE_CHECKING:
    from torch import Tensor

MOST = 0.5
"""Where a larger share of runs would go on, the recursion does not hold."""

LOOKED = SAMPLES
"""Of how many draws the remainder is followed."""


@dataclass(frozen=True)
class Predicted:
    """A protocol's end, as the linear recursion has it, from a fixed sample of its randomness.

    Attributes
    ----------
    theta : Tensor, shape (R, P)
        Parameters at the end.
    bent : Tensor, shape (R', P)
        Those of the first draws once more, with what the cost's remainder adds.
    steps : Tensor, shape (R,)
        After how many steps each ends.
    further : Tensor of bool, shape (R',)
        Whether what the remainder adds would make a protocol go on that looks at its progress.
    """

    theta: Tensor
    bent: Tensor
    steps: Tensor
    further: Tensor

    @property
    def straight(self) -> Tensor:
        """The parameters that `bent` is held against, shape (R', P)."""
        return self.theta[: self.bent.shape[0]]

    @property
    def more(self) -> Tensor:
        """All other parameters, shape (R - R', P)."""
        return self.theta[self.bent.shape[0] :]


def predict(
    local: LocalCost,
    modes: Recursion,
    protocol: LinearProtocol,
    start: Tensor,
    samples: int,
    looked: int = LOOKED,
    seed: int = 0,
) -> Predicted:
    """Carry starts and gradients to the protocol's end.

    Parameters
    ----------
    local : LocalCost
    modes : Recursion
        Of the protocol at `local`.
    protocol : LinearProtocol
    start : Tensor, shape (R, P)
        Where it starts. Of a covariance S, draw them: ``theta + normal @ root.T``.
    samples : int
        n.
    looked : int
        Of how many draws the remainder is followed.
    seed : int
        Of the gradients' draws.

    Returns
    -------
    Predicted
        Parameters that are no numbers where it diverges beyond all numbers.
    """
    schedule = protocol.schedule(samples)
    rng = np.random.default_rng((seed, 1))
    drawn = torch.from_numpy(rng.standard_normal((2, start.shape[0], modes.rates.shape[0])))
    error = start - local.theta
    gradient = error @ modes.pull.mT + local.drift @ modes.modes
    gradient = gradient + drawn[0] @ _root(modes.noise).mT / samples**0.5
    steps = protocol.ends(modes, gradient, samples)
    moved = -geometric(modes.rates, steps.unsqueeze(1)) * gradient
    order = modes.shuffled(schedule)
    end = start + (moved + drawn[1] @ _root(order).mT) @ modes.modes.mT
    some = slice(0, looked)
    spread = order.diagonal().clamp_min(0.0).sqrt() * drawn[1][some]
    path = predicted_path(modes, start[some], gradient[some], spread, steps[some])
    signs = torch.from_numpy(rng.choice([-1.0, 1.0], path.signs))
    added = bend(local, modes, schedule, path, signs)
    further = protocol.further(modes, added.gradient, samples)
    # Who has taken all the steps there are goes on for no progress' sake.
    further &= steps[some] < schedule.steps
    return Predicted(end, end[some] + added.moved, steps, further)


def _root(covariance: Tensor) -> Tensor:
    """Return B with B B^T = `covariance`, whose negative eigenvalues are rounding."""
    if not bool(covariance.isfinite().all()):
        return torch.full_like(covariance, torch.nan)
    values, vectors = torch.linalg.eigh(covariance)
    return vectors * values.clamp_min(0.0).sqrt()


def shift(parts: Sequence[Predicted], read: Callable[[Tensor], Tensor]) -> float:
    """Return by what share of their mean the remainder moves readings, up or down, on average.

    Parameters
    ----------
    parts : sequence of Predicted
        Of starts around several points.
    read : callable
        From parameters, shape (R, P), to readings, shape (R,).

    Returns
    -------
    float
        Infinity where it is no number, or where most runs would go on.
    """
    before = read(torch.cat([part.straight for part in parts]))
    after = read(torch.cat([part.bent for part in parts]))
    further = float(torch.cat([part.further for part in parts]).double().mean())
    moved, mean = float((after - before).abs().mean()), float(before.mean())
    if further > MOST or not np.isfinite(moved):
        return float("inf")
    if moved == 0.0:
        return 0.0
    return moved / mean if mean > 0 else float("inf")
