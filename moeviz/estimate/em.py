r"""Expectation-maximisation for mixtures of conditional densities.

The E-step gives responsibilities; the M-step maximises the expected complete log-likelihood Q.
Where its maximum has a closed form (Gaussian experts that are linear, and every variance) the
step is exact. Elsewhere (gates, class probabilities, curved experts) it is one Newton step on Q
with the complete data's information, which has the same limits and the same rate of convergence
as full maximisation. A step that would lower the likelihood is refused and damped, so that the
likelihood never falls. Damping shortens the Newton steps alone: each variance moves to the maximum
of Q given the means that are reached, however short their way. So a step whose Newton part is
refused over and over comes down to the variances' own M-step, which cannot lower the likelihood.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch

from moeviz.estimate.em_rule import EM_RULES, EmStep, ends
from moeviz.estimate.equations import damped_step, free_coordinates, promised, quadratic
from moeviz.estimate.problem import Problem
from moeviz.estimate.solver import RUNAWAY, SHORT, RunningFits
from moeviz.model.complete import CompleteMoments
from moeviz.model.moments import Moments
from moeviz.model.outputs import GaussianDensity

if TYPE_CHECKING:
    from torch import Tensor

LEAST_DAMPING = 1e-9
"""Damping of a full step; only there because the gauge makes the information singular."""

FIRST_DAMPING = 1e-3
"""Damping after a refused step."""

RELIEF = 0.1
"""What an accepted step leaves of its damping."""

ROUNDING = 1e-13
"""A fall of the deviance below this share of it, or of the samples' number, is rounding."""


@dataclass(frozen=True)
class ExpectationMaximisation:
    """The method's configuration.

    Attributes
    ----------
    max_steps : int
        Iterations allowed for each fit.
    tolerance : float
        A fit has converged when a step changes what the rule watches by no more than this.
    rule : str
        Of what it is the tolerance; see :mod:`moeviz.estimate.em_rule`.

    Notes
    -----
    The defaults are `multinomial` App. D.1, which does not say of what 1e-6 is the tolerance.
    """

    max_steps: int = 2000
    tolerance: float = 1e-6
    rule: str = "mean"

    def moments(self, problem: Problem, theta: Tensor, fits: Tensor) -> Moments:
        """Return the complete data's moments: the E-step."""
        return problem.complete(theta, fits)

    def begin(self, cost: Tensor) -> Tensor:
        """Return the first damping: as good as none."""
        return torch.full_like(cost, LEAST_DAMPING)

    def advance(self, problem: Problem, state: RunningFits) -> Tensor:
        """Take one M-step of every running fit; return how each ended or goes on, shape (A,)."""
        step = self.step(problem, state)
        return ends(step, problem.samples, EM_RULES[self.rule], self.tolerance)

    def step(self, problem: Problem, state: RunningFits) -> EmStep:
        """Take one M-step of every running fit; no rule has a say in where it leads."""
        at = state.at
        assert isinstance(at, CompleteMoments)
        free = free_coordinates(problem, state.theta, at.slope)
        step = damped_step(at, free, state.damping)
        step = _with_exact_variances(problem, state, at, step)
        reached = state.theta + step
        trial = problem.clamp(reached)
        new = problem.complete(trial, state.index)
        rise, level = at.cost - new.cost, 0.5 * at.cost.abs()
        moved = (trial - state.theta).abs().amax(1)
        rounding = ROUNDING * (at.cost.abs() + problem.samples)
        accepted = torch.isfinite(new.cost) & (rise >= 0)
        short = (state.damping > SHORT) | (trial == state.theta).all(1)
        full = accepted & (state.damping <= SHORT)
        still = ~accepted & (rise.abs() <= rounding)
        raised = torch.where(
            state.damping > LEAST_DAMPING,
            state.damping * state.growth,
            torch.full_like(state.damping, FIRST_DAMPING),
        )
        state.growth = torch.where(accepted, torch.full_like(rise, 2.0), 2.0 * state.growth)
        relieved = RELIEF * state.damping
        relieved = torch.where(relieved < FIRST_DAMPING, LEAST_DAMPING, relieved)
        state.damping = torch.where(accepted, relieved, raised)
        promise = promised(at, free & (reached == trial))
        state.accept(accepted, trial, new)
        runaway = state.damping > RUNAWAY
        return EmStep(0.5 * rise, level, moved, full, still, short, promise, runaway)


def _with_exact_variances(
    problem: Problem, state: RunningFits, at: CompleteMoments, step: Tensor
) -> Tensor:
    """Let each variance be the weighted mean of squares around the means that the step reaches.

    An undamped Newton step for a variance ends at the mean of squares around the present means;
    what the means' own steps take off it is known from their moments, exactly so for linear
    experts that the scores do not read.
    """
    mixture = problem.mixture
    if not isinstance(mixture.output, GaussianDensity):
        return step
    step = step.clone()
    layout = mixture.layout_of(state.theta, problem.features)
    for atom in range(layout.atoms):
        block = layout.column(atom, "expert")
        means, variance = slice(block.start, block.stop - 1), block.stop - 1
        share = at.share[:, atom].clamp_min(1e-300)
        own = at.slope[:, variance] / at.gram[:, variance, variance].clamp_min(1e-300)
        if not mixture.score.reads_expert:
            move = step[:, means]
            taken = 2.0 * (move * at.slope[:, means]).sum(1)
            taken -= quadratic(move, at.gram[:, means, means])
            own = own - state.theta[:, variance] * taken.clamp_min(0.0) / share
        step[:, variance] = torch.nan_to_num(own, nan=0.0, posinf=0.0, neginf=0.0)
    return step
