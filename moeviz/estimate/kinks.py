r"""Steps that know of kinks: the cost near a point as the largest of several quadratic pieces.

With a kinked expert (ReLU) the cost of N samples is smooth but for the kinks of the samples, one
surface for each. Close to a minimum a Newton step crosses a few of them, and its model, made on
one side, promises a fall that is not there: the step is refused. Damping then shortens the step
until it stays on its side, over many passes. But the refused point is not worth nothing: there
the cost and its derivative belong to the other side. With every refused point as a *piece*,

.. math:: m_j(s) = c_j - 2 g_j^\top (s - s_j) + (s - s_j)^\top G (s - s_j),

all with the curvature G of the present point, the next step minimises the largest of the pieces
and of the present point's own model. By duality that is a convex quadratic program over the
weights of the pieces, small enough to try every set of active ones.

A piece that promises more than the present cost at the present point (the kink between is a ridge,
no valley) is lowered to it.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import torch

from moeviz.estimate.equations import aligned, damped_steps, quadratic
from moeviz.estimate.solver import RunningFits
from moeviz.model import Mixture
from moeviz.model.formula import Call, Tree
from moeviz.model.reading import formula_of

if TYPE_CHECKING:
    from torch import Tensor

BENDING = frozenset({"abs", "relu"})
"""Functions that are continuous and have a kink."""

PIECES = 4
"""Pieces kept of each fit."""

RIDGE = 1e-12
"""Added to the program's matrix, as a share of its largest diagonal entry."""

SLACK = 1e-9
"""A weight down to minus this is rounding."""


@lru_cache(maxsize=256)
def has_kinks(mixture: Mixture) -> bool:
    """Return whether the experts' formula has a function with a kink.

    Only there a refused step shows the other side of something; a smooth cost that bends more than
    its model says is no largest of several pieces, and they would end its fits too soon.
    """
    return _bends(formula_of(mixture.expert))


def _bends(tree: Tree) -> bool:
    own = isinstance(tree, Call) and tree.function in BENDING
    return own or any(map(_bends, tree.children))


@dataclass
class Pieces:
    """Points on other sides of kinks, of each of A fits.

    Attributes
    ----------
    theta, slope : Tensor, shape (A, M, P)
        Where they are; minus half the cost's gradient there.
    cost : Tensor, shape (A, M)
    there : Tensor of bool, shape (A, M)
        Which of the M places are taken.
    age : Tensor, shape (A, M)
        Steps since each was seen.
    weight : Tensor, shape (A, M + 1)
        Of the present point's model and of the pieces, in the step that was made of them last.
    """

    theta: Tensor
    slope: Tensor
    cost: Tensor
    there: Tensor
    age: Tensor
    weight: Tensor

    @classmethod
    def none(cls, theta: Tensor) -> Pieces:
        """Return no pieces of fits at `theta`, shape (A, P)."""
        fits, size = theta.shape
        empty = theta.new_zeros(fits, PIECES, size)
        weight = theta.new_zeros(fits, PIECES + 1)
        weight[:, 0] = 1.0
        flat = theta.new_zeros(fits, PIECES)
        return cls(empty, empty, flat, flat.bool(), flat, weight)

    def add(self, which: Tensor, theta: Tensor, cost: Tensor, slope: Tensor) -> Pieces:
        """Return the pieces with one more where `which`, shape (A,), says so.

        It takes a free place, or that of the oldest piece without weight.
        """
        first_free = torch.arange(PIECES, device=theta.device, dtype=theta.dtype) - 1e9
        value = torch.where(self.there, 1e6 * self.weight[:, 1:] - self.age, first_free)
        place = torch.nn.functional.one_hot(value.argmin(1), PIECES).bool() & which.unsqueeze(1)
        return Pieces(
            torch.where(place.unsqueeze(2), theta.unsqueeze(1), self.theta),
            torch.where(place.unsqueeze(2), slope.unsqueeze(1), self.slope),
            torch.where(place, cost.unsqueeze(1), self.cost),
            self.there | place,
            (self.age + 1.0).masked_fill(place, 0.0),
            self.weight,
        )

    def without(self, which: Tensor) -> Pieces:
        """Return no pieces where `which`, shape (A,), says so."""
        there = self.there & ~which.unsqueeze(1)
        return Pieces(self.theta, self.slope, self.cost, there, self.age, self.weight)

    def step(self, state: RunningFits, free: Tensor) -> tuple[Tensor, Pieces]:
        """Return the step to the lowest point of the largest piece, and the weights of it.

        Parameters
        ----------
        state : RunningFits
        free : Tensor of bool, shape (A, P)
            Coordinates that may move.

        Returns
        -------
        step : Tensor, shape (A, P)
        pieces : Pieces
        """
        excess, turn = self._from(state)
        turn = turn * free.unsqueeze(1)
        slopes = torch.cat([state.at.slope.unsqueeze(1), turn], 1)
        steps = damped_steps(state.at, free, state.damping, slopes)
        newton, moves = steps[:, 0], steps[:, 1:]
        matrix = (turn.unsqueeze(2) * moves.unsqueeze(1)).sum(3)
        matrix = 0.5 * (matrix + matrix.transpose(1, 2))
        target = excess - 2.0 * (turn * newton.unsqueeze(1)).sum(2)
        weight = _on_simplex(matrix, target, self.there)
        found = Pieces(self.theta, self.slope, self.cost, self.there, self.age, weight)
        return newton + (moves * weight[:, 1:].unsqueeze(2)).sum(1), found

    def predicted(self, state: RunningFits, step: Tensor) -> Tensor:
        """Return by how much the largest piece falls along a step, shape (A,)."""
        excess, turn = self._from(state)
        own = quadratic(step, state.at.gram) - 2.0 * (step * state.at.slope).sum(1)
        others = excess - 2.0 * (turn * step.unsqueeze(1)).sum(2)
        others = others.masked_fill(~self.there, 0.0).amax(1).clamp_min(0.0)
        return -(own + others)

    def _from(self, state: RunningFits) -> tuple[Tensor, Tensor]:
        """Return what each piece lies above the present cost, and how its slope differs."""
        at = state.at
        back = self.theta - state.theta.unsqueeze(1)
        bend = (at.gram.unsqueeze(1) * back.unsqueeze(2)).sum(3)
        excess = self.cost - at.cost.unsqueeze(1)
        excess = excess + (back * (2.0 * self.slope + bend)).sum(2)
        turn = self.slope + bend - at.slope.unsqueeze(1)
        gone = ~self.there
        return (
            excess.clamp_max(0.0).masked_fill(gone, 0.0),
            turn.masked_fill(gone.unsqueeze(2), 0.0),
        )


