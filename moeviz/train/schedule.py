r"""When which layer competes, :math:`\Lambda(l, t)`, drawn beforehand (`compete` §2.3, App. C).

Each layer draws its steps by itself, with probability :math:`\omega`. At most :math:`A_{max}`
layers may compete in one step; what is beyond that moves to another step. The paper says twice
where to: to any step with room (App. C, eq. 11 and 12), or to the next one (§2.3). Both are here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch

from moeviz.errors import SpecificationError

if TYPE_CHECKING:
    from torch import Tensor

MOVES = ("anywhere", "next")
"""Where what is beyond the limit moves to: a step with room (eq. 12), or the next step (§2.3)."""


@dataclass(frozen=True)
class Schedule:
    """Which layer competes at which step.

    Attributes
    ----------
    active : Tensor of bool, shape (L, T)
    drawn : Tensor of int, shape (L,)
        How many steps each layer drew.
    moved : int
        How many had to move.
    dropped : int
        How many found no room; 0 unless the steps are full.
    """

    active: Tensor
    drawn: Tensor
    moved: int
    dropped: int


def draw_schedule(
    layers: int,
    steps: int,
    omega: float,
    most: int,
    generator: torch.Generator,
    warm_up: float = 0.05,
    move: str = "anywhere",
) -> Schedule:
    r"""Draw when which layer competes.

    Parameters
    ----------
    layers, steps : int
        L and T.
    omega : float
        :math:`\omega`, the probability with which a layer draws a step; from 0 to 1.
    most : int
        :math:`A_{max}`, at least 1.
    generator : torch.Generator
    warm_up : float
        The share of steps at the start without competition (`compete` App. I.3).
    move : str
        One of :data:`MOVES`.

    Raises
    ------
    SpecificationError
        If a number is out of its range or there is no such way to move.

    Notes
    -----
    Source: `compete` §2.3.2, eq. 11 and 12. The paper does not say which of the steps with room is
    taken; here each is as likely.
    """
    if not 0.0 <= omega <= 1.0 or not 0.0 <= warm_up <= 1.0 or most < 1:
        raise SpecificationError(
            "Expected shares of steps from 0 to 1 and room for at least one layer, but got "
            f"omega {omega:g}, warm-up {warm_up:g} and A_max {most}."
        )
    if move not in MOVES:
        raise SpecificationError(f"Expected one of {', '.join(MOVES)}, but got '{move[:40]}'.")
    first = round(warm_up * steps)
    wish = torch.rand(layers, steps, generator=generator) < omega
    wish[:, :first] = False
    place = _anywhere if move == "anywhere" else _next
    active = torch.zeros_like(wish)
    moved = 0
    for layer in range(layers):
        full = active.sum(0) >= most
        active[layer] = place(wish[layer], full, first, generator)
        moved += int((wish[layer] & full).sum())
    return Schedule(active, wish.sum(1), moved, int(wish.sum() - active.sum()))


def _anywhere(wish: Tensor, full: Tensor, first: int, generator: torch.Generator) -> Tensor:
    """Return a layer's steps with those that are full moved to steps with room (eq. 12)."""
    stays = wish & ~full
    room = ~wish & ~full
    room[:first] = False
    places = room.nonzero().flatten()
    order = torch.randperm(places.numel(), generator=generator)
    stays[places[order[: int((wish & full).sum())]]] = True
    return stays


def _next(wish: Tensor, full: Tensor, first: int, generator: torch.Generator) -> Tensor:
    """Return a layer's steps where each that is full waits for the next step with room (§2.3)."""
    active = torch.zeros_like(wish)
    waiting = 0
    for step in range(first, wish.numel()):
        waiting += int(wish[step])
        if waiting and not full[step]:
            active[step] = True
            waiting -= 1
    return active
