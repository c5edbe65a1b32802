r"""The transport distance between mixing measures: what it costs to carry one onto the other.

A Voronoi loss has the cells of one of its two measures, so that it is no metric: between truths
that come closer, an empty cell costs its whole mass, however near the atoms of the next one are.
The transport distance is one, and statements about all truths at once are made with it.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
import torch

from moeviz.theory.voronoi import all_distances

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from torch import Tensor

    from moeviz.model.measure import MixingMeasure


PRECISE = {"primal_feasibility_tolerance": 1e-10, "dual_feasibility_tolerance": 1e-10}
"""Measures that are near each other differ by little."""


def transport(fitted: MixingMeasure, true: MixingMeasure) -> Tensor:
    r"""Return the transport distance of order 1, shape (R,).

    .. math:: W_1(\widehat G, G_*) = \min_{q} \sum_{ij} q_{ij} \sum_b
              \|\widehat\theta_{ib} - \theta^*_{jb}\|

    over all plans q that share out the one measure's weights among the other's.

    Parameters
    ----------
    fitted : MixingMeasure
        K atoms; leading axes R.
    true : MixingMeasure
        K* atoms; broadcast over R.

    Returns
    -------
    Tensor, shape (R,)
        Not a number where a parameter is none.

    Raises
    ------
    ShapeError
        If the measures have different blocks.

    Notes
    -----
    Weights are shares of their sum: a softmax gate knows no other, and of a sigmoid gate's the sum
    is not seen. Source: Heinrich and Kahn, Annals of Statistics 46 (2018), whose distance it is.
    """
    cost = torch.stack([*all_distances(fitted, true).blocks.values()]).sum(0)
    rows, columns = (one.weight / one.weight.sum(-1, keepdim=True) for one in (fitted, true))
    shape = cost.shape[:-2]
    flat = [
        part.expand(*shape, *own).reshape(-1, *own).numpy()
        for part, own in (
            (cost, cost.shape[-2:]),
            (rows, cost.shape[-2:-1]),
            (columns, cost.shape[-1:]),
        )
    ]
    found = [_cheapest(*one) for one in zip(*flat, strict=True)]
    return cost.new_tensor(found).reshape(shape)


def _cheapest(
    cost: NDArray[np.float64], rows: NDArray[np.float64], columns: NDArray[np.float64]
) -> float:
    """Return the cost of the cheapest plan between two lists of weights that sum to 1."""
    from scipy.optimize import linprog

    if not (np.isfinite(cost).all() and np.isfinite(rows).all() and np.isfinite(columns).all()):
        return float("nan")
    if cost.shape[1] == 1 or cost.shape[0] == 1:
        return float(rows @ cost @ columns)
    # Weights that are rounded do not sum to 1 alike: the last column takes what is left.
    given = np.concatenate([rows, columns[:-1]])
    found = linprog(
        cost.ravel(), A_eq=_sums(*cost.shape), b_eq=given, method="highs-ds", options=PRECISE
    )
    return float(found.fun) if found.status == 0 else float("nan")


@lru_cache(maxsize=64)
def _sums(first: int, second: int) -> NDArray[np.float64]:
    """Return the matrix that sums a plan's rows, and its columns but the last."""
    eye = np.eye(first * second).reshape(first, second, -1)
    return np.concatenate([eye.sum(1), eye.sum(0)[:-1]])
