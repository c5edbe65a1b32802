r"""A sparse layer: each token is answered by K of N experts.

On a step without competition a router chooses. On one with competition all experts answer, those
whose answers are strongest win, and the router learns who won. No token is dropped.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch
from torch import nn

from moeviz.model.affinities import make_affinity
from moeviz.model.routings import WinnersShareRouting
from moeviz.train.experts import Experts, mix
from moeviz.train.head import RouterHead
from moeviz.train.losses import balance_loss, distillation_loss, diversity_loss, z_loss
from moeviz.train.routers import Router
from moeviz.train.rules import Rules
from moeviz.train.strength import strengths

if TYPE_CHECKING:
    from torch import Tensor


@dataclass(frozen=True)
class Routed:
    """What a sparse layer did with its tokens.

    Attributes
    ----------
    answer : Tensor, shape (T, d)
    scores : Tensor, shape (N, T)
        The router's.
    chosen : Tensor of int, shape (K, T)
        Who answered, best first.
    weights : Tensor, shape (K, T)
    competed : bool
    losses : dict of str to Tensor
        ``balance``, ``z``; on a step with competition ``distillation`` and ``diversity``.
    """

    answer: Tensor
    scores: Tensor
    chosen: Tensor
    weights: Tensor
    competed: bool
    losses: dict[str, Tensor]


class SparseLayer(nn.Module):
    """A sparse layer on tokens of d numbers.

    Parameters
    ----------
    router : Router
    rules : Rules
    width : int
        d.

    Raises
    ------
    SpecificationError
        If one expert is to answer every token and none is left to be chosen.
    """

    def __init__(self, router: Router, rules: Rules, width: int) -> None:
        super().__init__()
        router.check(rules.top)
        self.router, self.rules = router, rules
        self.affinity = make_affinity(rules.affinity)
        self.top = rules.top - int(router.shared)
        self.experts = Experts(rules.experts, width, rules.hidden, rules.function)
        self.shared = Experts(1, width, rules.hidden, rules.function) if router.shared else None
        self.head = RouterHead(router, rules.experts, width, rules.projection)
        self._skipped = 0

    def start(self, experts: torch.Generator, router: torch.Generator) -> None:
        """Draw everything anew; two streams, so that all methods start from the same experts."""
        self.experts.start(experts)
        if self.shared is not None:
            self.shared.start(experts)
        self.head.start(router)

    def forward(
        self, x: Tensor, competes: bool = False, noise: torch.Generator | None = None
    ) -> Routed:
        """Answer tokens.

        Parameters
        ----------
        x : Tensor, shape (T, d)
        competes : bool
            Whether all experts answer and the strongest win. A layer whose router always competes
            does so in any case.
        noise : torch.Generator or None
            For a router with noise, while it trains.
        """
        if competes or self.router.competes == "always":
            return self._compete(x)
        drawn = None
        if noise is not None and self.router.noisy:
            shape = (self.rules.experts, x.shape[0])
            drawn = torch.randn(shape, generator=noise, dtype=x.dtype).to(x.device)
        scores = self.head.scores(x, drawn)
        chosen, weights = self._kept(scores)
        losses = {
            "balance": balance_loss(self.router.shares(scores), chosen),
            "z": z_loss(scores),
        }
        answer = self._with_shared(x, self.experts.mixed(x, chosen, weights))
        return Routed(answer, scores, chosen, weights, False, losses)

    @contextmanager
    def shifted(self) -> Iterator[None]:
        """Return a context in which rank K + 1 takes the best expert's place (`compete` Table 3).

        The weights are those of the scores that are then kept.
        """
        self._skipped = 1
        try:
            yield
        finally:
            self._skipped = 0

    def affinities(self, answers: Tensor) -> Tensor:
        """Return how strongly experts answer, shape (N, T), of their answers, shape (N, T, d)."""
        return strengths(self.affinity, answers)

    def _kept(self, scores: Tensor) -> tuple[Tensor, Tensor]:
        """Return the K best experts of each token and their weights, both of shape (K, T)."""
        kept, chosen = scores.topk(self.top + self._skipped, dim=0)
        kept, chosen = kept[self._skipped :], chosen[self._skipped :]
        return chosen, self.router.kept_weights(kept, chosen, scores)

    def _with_shared(self, x: Tensor, answer: Tensor) -> Tensor:
        return answer if self.shared is None else answer + self.shared.every(x)[0]

    def _compete(self, x: Tensor) -> Routed:
        answers, best, won = self._contest(x)
        shares = WinnersShareRouting(self.top).weights(best)
        # The router learns from tokens as they are: what is below it does not learn to be routed.
        scores = self.head.scores(x.detach())
        kept = self._kept(scores)
        if self.rules.answered == "router":
            chosen, weights = self._kept(self.head.scores(x))
            answer = self.experts.mixed(x, chosen, weights)
        else:
            chosen, weights, answer = won, shares, mix(answers, shares)
        losses = {
            "balance": balance_loss(self.router.shares(scores), kept[0]),
            "z": z_loss(scores),
            "distillation": self._distillation(scores, kept, shares, won),
            "diversity": self._diversity(x, answers, won),
        }
        return Routed(self._with_shared(x, answer), scores, chosen, weights, True, losses)

    def _contest(self, x: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Return the winners' answers, (K, T, d), how strong they are, and who won, (K, T)."""
        if not self.affinity.alone:
            every = self.experts.every(x)
            best, won = self._winners(self.affinities(every))
            return every.gather(0, won.unsqueeze(-1).expand(-1, -1, every.shape[-1])), best, won
        # The losers' answers decide who they are, and nothing that is learned depends on them.
        with torch.no_grad():
            parts = [self.affinities(part) for part in self.experts.parts(x)]
            won = self._winners(torch.cat(parts, dim=1))[1]
        learns = torch.is_grad_enabled() and self.rules.answered == "winners"
        with torch.set_grad_enabled(learns):
            answers = self.experts.chosen(x, won)
            return answers, self.affinities(answers), won

    def _winners(self, affinities: Tensor) -> tuple[Tensor, Tensor]:
        best, won = affinities.topk(self.top + self._skipped, dim=0)
        return best[self._skipped :], won[self._skipped :]

    def _distillation(
        self, scores: Tensor, kept: tuple[Tensor, Tensor], shares: Tensor, won: Tensor
    ) -> Tensor:
        zeros = torch.zeros_like(scores)
        competition = zeros.scatter(0, won, shares.detach())
        if self.rules.distilled == "all":
            own = self.router.shares(scores)
        else:
            own = zeros.scatter(0, *kept)
        return distillation_loss(own, competition, won, self.rules.alpha)

    def _diversity(self, x: Tensor, answers: Tensor, won: Tensor) -> Tensor:
        if self.rules.diversity_reaches == "experts":
            # Once more, from tokens as they are: the layer's experts move, and nobody else.
            answers = self.experts.chosen(x.detach(), won)
        else:
            answers = answers.detach()
        return diversity_loss(answers, self.rules.diversity_norm)
