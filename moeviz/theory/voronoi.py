r"""Voronoi cells of a fitted mixing measure, and distances between its atoms and the true ones.

A cell :math:`A_j` holds the fitted atoms that lie nearest to true atom j in
:math:`(\beta_1, \eta)`. Everything is batched: cells are a one-hot tensor, so crowded cells of
any size, empty cells and ties need no special case.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

import torch

from moeviz.errors import ShapeError
from moeviz.model.measure import MixingMeasure

if TYPE_CHECKING:
    from torch import Tensor

Exponent: TypeAlias = "Callable[[Tensor], Tensor]"
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
    parts = part_distances(fitted, true, name).values()
    if not parts:
        shape = torch.broadcast_shapes(fitted.log_weight.shape[:-1], true.log_weight.shape[:-1])
        return fitted.log_weight.new_zeros(*shape, fitted.atoms, true.atoms)
    return _together(parts)


def _together(parts: Iterable[Tensor]) -> Tensor:
    """Return the distances in all parts, which of a single one are its own."""
    first, *others = parts
    if not others:
        return first
    squared = first * first
    for distance in others:
        squared = squared + distance * distance
    return squared.sqrt()


@dataclass(frozen=True)
class Distances:
    """Distances between the atoms of two measures, computed once for all who ask.

    Attributes
    ----------
    parts : mapping of str to mapping of str to Tensor, shape (R, K, K*)
        By block and part.
    blocks : mapping of str to Tensor, shape (R, K, K*)
        By block.
    """

    parts: Mapping[str, Mapping[str, Tensor]]
    blocks: Mapping[str, Tensor]


def all_distances(fitted: MixingMeasure, true: MixingMeasure) -> Distances:
    """Return the distances between atoms in every block and each of its parts.

    Raises
    ------
    ShapeError
        If the measures have different blocks.
    """
    _check(fitted, true)
    parts = {name: part_distances(fitted, true, name) for name in true.blocks}
    blocks = {
        name: _together(found.values()) if found else block_distances(fitted, true, name)
        for name, found in parts.items()
    }
    return Distances(parts, blocks)


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
    return _cells(all_distances(fitted, true))


def _cells(apart: Distances) -> Tensor:
    return _nearest(apart, 0.0).to(torch.int8).argmax(-1)


def tied(fitted: MixingMeasure, true: MixingMeasure, slack: float = 1e-9) -> Tensor:
    """Return which fitted atoms lie as near to another true atom as to that of their cell.

    Parameters
    ----------
    fitted, true : MixingMeasure
        As in :func:`voronoi_cells`.
    slack : float
        Distances that differ by no more than this share are equal.

    Returns
    -------
    Tensor of bool, shape (R, K)

    Raises
    ------
    ShapeError
        If the measures have different blocks.
    """
    return _nearest(all_distances(fitted, true), slack).sum(-1) > 1


def _nearest(apart: Distances, slack: float) -> Tensor:
    """Return which true atoms are nearest to each fitted one, shape (R, K, K*)."""
    if not apart.blocks:
        raise ShapeError("Expected measures with at least one parameter block, but got none.")
    first, *others = apart.blocks.values()
    squared = first * first
    for distance in others:
        squared = squared + distance * distance
    least = squared.amin(-1, keepdim=True)
    return squared <= (least * (1.0 + slack) ** 2 if slack else least)


def cell_membership(
    fitted: MixingMeasure, true: MixingMeasure, apart: Distances | None = None
) -> Tensor:
    """Return the cells as 0 and 1, shape (R, K, K*): entry [i, j] is 1 when atom i is in cell j.

    Parameters
    ----------
    fitted, true : MixingMeasure
        As in :func:`voronoi_cells`.
    apart : Distances, optional
        Their distances, by default computed.
    """
    cells = _cells(all_distances(fitted, true) if apart is None else apart)
    order = torch.arange(true.atoms, device=cells.device)
    return (cells.unsqueeze(-1) == order).to(fitted.log_weight.dtype)


class Group(NamedTuple):
    """Distances that count with one exponent.

    Attributes
    ----------
    block, part : str
        The block, and what of it: the block itself, or one of its parts.
    distance : Tensor, shape (R, K, K*)
    """

    block: str
    part: str
    distance: Tensor


Grouping = Callable[[Distances], list[Group]]
"""From the distances between two measures to those of a loss."""


def by_block(apart: Distances) -> list[Group]:
    """Return one distance for each block."""
    return [Group(name, name, distance) for name, distance in apart.blocks.items()]


def by_part(apart: Distances) -> list[Group]:
    """Return one distance for each part of each block."""
    return [
        Group(name, part, distance)
        for name, parts in apart.parts.items()
        for part, distance in parts.items()
    ]


def by_block_and_variance(apart: Distances) -> list[Group]:
    """Return one distance for each block, the variance of Gaussian experts apart."""
    found = []
    for name, parts in apart.parts.items():
        rest = [distance for part, distance in parts.items() if part != "nu"]
        if rest:
            found.append(Group(name, name, _together(rest)))
        if "nu" in parts:
            found.append(Group(name, "nu", parts["nu"]))
    return found
