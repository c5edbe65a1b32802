r"""The losses beside the task's: distillation, diversity, balance and the router's z-loss."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

from moeviz.errors import SpecificationError

if TYPE_CHECKING:
    from torch import Tensor

DIVERSITY_NORMS = ("whole", "rows")
r"""How eq. 3 divides :math:`O O^\top`: by the squared norm of O as printed, or row by row, which
makes it the matrix of correlations that the text speaks of."""


def distillation_loss(router: Tensor, competition: Tensor, won: Tensor, alpha: float) -> Tensor:
    r"""Return how far a router is from competition, the mean over tokens.

    .. math:: \mathrm{MSE}(s_R, s_C) + \frac{\alpha}{K} \sum_{j \in I_C} (s_{C,j} - s_{R,j})^2

    Parameters
    ----------
    router, competition : Tensor, shape (N, T)
        The router's scores and those of competition. No gradient goes to competition's: the router
        learns, the experts do not.
    won : Tensor of int, shape (K, T)
        Who won.
    alpha : float
        0: without the term for winners (eq. 15).

    Notes
    -----
    Source: `compete` eq. 2 and 15. The mean over the N experts is one of squares per token.
    """
    square = (router - competition.detach()).square()
    winners = square.gather(0, won).mean(0)
    return (square.mean(0) + alpha * winners).mean()


def diversity_loss(answers: Tensor, norm: str = "whole") -> Tensor:
    r"""Return how alike the winners' answers are, the mean over tokens.

    .. math:: \frac{1}{K (K - 1)} \sum_{i \ne j} C_{ij}, \quad C = O O^\top / \lVert O \rVert^2

    Parameters
    ----------
    answers : Tensor, shape (K, T, d)
        O of each token: what its winners answer.
    norm : str
        One of :data:`DIVERSITY_NORMS`.

    Raises
    ------
    SpecificationError
        If there is no such norm.

    Notes
    -----
    Source: `compete` eq. 3, whose norm of a matrix is taken to be the root of the sum of squares.
    With one winner there is no pair, and the loss is 0.
    """
    if norm not in DIVERSITY_NORMS:
        raise SpecificationError(
            f"Expected one of {', '.join(DIVERSITY_NORMS)} for the norm of the winners' answers, "
            f"but got '{norm[:40]}'."
        )
    top = int(answers.shape[0])
    if top < 2:
        return answers.new_zeros(())
    tiny = torch.finfo(answers.dtype).tiny
    if norm == "rows":
        length = torch.linalg.vector_norm(answers, dim=-1, keepdim=True)
        answers = answers / length.clamp_min(tiny**0.5)
    # The sum over pairs of products is the square of the sum less the sum of squares.
    squares = answers.square().sum((0, 2))
    pairs = answers.sum(0).square().sum(-1) - squares
    size = squares if norm == "whole" else torch.ones_like(squares)
    return (pairs / size.clamp_min(tiny) / (top * (top - 1))).mean()


def balance_loss(shares: Tensor, chosen: Tensor) -> Tensor:
    r"""Return how unevenly tokens go to experts; 1 where evenly.

    .. math:: N \sum_i f_i P_i

    with the share f_i of assignments that expert i got and the mean P_i of its share of the scores.

    Parameters
    ----------
    shares : Tensor, shape (N, T)
        Each expert's share of a token, before the K largest are taken; columns sum to 1.
    chosen : Tensor of int, shape (K, T)
        Who answered.

    Notes
    -----
    `compete` uses one (Table 10 and 13) and does not write it down; this is the usual one, of the
    Switch Transformer (Fedus et al., 2022, eq. 4) with K winners.
    """
    from moeviz.train.dispatch import loads

    experts = int(shares.shape[0])
    load = loads(chosen, experts).to(shares.dtype)
    return experts * (load / chosen.numel() * shares.mean(1)).sum()


def z_loss(scores: Tensor) -> Tensor:
    r"""Return the mean of :math:`(\log \sum_i e^{s_i})^2` over tokens; `scores` is (N, T).

    Notes
    -----
    `compete` Table 10 names it and does not write it down; this is the usual one (Zoph et al.,
    2022, eq. 5): it keeps the router's scores small.
    """
    return scores.logsumexp(0).square().mean()
