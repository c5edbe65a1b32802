r"""Expectation-maximisation for mixtures of conditional densities.

The E-step gives responsibilities; the M-step maximises the expected complete log-likelihood Q.
Where its maximum has a closed form (Gaussian experts that are linear, and every variance) the
step is exact. Elsewhere (gates, class probabilities, curved experts) it is one Newton step on Q
with the complete data's information, which has the same limits and the same rate of convergence
as full maximisation. A step that would lower the likelihood is refused and damped, so that the
likelihood never falls.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from moeviz.estimate.problem import Problem
from moeviz.estimate.solver import State, damped_step, free_coordinates, quadratic
from moeviz.model.complete import CompleteMoments
from moeviz.model.moments import Moments
from moeviz.model.outputs import GaussianDensity

LEAST_DAMPING = 1e-9
"""Damping of a full step; only there because the gauge makes the information singular."""

FIRST_DAMPING = 1e-3
"""Damping after a refused step."""

ROUNDING = 1e-13
"""A fall of the likelihood below this share of it is rounding."""


@dataclass(frozen=True)
class ExpectationMaximisation:
    """The method's configuration.

    Attributes
    ----------
    max_steps : int
        Iterations allowed for each fit.
    tolerance : float
        A fit has converged when its mean log-likelihood per observation rises by less than this.

    Notes
    -----
    The defaults are `multinomial` App. D, which does not say of what 1e-6 is the tolerance.
    """

    max_steps: int = 2000
    tolerance: float = 1e-6

    def moments(self, problem: Problem, theta: Tensor, fits: Tensor) -> Moments:
        """Return the complete data's moments: the E-step."""
        return problem.complete(theta, fits)

    def begin(self, cost: Tensor) -> Tensor:
        """Return the first damping: as good as none."""
        return torch.full_like(cost, LEAST_DAMPING)

    def advance(self, problem: Problem, state: State) -> Tensor:
        """Take one M-step of every running fit; return which have converged, shape (A,)."""
        at = state.at
        assert isinstance(at, CompleteMoments)
        free = free_coordinates(problem, state.theta, at.slope)
        step = damped_step(at, free, state.damping)
        step = _with_exact_variances(problem, state, at, step)
        trial = problem.clamp(state.theta + step)
        new = problem.complete(trial, state.index)
        rise = at.cost - new.cost
        rounding = ROUNDING * at.cost.abs()
        accepted = torch.isfinite(new.cost) & (rise >= 0)
        settled = accepted & (0.5 * rise <= self.tolerance * problem.samples)
        still = ~accepted & (rise.abs() <= rounding)
        raised = torch.where(
            state.damping > LEAST_DAMPING,
            state.damping * state.growth,
            torch.full_like(state.damping, FIRST_DAMPING),
        )
        state.growth = torch.where(accepted, torch.full_like(rise, 2.0), 2.0 * state.growth)
        state.damping = torch.where(accepted, torch.full_like(raised, LEAST_DAMPING), raised)
        state.accept(accepted, trial, new)
        return settled | still | (state.damping > 1e30)


def _with_exact_variances(
    problem: Problem, state: State, at: CompleteMoments, step: Tensor
) -> Tensor:
    """Let each variance be the weighted mean of squares around the means that the step reaches.

    The Newton step for a variance ends at the mean of squares around the present means; what the
    means' own steps take off it is known from their moments, exactly so for linear experts.
    """
    mixture = problem.mixture
    if not isinstance(mixture.output, GaussianDensity) or mixture.score.reads_expert:
        return step
    step = step.clone()
    layout = mixture.layout_of(state.theta, problem.features)
    for atom in range(layout.atoms):
        block = layout.column(atom, "expert")
        means, variance = slice(block.start, block.stop - 1), block.stop - 1
        move = step[:, means]
        taken = 2.0 * (move * at.slope[:, means]).sum(1)
        taken -= quadratic(move, at.gram[:, means, means])
        step[:, variance] -= (
            state.theta[:, variance] * taken.clamp_min(0.0) / at.share[:, atom].clamp_min(1e-300)
        )
    return step
