r"""Losses taken apart: what every cell and every fitted atom adds.

A loss of the papers is a sum over cells of an error of mass and of powers of distances. Whoever
draws it needs each term with its exponent and its cell, whoever measures needs the sum: both come
from the same tensors, so that the terms add up to the loss.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypedDict

import torch

from moeviz.model.measure import EXPERT, GATE, MixingMeasure
from moeviz.theory.voronoi import (
    Distances,
    Exponent,
    Grouping,
    all_distances,
    by_block,
    cell_membership,
)

if TYPE_CHECKING:
    from torch import Tensor

MASS = "mass"
"""Name of the part that says how far a cell's mass is off."""

OFFSET = "offset"
"""Name of the part that says how far an atom's own offset is off."""


@dataclass(frozen=True)
class Power:
    """A distance between atoms to some power.

    Attributes
    ----------
    part : str
        The block, or the part of a block, whose distance it is.
    distance : Tensor, shape (R, K, K*)
    exponent : Tensor, shape (R, 1, K*), or float
        By cell.
    counts : Tensor, shape (R, 1, K*), optional
        1 in the cells where it counts, else 0; by default it counts in all.
    """

    part: str
    distance: Tensor
    exponent: Tensor | float = 1.0
    counts: Tensor | None = None

    def cost(self) -> Tensor:
        """Return what each atom would cost in each cell, shape (R, K, K*)."""
        cost = self.distance**self.exponent
        return cost if self.counts is None else cost * self.counts


class Row(TypedDict):
    """One term of a loss as plain data.

    Cells and atoms are counted from 0; a term of mass has no atom. Its value is weight times
    distance to the exponent.
    """

    cell: int
    atom: int | None
    part: str
    weight: float
    distance: float
    exponent: float
    value: float


@dataclass(frozen=True)
class Terms:
    """A loss between measures, taken apart.

    Attributes
    ----------
    inside : Tensor, shape (R, K, K*)
        The cells as 0 and 1.
    mass : Tensor, shape (R, K*), optional
        How far each cell's mass is off; None for a loss without terms of mass.
    weighed : Tensor, shape (R, 1, K*), optional
        1 for the cells whose mass counts, else 0; by default that of all does.
    weight : Tensor, shape (R, K, K*)
        How much each atom counts in its cell; 0 in all others.
    powers : tuple of Power
    """

    inside: Tensor
    mass: Tensor | None
    weight: Tensor
    powers: tuple[Power, ...]
    weighed: Tensor | None = None

    def total(self) -> Tensor:
        """Return the loss, shape (R,)."""
        cost = torch.zeros_like(self.weight)
        for power in self.powers:
            cost = cost + power.cost()
        total = (self.weight * cost).sum((-1, -2))
        mass = self._masses()
        return total if mass is None else mass.sum(-1) + total

    def _masses(self) -> Tensor | None:
        if self.mass is None or self.weighed is None:
            return self.mass
        return self.mass * self.weighed.squeeze(-2)

    def by_cell(self) -> Tensor:
        """Return what each cell adds to the loss, shape (R, K*)."""
        cost = torch.zeros_like(self.weight)
        for power in self.powers:
            cost = cost + power.cost()
        total = (self.weight * cost).sum(-2)
        mass = self._masses()
        return total if mass is None else mass + total

    def sizes(self) -> Tensor:
        """Return how many fitted atoms each cell has, shape (R, K*): 0 in an empty one."""
        return self.inside.sum(-2)

    def rows(self, replicate: int = 0) -> list[Row]:
        """Return the terms of one measure that count, cell by cell: its mass, then its atoms.

        Parameters
        ----------
        replicate : int
            Which of R measures.
        """
        inside, weight = (_flat(t)[replicate].tolist() for t in (self.inside, self.weight))
        powers = [(power.part, *_lists(power, self.inside, replicate)) for power in self.powers]
        mass = None if self.mass is None else self.mass.reshape(-1, self.mass.shape[-1])[replicate]
        weighed = _like(self.weighed, self.inside, replicate)
        found: list[Row] = []
        for cell in range(len(inside[0])):
            if mass is not None and weighed[0][cell]:
                found.append(_row(cell, None, MASS, 1.0, float(mass[cell]), 1.0))
            for atom in range(len(inside)):
                if not inside[atom][cell]:
                    continue
                for part, distance, exponent, counts in powers:
                    if counts[atom][cell]:
                        found.append(
                            _row(
                                cell,
                                atom,
                                part,
                                weight[atom][cell],
                                distance[atom][cell],
                                exponent[atom][cell],
                            )
                        )
        return found


