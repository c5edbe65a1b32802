r"""What the papers look at while a sparse network trains, as numbers of its routing.

Assignments are tensors of shape (K, T): the experts of each token, best first.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import nn

from moeviz.errors import ShapeError

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from torch import Tensor


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


@dataclass(frozen=True)
class Matched:
    """How a router's experts are those of the truth.

    Attributes
    ----------
    agreement : float
        The share of assignments that the two have in common, from 0 to 1, under the matching of
        experts that makes it largest; where one keeps fewer experts of a token, of its number.
    first : float
        The same of each token's best expert alone.
    match : list of int
        For each true expert the layer's that stands for it; -1 where none is left.
    information : float
        Bits that a token's first expert tells of its true one: mutual information, as counted.
    most : float
        The most it could be: the entropy of the true first experts.

    Notes
    -----
    Counted from T tokens, mutual information is too large by about (N - 1)(N* - 1) / (2 T ln 2)
    bits where there is none.
    """

    agreement: float
    first: float
    match: list[int]
    information: float
    most: float


def matched(chosen: Tensor, experts: int, truth: Tensor, true_experts: int) -> Matched:
    """Return how a router's assignments are those of the truth.

    Parameters
    ----------
    chosen : Tensor of int, shape (K, T)
    experts : int
        N.
    truth : Tensor of int, shape (K*, T)
    true_experts : int
        N*.

    Raises
    ------
    ShapeError
        If they are not of the same tokens.
    """
    if chosen.shape[1:] != truth.shape[1:]:
        raise ShapeError(
            f"Expected assignments of as many tokens as the truth has, {truth.shape[1]}, but got "
            f"{chosen.shape[1]}."
        )
    from scipy.optimize import linear_sum_assignment  # half a second, for this task alone

    together = _together(chosen, experts, truth, true_experts)
    first = _together(chosen[:1], experts, truth[:1], true_experts)
    rows, columns = linear_sum_assignment(together, maximize=True)
    match = np.full(true_experts, -1)
    match[rows] = columns
    tokens = max(truth.shape[1], 1)
    joint = torch.from_numpy(first / tokens)
    one, other = _entropy(joint.sum(1)), _entropy(joint.sum(0))
    return Matched(
        float(together[rows, columns].sum() / (tokens * min(len(chosen), len(truth)))),
        float(first[linear_sum_assignment(first, maximize=True)].sum() / tokens),
        match.tolist(),
        max(0.0, one + other - _entropy(joint.flatten())),
        one,
    )


def _together(
    chosen: Tensor, experts: int, truth: Tensor, true_experts: int
) -> NDArray[np.float64]:
    """Return on how many tokens a true expert meets one of the router's, shape (N*, N)."""
    own = nn.functional.one_hot(chosen, experts).sum(0).double()
    true = nn.functional.one_hot(truth, true_experts).sum(0).double()
    counts: NDArray[np.float64] = (true.T @ own).cpu().numpy()
    return counts


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