@lru_cache(maxsize=4)
def _sets(device: torch.device) -> Tensor:
    """Return every set of active models but the empty one, shape (2^(M+1) - 1, M + 1)."""
    codes = torch.arange(1, 2 ** (PIECES + 1), device=device)
    places = torch.arange(PIECES + 1, device=device)
    return ((codes.unsqueeze(1) >> places) & 1).to(torch.float64)


def _on_simplex(matrix: Tensor, target: Tensor, there: Tensor) -> Tensor:
    """Minimise w'Kw - h'w over weights that are not negative and sum to 1.

    The first weight is that of the present point's model, whose entries of K and h are 0.

    Parameters
    ----------
    matrix : Tensor, shape (A, M, M)
        K of the pieces, positive semidefinite.
    target : Tensor, shape (A, M)
        h of the pieces.
    there : Tensor of bool, shape (A, M)

    Returns
    -------
    Tensor, shape (A, M + 1)
    """
    fits, count = target.shape
    scale = matrix.diagonal(dim1=1, dim2=2).amax(1).clamp_min(1e-300)
    whole = torch.nn.functional.pad(matrix / scale[:, None, None], (1, 0, 1, 0))
    whole = whole + RIDGE * torch.eye(count + 1, dtype=whole.dtype, device=whole.device)
    aim = torch.nn.functional.pad(target / scale.unsqueeze(1), (1, 0))
    active = _sets(target.device) * torch.nn.functional.pad(there, (1, 0), value=True).unsqueeze(1)
    empty = active.sum(2) == 0
    # Stationary with the sum held at 1; models that are not active keep the weight 0.
    equations = 2.0 * whole.unsqueeze(1) * active.unsqueeze(2) * active.unsqueeze(3)
    equations = equations + torch.diag_embed(1.0 - active)
    equations = torch.cat([equations, active.unsqueeze(2)], 2)
    last = torch.cat([active, empty.to(active.dtype).unsqueeze(2)], 2)
    equations = torch.cat([equations, last.unsqueeze(3)], 3).flatten(0, 1)
    right = torch.cat([aim.unsqueeze(1) * active, torch.ones_like(active[..., :1])], 2)
    right = torch.nn.functional.pad(right, (0, -(count + 2) % 8)).flatten(0, 1)
    found, _ = torch.linalg.solve_ex(aligned(equations), right.unsqueeze(2))
    weight = found[:, : count + 1, 0].unflatten(0, (fits, -1))
    value = (weight * ((whole.unsqueeze(1) * weight.unsqueeze(2)).sum(3) - aim.unsqueeze(1))).sum(2)
    fine = (weight >= -SLACK).all(2) & torch.isfinite(value) & ~empty
    best = value.masked_fill(~fine, torch.inf).argmin(1)
    picked = weight.gather(1, best[:, None, None].expand(-1, 1, count + 1)).squeeze(1)
    return torch.nan_to_num(picked).clamp_min(0.0)
