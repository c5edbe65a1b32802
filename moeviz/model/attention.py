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

from dataclasses import dataclass

import torch
from torch import Tensor

from moeviz.errors import ShapeError
from moeviz.model.gates import Gate


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

    def value(self, x: Tensor, gate: Gate) -> Tensor:
        """Return the mixture's value.

        Parameters
        ----------
        x : Tensor, shape (..., N d)
            Flattened sequences, token after token.
        gate : Gate
            Softmax or sigmoid, over the tokens.

        Returns
        -------
        Tensor, shape (..., V)
        """
        scores = torch.einsum("...a,jab,...b->...j", x, self.scores, x)
        values = torch.einsum("...a,jav->...jv", x, self.experts)
        weights = gate.weights(scores.unsqueeze(-1))
        return (weights * values).sum(-2)


def attention_rows(x: Tensor, b: Tensor, w_v: Tensor, gate: Gate) -> Tensor:
    r"""Return the rows of self-attention :math:`\sigma(X B X^\top) X W_V`.

    Parameters
    ----------
    x : Tensor, shape (..., N, d)
        Sequences of N tokens.
    b : Tensor, shape (d, d)
        B, the product of queries' and keys' matrices over the root of their width.
    w_v : Tensor, shape (d, V)
        The values' matrix.
    gate : Gate
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
