"""The compiled descent: many batches of one epoch, one fit after another.

A fit is walked alone through its own order of the samples, so that it ends at the same parameters
to the last bit whatever fits come before it and however many batches a call takes. A batch is
worked through in blocks whose rows stay in the nearest cache, and no products of rows are made.

Importing this module compiles it, or reads what was compiled before.
"""

from __future__ import annotations

import numpy as np

from moeviz.model.fused import elementary as el
from moeviz.model.fused.density_rows import classes, expert_rows, gaussian
from moeviz.model.fused.descent_rows import (
    add_features,
    add_slopes,
    of_classes,
    of_gaussian,
    of_regression,
)
from moeviz.model.fused.descent_samples import gather
from moeviz.model.fused.descent_step import chart, in_order, pull_back, step
from moeviz.model.fused.kept import kept
from moeviz.model.fused.machine import (
    BLOCK,
    F1,
    F2,
    F3,
    I1,
    I2,
    fill,
    linear_row,
    weigh,
)

REGRESSION, GAUSSIAN = 0, 1
"""Outputs; a larger number is that of classes."""


@kept(
    f"void({F3}, i8, i8, i8, f8, i8, {I2}, {F2}, {I1}, i8, i8, "
    f"{F3}, {I1}, {I2}, i8, i8, i8, {F1}, {F1}, f8)",
    fastmath=set(el.FAST),
)  # fmt: skip
def descend(
    theta: np.ndarray,
    gate: int,
    kept: int,
    output: int,
    beside: float,
    inputs: int,
    steps: np.ndarray,
    numbers: np.ndarray,
    outputs: np.ndarray,
    heads: int,
    scalars: int,
    data: np.ndarray,
    which: np.ndarray,
    order: np.ndarray,
    batch: int,
    begin: int,
    end: int,
    moving: np.ndarray,
    floor: np.ndarray,
    rate: float,
) -> None:
    """Take a step for each batch.

    Parameters
    ----------
    theta : shape (F, K, W)
        Where the fits are; overwritten.
    gate, kept : int
        The gate, and how many experts it keeps.
    output : int
        :data:`REGRESSION`, :data:`GAUSSIAN`, or the number of classes.
    beside : float
        t where a score's coordinates are a gate over its length and t; negative where they are the
        gate.
    inputs : int
        D.
    steps, numbers, outputs, heads, scalars
        The expert's instructions.
    data : shape (R, N, Dz + D + 1)
        Features, inputs and observation of each sample.
    which : shape (F,)
        Each fit's data set.
    order : shape (F, N)
        Each fit's order of the samples.
    batch, begin, end : int
        Samples of a batch; the first batch, and the one before which to stop.
    moving, floor : shape (K W,)
        1 where a parameter moves, 0 where it is fixed; the smallest value that it may have.
    rate : float
        The step is so long along minus half the gradient of the batch's mean cost.
    """
    atoms, samples = theta.shape[1], order.shape[1]
    gates, width = data.shape[2] - 1 - inputs, inputs + 1
    free = output - 1 if output > GAUSSIAN else 0
    copies = max(1, free)
    own, slope = np.empty((atoms, theta.shape[2])), np.empty((atoms, theta.shape[2]))
    z_sums, x_sums = np.empty((atoms, gates + 1)), np.empty((atoms * copies * heads, width))
    by_scalar, by_variance = np.empty((atoms * copies, scalars)), np.empty(atoms)
    variance = np.empty(atoms)
    held = 0
    for f in range(theta.shape[0]):
        at, sample = theta[f], data[which[f]]
        for number in range(begin, end):
            start, stop = number * batch, min((number + 1) * batch, samples)
            chart(at, gates, beside, own)
            for i in range(atoms):
                variance[i] = own[i, own.shape[1] - 1]
                fill(0.0, z_sums[i])
            for i in range(atoms * copies * heads):
                fill(0.0, x_sums[i])
            for i in range(atoms * copies):
                fill(0.0, by_scalar[i])
            fill(0.0, by_variance)
            for first in range(start, stop, BLOCK):
                count = min(BLOCK, stop - first)
                if count != held:
                    held = count
                    z, x, y = np.ones((gates + 1, count)), np.ones((width, count)), np.empty(count)
                    rows = np.empty((atoms, copies, heads + scalars + steps.shape[0], count))
                    scores, weights = np.empty((atoms, count)), np.empty((atoms, count))
                    shares, extra = np.empty((atoms, count)), np.empty((atoms, count))
                    chances = np.empty((atoms, free, count))
                    aside, spare = np.empty((2, count)), np.empty((2, count))
                    by_value = np.empty((atoms * copies, count))
                    by_head = np.empty((atoms * copies * heads, count))
                gather(sample, order[f], first, z, x, y)
                for i in range(atoms):
                    linear_row(own[i, : gates + 1], z, 0, scores[i])
                    expert_rows(
                        own[i, gates + 1 :], copies, steps, numbers, heads, scalars, x, 0, rows[i]
                    )
                weigh(gate, kept, scores, weights, aside)
                if output == REGRESSION:
                    of_regression(
                        gate, outputs[0], rows, weights, y, spare, scores, by_value
                    )  # fmt: skip
                elif output == GAUSSIAN:
                    gaussian(
                        y, 0, rows, outputs[0], variance, kept, scores, weights, aside, shares,
                        extra, spare,
                    )  # fmt: skip
                    of_gaussian(
                        weights, shares, extra, variance, spare, scores, by_value, by_variance
                    )
                else:
                    classes(y, 0, rows, outputs[0], weights, chances, extra, shares, spare)
                    of_classes(weights, shares, chances, y, spare, scores, by_value)
                add_slopes(by_value, rows, outputs[1:], heads, scalars, by_head, by_scalar)
                add_features(scores, z, z_sums)
                add_features(by_head, x, x_sums)
            in_order(z_sums, x_sums, by_scalar, by_variance, copies, heads, slope)
            for i in range(atoms):
                pull_back(at[i, :gates], beside, slope[i, :gates])
            step(at, slope, moving, floor, rate / (stop - start))
