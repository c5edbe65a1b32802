"""Levenberg-Marquardt for least squares, Fisher scoring for likelihoods: one damped method.

Both solve normal equations whose matrix is the information; they differ by the problem's rows
alone. One step, for the fits that are still running:

1. hold coordinates that sit on the box and would be pushed outwards;
2. solve the damped normal equations in the others and clip the step to the box;
3. evaluate cost and derivatives at the trial point, in one pass over the data;
4. accept if the cost fell; set the damping by the ratio of actual to predicted fall (Nielsen's
   rule), or raise it if the trial was refused;
5. let go of the fits that have ended. Steps that are small because the damping has grown are no
   sign of a minimum: such a fit has converged only where the derivative, too, promises nothing
   more, and is stuck otherwise.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch

from moeviz.estimate.problem import Problem
from moeviz.estimate.solver import (
    RUNAWAY,
    SHORT,
    WORTH,
    RunningFits,
    damped_step,
    free_coordinates,
    promised,
    quadratic,
    reasons,
)
from moeviz.model.moments import Moments

if TYPE_CHECKING:
    from torch import Tensor


@dataclass(frozen=True)
class LevenbergMarquardt:
    """The method's configuration.

    Attributes
    ----------
    max_steps : int
        Trial points allowed for each fit.
    cost_tolerance : float
        A fit has converged when the predicted and the actual change of its cost both fall below
        this share of the problem's scale.
    angle_tolerance : float
        A fit has converged when the cosine between its residual and every free column of the
        derivatives is below this.
    initial_damping : float
        First damping, relative to the diagonal of the normal equations.
    """

    max_steps: int = 200
    cost_tolerance: float = 1e-10
    angle_tolerance: float = 1e-10
    initial_damping: float = 1e-3

    def moments(self, problem: Problem, theta: Tensor, fits: Tensor) -> Moments:
        """Return the observed data's moments."""
        return problem.moments(theta, fits)

    def begin(self, cost: Tensor) -> Tensor:
        """Return the first damping."""
        return torch.full_like(cost, self.initial_damping)

    def advance(self, problem: Problem, state: RunningFits) -> Tensor:
        """Take one step of every running fit; return how each ended or goes on, shape (A,)."""
        at = state.at
        free = free_coordinates(problem, state.theta, at.slope)
        diagonal = at.gram.diagonal(dim1=1, dim2=2)
        size = problem.scale(at.cost)
        cosine = at.slope.abs() / (diagonal * size.unsqueeze(1)).sqrt().clamp_min(1e-300)
        stationary = (cosine * free).amax(1) <= self.angle_tolerance
        reached = state.theta + damped_step(at, free, state.damping)
        trial = problem.clamp(reached)
        step = trial - state.theta
        predicted = 2.0 * (step * at.slope).sum(1)
        predicted -= quadratic(step, at.gram)
        new = self.moments(problem, trial, state.index)
        fall = at.cost - new.cost
        accepted = torch.isfinite(new.cost) & (fall > 0) & (predicted > 0)
        small = self.cost_tolerance * size
        settled = (predicted.abs() <= small) & (fall.abs() <= small)
        exact = size <= 1e-28 * problem.samples
        ratio = fall / predicted
        shrink = (1.0 - (2.0 * ratio - 1.0) ** 3).clamp(1.0 / 3.0, 1.0)
        short = (state.damping > SHORT) | (step == 0).all(1)
        state.damping = torch.where(
            accepted, (state.damping * shrink).clamp_min(1e-12), state.damping * state.growth
        )
        state.growth = torch.where(accepted, torch.full_like(ratio, 2.0), 2.0 * state.growth)
        promise = promised(at, free & (reached == trial))
        worthless = promise <= torch.maximum(WORTH * size / problem.samples, 2.0 * small)
        state.accept(accepted, trial, new)
        stuck = ((settled & short & ~worthless) | (state.damping > RUNAWAY)) & ~(stationary | exact)
        return reasons(stationary | settled | exact, stuck)
