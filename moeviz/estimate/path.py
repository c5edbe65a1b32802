"""Paths: where a fit has been on its way from its start to where it ended."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import torch

from moeviz.estimate.problem import Problem

if TYPE_CHECKING:
    from torch import Tensor

MOST, LEAST = 48, 10
"""Steps that a path keeps, the first and the last included, and those of a very long vector."""

MOST_VALUES = 4000
"""Numbers that a path keeps, as far as :data:`LEAST` steps allow."""

DENSE_BITS = 5
"""Every step below 2 to this power is looked at, after that 16 of each doubling."""


@dataclass(frozen=True)
class Path:
    """Some steps of one fit; the first is its start, the last is where it ended.

    Attributes
    ----------
    start : int
        Which of its data set's starts the fit began from.
    steps : tuple of int
        Ascending, from 0: trial points, or batches of stochastic gradient descent.
    theta : Tensor, shape (T, P)
        The parameters at each.
    cost : Tensor, shape (T,)
        The cost of the whole sample at each.
    damping : Tensor, shape (T,)
        With which the next step is tried; no numbers where a method has none.
    """

    start: int
    steps: tuple[int, ...]
    theta: Tensor
    cost: Tensor
    damping: Tensor


class Watch:
    """Looks at the first few fits of a batch while they run, and changes nothing of them.

    Parameters
    ----------
    rows : int
        How many; 0 looks at none.
    most : int, optional
        Look at every step, and keep so many of each path; by default few of many.
    """

    def __init__(self, rows: int, most: int | None = None) -> None:
        self._rows = rows
        self._most = most
        self._steps: list[int] = []
        self._theta: list[Tensor] = []
        self._cost: list[Tensor] = []
        self._damping: list[Tensor] = []

    def looks_at(self, step: int) -> bool:
        """Return whether a step is among those that are remembered."""
        return self._rows > 0 and (self._most is not None or step % _gap(step) == 0)

    def until_next(self, step: int, most: int) -> int:
        """Return how many steps from `step` on none but itself is remembered; at most `most`."""
        if self._rows == 0:
            return most
        later = range(1, most)
        return next((more for more in later if self.looks_at(step + more)), most)

    def see(
        self,
        step: int,
        theta: Tensor,
        cost: Tensor | None = None,
        damping: Tensor | None = None,
    ) -> None:
        """Remember where the fits are, at some of the steps.

        Parameters
        ----------
        step : int
        theta : Tensor, shape (F, P)
        cost, damping : Tensor, shape (F,), optional
            Not a number where it is not known.
        """
        if not self.looks_at(step):
            return
        self._steps.append(step)
        self._theta.append(theta[: self._rows].clone())
        unknown = theta.new_full((self._rows,), torch.nan)
        self._cost.append(unknown if cost is None else cost[: self._rows].clone())
        self._damping.append(unknown if damping is None else damping[: self._rows].clone())

    def paths(
        self, steps: Tensor, theta: Tensor, cost: Tensor, damping: Tensor | None = None
    ) -> list[Path]:
        """Return the path of each fit that was looked at.

        Parameters
        ----------
        steps : Tensor of int, shape (F,)
            After which step each fit ended.
        theta : Tensor, shape (F, P)
            Where.
        cost, damping : Tensor, shape (F,)
        """
        last = torch.full_like(cost, torch.nan) if damping is None else damping
        return [
            self._path(row, int(steps[row]), theta[row], cost[row], last[row])
            for row in range(self._rows)
        ]

    def _path(self, row: int, end: int, theta: Tensor, cost: Tensor, damping: Tensor) -> Path:
        on_the_way = [place for place, step in enumerate(self._steps) if step < end]
        most = self._most or max(LEAST, min(MOST, MOST_VALUES // theta.shape[0]))
        kept = _thinned(on_the_way, most - 1)
        return Path(
            row,
            (*(self._steps[place] for place in kept), end),
            torch.stack([*(self._theta[place][row] for place in kept), theta]),
            torch.stack([*(self._cost[place][row] for place in kept), cost]),
            torch.stack([*(self._damping[place][row] for place in kept), damping]),
        )


def joined(parts: Sequence[tuple[int, Path]]) -> Path:
    """Return paths that go on from one another as one.

    Parameters
    ----------
    parts : sequence of (int, Path)
        Each with the step at which it begins; all of one fit.
    """
    steps = [begun + step for begun, path in parts for step in path.steps]
    theta = torch.cat([path.theta for _, path in parts])
    cost = torch.cat([path.cost for _, path in parts])
    damping = torch.cat([path.damping for _, path in parts])
    kept = _thinned(range(len(steps)), max(LEAST, min(MOST, MOST_VALUES // theta.shape[1])))
    chosen = tuple(steps[place] for place in kept)
    return Path(parts[0][1].start, chosen, theta[kept], cost[kept], damping[kept])


def with_costs(problem: Problem, path: Path, alone: bool = False) -> Path:
    """Return a path with the cost of the whole sample at every step, computed now.

    Parameters
    ----------
    problem : Problem
    path : Path
        Of the fit whose index is its `start`.
    alone : bool
        Whether by the pass of costs alone, as where a protocol ends, and not by the solver's: they
        differ in the last bits.
    """
    fits = torch.full((len(path.steps),), path.start, device=path.theta.device)
    if alone:
        return replace(path, cost=problem.costs(path.theta, fits))
    return replace(path, cost=problem.moments(path.theta, fits).cost)


def _gap(step: int) -> int:
    """Return the distance between the steps that are looked at around `step`."""
    return 1 << max(0, step.bit_length() - DENSE_BITS)


def _thinned(places: Sequence[int], most: int) -> list[int]:
    """Return at most so many of some places, evenly, the first and the last included."""
    if len(places) <= most:
        return list(places)
    return [places[i * (len(places) - 1) // (most - 1)] for i in range(most)]
