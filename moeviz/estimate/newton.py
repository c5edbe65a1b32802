"""Levenberg-Marquardt for least squares, Fisher scoring for likelihoods: one damped method.

Both solve normal equations whose matrix is the information; they differ by the problem's rows
alone. One step, for the fits that are still running:

1. evaluate cost and derivatives at the trial point, in one pass over the data;
2. accept if the cost fell; set the damping by the ratio of actual to predicted fall (Nielsen's
   rule), or raise it if the trial was refused;
3. hold coordinates that sit on the box and would be pushed outwards, solve the damped normal
   equations in the others and clip the step to the box: the next trial point;
4. let go of the fits that have ended. Whose next step promises next to nothing, after steps that
   gained ever less, needs no further pass. Steps that are small because the damping has grown are
   no sign of a minimum: such a fit has converged only where the derivative, too, promises nothing
   more, and is stuck otherwise.

A step that is refused although it promised little more than a sample's kink can take back is kept
as a piece of the cost on the other side (:mod:`moeviz.estimate.kinks`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch

from moeviz.estimate.equations import (
    curvature,
    damped_step,
    free_coordinates,
    promised,
    quadratic,
)
from moeviz.estimate.kinks import Pieces, has_kinks
from moeviz.estimate.problem import Problem
from moeviz.estimate.solver import RUNAWAY, SHORT, WORTH, RunningFits, choose, reasons
from moeviz.model.moments import Moments

if TYPE_CHECKING:
    from torch import Tensor

KINK = 0.1
"""A refused step that promised less than this share of one observation's cost met a kink."""

PATIENCE = 8
"""So many refused steps in a row are tried with pieces before damping alone shortens them."""

EARLY = 30.0
"""A promise of so many tolerances needs no pass to see it kept, where promises fall fast."""

FALLING = 0.1
"""A promise below this share of what the last step brought falls fast."""


@dataclass
class Memory:
    """What is known of each of A fits beside its place.

    Attributes
    ----------
    predicted : Tensor, shape (A,)
        The fall that the next step promises.
    moving : Tensor of bool, shape (A, P)
        Coordinates that the next step may move and that the box does not stop.
    promise : Tensor, shape (A,)
        The largest fall that one coordinate alone promises.
    short : Tensor of bool, shape (A,)
        Whether damping or the box has made the next step short.
    seen : Tensor, shape (A,)
        By how much the last step changed the cost.
    refused : Tensor, shape (A,)
        Steps refused in a row; counted where there are kinks.
    pieces : Pieces, optional
        Of the fits that have met kinks.
    trial, slope, cost : Tensor, shape (A, P), (A, P), (A,), optional
        Of a refused step that is not among the pieces yet.
    """

    predicted: Tensor
    moving: Tensor
    promise: Tensor
    short: Tensor
    seen: Tensor
    refused: Tensor
    pieces: Pieces | None = None
    trial: Tensor | None = None
    slope: Tensor | None = None
    cost: Tensor | None = None


