r"""Losses: how far a fitted mixing measure is from the true one, paper by paper."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import torch

from moeviz.errors import UnknownNameError
from moeviz.model.constants import Constant
from moeviz.model.measure import EXPERT, GATE, MixingMeasure
from moeviz.model.registry import Registry
from moeviz.theory.terms import (
    TakeApart,
    Terms,
    angular_terms,
    block_terms,
    dense_terms,
    mass_terms,
    radial_terms,
    sigmoid_terms,
    voronoi_terms,
)
from moeviz.theory.transport import transport
from moeviz.theory.voronoi import (
    Exponent,
    Grouping,
    all_distances,
    by_block,
    by_block_and_variance,
    by_part,
    cell_membership,
)

if TYPE_CHECKING:
    from torch import Tensor

Evaluate: TypeAlias = "Callable[[MixingMeasure, MixingMeasure], Tensor]"


@dataclass(frozen=True)
class Loss:
    """A loss between a fitted and a true mixing measure.

    Attributes
    ----------
    name, title, formula, source : str
        Name in the registry; words for people; LaTeX; paper key and equation.
    take_apart : callable or None
        From fitted (leading axes R) and true measure to the loss's terms; None for losses that
        are no sum over cells.
    whole : callable or None
        From the same to values of shape (R,), for a loss without terms.
    sees_gauge : bool
        Whether the loss depends on parts of the parameter that no data can show, whatever gauge
        is fixed; such a loss has no information bound.
    metric : bool
        Whether it is a metric between measures.
    """

    name: str
    title: str
    formula: str
    source: str
    take_apart: TakeApart | None
    whole: Evaluate | None = None
    sees_gauge: bool = False
    metric: bool = False

    def evaluate(self, fitted: MixingMeasure, true: MixingMeasure) -> Tensor:
        """Return the loss, shape (R,), of fitted measures (leading axes R).

        Raises
        ------
        ShapeError
            If the measures have different blocks.
        """
        if self.whole is not None:
            return self.whole(fitted, true)
        return self.terms(fitted, true).total()

    def terms(self, fitted: MixingMeasure, true: MixingMeasure) -> Terms:
        """Return the loss taken apart.

        Raises
        ------
        UnknownNameError
            If it is no sum over cells.
        ShapeError
            If the measures have different blocks.
        """
        if self.take_apart is None:
            raise UnknownNameError(
                f"Expected a loss that is a sum over cells, but '{self.name}' is none; take "
                "another loss."
            )
        return self.take_apart(fitted, true)


LOSSES: Registry[Loss] = Registry("loss")


def _constant(value: float) -> Exponent:
    return lambda size: torch.full_like(size, value)


def _when_crowded(r: float) -> Exponent:
    return lambda size: 1.0 + (r - 1.0) * (size > 1).to(size.dtype)


def _voronoi(exponent: Exponent, grouping: Grouping) -> TakeApart:
    exponents = {GATE: exponent, EXPERT: exponent}
    return lambda fitted, true: voronoi_terms(fitted, true, exponents, grouping)


def _checked(name: str, r: float) -> float:
    if not 1.0 <= r < math.inf:
        raise UnknownNameError(f"Expected a loss {name} with r of at least 1, but got r = {r}.")
    return r


def loss_l1(r: float) -> Loss:
    """Return the loss L1,r of `cosine`: every exponent is r.

    Raises
    ------
    UnknownNameError
        If r is below 1, or no number.
    """
    r = _checked("L1,r", r)
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
        If r is below 1, or no number.
    """
    r = _checked("D_r", r)
    return Loss(
        f"D{r:g}",
        f"loss of the multinomial model, power {r:g} in crowded cells",
        rf"D_{{{r:g}}}(\widehat G, G_*)",
        "multinomial eq. 5",
        _voronoi(_when_crowded(r), by_part),
    )


def loss_sigmoid_l2(r: float) -> Loss:
    """Return the loss L2,r of `sigmoid`: every exponent is r.

    Raises
    ------
    UnknownNameError
        If r is below 1, or no number.
    """
    r = _checked("L2,r", r)
    squared = "squared" if r == 2.0 else f"to the power {r:g}"
    return Loss(
        f"sigmoid-L2,{r:g}",
        f"loss of the sigmoid gate with every distance {squared}",
        rf"\mathcal{{L}}_{{2,{r:g}}}(\widehat G, G_*)",
        "sigmoid eq. 11",
        lambda fitted, true: sigmoid_terms(fitted, true, r, r),
    )