def _row(
    cell: int, atom: int | None, part: str, weight: float, distance: float, exponent: float
) -> Row:
    return {
        "cell": cell,
        "atom": atom,
        "part": part,
        "weight": weight,
        "distance": distance,
        "exponent": exponent,
        "value": weight * distance**exponent,
    }


def _flat(t: Tensor) -> Tensor:
    return t.reshape(-1, *t.shape[-2:])


def _like(t: Tensor | float | None, shape: Tensor, replicate: int) -> list[list[float]]:
    """Return a number for each atom and cell of a replicate; None counts as 1."""
    whole = torch.as_tensor(1.0 if t is None else t, dtype=shape.dtype).expand(shape.shape)
    found: list[list[float]] = _flat(whole)[replicate].tolist()
    return found


def _lists(
    power: Power, shape: Tensor, replicate: int
) -> tuple[list[list[float]], list[list[float]], list[list[float]]]:
    return (
        _like(power.distance, shape, replicate),
        _like(power.exponent, shape, replicate),
        _like(power.counts, shape, replicate),
    )


TakeApart = Callable[[MixingMeasure, MixingMeasure], Terms]
"""From fitted (leading axes R) and true measure to the terms of a loss."""


def _mass(weight: Tensor, true: MixingMeasure) -> Tensor:
    return (weight.sum(-2) - true.weight).abs()


def voronoi_terms(
    fitted: MixingMeasure,
    true: MixingMeasure,
    exponents: Mapping[str, Exponent],
    grouping: Grouping = by_block,
) -> Terms:
    """Return the terms of :func:`voronoi_loss`, whose parameters these are.

    Raises
    ------
    ShapeError
        If the measures have different blocks.
    """
    apart = all_distances(fitted, true)
    inside = cell_membership(fitted, true, apart)
    weight = fitted.weight.unsqueeze(-1) * inside
    size = inside.sum(-2, keepdim=True)
    powers = tuple(
        Power(group.part, group.distance, exponents[group.block](size))
        for group in grouping(apart)
        if group.block in exponents
    )
    return Terms(inside, _mass(weight, true), weight, powers)


def voronoi_loss(
    fitted: MixingMeasure,
    true: MixingMeasure,
    exponents: Mapping[str, Exponent],
    grouping: Grouping = by_block,
) -> Tensor:
    r"""Loss between two mixing measures, summed over Voronoi cells.

    .. math:: \sum_j \Bigl|\sum_{i \in A_j} w_i - w_j^*\Bigr|
              + \sum_j \sum_{i \in A_j} w_i \sum_b \|\theta_{ib} - \theta^*_{jb}\|^{r_b(|A_j|)}

    Parameters
    ----------
    fitted : MixingMeasure
        K atoms; leading axes R (replicates).
    true : MixingMeasure
        K* atoms; broadcast over R.
    exponents : mapping of str to Exponent
        For each parameter block b, r_b as a function of the cell's size.
    grouping : Grouping
        Which entries share a norm.

    Returns
    -------
    Tensor, shape (R,)

    Raises
    ------
    ShapeError
        If the measures have different blocks.

    Notes
    -----
    Ties go to the lowest index; an empty cell costs its true mass.
    Source: `cosine` eq. 11 and 13; `multinomial` eq. 5; `compete` eq. 9 and 17.
    """
    return voronoi_terms(fitted, true, exponents, grouping).total()


def sigmoid_terms(
    fitted: MixingMeasure, true: MixingMeasure, sparse: float = 2.0, other: float = 1.0
) -> Terms:
    r"""Return the terms of the loss of the sigmoid gate, without weights on the atoms.

    .. math:: \sum_{j \le \bar N} \Bigl|\sum_{i \in A_j} \sigma(c_i) - \sigma(c_j^*)\Bigr|
              + \sum_{j \le \bar N} \sum_{i \in A_j} \sum_b \|\Delta_{ij,b}\|^{r}
              + \sum_{j > \bar N} \sum_{i \in A_j}
                \Bigl(\sum_b \|\Delta_{ij,b}\|^{s} + |\Delta c_{ij}|^{s}\Bigr)

    The first :math:`\bar N` atoms are those that can be over-specified: true atoms whose gate is
    zero, so that only their offset weighs.

    Parameters
    ----------
    fitted, true : MixingMeasure
    sparse : float
        r, the exponent in cells of true atoms with a zero gate.
    other : float
        s, the exponent in all other cells.

    Notes
    -----
    Parts of the gate have norms of their own, the expert one in all. An empty cell costs its true
    mass if its gate is zero, else nothing.
    Source: `sigmoid` §4.1.1 (r = 2, s = 1), eq. 11 (r = s) and App. C.
    """
    apart = all_distances(fitted, true)
    inside = cell_membership(fitted, true, apart)
    zero = (true.gate == 0).all(-1).to(inside.dtype).unsqueeze(-2)
    exponent = other + (sparse - other) * zero
    powers = (
        Power(OFFSET, _offsets(fitted, true), other, 1.0 - zero),
        *_distances(apart, exponent),
    )
    mass = _mass(fitted.weight.unsqueeze(-1) * inside, true)
    return Terms(inside, mass, inside, powers, zero)


