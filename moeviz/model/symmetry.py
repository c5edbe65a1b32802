r"""Symmetries of an expert: maps of its parameters that leave its value unchanged, as data.

An expert is a function of H predictors :math:`t` and M scalars :math:`s`. A symmetry is a map

.. math:: t' = \bigl(A + \textstyle\sum_k s_k B_k\bigr)\,t + c,\qquad s' = D\,s + e

with :math:`h(t'; s') = h(t; s)` for all t and s: a sign (``cos t``), an order (two hidden units), a
reflection (``sin(pi - t)``), a shear (``gelu(t1) + t2``, where ``gelu(t) = t + gelu(-t)``). As a
predictor is a.x + b, its slopes move by the linear part and its intercept by c besides. Periods,
of which there are infinitely many, are kept apart: one number for each predictor and scalar.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch

if TYPE_CHECKING:
    from torch import Tensor

Row = tuple[float, ...]
Matrix = tuple[Row, ...]


@dataclass(frozen=True)
class Symmetry:
    """One map of predictors and scalars.

    Attributes
    ----------
    heads : tuple of tuple of float, H x H
        A.
    scalars : tuple of tuple of float, M x M
        D; empty without scalars.
    shift : tuple of float, length H + M
        c, then e; empty for none.
    by_scalar : tuple of (int, int, int, float)
        The entries of all B: scalar k, row, column, value.
    """

    heads: Matrix
    scalars: Matrix = ()
    shift: Row = ()
    by_scalar: tuple[tuple[int, int, int, float], ...] = ()

    @property
    def plain(self) -> bool:
        """Whether it only changes signs and orders."""
        rows = (*self.heads, *self.scalars)
        return not (any(self.shift) or self.by_scalar) and all(
            sum(entry != 0 for entry in row) == 1 for row in rows
        )

    def move(
        self, t: Sequence[Tensor], s: Sequence[Tensor], one: Tensor
    ) -> tuple[list[Tensor], list[Tensor]]:
        """Return the moved predictors and scalars.

        Parameters
        ----------
        t, s : sequence of Tensor
            Predictors and scalars: their values, or a predictor's parameters (..., D + 1).
        one : Tensor
            What the constant function 1 is among predictors: 1 for values, (0, ..., 0, 1) for
            parameters.
        """
        shift = self.shift or (0.0,) * (len(t) + len(s))
        heads = [_combined(row, t) for row in self.heads]
        for k, row, column, value in self.by_scalar:
            heads[row] = heads[row] + value * s[k] * t[column]
        heads = [head + c * one if c else head for head, c in zip(heads, shift, strict=False)]
        scalars = [_combined(row, s) for row in self.scalars]
        scalars = [
            scalar + e if e else scalar for scalar, e in zip(scalars, shift[len(t) :], strict=True)
        ]
        return heads, scalars


def _combined(row: Row, parts: Sequence[Tensor]) -> Tensor:
    """Return a linear combination; an entry of 1 or -1 costs no rounding."""
    terms = [entry * part for entry, part in zip(row, parts, strict=True) if entry]
    total = terms[0]
    for term in terms[1:]:
        total = total + term
    return total


def signed_order(order: Sequence[int], signs: Sequence[float], heads: int) -> Symmetry:
    """Return the symmetry that changes order and signs alone.

    Parameters
    ----------
    order : sequence of int
        For each predictor, then each scalar, which one takes its place.
    signs : sequence of float
        What it is multiplied by.
    heads : int
        H.
    """
    count = len(order)
    rows = [
        tuple(signs[place] if order[place] == at else 0.0 for at in range(count))
        for place in range(count)
    ]
    return Symmetry(
        tuple(row[:heads] for row in rows[:heads]), tuple(row[heads:] for row in rows[heads:])
    )


@dataclass(frozen=True)
class Symmetries:
    """All known symmetries of one expert.

    Attributes
    ----------
    maps : tuple of Symmetry
        One for each class modulo the periods, the identity left out.
    periods : tuple of float
        Of each predictor, then each scalar; 0 for none. Empty for none at all.
    """

    maps: tuple[Symmetry, ...] = ()
    periods: Row = ()

    @property
    def plain(self) -> bool:
        """Whether they only change signs and orders."""
        return not any(self.periods) and all(one.plain for one in self.maps)

    def nearest(self, fitted: Tensor, true: Tensor, heads: int, scalars: int) -> Tensor:
        """Return the parameter of the same function as `fitted` that is nearest to `true`.

        Parameters
        ----------
        fitted, true : Tensor, shape (..., E)
            Predictors' slopes and intercept one after another, then scalars.
        heads, scalars : int
            H and M.
        """
        best = self._within_period(fitted, true, heads, scalars)
        split = fitted.shape[-1] - scalars
        predictors = fitted[..., :split].unflatten(-1, (heads, split // heads))
        t = list(predictors.unbind(-2))
        s = [fitted[..., at : at + 1] for at in range(split, split + scalars)]
        one = torch.zeros_like(t[0])
        one[..., -1] = 1.0
        for each in self.maps:
            moved, changed = each.move(t, s, one)
            other = torch.cat([*moved, *changed], dim=-1)
            best = nearer(best, self._within_period(other, true, heads, scalars), true)
        return best

    def _within_period(self, fitted: Tensor, true: Tensor, heads: int, scalars: int) -> Tensor:
        """Move intercepts and scalars by whole periods as near as they come."""
        if not any(self.periods):
            return fitted
        width = fitted.shape[-1]
        each = (width - scalars) // heads
        columns = [(place + 1) * each - 1 for place in range(heads)]
        columns += list(range(width - scalars, width))
        moved = fitted.clone()
        for column, period in zip(columns, self.periods, strict=True):
            if period:
                turns = torch.round((true[..., column] - fitted[..., column]) / period)
                moved[..., column] = fitted[..., column] + turns * period
        return moved


NONE = Symmetries()


def nearer(fitted: Tensor, other: Tensor, true: Tensor) -> Tensor:
    """Return, atom by atom, whichever of two parameters is nearer to `true`."""
    gap = torch.linalg.vector_norm(fitted - true, dim=-1, keepdim=True)
    other_gap = torch.linalg.vector_norm(other - true, dim=-1, keepdim=True)
    return torch.where(other_gap < gap, other, fitted)
