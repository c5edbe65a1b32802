r"""Losses: how far a fitted mixing measure is from the true one, paper by paper."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from moeviz.errors import UnknownNameError
from moeviz.model.measure import EXPERT, GATE, MixingMeasure
from moeviz.model.registry import Registry
from moeviz.theory.voronoi import (
    Exponent,
    Grouping,
    block_distances,
    by_block,
    by_block_and_variance,
    by_part,
    cell_membership,
    part_distances,
    voronoi_loss,
)

Evaluate = Callable[[MixingMeasure, MixingMeasure], Tensor]


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
    evaluate: Evaluate
    sees_gauge: bool = False


LOSSES: Registry[Loss] = Registry("loss")


def _constant(value: float) -> Exponent:
    return lambda size: torch.full_like(size, value)


def _when_crowded(r: float) -> Exponent:
    return lambda size: 1.0 + (r - 1.0) * (size > 1).to(size.dtype)


def _voronoi(exponent: Exponent, grouping: Grouping) -> Evaluate:
    exponents = {GATE: exponent, EXPERT: exponent}
    return lambda fitted, true: voronoi_loss(fitted, true, exponents, grouping)


def loss_l1(r: float) -> Loss:
    """Return the loss L1,r of `cosine`: every exponent is r.

    Raises
    ------
    UnknownNameError
        If r is below 1.
    """
    if not r >= 1.0:
        raise UnknownNameError(f"Expected a loss L1,r with r of at least 1, but got r = {r}.")
    return Loss(
        f"L1,{r:g}",
        f"loss with every distance to the power {r:g}",
        rf"\mathcal{{L}}_{{1,{r:g}}}(\widehat G, G_*)",
        "cosine §2, loss of Theorem 2",
        _voronoi(_constant(r), by_block),
    )


def loss_d(r: float) -> Loss:
    """Return the loss D_r of `multinomial`: distances to the power r in crowded cells.

    Raises
    ------
    UnknownNameError
        If r is below 1.
    """
    if not r >= 1.0:
        raise UnknownNameError(f"Expected a loss D_r with r of at least 1, but got r = {r}.")
    return Loss(
        f"D{r:g}",
        f"loss of the multinomial model, power {r:g} in crowded cells",
        rf"D_{{{r:g}}}(\widehat G, G_*)",
        "multinomial eq. 5",
        _voronoi(_when_crowded(r), by_part),
    )


def sigmoid_loss(
    fitted: MixingMeasure, true: MixingMeasure, sparse: float = 2.0, other: float = 1.0
) -> Tensor:
    r"""Loss of the sigmoid gate, shape (R,), without weights on the atoms.

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
    Parts of the gate have norms of their own, the expert one in all.
    Source: `sigmoid` §4.1.1 (r = 2, s = 1), eq. 11 (r = s) and App. C.
    """
    inside = cell_membership(fitted, true)
    zero = (true.gate == 0).all(-1).to(inside.dtype).unsqueeze(-2)
    mass = ((fitted.weight.unsqueeze(-1) * inside).sum(-2) - true.weight).abs()
    exponent = other + (sparse - other) * zero
    distances = [
        *part_distances(fitted, true, GATE).values(),
        block_distances(fitted, true, EXPERT),
    ]
    cost = (fitted.log_weight.unsqueeze(-1) - true.log_weight.unsqueeze(-2)).abs() ** other
    cost = cost * (1.0 - zero)
    for distance in distances:
        cost = cost + distance**exponent
    return (mass * zero.squeeze(-2)).sum(-1) + (inside * cost).sum((-1, -2))


def dense_loss(fitted: MixingMeasure, true: MixingMeasure) -> Tensor:
    r"""Loss against the best approximation, shape (R,): plain distances, offsets included.

    .. math:: \sum_j \sum_{i \in A_j}
              \|\Delta A\| + \|\Delta b\| + |\Delta c| + \|\Delta\eta\|

    Notes
    -----
    An empty cell costs nothing, as the formula is written. Source: `sigmoid` §4.2.
    """
    inside = cell_membership(fitted, true)
    cost = (fitted.log_weight.unsqueeze(-1) - true.log_weight.unsqueeze(-2)).abs()
    for distance in part_distances(fitted, true, GATE).values():
        cost = cost + distance
    return (inside * (cost + block_distances(fitted, true, EXPERT))).sum((-1, -2))


def block_error(name: str) -> Evaluate:
    """Return the weighted sum of plain distances in one block alone."""

    def evaluate(fitted: MixingMeasure, true: MixingMeasure) -> Tensor:
        weight = fitted.weight.unsqueeze(-1) * cell_membership(fitted, true)
        return (weight * block_distances(fitted, true, name)).sum((-1, -2))

    return evaluate


def mass_error(fitted: MixingMeasure, true: MixingMeasure) -> Tensor:
    """Return the sum over cells of the error of their mass, shape (R,)."""
    weight = fitted.weight.unsqueeze(-1) * cell_membership(fitted, true)
    return (weight.sum(-2) - true.weight).abs().sum(-1)


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
        _voronoi(_when_crowded(2.0), by_block),
    ),
    Loss(
        "L3",
        "loss for exact-specified fits: plain distances",
        r"\mathcal{L}_3(\widehat G, G_*)",
        "cosine eq. 13",
        _voronoi(_constant(1.0), by_block),
    ),
    Loss(
        "sigmoid-L1",
        "loss of the sigmoid gate, sparse regime: squares where the true gate is zero",
        r"\mathcal{L}_1(\widehat G, G_*)",
        "sigmoid §4.1.1",
        sigmoid_loss,
    ),
    Loss(
        "sigmoid-L2,2",
        "loss of the sigmoid gate with every distance squared",
        r"\mathcal{L}_{2,2}(\widehat G, G_*)",
        "sigmoid eq. 11",
        lambda fitted, true: sigmoid_loss(fitted, true, 2.0, 2.0),
    ),
    Loss(
        "sigmoid-L3",
        "loss of the sigmoid gate, dense regime: plain distances to the best approximation",
        r"\mathcal{L}_3(\widehat G, \overline G)",
        "sigmoid §4.2",
        dense_loss,
    ),
    Loss(
        "sigmoid-L4",
        "loss of the partially quadratic sigmoid gate, sparse regime",
        r"\mathcal{L}_4(\widehat G, G_*)",
        "sigmoid eq. 52",
        sigmoid_loss,
    ),
    Loss(
        "sigmoid-L5",
        "loss of the partially quadratic sigmoid gate, dense regime",
        r"\mathcal{L}_5(\widehat G, \overline G)",
        "sigmoid eq. 53",
        dense_loss,
    ),
    loss_d(1.0),
    loss_d(2.0),
    Loss(
        "compete-L1",
        "loss of competition: distances and variances squared in crowded cells",
        r"\mathcal{L}_1(\widehat G, G_*)",
        "compete eq. 9",
        _voronoi(_when_crowded(2.0), by_block_and_variance),
    ),
    Loss(
        "compete-L2",
        "loss of competition between linear experts",
        r"\mathcal{L}_2(\widehat G, G_*)",
        "compete eq. 17, with the misprinted cell size of the squared group mended",
        _voronoi(_when_crowded(2.0), by_part),
    ),
    Loss(
        "mass",
        "error of the cells' weights",
        r"\sum_j\bigl|\sum_{i\in A_j} w_i-w_j^*\bigr|",
        "the first term of cosine eq. 13",
        mass_error,
    ),
    Loss(
        "gate",
        "error of the gates",
        r"\sum_j\sum_{i\in A_j} w_i\,\|\Delta\beta_1\|",
        "the gates' part of cosine eq. 13",
        block_error(GATE),
    ),
    Loss(
        "expert",
        "error of the experts",
        r"\sum_j\sum_{i\in A_j} w_i\,\|\Delta\eta\|",
        "the experts' part of cosine eq. 13",
        block_error(EXPERT),
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
