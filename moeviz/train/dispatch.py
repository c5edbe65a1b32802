"""Which token goes to which expert, as one table, so that all experts answer in one product.

The tokens of an expert fill rows of a table, a fixed number to a row's length; an expert that got
many fills several rows. With every expert about equally busy a row is an expert. The table is never
longer than twice the assignments (and one row an expert), however unevenly a router routes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import torch

if TYPE_CHECKING:
    from torch import Tensor

UNEVEN = 2.0
"""The table may have this many places for each assignment; beyond that, rows are cut."""

ROUND = 32
"""A row has a multiple of so many places: libraries keep what they prepare for every new length, a
megabyte and more each."""


@dataclass(frozen=True)
class Dispatch:
    """A table of tokens by experts.

    Attributes
    ----------
    owner : Tensor of int, shape (B,)
        The expert of each row of the table.
    whole : bool
        Whether row i is expert i, so that nothing needs to be looked up.
    length : int
        Places in a row, P.
    place : Tensor of int, shape (K, T)
        Where in the flat table the k-th expert of a token answers.
    token : Tensor of int, shape (B * P,)
        Whose place it is; T where nobody's.
    """

    owner: Tensor
    whole: bool
    length: int
    place: Tensor
    token: Tensor

    def gather(self, x: Tensor) -> Tensor:
        """Return the tokens `x`, shape (T, d), in the table, shape (B, P, d); zeros elsewhere."""
        table: Tensor = _Gather.apply(x, self.token, self.place)  # type: ignore[no-untyped-call]
        return table.view(-1, self.length, x.shape[-1])

    def own(self, part: Tensor) -> Tensor:
        """Return each row's own matrix, shape (B, ...), of the experts', shape (N, ...)."""
        if self.whole:
            return part
        own: Tensor = _Own.apply(part, self.owner)  # type: ignore[no-untyped-call]
        return own

    def scatter(self, table: Tensor) -> Tensor:
        """Return the answers in the `table`, shape (B, P, d), by token, shape (K, T, d)."""
        flat = table.reshape(-1, table.shape[-1])
        answers: Tensor = _Scatter.apply(flat, self.token, self.place)  # type: ignore[no-untyped-call]
        return answers.view(*self.place.shape, table.shape[-1])


def loads(chosen: Tensor, experts: int) -> Tensor:
    """Return how many assignments each of N `experts` has, without waiting for the device."""
    flat = chosen.reshape(-1)
    return flat.new_zeros(experts).index_add_(0, flat, torch.ones_like(flat))


def dispatch(chosen: Tensor, experts: int, waits: bool = True) -> Dispatch:
    """Put tokens into a table by their experts.

    Parameters
    ----------
    chosen : Tensor of int, shape (K, T)
        The experts of each token, different from each other.
    experts : int
        N.
    waits : bool
        Whether numbers may be read, by which a table is as long as it must be. A GPU would be
        waited for; then the table has as many rows as could be needed, 2N.
    """
    top, tokens = chosen.shape
    flat = chosen.reshape(-1)
    load = loads(chosen, experts)
    mean = -(-flat.numel() // experts)
    most = int(load.max()) if waits else mean
    whole = waits and most * experts <= UNEVEN * flat.numel()
    length = -(-max(most if whole else mean, 1) // ROUND) * ROUND
    rows = torch.ones_like(load) if whole else (load + (length - 1)) // length
    count = int(rows.sum()) if waits else 2 * experts
    ends = rows.cumsum(0)
    owner = torch.searchsorted(ends, torch.arange(count, device=flat.device), right=True)
    owner = owner.clamp_max(experts - 1)
    # In the order of the experts, an assignment is so many behind the first one of its expert.
    order = torch.argsort(flat, stable=True)
    first, start = load.cumsum(0) - load, (ends - rows) * length
    ordered = flat[order]
    at = torch.arange(flat.numel(), device=flat.device) + (start - first)[ordered]
    place = torch.empty_like(flat).scatter_(0, order, at)
    token = flat.new_full((owner.numel() * length,), tokens).scatter_(0, at, order % tokens)
    return Dispatch(owner, whole, length, place.view(top, tokens), token)


class _Own(torch.autograd.Function):
    """Matrices by their owner; backwards a product sums a matrix's rows, in a fixed order."""

    @staticmethod
    def forward(ctx: Any, part: Tensor, owner: Tensor) -> Tensor:
        ctx.save_for_backward(owner)
        ctx.shape = part.shape
        return part.index_select(0, owner)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, None]:
        (owner,) = ctx.saved_tensors
        slopes = gradients[0].flatten(1)
        experts = torch.arange(ctx.shape[0], device=owner.device)
        return ((experts.unsqueeze(1) == owner).to(slopes.dtype) @ slopes).view(ctx.shape), None


def _pick(rows: Tensor, index: Tensor) -> Tensor:
    """Return rows by index; where the index is one beyond the last, zeros."""
    return torch.cat([rows, rows.new_zeros(1, rows.shape[-1])]).index_select(0, index)


class _Gather(torch.autograd.Function):
    """Tokens into places; backwards it reads each token's places, where others add into rows."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, token: Tensor, place: Tensor) -> Tensor:
        ctx.save_for_backward(place)
        return _pick(x, token)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, None, None]:
        (place,) = ctx.saved_tensors
        slopes = gradients[0].index_select(0, place.reshape(-1))
        return slopes.view(*place.shape, slopes.shape[-1]).sum(0), None, None


class _Scatter(torch.autograd.Function):
    """Places to tokens; backwards each place reads the one assignment that it belongs to."""

    @staticmethod
    def forward(ctx: Any, flat: Tensor, token: Tensor, place: Tensor) -> Tensor:
        ctx.save_for_backward(place)
        ctx.places = flat.shape[0]
        return flat.index_select(0, place.reshape(-1))

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, None, None]:
        (place,) = ctx.saved_tensors
        index = place.reshape(-1)
        back = index.new_full((ctx.places,), index.numel())
        back.scatter_(0, index, torch.arange(index.numel(), device=index.device))
        return _pick(gradients[0].contiguous(), back), None, None
