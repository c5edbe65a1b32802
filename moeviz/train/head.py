"""What a router has to learn: an expert's vector each, and what brings tokens to them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch import nn

from moeviz.model.elementwise import softplus
from moeviz.train.experts import INITIAL_SPREAD
from moeviz.train.numbers import whole_precision
from moeviz.train.routers import Router

if TYPE_CHECKING:
    from torch import Tensor


class RouterHead(nn.Module):
    """The parameters of a router over N experts.

    Parameters
    ----------
    router : Router
    experts, width : int
        N, and d numbers of a token.
    projection : int
        Coordinates that a projected router scores in.
    """

    def __init__(self, router: Router, experts: int, width: int, projection: int = 8) -> None:
        super().__init__()
        self.router = router
        inner = min(projection, width) if router.projected else width
        self.vectors = nn.Parameter(torch.empty(experts, inner))
        self.project = nn.Parameter(torch.empty(inner, width)) if router.projected else None
        self.spread = nn.Parameter(torch.empty(experts, width)) if router.noisy else None

    def start(self, generator: torch.Generator) -> None:
        """Draw everything anew: normal, of deviation 0.02 (`compete` App. I.1)."""
        with torch.no_grad():
            for own in self.parameters():
                own.normal_(0.0, INITIAL_SPREAD, generator=generator)

    def scores(self, x: Tensor, noise: Tensor | None = None) -> Tensor:
        """Return how each expert suits each token.

        Parameters
        ----------
        x : Tensor, shape (T, d)
            Tokens.
        noise : Tensor or None, shape (N, T)
            Standard normal numbers for a router with noise; None: without.

        Returns
        -------
        Tensor, shape (N, T)
        """
        # In whole precision also where products are in 16 bits: a close call decides who answers.
        with whole_precision(x):
            x = x.to(self.vectors.dtype)
            tokens = x.T if self.project is None else self.project @ x.T
            score = self.router.score
            found = score.coordinates(self.vectors) @ score.features(tokens)
            if self.spread is not None and noise is not None:
                found = found + noise * softplus(self.spread @ x.T)
            return found
