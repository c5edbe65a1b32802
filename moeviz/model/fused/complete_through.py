"""What reaches the experts through scores that read them, in the complete data's sums.

An atom's score changes with its offset and, through its affinity, with the channels of its own
expert. So the information about the scores has blocks of offsets and of channels, and of the
channels of different atoms, beside what :mod:`moeviz.model.fused.complete_rows` knows: compiled
code.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from moeviz.model.fused.machine import compiled, copy, times_features

if TYPE_CHECKING:
    import numpy as np


@compiled
def through_scores(
    rows: np.ndarray, slopes: np.ndarray, inputs: int, share: float, out: np.ndarray
) -> None:
    """Write how an atom's score changes with its channels.

    Parameters
    ----------
    rows : shape (copies, inputs + I, B)
        The atom's.
    slopes : shape (inputs + 2,)
        Rows of the derivatives, of the affinity and of its derivative.
    inputs : int
    share : float
        Each copy's share in the score.
    out : shape (copies * inputs, B)
        Overwritten.
    """
    for c in range(rows.shape[0]):
        bend = rows[c, slopes[inputs + 1]]
        for m in range(inputs):
            slope, to = rows[c, slopes[m]], out[c * inputs + m]
            for n in range(to.shape[0]):
                to[n] = share * (bend[n] * slope[n])


@compiled
def add_weights(
    i: int,
    through: np.ndarray,
    weight: np.ndarray,
    share: np.ndarray,
    pairs: np.ndarray,
    singles: np.ndarray,
    out: np.ndarray,
) -> None:
    """Add to the weights of atom i's channels.

    Parameters
    ----------
    i : int
    through : shape (channels, B)
        As :func:`through_scores` writes it.
    weight, share : shape (B,)
        Of the gate; responsibilities.
    pairs, singles
        As :class:`moeviz.model.fused.complete.Plan` has them.
    out : shape (V, B)
    """
    count = weight.shape[0]
    for m in range(singles.shape[0]):
        row, to = through[m], out[singles[m] + i]
        for n in range(count):
            to[n] += (share[n] - weight[n]) * row[n]
    for p in range(pairs.shape[0]):
        one, other, to = through[pairs[p, 0]], through[pairs[p, 1]], out[pairs[p, 2] + i]
        for n in range(count):
            to[n] += (weight[n] * (1.0 - weight[n])) * (one[n] * other[n])


@compiled
def weighted_rows(
    weight: np.ndarray,
    through: np.ndarray,
    heads: int,
    inputs: int,
    x: np.ndarray,
    first: int,
    at: int,
    out: np.ndarray,
    spare: np.ndarray,
) -> int:
    """Write a gate's weight times its score's derivatives by offset and channels; next row.

    Parameters
    ----------
    weight : shape (B,)
    through : shape (channels, B)
    heads, inputs : int
        Of a copy's channels the first are predictors.
    x : shape (D + 1, N)
    first, at : int
        The block's first sample; the first row to write.
    out : shape (rows, B)
    spare : shape (B,)
        Overwritten.
    """
    copy(weight, out[at])
    at += 1
    for m in range(through.shape[0]):
        row = through[m]
        for n in range(weight.shape[0]):
            spare[n] = weight[n] * row[n]
        if m % inputs < heads:
            at = times_features(spare, x, first, at, out)
        else:
            copy(spare, out[at])
            at += 1
    return at


@compiled
def assemble_through(cross: np.ndarray, gram: np.ndarray) -> None:
    """Put the sums of different atoms' rows where they belong.

    Parameters
    ----------
    cross : shape (S, S)
        Products of :func:`weighted_rows`, below the diagonal.
    gram : shape (K, H, K, H)
        What is known without them.
    """
    atoms = gram.shape[0]
    height = cross.shape[0] // atoms
    for i in range(atoms):
        for j in range(i):
            for a in range(height):
                for b in range(height):
                    value = cross[i * height + a, j * height + b]
                    gram[i, a, j, b] = -value
                    gram[j, b, i, a] = -value
                    # All weights add up to 1, so that a row's own block is minus its others.
                    if a == 0 and b > 0:
                        gram[j, 0, j, b] += value
                        gram[j, b, j, 0] += value
                    elif b == 0 and a > 0:
                        gram[i, 0, i, a] += value
                        gram[i, a, i, 0] += value
