r"""Competition between experts, the theory's and the algorithm's, and what can go wrong in it.

The theory's gate is a softmax of affinities (`compete` eq. 6); the algorithm divides the winners'
affinities by their sum (§2.2). Both are a routing of affinities, so that they can stand side by
side: ``compete(answers, make_affinity("softplus"), make_routing("softmax"))``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch

from moeviz.model.affinities import Affinity
from moeviz.model.gates import winners
from moeviz.model.registry import Registry
from moeviz.model.routings import Routing

if TYPE_CHECKING:
    from torch import Tensor

CLOSE = 1e-9
"""Answers that differ by less than this share of their size count as equal."""


@dataclass(frozen=True)
class Contest:
    """Experts that competed for inputs.

    Attributes
    ----------
    level : Tensor, shape (..., K, N)
        The mean of each answer's entries.
    affinities, weights : Tensor, shape (..., K, N)
    won : Tensor of bool, shape (..., K, N)
        Who was kept.
    total : Tensor, shape (..., N)
        The sum of the winners' affinities.
    """

    level: Tensor
    affinities: Tensor
    weights: Tensor
    won: Tensor
    total: Tensor

    def troubles(self) -> dict[str, Tensor]:
        """Return at which inputs each of :data:`RISKS` happened, shape (..., N), by its name."""
        return {name: risk.happens(self) for name, risk in RISKS.items()}


def compete(answers: Tensor, affinity: Affinity, routing: Routing) -> Contest:
    """Let experts compete.

    Parameters
    ----------
    answers : Tensor, shape (V, ..., K, N)
        The V entries of each expert's answer to each input.
    affinity : Affinity
    routing : Routing
        Of affinities; one with a softmax is the theory's gate, the winners' shares are the
        algorithm's.

    Returns
    -------
    Contest

    Notes
    -----
    Source: `compete` §2.2, eq. 6, 13 and 14.
    """
    affinities = affinity.of(answers)
    won = winners(affinities, routing.kept(int(affinities.shape[-2])))
    total = affinities.masked_fill(~won, 0.0).sum(-2)
    return Contest(answers.mean(0), affinities, routing.weights(affinities), won, total)


@dataclass(frozen=True)
class Risk:
    """What can go wrong between answers and weights.

    Attributes
    ----------
    name, title : str
        Name in the registry; a few words.
    words : str
        What happens, in a sentence.
    happens : callable
        From a contest to the inputs at which it happened, shape (..., N).
    """

    name: str
    title: str
    words: str
    happens: Callable[[Contest], Tensor]


RISKS: Registry[Risk] = Registry("risk")


def _no_number(at: Contest) -> Tensor:
    return ~at.weights.isfinite().all(-2)


def _overflow(at: Contest) -> Tensor:
    return _no_number(at) & ~at.total.isfinite()


def _zero_sum(at: Contest) -> Tensor:
    return _no_number(at) & (at.total == 0.0)


def _outside(at: Contest) -> Tensor:
    return ((at.weights < 0.0) | (at.weights > 1.0 + CLOSE)).any(-2)


def _silent(at: Contest) -> Tensor:
    return (at.won & (at.weights == 0.0)).any(-2)


def _edges(at: Contest, of: Tensor) -> tuple[Tensor, Tensor]:
    """Return the smallest value among those who won and the largest among those who lost."""
    least = of.masked_fill(~at.won, torch.inf).amin(-2)
    return least, of.masked_fill(at.won, -torch.inf).amax(-2)


def _lost(at: Contest) -> Tensor:
    """Return where the best loser has the affinity of the last winner, with another answer."""
    last, best = _edges(at, at.affinities)
    tied_won = at.won & (at.affinities == last.unsqueeze(-2))
    tied_lost = ~at.won & (at.affinities == best.unsqueeze(-2))
    high = at.level.masked_fill(~(tied_won | tied_lost), -torch.inf).amax(-2)
    low = at.level.masked_fill(~(tied_won | tied_lost), torch.inf).amin(-2)
    return (last == best) & (high - low > CLOSE * torch.maximum(high.abs(), low.abs()))


def _order(at: Contest) -> Tensor:
    last, best = _edges(at, at.affinities)
    least, most = _edges(at, at.level)
    return (last > best) & (most - least > CLOSE * torch.maximum(most.abs(), least.abs()))


for _risk in (
    Risk(
        "overflow",
        "an affinity is no number",
        "An affinity is larger than any number that a computer holds, and no weight is left.",
        _overflow,
    ),
    Risk(
        "zero-sum",
        "the winners sum to 0",
        "The winners' affinities sum to 0, and nothing can be divided by it.",
        _zero_sum,
    ),
    Risk(
        "outside",
        "a weight outside of [0, 1]",
        "A winner's affinity is negative, so that some weights are negative or above 1.",
        _outside,
    ),
    Risk(
        "silent",
        "a winner with weight 0",
        "An expert is kept with weight 0: it says nothing, and learns nothing.",
        _silent,
    ),
    Risk(
        "tie",
        "different answers, equal affinities",
        "The last winner and a loser answer differently with one affinity: their order decides.",
        _lost,
    ),
    Risk(
        "order",
        "a larger answer lost",
        "An expert lost though it answers with more than one who won.",
        _order,
    ),
):
    RISKS.add(_risk.name, _risk)
