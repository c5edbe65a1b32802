r"""What the papers look at while a sparse network trains, as numbers of its routing.

Assignments are tensors of shape (K, T): the experts of each token, best first.
"""

from __future__ import annotations

import torch
from torch import Tensor

from moeviz.errors import ShapeError


def change_rate(before: Tensor, after: Tensor) -> float:
    """Return the share of assignments that differ between two checkpoints, from 0 to 1.

    A token that keeps its experts in another order keeps its assignments.

    Parameters
    ----------
    before, after : Tensor of int, shape (K, T)

    Raises
    ------
    ShapeError
        If they are not of the same tokens.

    Notes
    -----
    Source: `compete` §5.2.2 (b), where the order of a token's experts is not mentioned.
    """
    return 1.0 - agreement(before, after)


def agreement(one: Tensor, other: Tensor) -> float:
    """Return the share of a token's experts that two assignments have in common, the mean.

    Between the router's K best and those of competition it is the level of learning (`compete`
    App. F, there as a count of experts).

    Raises
    ------
    ShapeError
        If they are not of the same tokens.
    """
    if one.shape != other.shape:
        raise ShapeError(
            f"Expected two assignments of the same tokens, but got {tuple(one.shape)} and "
            f"{tuple(other.shape)}."
        )
    if not one.numel():
        return 1.0
    shared = (one.unsqueeze(0) == other.unsqueeze(1)).sum()
    return float(shared) / one.numel()


def load(chosen: Tensor, experts: int) -> Tensor:
    """Return each expert's share of all assignments, shape (N,)."""
    counts = torch.bincount(chosen.reshape(-1), minlength=experts).double()
    return counts / max(chosen.numel(), 1)


def use_entropy(chosen: Tensor, experts: int) -> float:
    """Return the entropy of the experts' shares in bits; log2 N where all are equally busy.

    Notes
    -----
    Source: `compete` App. G (a).
    """
    return _entropy(load(chosen, experts))


def weight_entropy(weights: Tensor) -> float:
    """Return the mean entropy of tokens' weights in bits, of shares of each token's sum.

    Parameters
    ----------
    weights : Tensor, shape (K, T)

    Notes
    -----
    Source: `compete` App. G (b).
    """
    total = weights.sum(0).clamp_min(torch.finfo(weights.dtype).tiny)
    return _entropy(weights.double() / total)


def _entropy(shares: Tensor) -> float:
    """Return the entropy along the first axis in bits, and the mean of that."""
    return float(-torch.special.xlogy(shares, shares).sum(0).mean() / torch.tensor(2.0).log())


def score_norm(scores: Tensor) -> float:
    """Return the mean length of tokens' scores, shape (N, T)."""
    return float(torch.linalg.vector_norm(scores, dim=0).mean())


def similarity(answers: Tensor) -> float:
    """Return the mean cosine between two experts' answers to the same token.

    Parameters
    ----------
    answers : Tensor, shape (N, T, d)
        Of all experts.
    """
    experts = int(answers.shape[0])
    if experts < 2:
        return 1.0
    length = torch.linalg.vector_norm(answers, dim=-1, keepdim=True)
    unit = answers / length.clamp_min(torch.finfo(answers.dtype).tiny)
    pairs = unit.sum(0).square().sum(-1) - unit.square().sum((0, 2))
    return float(pairs.mean() / (experts * (experts - 1)))
