r"""The compiled pass of expectation-maximisation: sums over the complete data, block by block.

Every row of the complete data is a weight per sample times a feature, so all sums are weights
times products of two features. The weights :math:`g_i` of the gate add up to 1; of the scores'
information

.. math:: \sum_n (\delta_{ij} g_i - g_i g_j)\, z z^\top

the blocks i = j are minus the sum of the others in their row. So the products of different atoms'
weights are enough, and nothing cancels. An expert's information is
:math:`\sum_n r\, \omega\, \sigma \sigma' x x^\top`, with responsibilities r, the slopes
:math:`\sigma` of its channels (predictors and scalars) and the information :math:`\omega` of one
observation about its copies' values. Where scores read the experts, what reaches them so is added
to these weights, and different atoms' channels have products of their own.

Importing this module compiles it, or reads what was compiled before.
"""

from __future__ import annotations

import numpy as np

from moeviz.model.fused import elementary as el
from moeviz.model.fused.complete_rows import (
    add_sums,
    assemble,
    expert_weights,
    gate_weights,
    square_sum,
)
from moeviz.model.fused.complete_through import (
    add_weights,
    assemble_through,
    through_scores,
    weighted_rows,
)
from moeviz.model.fused.density_rows import classes, expert_rows, gaussian, row_sum
from moeviz.model.fused.kept import kept
from moeviz.model.fused.machine import (
    BLOCK,
    F1,
    F2,
    F3,
    I1,
    I2,
    SOFTMAX,
    add_times,
    linear_row,
    weigh,
)
from moeviz.model.fused.products import add_products


@kept(
    f"void({F3}, {F3}, i8, i8, {I2}, {F2}, i8, {I1}, i8, i8, {I2}, {I1}, {I1}, {I2}, {I1}, "
    f"{F3}, {F3}, {F2}, {I1}, {F1}, {F2}, {F3}, f8[:,:,:,:,::1])",
    fastmath=set(el.FAST),
)  # fmt: skip
def sum_complete(
    gate: np.ndarray,
    expert: np.ndarray,
    kept: int,
    classes_: int,
    steps: np.ndarray,
    numbers: np.ndarray,
    value: int,
    slopes: np.ndarray,
    heads: int,
    scalars: int,
    pairs: np.ndarray,
    singles: np.ndarray,
    ends: np.ndarray,
    gram_places: np.ndarray,
    slope_places: np.ndarray,
    z: np.ndarray,
    x: np.ndarray,
    y: np.ndarray,
    which: np.ndarray,
    cost: np.ndarray,
    share: np.ndarray,
    slope: np.ndarray,
    gram: np.ndarray,
) -> None:
    """Add up the complete data's moments over the predictors.

    Parameters
    ----------
    gate : shape (F, K, Dz + 1)
    expert : shape (F, K, E)
    kept : int
        How many experts the gate keeps.
    classes_ : int
        C, or 0 for Gaussian densities.
    steps, numbers, value, heads, scalars
        The expert's instructions.
    slopes : shape (heads + scalars,), (0,) or (heads + scalars + 2,)
        Rows of its derivatives; empty where its value is its only predictor. Two more where the
        score reads it: of the affinity and of its derivative.
    pairs, singles, ends, gram_places, slope_places
        As :class:`moeviz.model.fused.complete.Plan` has them.
    z, x, y : shapes (R, Dz + 1, N), (R, D + 1, N), (R, N)
        Features and observations.
    which : shape (F,)
        Each fit's data set.
    cost : shape (F,)
    share : shape (F, K)
    slope : shape (F, K, H)
    gram : shape (F, K, H, K, H)
        All 0 before.
    """
    fits, atoms, wide = gate.shape
    samples, inputs = y.shape[1], heads + scalars
    free = max(0, classes_ - 1)
    copies = max(1, free)
    width = x.shape[1]
    reads, share_of, own = slopes.shape[0] > inputs, 1.0 / copies, slopes[:inputs]
    many, last = atoms * (atoms - 1) // 2, slope.shape[2] - 1
    gate_ends = np.array([many, many + atoms, many + atoms])
    gate_sums = np.zeros((fits, wide * (wide + 1) // 2, many + atoms))
    expert_sums = np.zeros((fits, width * (width + 1) // 2, ends[2]))
    channels = copies * inputs if reads else 0
    tall = atoms * (1 + copies * (heads * width + scalars)) if reads else 0
    cross = np.zeros((fits, tall, tall))
    for piece in range(2):  # whole blocks, then what is left
        whole = samples - samples % BLOCK
        start, stop = (0, whole) if piece == 0 else (whole, samples)
        if start == stop:
            continue
        count = min(BLOCK, stop - start)
        rows = np.empty((atoms, copies, inputs + steps.shape[0], count))
        scores, weights = np.empty((atoms, count)), np.empty((atoms, count))
        shares, extra = np.empty((atoms, count)), np.empty((atoms, count))
        chances = np.empty((atoms, free, count))
        aside, spare = np.empty((2, count)), np.empty((2, count))
        by_gate = np.empty((many + atoms, count))
        by_expert = np.empty((ends[2], count))
        through, mixed = np.empty((channels, count)), np.empty((tall, count))
        for f in range(fits):
            zf, xf, yf = z[which[f]], x[which[f]], y[which[f]]
            variance = expert[f, :, expert.shape[2] - 1].copy()
            for first in range(start, stop, count):
                for i in range(atoms):
                    linear_row(gate[f, i], zf, first, scores[i])
                    expert_rows(
                        expert[f, i], copies, steps, numbers, heads, scalars, xf, first, rows[i]
                    )
                    if reads:
                        for c in range(copies):
                            add_times(rows[i, c, slopes[inputs]], share_of, scores[i])
                weigh(SOFTMAX, kept, scores, weights, aside)
                if free:
                    cost[f] += classes(
                        yf, first, rows, value, weights, chances, extra, shares, spare
                    )
                else:
                    cost[f] += gaussian(
                        yf, first, rows, value, variance, kept, scores, weights, aside, shares,
                        extra, spare,
                    )  # fmt: skip
                gate_weights(weights, shares, by_gate)
                add_sums(zf, first, by_gate, gate_ends, spare[0], gate_sums[f])
                at = 0
                for i in range(atoms):
                    expert_weights(
                        i, yf, first, rows[i], own, chances[i], variance[i], shares[i],
                        extra[i], pairs, singles, by_expert,
                    )  # fmt: skip
                    share[f, i] += row_sum(shares[i])
                    if reads:
                        through_scores(rows[i], slopes, inputs, share_of, through)
                        add_weights(i, through, weights[i], shares[i], pairs, singles, by_expert)
                        at = weighted_rows(
                            weights[i], through, heads, inputs, xf, first, at, mixed, spare[0]
                        )
                    if not free:
                        slope[f, i, last] += square_sum(shares[i], extra[i], 1.0 / variance[i])
                add_sums(xf, first, by_expert, ends, spare[0], expert_sums[f])
                if reads:
                    add_products(mixed, cross[f])
    for f in range(fits):
        assemble(wide, gate_sums[f], expert_sums[f], gram_places, slope_places, slope[f], gram[f])
        if reads:
            assemble_through(cross[f], gram[f])
        if not free:
            for i in range(atoms):
                half = 0.5 / expert[f, i, expert.shape[2] - 1]
                slope[f, i, last] *= half
                gram[f, i, last, i, last] = 2.0 * share[f, i] * half * half