@dataclass(frozen=True)
class LevenbergMarquardt:
    """The method's configuration.

    Attributes
    ----------
    max_steps : int
        Trial points allowed for each fit.
    cost_tolerance : float
        A fit has converged when the predicted and the actual change of its cost both fall below
        this share of the problem's scale; or, without another pass, when its next step promises
        less than 30 times that and less than a tenth of what the last one brought.
    angle_tolerance : float
        A fit has converged when the cosine between its residual and every free column of the
        derivatives is below this.
    initial_damping : float
        First damping, relative to the diagonal of the normal equations.
    enough : float
        A fit ends when its next step promises less than this share of one observation's cost.
    """

    max_steps: int = 200
    cost_tolerance: float = 1e-10
    angle_tolerance: float = 1e-10
    initial_damping: float = 1e-3
    enough: float = 0.0

    def moments(self, problem: Problem, theta: Tensor, fits: Tensor) -> Moments:
        """Return the observed data's moments."""
        return problem.moments(theta, fits)

    def begin(self, cost: Tensor) -> Tensor:
        """Return the first damping."""
        return torch.full_like(cost, self.initial_damping)

    def advance(self, problem: Problem, state: RunningFits) -> Tensor:
        """Take one step of every running fit; return how each ended or goes on, shape (A,)."""
        memory = self._made_up(problem, state)
        assert state.ahead is not None
        at, trial, predicted = state.at, state.ahead, memory.predicted
        new = self.moments(problem, trial, state.index)
        fall = at.cost - new.cost
        memory.seen = fall.abs()
        size = problem.scale(at.cost)
        # The present cost is a number, so that a fall from it is one, too, where the new cost is.
        accepted = (torch.minimum(fall, predicted) > 0) & (memory.seen < torch.inf)
        small = self.cost_tolerance * size
        settled = torch.maximum(predicted.abs(), memory.seen) <= small
        worth = torch.maximum(WORTH * size / problem.samples, 2.0 * small)
        ends_badly = settled & memory.short & (memory.promise > worth)
        kinked = fresh = None
        if has_kinks(problem.mixture):
            kinked = self._kinked(problem, state, accepted, new)
            fresh = kinked if state.bent is None else kinked & ~state.bent
            memory.refused = (memory.refused + 1.0).masked_fill(accepted, 0.0)
        self._damp(state, accepted, fall / predicted, kinked)
        if kinked is not None:
            self._keep(state, new, accepted, kinked)
        state.accept(accepted, trial, new)
        early = self._look_ahead(problem, state)
        if fresh is not None:
            early &= ~fresh
        stuck = (ends_badly | (state.damping > RUNAWAY)) & ~early
        return reasons(early | settled, stuck)

    def _damp(
        self, state: RunningFits, accepted: Tensor, ratio: Tensor, kinked: Tensor | None
    ) -> None:
        """Set the damping by the ratio of actual to predicted fall."""
        shrink = (1.0 - (2.0 * ratio - 1.0) ** 3).clamp_(1.0 / 3.0, 1.0)
        growth = state.growth if kinked is None else state.growth.masked_fill(kinked, 2.0)
        state.damping = torch.where(
            accepted, (state.damping * shrink).clamp_min_(1e-12), state.damping * growth
        )
        doubled = accepted if kinked is None else accepted | kinked
        state.growth = (2.0 * state.growth).masked_fill_(doubled, 2.0)

    def _made_up(self, problem: Problem, state: RunningFits) -> Memory:
        """Return what is remembered; at the first step, and of kinks just met, look ahead now."""
        if state.memory is None:
            unknown = torch.full_like(state.damping, torch.inf)
            state.memory = Memory(
                unknown,
                torch.ones_like(state.theta, dtype=torch.bool),
                unknown,
                torch.zeros_like(unknown, dtype=torch.bool),
                unknown,
                0.0 * state.damping,
            )
            self._look_ahead(problem, state)
        memory: Memory = state.memory
        if state.any_bent and memory.pieces is None:
            assert state.bent is not None
            assert memory.trial is not None
            assert memory.cost is not None
            assert memory.slope is not None
            none = Pieces.none(state.theta)
            memory.pieces = none.add(state.bent, memory.trial, memory.cost, memory.slope)
            self._look_ahead(problem, state)
        return memory

    def _kinked(
        self, problem: Problem, state: RunningFits, accepted: Tensor, new: Moments
    ) -> Tensor:
        """Return whose step was refused where a kink explains it, shape (A,)."""
        memory, ahead = state.memory, state.ahead
        assert ahead is not None
        share = problem.scale(state.at.cost) / problem.samples
        refused = ~accepted & torch.isfinite(new.cost) & (memory.refused < PATIENCE)
        whole = (memory.moving | (ahead == state.theta)).all(1)
        return refused & whole & (memory.predicted > 0) & (memory.predicted <= KINK * share)

    def _keep(self, state: RunningFits, new: Moments, accepted: Tensor, kinked: Tensor) -> None:
        """Keep the point that a fit does not move to, where it has met a kink."""
        memory: Memory = state.memory
        assert state.ahead is not None
        if memory.pieces is None or not state.any_bent:
            memory.pieces = None
            memory.trial, memory.cost, memory.slope = state.ahead, new.cost, new.slope
            state.bent = kinked
            return
        at, pieces = state.at, memory.pieces
        had = pieces.there.any(1)
        pieces = pieces.add(
            kinked | (accepted & had),
            choose(accepted, state.theta, state.ahead),
            torch.where(accepted, at.cost, new.cost),
            choose(accepted, at.slope, new.slope),
        )
        # A step of the present point's own model that is taken has left the kinks behind.
        alone = accepted & (pieces.weight[:, 0] >= 1.0 - 1e-12)
        pieces = pieces.without(alone | ~(accepted | kinked))
        memory.pieces, state.bent = pieces, pieces.there.any(1)

    def _look_ahead(self, problem: Problem, state: RunningFits) -> Tensor:
        """Choose the next trial points; return which fits have no need of them, shape (A,)."""
        at, memory = state.at, state.memory
        free = free_coordinates(problem, state.theta, at.slope)
        bend = curvature(at)
        step = damped_step(at, free, state.damping, bend)
        bent = None if memory.pieces is None else memory.pieces.there.any(1)
        if bent is not None:
            other, memory.pieces = memory.pieces.step(state, free)
            step = choose(bent, other, step)
        reached = state.theta + step
        state.ahead = problem.clamp(reached)
        step = state.ahead - state.theta
        memory.predicted = 2.0 * (step * at.slope).sum(1) - quadratic(step, at.gram)
        if bent is not None:
            fall = memory.pieces.predicted(state, step)
            memory.predicted = torch.where(bent, fall, memory.predicted)
        memory.moving = free & (reached == state.ahead)
        memory.promise = promised(at, memory.moving, bend)
        memory.short = (state.damping > SHORT) | (step == 0).all(1)
        return self._nothing_left(problem, state, free)

    def _nothing_left(self, problem: Problem, state: RunningFits, free: Tensor) -> Tensor:
        at, memory = state.at, state.memory
        size = problem.scale(at.cost)
        diagonal = at.gram.diagonal(dim1=1, dim2=2)
        cosine = at.slope.abs() / (diagonal * size.unsqueeze(1)).sqrt().clamp_min(1e-300)
        stationary = (cosine * free).amax(1) <= self.angle_tolerance
        exact = size <= 1e-28 * problem.samples
        falling = memory.predicted <= FALLING * memory.seen
        little = falling & (memory.predicted <= EARLY * self.cost_tolerance * size)
        enough = self.enough * size / problem.samples if self.enough else 0.0
        little |= memory.predicted <= enough
        little &= (memory.predicted >= 0) & ~memory.short
        return stationary | exact | little
