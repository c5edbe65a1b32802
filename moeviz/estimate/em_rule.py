r"""When expectation-maximisation ends: of what its tolerance is one.

Where the steps lead depends on no rule, only after which of them a run ends. With l the log-
likelihood of the whole sample, a rule ends a run after a step from t - 1 to t when

=============  ==================================================================
``mean``       the mean log-likelihood rises by no more, (l_t - l_{t-1}) / n
``total``      the total log-likelihood rises by no more, l_t - l_{t-1}
``relative``   the rise is no larger a share of it, (l_t - l_{t-1}) / \|l_{t-1}\|
``parameters`` no parameter moves by more, the largest \|theta_t - theta_{t-1}\|
``none``       never: all iterations are taken
=============  ==================================================================

than the tolerance. Only a whole step proves something, not one that was damped. Under each rule a
run ends, too, where it stands still: where a step would change the likelihood by rounding alone.
`multinomial` App. D.1 names a tolerance and not of what.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import torch

from moeviz.errors import SpecificationError
from moeviz.estimate.solver import WORTH, reasons
from moeviz.model.registry import Registry

if TYPE_CHECKING:
    from torch import Tensor

    Tolerance: TypeAlias = float | Tensor


@dataclass(frozen=True)
class EmStep:
    """What one step says about whether a fit ends, whatever the rule; all of shape (A,).

    Attributes
    ----------
    rise : Tensor
        Of the log-likelihood at the trial point; negative or no number where it was refused.
    level : Tensor
        Size of the log-likelihood before the step.
    moved : Tensor
        The largest change of a parameter on the way to the trial point.
    full : Tensor of bool
        Whether the step was accepted and hardly damped, so that a small rise proves something.
    still : Tensor of bool
        Whether it was refused for a fall that rounding explains.
    short : Tensor of bool
        Whether damping or the box has made the step short.
    promise : Tensor
        The largest fall of the deviance that one coordinate promised.
    runaway : Tensor of bool
        Whether the damping has grown beyond all use.
    """

    rise: Tensor
    level: Tensor
    moved: Tensor
    full: Tensor
    still: Tensor
    short: Tensor
    promise: Tensor
    runaway: Tensor


@dataclass(frozen=True)
class EmRule:
    """Of what a tolerance is one.

    Attributes
    ----------
    name, title : str
        Name in the registry; what a run watches, in words.
    allowed : callable
        From a step, a tolerance and n to the largest rise of the log-likelihood that counts as
        nothing.
    of_parameters : bool
        Whether the tolerance is one of the parameters' changes instead of that rise.
    tolerates : bool
        Whether a tolerance has a say.
    """

    name: str
    title: str
    allowed: Callable[[EmStep, Tolerance, int], Tolerance]
    of_parameters: bool = False
    tolerates: bool = True

    def passed(self, step: EmStep, tolerance: Tolerance, samples: int) -> Tensor:
        """Return whether what a step changes is within the tolerance, shape (A,) or (W, A)."""
        if self.of_parameters:
            return step.moved <= tolerance
        return step.rise <= self.allowed(step, tolerance, samples)


EM_RULES: Registry[EmRule] = Registry("rule for the end of EM")

for _rule in (
    EmRule("mean", "mean log-likelihood", lambda step, tolerance, n: tolerance * n),
    EmRule("total", "total log-likelihood", lambda step, tolerance, n: tolerance),
    EmRule(
        "relative",
        "log-likelihood, as a share of itself",
        lambda step, tolerance, n: tolerance * step.level,
    ),
    EmRule(
        "parameters",
        "largest change of a parameter",
        lambda step, tolerance, n: 0.0,
        of_parameters=True,
    ),
    EmRule("none", "nothing", lambda step, tolerance, n: -math.inf, tolerates=False),
):
    EM_RULES.add(_rule.name, _rule)


@dataclass(frozen=True)
class EmWay:
    """A way to end expectation-maximisation.

    Attributes
    ----------
    rule : str
        Name in :data:`EM_RULES`.
    tolerance : float
        Of what the rule watches.
    steps : int
        Iterations allowed.

    Raises
    ------
    SpecificationError
        If there is no such rule, or a number is negative or none.
    """

    rule: str = "mean"
    tolerance: float = 1e-6
    steps: int = 2000

    def __post_init__(self) -> None:
        if self.rule not in EM_RULES:
            raise SpecificationError(
                f"Expected a rule of {', '.join(EM_RULES)}, but got '{str(self.rule)[:40]}'."
            )
        if not self.tolerance >= 0 or self.steps < 0:
            raise SpecificationError(
                "Expected a tolerance and a number of steps of at least 0, but got "
                f"{self.tolerance:g} and {self.steps}."
            )


def ends(step: EmStep, samples: int, rule: EmRule, tolerance: Tolerance) -> Tensor:
    """Return how each fit ends or goes on, values of `Status`.

    Parameters
    ----------
    step : EmStep
        Of A fits.
    samples : int
        n.
    rule : EmRule
    tolerance : float, or Tensor of shape (W, 1)
        One, or several at once.

    Returns
    -------
    Tensor of int, shape (A,) or (W, A)
    """
    done = (step.full & rule.passed(step, tolerance, samples)) | step.still
    nothing = rule.allowed(step, tolerance, samples)
    least = (
        nothing.mul(4.0).clamp_min(WORTH)
        if isinstance(nothing, torch.Tensor)
        else max(WORTH, 4.0 * nothing)
    )
    worthless = step.promise <= least
    return reasons(done, (done & step.short & ~worthless) | step.runaway)
