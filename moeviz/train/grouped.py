r"""Chosen experts' answers as products over groups of rows, without padding.

Tokens are laid in the order of their experts, so that an expert's are rows that follow each other;
``torch.nn.functional.grouped_mm`` multiplies each group with its own matrix. The forward and the
backward pass are written by hand: what automatic differentiation would copy is not copied, and the
inner bias is a row of the matrix, against a column of ones, so that its gradient costs nothing.

They serve on a CPU in single precision, for rows whose length is a multiple of 16 bytes. In 16 bits
torch has them too, but there its library prepares and keeps a program for every number of rows that
an expert may have: a gigabyte soon, and six times slower.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from torch.autograd.function import once_differentiable
from torch.nn.functional import grouped_mm

from moeviz.train.phi import Phi

if TYPE_CHECKING:
    from torch import Tensor

ALIGNED = 16
"""Bytes; the length of every row is a multiple."""


def serves(x: Tensor, hidden: int) -> bool:
    """Return whether grouped products are for tokens `x`, shape (T, d), and H = `hidden`."""
    widths = (int(x.shape[-1]), hidden)
    return (
        x.device.type == "cpu"
        and x.dtype == torch.float32
        and x.numel() > 0
        and all(width * x.element_size() % ALIGNED == 0 for width in widths)
    )


@dataclass(frozen=True)
class Groups:
    """Assignments in the order of their experts; those of an expert in the order of tokens.

    Attributes
    ----------
    ends : Tensor of int32, shape (N,)
        The row behind each expert's last one.
    expert : Tensor of int, shape (K * T,)
        The expert of each row.
    token : Tensor of int, shape (K * T,)
        The token of each row.
    place : Tensor of int, shape (T, K)
        The row in which a token's k-th expert answers.
    """

    ends: Tensor
    expert: Tensor
    token: Tensor
    place: Tensor


def group(chosen: Tensor, experts: int) -> Groups:
    """Order assignments, shape (K, T), by their experts; N = `experts`, on a CPU."""
    top, tokens = chosen.shape
    flat = chosen.reshape(-1)
    # Of 16 bits NumPy sorts by counting, many times faster than by comparing.
    order = torch.from_numpy(np.argsort(flat.numpy().astype(np.int16), kind="stable"))
    place = torch.empty_like(flat).scatter_(0, order, torch.arange(flat.numel()))
    ends = torch.bincount(flat, minlength=experts).cumsum(0).to(torch.int32)
    return Groups(ends, flat[order], order % tokens, place.view(top, tokens).T.contiguous())


def answers(x: Tensor, weights: tuple[Tensor, ...], phi: Phi, groups: Groups) -> Tensor:
    """Return each row's answer, shape (K * T, d), of tokens `x`, shape (T, d).

    Parameters
    ----------
    x : Tensor, shape (T, d)
    weights : tuple of Tensor
        (N, d, H), (N, 1, H), (N, H, d) and (N, 1, d).
    phi : Phi
    groups : Groups
    """
    found: Tensor = _Answers.apply(x, *weights, phi, groups)  # type: ignore[no-untyped-call]
    return found


def mixed(rows: Tensor, weights: Tensor, groups: Groups) -> Tensor:
    """Return the sums of tokens' answers times weights, shape (T, d).

    Parameters
    ----------
    rows : Tensor, shape (K * T, d)
    weights : Tensor, shape (K, T)
    groups : Groups
    """
    found: Tensor = _Mixed.apply(rows, weights, groups)  # type: ignore[no-untyped-call]
    return found


def by_token(rows: Tensor, groups: Groups) -> Tensor:
    """Return rows, shape (K * T, d), by token, shape (K, T, d)."""
    found: Tensor = _ByToken.apply(rows, groups)  # type: ignore[no-untyped-call]
    return found


def _summed(rows: Tensor, place: Tensor, weights: Tensor | None) -> Tensor:
    """Return for each token the sum of its rows, times weights of shape (T, K) if there are."""
    return torch.nn.functional.embedding_bag(place, rows, mode="sum", per_sample_weights=weights)


class _Answers(torch.autograd.Function):
    @staticmethod
    def forward(
        ctx: Any, x: Tensor, w_in: Tensor, b_in: Tensor, w_out: Tensor, b_out: Tensor,
        phi: Phi, groups: Groups,
    ) -> Tensor:  # fmt: skip
        more = ALIGNED // x.element_size()
        ones = torch.cat([x, x.new_ones(len(x), 1), x.new_zeros(len(x), more - 1)], 1)
        inner = torch.cat([w_in, b_in, w_in.new_zeros(len(w_in), more - 1, w_in.shape[-1])], 1)
        table = ones.index_select(0, groups.token)
        hidden, kept = phi.forward(grouped_mm(table, inner, offs=groups.ends))
        found = grouped_mm(hidden, w_out, offs=groups.ends)
        ctx.save_for_backward(table, hidden, kept, w_in, w_out)
        ctx.phi, ctx.groups = phi, groups
        return found.add_(b_out.squeeze(1).index_select(0, groups.expert))

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor | None, ...]:
        table, hidden, kept, w_in, w_out = ctx.saved_tensors
        ends, width = ctx.groups.ends, w_in.shape[1]
        gradient = gradients[0].contiguous()
        ones = gradient.new_ones(len(gradient), ALIGNED // gradient.element_size())
        b_out = grouped_mm(ones.T, gradient, offs=ends)[:, :1]
        w_out_slope = grouped_mm(hidden.T, gradient, offs=ends)
        del hidden
        inner = ctx.phi.backward(grouped_mm(gradient, w_out.mT, offs=ends), kept)
        slopes = grouped_mm(table.T, inner, offs=ends)
        x = None
        if ctx.needs_input_grad[0]:
            x = _summed(grouped_mm(inner, w_in.mT, offs=ends), ctx.groups.place, None)
        return (
            x, slopes[:, :width], slopes[:, width : width + 1], w_out_slope, b_out, None, None
        )  # fmt: skip


class _Mixed(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, rows: Tensor, weights: Tensor, groups: Groups) -> Tensor:
        ctx.save_for_backward(rows, weights)
        ctx.groups = groups
        return _summed(rows, groups.place, weights.T.contiguous())

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor | None, Tensor | None, None]:
        rows, weights = ctx.saved_tensors
        groups = ctx.groups
        heard = gradients[0].index_select(0, groups.token)
        slope = None
        if ctx.needs_input_grad[1]:
            slope = (rows * heard).sum(-1)[groups.place].T
        back = torch.empty_like(heard[:, 0]).scatter_(
            0, groups.place.reshape(-1), weights.T.reshape(-1)
        )
        return heard.mul_(back.unsqueeze(-1)), slope, None


class _ByToken(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, rows: Tensor, groups: Groups) -> Tensor:
        ctx.groups = groups
        index = groups.place.T
        return rows.index_select(0, index.reshape(-1)).view(*index.shape, rows.shape[-1])

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, None]:
        index = ctx.groups.place.T.reshape(-1)
        rows = torch.empty_like(gradients[0].reshape(len(index), -1))
        return rows.index_copy_(0, index, gradients[0].reshape(len(index), -1)), None
