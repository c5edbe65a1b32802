"""Starting points of fits: near the truth, or at random in the box.

A start is a pure function of its random stream, so that a replicate's starts do not depend on
how the work was cut into blocks.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from moeviz.model.measure import Layout
from moeviz.model.mixture import Mixture

if TYPE_CHECKING:
    from numpy.typing import NDArray

Array: TypeAlias = "NDArray[np.float64]"

RANDOM_REACH = 2.0
"""Random starts are uniform between minus and plus this, in every coordinate."""


def near_truth_start(
    rng: np.random.Generator,
    mixture: Mixture,
    true: Array,
    atoms: int,
    layout: Layout,
    scale: float | Array,
    split: bool = True,
) -> Array:
    """Draw a start around the truth.

    Each true atom gets one fitted atom; further atoms share a true atom drawn at random, whose
    weight they split. Every coordinate is then moved by a normal step of size `scale`, variances
    by a factor of that size. The last fitted atom belongs to the last true atom.

    Parameters
    ----------
    rng : numpy.random.Generator
    mixture : Mixture
    true : array, shape (K*, W)
        The true atoms' parameters.
    atoms : int
        K, the number of fitted atoms, at least K*.
    layout : Layout
        Layout of a true vector.
    scale : float, or array of shape (W,)
        Standard deviation of each coordinate's step, or of each column's.
    split : bool
        Whether atoms that share a true one split its weight; else each has all of it.

    Returns
    -------
    array, shape (K, W)

    Notes
    -----
    `cosine` (App. E.1) and `multinomial` (App. D.1) start near the truth and do not say how near;
    `sigmoid` says nothing of its starts. The way extra atoms are assigned follows `multinomial`
    App. D.1.
    """
    known = true.shape[0]
    cell = np.concatenate([rng.integers(0, known, atoms - known), np.arange(known)])
    start = true[cell].copy()
    if split:
        members = np.bincount(cell, minlength=known)[cell]
        column = layout.weight_column
        start[:, column] = _shared_weight(start[:, column], members, layout)
    step = scale * rng.standard_normal(start.shape)
    own = mixture.output.scalars
    if own:
        start[:, -own:] *= np.exp(step[:, -own:])
        step[:, -own:] = 0.0
    return pin_offsets(start + step, mixture, layout)


def _shared_weight(offset: Array, members: NDArray[np.int64], layout: Layout) -> Array:
    """Return the offsets of atoms that share their true atom's weight with others."""
    if not layout.logistic:
        return np.asarray(offset - np.log(members))
    share = 1.0 / (1.0 + np.exp(-offset)) / members
    return np.asarray(np.log(share) - np.log1p(-share))


def random_start(rng: np.random.Generator, mixture: Mixture, atoms: int, layout: Layout) -> Array:
    """Draw a start that knows nothing of the truth, shape (K, W).

    Uniform in every coordinate; variances are log-uniform over the same reach.
    """
    start = rng.uniform(-RANDOM_REACH, RANDOM_REACH, (atoms, layout.width))
    own = mixture.output.scalars
    if own:
        start[:, -own:] = np.exp(start[:, -own:])
    return pin_offsets(start, mixture, layout)


def pin_offsets(start: Array, mixture: Mixture, layout: Layout) -> Array:
    """Hold the offsets to their convention.

    With weights that sum to 1 the last is 0 (`cosine` A.3); a score without offsets has none.
    """
    if not mixture.score.has_offset:
        start[:, layout.weight_column] = 0.0
    elif mixture.gate.normalised:
        start[:, layout.weight_column] -= start[-1, layout.weight_column]
    return start