def dense_terms(fitted: MixingMeasure, true: MixingMeasure) -> Terms:
    r"""Return the terms of the loss against the best approximation: plain distances.

    .. math:: \sum_j \sum_{i \in A_j}
              \|\Delta A\| + \|\Delta b\| + |\Delta c| + \|\Delta\eta\|

    Notes
    -----
    An empty cell costs nothing, as the formula is written. Source: `sigmoid` §4.2.
    """
    apart = all_distances(fitted, true)
    inside = cell_membership(fitted, true, apart)
    offset = Power(OFFSET, _offsets(fitted, true))
    return Terms(inside, None, inside, (offset, *_distances(apart, 1.0)))


def _offsets(fitted: MixingMeasure, true: MixingMeasure) -> Tensor:
    return (fitted.log_weight.unsqueeze(-1) - true.log_weight.unsqueeze(-2)).abs()


def _distances(apart: Distances, exponent: Tensor | float) -> tuple[Power, ...]:
    """Return the powers of a sigmoid gate's loss: each part of the gate, the expert as a whole."""
    return (
        *(Power(name, d, exponent) for name, d in apart.parts[GATE].items()),
        Power(EXPERT, apart.blocks[EXPERT], exponent),
    )


def block_terms(name: str) -> TakeApart:
    """Return what takes apart the weighted sum of plain distances in one block alone."""

    def take(fitted: MixingMeasure, true: MixingMeasure) -> Terms:
        apart = all_distances(fitted, true)
        inside = cell_membership(fitted, true, apart)
        weight = fitted.weight.unsqueeze(-1) * inside
        return Terms(inside, None, weight, (Power(name, apart.blocks[name]),))

    return take


def mass_terms(fitted: MixingMeasure, true: MixingMeasure) -> Terms:
    """Return the errors of the cells' mass."""
    inside = cell_membership(fitted, true)
    weight = fitted.weight.unsqueeze(-1) * inside
    return Terms(inside, _mass(weight, true), weight, ())


def radial_terms(fitted: MixingMeasure, true: MixingMeasure) -> Terms:
    r"""Return the errors of the gates' lengths.

    .. math:: \sum_j \sum_{i\in A_j} w_i\,\bigl|\|\beta_i\| - \|\beta_j^*\|\bigr|
    """
    length = torch.linalg.vector_norm(fitted.gate, dim=-1).unsqueeze(-1)
    target = torch.linalg.vector_norm(true.gate, dim=-1).unsqueeze(-2)
    inside = cell_membership(fitted, true)
    weight = fitted.weight.unsqueeze(-1) * inside
    return Terms(inside, None, weight, (Power("radial", (length - target).abs()),))


def angular_terms(fitted: MixingMeasure, true: MixingMeasure) -> Terms:
    r"""Return the errors of the gates' directions, at the true gates' lengths.

    .. math:: \sum_j \sum_{i\in A_j} w_i\, \|\beta_j^*\|
              \left\| \frac{\beta_i}{\|\beta_i\|} - \frac{\beta_j^*}{\|\beta_j^*\|} \right\|
    """
    length = torch.linalg.vector_norm(true.gate, dim=-1)
    unit = torch.nn.functional.normalize(fitted.gate, dim=-1, eps=1e-150)
    target = torch.nn.functional.normalize(true.gate, dim=-1, eps=1e-150)
    chord = torch.linalg.vector_norm(unit.unsqueeze(-2) - target.unsqueeze(-3), dim=-1)
    inside = cell_membership(fitted, true)
    weight = fitted.weight.unsqueeze(-1) * inside * length.unsqueeze(-2)
    return Terms(inside, None, weight, (Power("angular", chord),))
