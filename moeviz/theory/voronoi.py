r"""Voronoi cells of a fitted mixing measure and the losses summed over them.

A cell :math:`A_j` holds the fitted atoms that lie nearest to true atom j in
:math:`(\beta_1, \eta)`. Everything is batched: cells are a one-hot tensor, so crowded cells of
any size, empty cells and ties need no special case.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import torch
from torch import Tensor

from moeviz.errors import ShapeError, UnknownNameError
from moeviz.model.measure import EXPERT, GATE, MixingMeasure
from moeviz.model.registry import Registry

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


def block_distances(fitted: MixingMeasure, true: MixingMeasure, name: str) -> Tensor:
    """Return the distances between atoms in one block.

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
    Tensor, shape (R, K, K*)
    """
    difference = fitted.blocks[name].unsqueeze(-2) - true.blocks[name].unsqueeze(-3)
    return torch.linalg.vector_norm(difference, dim=-1)


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


def voronoi_loss(
    fitted: MixingMeasure, true: MixingMeasure, exponents: Mapping[str, Exponent]
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
    Source: `cosine` eq. 11 and 13.
    """
    inside = cell_membership(fitted, true)
    weight = fitted.weight.unsqueeze(-1) * inside
    mass = (weight.sum(-2) - true.weight).abs().sum(-1)
    size = inside.sum(-2, keepdim=True)
    cost = torch.zeros_like(weight)
    for name, exponent in exponents.items():
        cost = cost + block_distances(fitted, true, name) ** exponent(size)
    return mass + (weight * cost).sum((-1, -2))


@dataclass(frozen=True)
class Loss:
    """A loss between a fitted and a true mixing measure.

    Attributes
    ----------
    name, title, formula, source : str
        Name in the registry; words for people; LaTeX; paper key and equation.
    evaluate : callable
        From fitted (leading axes R) and true measure to values of shape (R,).
    sees_gauge : bool
        Whether the loss depends on parts of the parameter that no data can show, whatever gauge
        is fixed; such a loss has no information bound.
    """

    name: str
    title: str
    formula: str
    source: str
    evaluate: Callable[[MixingMeasure, MixingMeasure], Tensor]
    sees_gauge: bool = False


LOSSES: Registry[Loss] = Registry("loss")


def _constant(value: float) -> Exponent:
    return lambda size: torch.full_like(size, value)


def _two_when_crowded(size: Tensor) -> Tensor:
    return 1.0 + (size > 1).to(size.dtype)


def loss_l1(r: float) -> Loss:
    """Return the loss L1,r of `cosine`: every exponent is r.

    Raises
    ------
    UnknownNameError
        If r is below 1.
    """
    if not r >= 1.0:
        raise UnknownNameError(f"Expected a loss L1,r with r of at least 1, but got r = {r}.")
    exponents = {GATE: _constant(r), EXPERT: _constant(r)}
    return Loss(
        f"L1,{r:g}",
        f"loss with every distance to the power {r:g}",
        r"\mathcal{L}_{1,r}(\widehat G, G_*)",
        "cosine §2, loss of Theorem 2",
        lambda fitted, true: voronoi_loss(fitted, true, exponents),
    )


def radial_error(fitted: MixingMeasure, true: MixingMeasure) -> Tensor:
    r"""Return the error of the gates' lengths, shape (R,).

    .. math:: \sum_j \sum_{i\in A_j} w_i\,\bigl|\|\beta_i\| - \|\beta_j^*\|\bigr|
    """
    length = torch.linalg.vector_norm(fitted.gate, dim=-1).unsqueeze(-1)
    target = torch.linalg.vector_norm(true.gate, dim=-1).unsqueeze(-2)
    weight = fitted.weight.unsqueeze(-1) * cell_membership(fitted, true)
    return (weight * (length - target).abs()).sum((-1, -2))


def angular_error(fitted: MixingMeasure, true: MixingMeasure) -> Tensor:
    r"""Return the error of the gates' directions at the true gates' lengths, shape (R,).

    .. math:: \sum_j \sum_{i\in A_j} w_i\, \|\beta_j^*\|
              \left\| \frac{\beta_i}{\|\beta_i\|} - \frac{\beta_j^*}{\|\beta_j^*\|} \right\|
    """
    length = torch.linalg.vector_norm(true.gate, dim=-1)
    unit = torch.nn.functional.normalize(fitted.gate, dim=-1, eps=1e-150)
    target = torch.nn.functional.normalize(true.gate, dim=-1, eps=1e-150)
    chord = torch.linalg.vector_norm(unit.unsqueeze(-2) - target.unsqueeze(-3), dim=-1)
    weight = fitted.weight.unsqueeze(-1) * cell_membership(fitted, true)
    return (weight * length.unsqueeze(-2) * chord).sum((-1, -2))


def total_error(fitted: MixingMeasure, true: MixingMeasure) -> Tensor:
    r"""Return :math:`\|\Delta\theta\|`, shape (R,), for exact-specified fits.

    Each atom is held against the true atom of its cell, in log-weight, gate and expert.
    """
    inside = cell_membership(fitted, true)
    squared = (fitted.log_weight.unsqueeze(-1) - true.log_weight.unsqueeze(-2)) ** 2
    for name in true.blocks:
        squared = squared + block_distances(fitted, true, name) ** 2
    return (inside * squared).sum((-1, -2)).sqrt()


for _loss in (
    loss_l1(2.0),
    Loss(
        "L2",
        "loss for over-specified fits: distances squared in crowded cells",
        r"\mathcal{L}_2(\widehat G, G_*)",
        "cosine eq. 11",
        lambda fitted, true: voronoi_loss(
            fitted, true, {GATE: _two_when_crowded, EXPERT: _two_when_crowded}
        ),
    ),
    Loss(
        "L3",
        "loss for exact-specified fits: plain distances",
        r"\mathcal{L}_3(\widehat G, G_*)",
        "cosine eq. 13",
        lambda fitted, true: voronoi_loss(
            fitted, true, {GATE: _constant(1.0), EXPERT: _constant(1.0)}
        ),
    ),
    Loss(
        "radial",
        "error of the gates' lengths",
        r"\sum_j\sum_{i\in A_j} w_i\,\bigl|\|\beta_{1i}\|-\|\beta_{1j}^*\|\bigr|",
        "the radial part of cosine eq. 13",
        radial_error,
        sees_gauge=True,
    ),
    Loss(
        "angular",
        "error of the gates' directions",
        r"\sum_j\sum_{i\in A_j} w_i\,\|\beta_{1j}^*\|\,"
        r"\Bigl\|\tfrac{\beta_{1i}}{\|\beta_{1i}\|}-\tfrac{\beta_{1j}^*}{\|\beta_{1j}^*\|}\Bigr\|",
        "the angular part of cosine eq. 13",
        angular_error,
    ),
    Loss(
        "total",
        "length of the whole parameter error",
        r"\|\widehat\theta-\theta^*\|",
        "moeviz",
        total_error,
    ),
):
    LOSSES.add(_loss.name, _loss)
