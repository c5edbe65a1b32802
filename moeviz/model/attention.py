r"""Self-attention as a mixture of experts (`sigmoid` §2).

A head of attention over a sequence :math:`X \in \mathbb{R}^{N \times d}` is
:math:`\sigma(X B X^\top) X W_V` with :math:`B = W_Q W_K^\top / \sqrt{d_k}`. On the flattened
sequence its row i is a mixture of N experts:

.. math:: \sum_j \sigma(\tilde x^\top M_{ij}\, \tilde x)\; \tilde x^\top P_j, \quad
          \tilde x = \mathrm{vec}(X),\quad M_{ij} = E_i B E_j^\top,\quad P_j = E_j W_V,

where :math:`E_i \in \mathbb{R}^{Nd \times d}` picks token i from :math:`\tilde x`. Every score is
a quadratic form of the input and every expert is linear in it, which is why the quadratic scores
are the ones to study. Softmax attention is the same with the softmax over j, row by row.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import torch

from moeviz.errors import ShapeError

if TYPE_CHECKING:
    from torch import Tensor


class Weighing(Protocol):
    """A gate or a routing: what turns scores into weights."""

    def weights(self, scores: Tensor) -> Tensor:
        """Return the weights, shape (..., K, N), of scores, shape (..., K, N)."""


@dataclass(frozen=True)
class Head:
    r"""A head of attention.

    Attributes
    ----------
    w_q, w_k : Tensor, shape (d, d_k)
        Matrices of queries and keys.
    w_v : Tensor, shape (d, V)
        The values' matrix.
    gate : Gate or Routing
        Softmax or sigmoid; it acts on each row.

    Raises
    ------
    ShapeError
        If the matrices do not fit each other.

    Notes
    -----
    Source: `sigmoid` eq. 1 and §2.
    """

    w_q: Tensor
    w_k: Tensor
    w_v: Tensor
    gate: Weighing

    def __post_init__(self) -> None:
        shapes = [tuple(w.shape) for w in (self.w_q, self.w_k, self.w_v)]
        fit = shapes[0] == shapes[1] and shapes[2][:1] == shapes[0][:1]
        if not fit or any(len(shape) != 2 for shape in shapes):
            raise ShapeError(
                "Expected matrices W_Q and W_K of one shape (d, d_k) and W_V of shape (d, V), but "
                f"got {', '.join(map(str, shapes))}."
            )

    @property
    def b(self) -> Tensor:
        r"""Tensor, shape (d, d): :math:`B = W_Q W_K^\top / \sqrt{d_k}`."""
        return self.w_q @ self.w_k.T / math.sqrt(self.w_q.shape[-1])

    def scores(self, x: Tensor) -> Tensor:
        r"""Return :math:`X B X^\top`, shape (..., N, N), of sequences `x`, shape (..., N, d).

        Raises
        ------
        ShapeError
            If the tokens do not fit the matrices.
        """
        _check(self.b, self.w_v, int(x.shape[-1]))
        return x @ self.b @ x.transpose(-1, -2)

    def weights(self, scores: Tensor) -> Tensor:
        """Return how much row i heeds token j, shape (..., N, N), of scores of the same shape."""
        return self.gate.weights(scores.transpose(-1, -2)).transpose(-1, -2)

    def look(self, x: Tensor) -> Attention:
        """Return what the head makes of sequences, with all that it consists of.

        Parameters
        ----------
        x : Tensor, shape (..., N, d)

        Raises
        ------
        ShapeError
            If the tokens do not fit the matrices.
        """
        scores = self.scores(x)
        weights = self.weights(scores)
        values = x @ self.w_v
        return Attention(self, x, scores, weights, values, weights @ values)


@dataclass(frozen=True)
class Attention:
    """Attention over sequences, with its parts.

    Attributes
    ----------
    head : Head
    x : Tensor, shape (..., N, d)
    scores, weights : Tensor, shape (..., N, N)
        Of row i for token j.
    values : Tensor, shape (..., N, V)
        What each expert, one for a token, answers: the sequence times P_j.
    rows : Tensor, shape (..., N, V)
        What comes out.
    """

    head: Head
    x: Tensor
    scores: Tensor
    weights: Tensor
    values: Tensor
    rows: Tensor

    def mixture(self, row: int) -> AttentionMixture:
        """Return one row as a mixture of experts, with its M_ij and P_j.

        Raises
        ------
        ShapeError
            If there is no such row.
        """
        return as_experts(row, int(self.x.shape[-2]), self.head.b, self.head.w_v)

    def gap(self) -> float:
        """Return the largest difference between a row and its mixture of experts.

        It is a share of the largest number among the rows, or of 1 if these are smaller: rounding
        alone, below 1e-12.
        """
        flat = self.x.flatten(-2)
        found = [self.mixture(row).value(flat, self.head.gate) for row in range(self.x.shape[-2])]
        gap = (torch.stack(found, dim=-2) - self.rows).abs().amax()
        return float(gap / self.rows.abs().amax().clamp_min(1.0))

    def raised(self, row: int, token: int, by: float) -> Tensor:
        """Return how the weights change when one score is raised, shape (..., N, N).

        Under a softmax the other tokens of the row lose what this one gains: they compete. Under
        a sigmoid nobody else moves.

        Parameters
        ----------
        row, token : int
            Whose score for whom, counted from 0.
        by : float
        """
        scores = self.scores.clone()
        scores[..., row, token] += by
        return self.head.weights(scores) - self.weights


@dataclass(frozen=True)
class AttentionMixture:
    """One row of attention as a mixture over the flattened sequence.

    Attributes
    ----------
    scores : Tensor, shape (N, N d, N d)
        M_ij for the row i and every token j: matrices of the quadratic scores.
    experts : Tensor, shape (N, N d, V)
        P_j: slopes of the linear experts.
    """

    scores: Tensor
    experts: Tensor

    def value(self, x: Tensor, gate: Weighing) -> Tensor:
        """Return the mixture's value.

        Parameters
        ----------
        x : Tensor, shape (..., N d)
            Flattened sequences, token after token.
        gate : Gate or Routing
            Softmax or sigmoid, over the tokens.

        Returns
        -------
        Tensor, shape (..., V)
        """
        scores = torch.einsum("...a,jab,...b->...j", x, self.scores, x)
        values = torch.einsum("...a,jav->...jv", x, self.experts)
        weights = gate.weights(scores.unsqueeze(-1))
        return (weights * values).sum(-2)


def attention_rows(x: Tensor, b: Tensor, w_v: Tensor, gate: Weighing) -> Tensor:
    r"""Return the rows of self-attention :math:`\sigma(X B X^\top) X W_V`.

    Parameters
    ----------
    x : Tensor, shape (..., N, d)
        Sequences of N tokens.
    b : Tensor, shape (d, d)
        B, the product of queries' and keys' matrices over the root of their width.
    w_v : Tensor, shape (d, V)
        The values' matrix.
    gate : Gate or Routing
        Softmax or sigmoid; it acts on each row.

    Returns
    -------
    Tensor, shape (..., N, V)

    Raises
    ------
    ShapeError
        If the matrices do not fit the tokens.

    Notes
    -----
    Source: `sigmoid` §2.
    """
    _check(b, w_v, int(x.shape[-1]))
    scores = x @ b @ x.transpose(-1, -2)
    weights = gate.weights(scores.transpose(-1, -2)).transpose(-1, -2)
    return weights @ x @ w_v


def as_experts(row: int, tokens: int, b: Tensor, w_v: Tensor) -> AttentionMixture:
    """Return a row of attention as a mixture of experts over the flattened sequence.

    Parameters
    ----------
    row : int
        i, counted from 0.
    tokens : int
        N.
    b : Tensor, shape (d, d)
    w_v : Tensor, shape (d, V)

    Returns
    -------
    AttentionMixture

    Raises
    ------
    ShapeError
        If the matrices do not fit each other, or there is no such row.

    Notes
    -----
    Source: `sigmoid` §2: M_ij = E_i B E_j^T and P_j = E_j W_V.
    """
    width = int(b.shape[-1])
    _check(b, w_v, width)
    if not 0 <= row < tokens:
        raise ShapeError(f"Expected a row from 0 to {tokens - 1}, but got {row}.")
    eye = torch.eye(tokens * width, dtype=b.dtype, device=b.device)
    pick = eye.unflatten(1, (tokens, width)).transpose(0, 1)
    return AttentionMixture(pick[row] @ b @ pick.transpose(1, 2), pick @ w_v)


def _check(b: Tensor, w_v: Tensor, width: int) -> None:
    if tuple(b.shape) != (width, width) or w_v.shape[0] != width:
        raise ShapeError(
            f"Expected matrices B of shape ({width}, {width}) and W_V with {width} rows for tokens "
            f"of width {width}, but got {tuple(b.shape)} and {tuple(w_v.shape)}."
        )