EXPONENT = Constant(
    "r",
    "r",
    "The power of distances in a loss that the papers define for every r.",
    1.0,
    12.0,
    2.0,
    label="Power r of the loss",
)


@dataclass(frozen=True)
class LossFamily:
    """Losses that differ in a power r of at least 1.

    Attributes
    ----------
    name, title, source : str
        Name in the registry; words for people; paper key and equation.
    of : callable
        From r to the loss.
    constants : tuple of Constant
        r, as a form offers it; a loss may have any r of at least 1.
    """

    name: str
    title: str
    source: str
    of: Callable[[float], Loss]
    constants: tuple[Constant, ...] = (EXPONENT,)


LOSS_FAMILIES: Registry[LossFamily] = Registry("loss family")

for _family in (
    LossFamily("L1,r", "every distance to the power r", "cosine §2, loss of Theorem 2", loss_l1),
    LossFamily(
        "sigmoid-L2,r",
        "loss of the sigmoid gate, every distance to the power r",
        "sigmoid eq. 11",
        loss_sigmoid_l2,
    ),
    LossFamily("D_r", "power r in crowded cells, 1 in the others", "multinomial eq. 5", loss_d),
):
    LOSS_FAMILIES.add(_family.name, _family)


def total_error(fitted: MixingMeasure, true: MixingMeasure) -> Tensor:
    r"""Return :math:`\|\Delta\theta\|`, shape (R,), for exact-specified fits.

    Each atom is held against the true atom of its cell, in log-weight, gate and expert.
    """
    apart = all_distances(fitted, true)
    inside = cell_membership(fitted, true, apart)
    squared = (fitted.log_weight.unsqueeze(-1) - true.log_weight.unsqueeze(-2)) ** 2
    for distance in apart.blocks.values():
        squared = squared + distance * distance
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
        sigmoid_terms,
    ),
    loss_sigmoid_l2(2.0),
    Loss(
        "sigmoid-L3",
        "loss of the sigmoid gate, dense regime: plain distances to the best approximation",
        r"\mathcal{L}_3(\widehat G, \overline G)",
        "sigmoid §4.2",
        dense_terms,
    ),
    Loss(
        "sigmoid-L4",
        "loss of the partially quadratic sigmoid gate, sparse regime",
        r"\mathcal{L}_4(\widehat G, G_*)",
        "sigmoid eq. 52",
        sigmoid_terms,
    ),
    Loss(
        "sigmoid-L5",
        "loss of the partially quadratic sigmoid gate, dense regime",
        r"\mathcal{L}_5(\widehat G, \overline G)",
        "sigmoid eq. 53",
        dense_terms,
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
        mass_terms,
    ),
    Loss(
        "gate",
        "error of the gates",
        r"\sum_j\sum_{i\in A_j} w_i\,\|\Delta\beta_1\|",
        "the gates' part of cosine eq. 13",
        block_terms(GATE),
    ),
    Loss(
        "expert",
        "error of the experts",
        r"\sum_j\sum_{i\in A_j} w_i\,\|\Delta\eta\|",
        "the experts' part of cosine eq. 13",
        block_terms(EXPERT),
    ),
    Loss(
        "radial",
        "error of the gates' lengths",
        r"\sum_j\sum_{i\in A_j} w_i\,\bigl|\|\beta_{1i}\|-\|\beta_{1j}^*\|\bigr|",
        "the radial part of cosine eq. 13",
        radial_terms,
        sees_gauge=True,
    ),
    Loss(
        "angular",
        "error of the gates' directions",
        r"\sum_j\sum_{i\in A_j} w_i\,\|\beta_{1j}^*\|\,"
        r"\Bigl\|\tfrac{\beta_{1i}}{\|\beta_{1i}\|}-\tfrac{\beta_{1j}^*}{\|\beta_{1j}^*\|}\Bigr\|",
        "the angular part of cosine eq. 13",
        angular_terms,
    ),
    Loss(
        "total",
        "length of the whole parameter error",
        r"\|\widehat\theta-\theta^*\|",
        "moeviz",
        None,
        total_error,
    ),
    Loss(
        "transport",
        "what it costs to carry one measure onto the other",
        r"W_1(\widehat G, G_*)",
        "moeviz",
        None,
        transport,
        metric=True,
    ),
):
    LOSSES.add(_loss.name, _loss)
