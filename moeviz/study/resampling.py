"""Bootstrap means and medians, remembered: of a study that grows, most sizes stay as they were.

One stream of random numbers serves the sizes of a curve in their order, so that a study's intervals
do not depend on when it was looked at.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

Array: TypeAlias = "NDArray[np.float64]"

_AT_ONCE = 1 << 16
"""Numbers drawn at once, which stay in the processor's cache."""


def resampled(
    row: Array, seed: int, draws: int, before: tuple[int, ...], middle: str = "mean"
) -> Array:
    """Return means or medians of bootstrap samples of one size's values.

    Parameters
    ----------
    row : ndarray, shape (replicates,)
        The values; samples are as long.
    seed : int
        Seed of the curve's stream.
    draws : int
        Samples.
    before : tuple of int
        How many values the smaller sizes have, for which the stream was used already.
    middle : {"mean", "median"}
        Which of the two; both are taken of the same samples.

    Returns
    -------
    ndarray, shape (draws,)
        Not to be written to.
    """
    return _middles(row.tobytes(), seed, draws, before, middle)


@lru_cache(maxsize=1024)
def _middles(content: bytes, seed: int, draws: int, before: tuple[int, ...], middle: str) -> Array:
    row = np.frombuffer(content)
    rng = np.random.default_rng(seed)
    rng.bit_generator.state = _state(seed, draws, before)
    of = np.median if middle == "median" else np.mean
    found = np.concatenate(
        [
            of(row[rng.integers(0, row.size, (some, row.size))], axis=1)
            for some in _portions(draws, row.size)
        ]
    )
    found.flags.writeable = False
    return found


@lru_cache(maxsize=256)
def _state(seed: int, draws: int, before: tuple[int, ...]) -> Any:
    """Return where the stream stands once it has served these sizes."""
    rng = np.random.default_rng(seed)
    if before:
        rng.bit_generator.state = _state(seed, draws, before[:-1])
        for some in _portions(draws, before[-1]):
            rng.integers(0, before[-1], (some, before[-1]))
    return rng.bit_generator.state


def _portions(draws: int, size: int) -> list[int]:
    most = max(1, _AT_ONCE // size)
    return [min(most, draws - start) for start in range(0, draws, most)]
