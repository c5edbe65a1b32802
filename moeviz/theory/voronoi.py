r"""Voronoi cells of a fitted mixing measure, and sums over them.

A cell :math:`A_j` holds the fitted atoms that lie nearest to true atom j in
:math:`(\beta_1, \eta)`. Everything is batched: cells are a one-hot tensor, so crowded cells of
any size, empty cells and ties need no special case.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import torch
from torch import Tensor

from moeviz.errors import ShapeError
from moeviz.model.measure import MixingMeasure

Exponent = Callable[[Tensor], Tensor]
"""From a cell's size, shape (...), to the exponent of its atoms' distances, same shape."""


def _check(fitted: MixingMeasure, true: MixingMeasure) -> None:
    for name, block in true.blocks.items():
        width = fitted.blocks[name].shape[-1] if name in fitted.blocks else None
        if width != block.shape[-1]:
            raise ShapeError(
                f"Expected block '{name}' of width {block.shape[-1]} in both measures, but the "
                f"fitted one has {width}."
            )


def _norm(difference: Tensor, metric: tuple[float, ...]) -> Tensor:
    if metric:
        difference = difference * difference.new_tensor(metric).sqrt()
    return torch.linalg.vector_norm(difference, dim=-1)


def part_distances(fitted: MixingMeasure, true: MixingMeasure, name: str) -> dict[str, Tensor]:
    """Return the distances between atoms in each part of one block.

    Parameters
    ----------
    fitted : MixingMeasure
        K atoms, leading axes R.
    true : MixingMeasure
        K* atoms; broadcast over R.
    name : str
        The block.

    Returns
    -------
    dict of str to Tensor, shape (R, K, K*)
        By the part's name; symmetric matrices in Frobenius' norm.
    """
    difference = fitted.blocks[name].unsqueeze(-2) - true.blocks[name].unsqueeze(-3)
    return {part.name: _norm(difference[..., at], part.metric) for part, at in fitted.pieces(name)}


def block_distances(fitted: MixingMeasure, true: MixingMeasure, name: str) -> Tensor:
    """Return the distances between atoms in one block, shape (R, K, K*)."""
    squared = [d * d for d in part_distances(fitted, true, name).values()]
    if not squared:
        shape = torch.broadcast_shapes(fitted.log_weight.shape[:-1], true.log_weight.shape[:-1])
        return fitted.log_weight.new_zeros(*shape, fitted.atoms, true.atoms)
    return torch.stack(squared).sum(0).sqrt()


def voronoi_cells(fitted: MixingMeasure, true: MixingMeasure) -> Tensor:
    """Return the index of the nearest true atom of each fitted atom.

    Parameters
    ----------
    fitted : MixingMeasure
        K atoms, leading axes R.
    true : MixingMeasure
        K* atoms; broadcast over R.

    Returns
    -------
    Tensor of int, shape (R, K)
        Ties go to the lowest index.

    Raises
    ------
    ShapeError
        If the measures have different blocks.
    """
    _check(fitted, true)
    squared = sum(block_distances(fitted, true, name) ** 2 for name in true.blocks)
    if not isinstance(squared, Tensor):
        raise ShapeError("Expected measures with at least one parameter block, but got none.")
    nearest = squared <= squared.amin(-1, keepdim=True)
    return nearest.to(torch.int8).argmax(-1)


def cell_membership(fitted: MixingMeasure, true: MixingMeasure) -> Tensor:
    """Return the cells as 0 and 1, shape (R, K, K*): entry [i, j] is 1 when atom i is in cell j."""
    cells = voronoi_cells(fitted, true)
    return torch.nn.functional.one_hot(cells, true.atoms).to(fitted.log_weight.dtype)


Grouping = Callable[[MixingMeasure, MixingMeasure], list[tuple[str, Tensor]]]
"""From fitted and true measure to distances, shape (R, K, K*), each with its block's name."""


def by_block(fitted: MixingMeasure, true: MixingMeasure) -> list[tuple[str, Tensor]]:
    """Return one distance for each block."""
    return [(name, block_distances(fitted, true, name)) for name in true.blocks]


def by_part(fitted: MixingMeasure, true: MixingMeasure) -> list[tuple[str, Tensor]]:
    """Return one distance for each part of each block."""
    return [
        (name, distance)
        for name in true.blocks
        for distance in part_distances(fitted, true, name).values()
    ]


def by_block_and_variance(fitted: MixingMeasure, true: MixingMeasure) -> list[tuple[str, Tensor]]:
    """Return one distance for each block, the variance of Gaussian experts apart."""
    found = []
    for name in true.blocks:
        parts = part_distances(fitted, true, name)
        variance = parts.pop("nu", None)
        if parts:
            found.append((name, torch.stack([d * d for d in parts.values()]).sum(0).sqrt()))
        if variance is not None:
            found.append((name, variance))
    return found


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
    inside = cell_membership(fitted, true)
    weight = fitted.weight.unsqueeze(-1) * inside
    mass = (weight.sum(-2) - true.weight).abs().sum(-1)
    size = inside.sum(-2, keepdim=True)
    cost = torch.zeros_like(weight)
    for name, distance in grouping(fitted, true):
        if name in exponents:
            cost = cost + distance ** exponents[name](size)
    return mass + (weight * cost).sum((-1, -2))
