"""Starting points of fits: near the truth, or at random in the box.

A start is a pure function of its random stream, so that a replicate's starts do not depend on
how the work was cut into blocks.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from moeviz.model.measure import Layout

Array = NDArray[np.float64]

RANDOM_REACH = 2.0
"""Random starts are uniform between minus and plus this, in every coordinate."""


def near_truth_start(
    rng: np.random.Generator, true: Array, atoms: int, layout: Layout, scale: float
) -> Array:
    """Draw a start around the truth.

    Each true atom gets one fitted atom; further atoms share a true atom drawn at random, whose
    weight they split. Every coordinate is then moved by a normal step of size `scale`. The last
    fitted atom belongs to the last true atom.

    Parameters
    ----------
    rng : numpy.random.Generator
    true : array, shape (K*, W)
        The true atoms' parameters.
    atoms : int
        K, the number of fitted atoms, at least K*.
    layout : Layout
        Layout of a true vector.
    scale : float
        Standard deviation of each coordinate's step.

    Returns
    -------
    array, shape (K, W)

    Notes
    -----
    The papers start near the truth and do not say how near (`cosine` App. E.1); the way extra
    atoms are assigned follows `multinomial` App. on simulations.
    """
    known = true.shape[0]
    cell = np.concatenate([rng.integers(0, known, atoms - known), np.arange(known)])
    start = true[cell].copy()
    start[:, layout.gate] -= np.log(np.bincount(cell, minlength=known)[cell])
    start += scale * rng.standard_normal(start.shape)
    return pin_last_offset(start, layout)


def random_start(rng: np.random.Generator, atoms: int, layout: Layout) -> Array:
    """Draw a start that knows nothing of the truth, uniform in every coordinate; shape (K, W)."""
    start = rng.uniform(-RANDOM_REACH, RANDOM_REACH, (atoms, layout.width))
    return pin_last_offset(start, layout)


def pin_last_offset(start: Array, layout: Layout) -> Array:
    """Shift all log-weights so that the last one is 0 (`cosine` A.3)."""
    start[:, layout.gate] -= start[-1, layout.gate]
    return start
